"""Each queue is told what production tells it (events-and-config 4.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.topology import DOMAIN_TOPIC, OFFENDER_TOPIC, PLANS, QueuePlan

if TYPE_CHECKING:
    from tests.harness.conftest import Scene

# Written out again on purpose: topic, then event types.
PRODUCTION = {
    "hmpps_prisoner_to_nomis_casenotes_queue": """
        hmpps_domain_events person.case-note.created person.case-note.updated
        person.case-note.deleted""",
    "hmpps_prisoner_to_nomis_alerts_queue": """
        hmpps_domain_events person.alert.created person.alert.updated
        person.alert.deleted
        prisoner-alerts.alert-code-created prisoner-alerts.alert-code-updated
        prisoner-alerts.alert-code-deactivated prisoner-alerts.alert-code-reactivated
        prisoner-alerts.alert-type-created prisoner-alerts.alert-type-updated
        prisoner-alerts.alert-type-deactivated
        prisoner-alerts.alert-type-reactivated""",
    "prisoner_from_nomis_casenotes_queue": """
        offender_events OFFENDER_CASE_NOTES-INSERTED OFFENDER_CASE_NOTES-UPDATED
        OFFENDER_CASE_NOTES-DELETED
        hmpps_domain_events prison-offender-events.prisoner.merged
        prison-offender-events.prisoner.booking.moved""",
    "prisoner_from_nomis_alerts_queue": """
        offender_events ALERT-INSERTED ALERT-UPDATED ALERT-DELETED
        hmpps_domain_events prison-offender-events.prisoner.merged
        prison-offender-events.prisoner.booking.moved
        prisoner-offender-search.prisoner.received""",
}


@pytest.mark.parametrize("queue", PRODUCTION)
def test_a_queue_of_the_sync_hears_what_production_filters_let_in(queue: str) -> None:
    """No event type more, none less."""
    wanted: dict[str, set[str]] = {}
    for word in PRODUCTION[queue].split():
        if word in (OFFENDER_TOPIC, DOMAIN_TOPIC):
            topic = wanted.setdefault(word, set())
        else:
            topic.add(word)
    (plan,) = (one for one in PLANS if one.name == queue)
    assert {name: set(types) for name, types in plan.filters.items()} == wanted


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.name)
def test_no_event_type_is_named_twice(plan: QueuePlan) -> None:
    """A repeated value would hide a missing one in a count."""
    for types in plan.filters.values():
        assert len(types) == len(set(types))


def test_an_alert_code_made_in_dps_comes_to_nomis(simulated: Scene) -> None:
    """From the alerts API by topic, filter and sync; NOMIS then takes such an alert."""
    world = simulated.world
    alert = {
        "alertCode": "ZZTEST",
        "date": "2026-01-05",
        "isActive": True,
        "createUsername": simulated.officer,
    }
    where = {"offenderNo": simulated.prisoner}
    assert world.act("nomis", "create_alert", where, body=alert)["status"] == 400
    made = world.act(
        "alerts",
        "create_alert_code",
        body={"code": "ZZTEST", "description": "For a test", "parent": "X"},
        user=simulated.officer,
    )
    assert made["status"] == 201, made
    # A code belongs to no prisoner: all that moves is waited for.
    assert world.settle()["settled"]
    taken = world.act("nomis", "create_alert", where, body=alert)
    assert taken["status"] == 201, taken
    assert taken["body"]["alertCode"] == {"code": "ZZTEST", "description": "For a test"}
