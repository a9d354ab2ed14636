"""Which handler takes which message, by half and domain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulators.sync import alerts_from_nomis, creating, welcoming
from simulators.sync.alert_clients import AlertServices
from simulators.sync.alerts_from_nomis import AlertsFromNomis
from simulators.sync.alerts_to_nomis import AlertsToNomis, ReferenceData
from simulators.sync.from_nomis import FromNomis
from simulators.sync.locks import Locks
from simulators.sync.merges import Merges
from simulators.sync.migration import Migration
from simulators.sync.moves import Moves
from simulators.sync.originals import Originals
from simulators.sync.reconciliation import Reconciliation
from simulators.sync.settings import TO_NOMIS
from simulators.sync.switches import EVENTS
from simulators.sync.to_nomis import ToNomis
from simulators.sync.whereabouts import Whereabouts

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from simulators.sync.clients import Services
    from simulators.sync.envelope import Event
    from simulators.sync.ports import Queues, Time
    from simulators.sync.settings import Settings

    Handlers = dict[str, Callable[[Event], Awaitable[None]]]


@dataclass(frozen=True, slots=True)
class ToNomisFlows:
    """The flows of to-nomis; `handlers` is by domain, then by message type."""

    handlers: dict[str, Handlers]
    notes: ToNomis
    alerts: AlertsToNomis
    reconciliation: Reconciliation


@dataclass(frozen=True, slots=True)
class FromNomisFlows:
    """The flows of from-nomis."""

    handlers: dict[str, Handlers]
    notes: FromNomis
    alerts: AlertsFromNomis
    migration: Migration


def build(
    settings: Settings, services: Services, queues: Queues, time: Time
) -> ToNomisFlows | FromNomisFlows:
    """Make the flows of a half."""
    if settings.half == TO_NOMIS:
        return _to_nomis(settings, services, queues, time)
    return _from_nomis(settings, services, queues, time)


def _to_nomis(
    settings: Settings, services: Services, queues: Queues, time: Time
) -> ToNomisFlows:
    alert_services = AlertServices(services.caller)
    notes = ToNomis(services, queues, settings.queues["casenotes"])
    alerts = AlertsToNomis(alert_services, queues, settings.queues["alerts"])
    reference = ReferenceData(alert_services)
    handlers: dict[str, Handlers] = {
        "casenotes": {
            "person.case-note.created": notes.changed,
            "person.case-note.updated": notes.changed,
            "person.case-note.deleted": notes.deleted,
            creating.RETRY_CREATE_MAPPING: notes.retry_mapping,
        },
        "alerts": {
            "person.alert.created": alerts.changed,
            "person.alert.updated": alerts.changed,
            "person.alert.deleted": alerts.deleted,
            creating.RETRY_CREATE_MAPPING: alerts.retry_mapping,
        },
    }
    for event in EVENTS[TO_NOMIS]["alerts"]:
        handlers["alerts"].setdefault(event, reference.changed)
    reconciliation = Reconciliation(services, time, settings.look_again)
    return ToNomisFlows(handlers, notes, alerts, reconciliation)


def _from_nomis(
    settings: Settings, services: Services, queues: Queues, time: Time
) -> FromNomisFlows:
    whereabouts, originals, locks = Whereabouts(services), Originals(services), Locks()
    queue = settings.queues["casenotes"]
    notes = FromNomis(services, whereabouts, originals, locks, queues, queue)
    alerts = AlertsFromNomis(
        AlertServices(services.caller),
        services.nomis,
        queues,
        settings.queues["alerts"],
    )
    merges = Merges(services, whereabouts, originals, locks)
    moves = Moves(services)
    handlers: dict[str, Handlers] = {
        "casenotes": {
            "OFFENDER_CASE_NOTES-INSERTED": notes.changed,
            "OFFENDER_CASE_NOTES-UPDATED": notes.changed,
            "OFFENDER_CASE_NOTES-DELETED": notes.deleted,
            "prison-offender-events.prisoner.merged": merges.merged,
            "prison-offender-events.prisoner.booking.moved": moves.moved,
            welcoming.RETRY_MAPPING: notes.retry_mapping,
        },
        "alerts": {
            "ALERT-INSERTED": alerts.changed,
            "ALERT-UPDATED": alerts.changed,
            "ALERT-DELETED": alerts.deleted,
            "prison-offender-events.prisoner.merged": alerts.merged,
            "prison-offender-events.prisoner.booking.moved": alerts.booking_moved,
            "prisoner-offender-search.prisoner.received": alerts.received,
            welcoming.RETRY_MAPPING: alerts.retry_mapping,
            alerts_from_nomis.MOVE_TARGET: alerts.move_target,
        },
    }
    return FromNomisFlows(handlers, notes, alerts, Migration(services, time))
