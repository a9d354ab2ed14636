"""Topics, queues, filters and redrive of one world, as production has them.

Names are those of the builds' localstack profile and of production; receive limits,
visibility and filters are production's (events-and-config 4.5). Where the stored
sources disagree, an option of the world changes them (`harness.fakeoptions`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulators.bus import Bus

OFFENDER_TOPIC = "offender_events"
DOMAIN_TOPIC = "hmpps_domain_events"

MERGED = "prison-offender-events.prisoner.merged"
BOOKING_MOVED = "prison-offender-events.prisoner.booking.moved"
RECEIVED = "prisoner-offender-search.prisoner.received"
RECONCILIATION = "case-notes.alerts.reconciliation"
REFERENCE_EVENTS = tuple(
    f"prisoner-alerts.alert-{table}-{change}"
    for table in ("code", "type")
    for change in ("created", "updated", "deactivated", "reactivated")
)
"""What tells of alert codes and types; the builds' localstack profile lacks them."""

_DAY = 24 * 60 * 60


@dataclass(frozen=True)
class QueuePlan:
    """One queue with its dead-letter queue.

    `owner` is the program that consumes it (to-nomis, from-nomis, dps); `visibility`
    and `retention` are in seconds; `filters` maps a topic name to its event types.
    """

    owner: str
    name: str
    dead_letters: str
    max_receive: int
    visibility: int = 120
    retention: int = 14 * _DAY
    filters: dict[str, tuple[str, ...]] = field(default_factory=dict)


TO_NOMIS_CASENOTES = QueuePlan(
    owner="to-nomis",
    name="hmpps_prisoner_to_nomis_casenotes_queue",
    dead_letters="hmpps_prisoner_to_nomis_casenotes_dlq",
    max_receive=4,
    filters={
        DOMAIN_TOPIC: (
            "person.case-note.created",
            "person.case-note.updated",
            "person.case-note.deleted",
        )
    },
)
TO_NOMIS_ALERTS = QueuePlan(
    owner="to-nomis",
    name="hmpps_prisoner_to_nomis_alerts_queue",
    dead_letters="hmpps_prisoner_to_nomis_alerts_dlq",
    max_receive=5,
    filters={
        DOMAIN_TOPIC: (
            "person.alert.created",
            "person.alert.updated",
            "person.alert.deleted",
            *REFERENCE_EVENTS,
        )
    },
)
FROM_NOMIS_CASENOTES = QueuePlan(
    owner="from-nomis",
    name="prisoner_from_nomis_casenotes_queue",
    dead_letters="prisoner_from_nomis_casenotes_dl_queue",
    max_receive=5,
    filters={
        OFFENDER_TOPIC: (
            "OFFENDER_CASE_NOTES-INSERTED",
            "OFFENDER_CASE_NOTES-UPDATED",
            "OFFENDER_CASE_NOTES-DELETED",
        ),
        DOMAIN_TOPIC: (MERGED, BOOKING_MOVED),
    },
)
FROM_NOMIS_ALERTS = QueuePlan(
    owner="from-nomis",
    name="prisoner_from_nomis_alerts_queue",
    dead_letters="prisoner_from_nomis_alerts_dl_queue",
    max_receive=3,
    filters={
        OFFENDER_TOPIC: ("ALERT-INSERTED", "ALERT-UPDATED", "ALERT-DELETED"),
        DOMAIN_TOPIC: (MERGED, BOOKING_MOVED, RECEIVED),
    },
)
# Production subscribes DPS to `merged` only (fact 11); its test profile adds the two
# alert events. The alert capability needs them, so they are on unless asked otherwise.
DPS_DOMAIN_EVENTS = QueuePlan(
    owner="dps",
    name="case_notes_domain_events_queue",
    dead_letters="case_notes_domain_events_dlq",
    max_receive=3,
    visibility=30,
    retention=4 * _DAY,
    filters={
        DOMAIN_TOPIC: (
            MERGED,
            "person.alert.created",
            "person.alert.inactive",
            RECONCILIATION,
        )
    },
)
PLANS = (
    TO_NOMIS_CASENOTES,
    TO_NOMIS_ALERTS,
    FROM_NOMIS_CASENOTES,
    FROM_NOMIS_ALERTS,
    DPS_DOMAIN_EVENTS,
)


def lay_out(bus: Bus) -> dict[str, str]:
    """Create topics, queues and subscriptions; returns topic ARNs by topic name."""
    arns = {name: bus.create_topic(name) for name in (OFFENDER_TOPIC, DOMAIN_TOPIC)}
    for plan in PLANS:
        bottom = bus.create_queue(
            plan.dead_letters, {"MessageRetentionPeriod": str(plan.retention)}
        )
        policy = {
            "deadLetterTargetArn": bottom.arn,
            "maxReceiveCount": plan.max_receive,
        }
        queue = bus.create_queue(
            plan.name,
            {
                "VisibilityTimeout": str(plan.visibility),
                "MessageRetentionPeriod": str(plan.retention),
                "RedrivePolicy": json.dumps(policy),
            },
        )
        for topic, types in plan.filters.items():
            bus.subscribe(
                arns[topic], queue.arn, filter_policy={"eventType": list(types)}
            )
    return arns


_OURS = frozenset(name for plan in PLANS for name in (plan.name, plan.dead_letters))
_BESIDE_OURS = tuple(f"{plan.name}_" for plan in PLANS)


def is_ours(queue: str) -> bool:
    """Tell whether a queue carries case notes or alerts, or what was parked of them.

    A real build creates and polls the queues of all domains (events-and-config fact
    5), and one of them hears of merges too (2.6). What lies in those, or died there,
    says nothing about the sync of case notes.
    """
    return queue in _OURS or queue.startswith(_BESIDE_OURS)


@cache
def queues_of(owner: str, *, alerts: bool = True) -> tuple[str, ...]:
    """Return the names of the event queues that `owner` consumes."""
    return tuple(
        plan.name
        for plan in PLANS
        if plan.owner == owner and (alerts or "alerts" not in plan.name)
    )
