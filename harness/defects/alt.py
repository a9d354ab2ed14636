"""Planted defects of alert notes (fault corpus I)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.defects.patching import around, does_nothing, function
from harness.defects.registry import defect
from simulators.alerts import operations
from simulators.alerts.errors import duplicate
from simulators.alerts.model import AlertsModel
from simulators.dps import alert_notes, alert_reconciliation, alert_switch
from simulators.sync.notes import by_sync
from simulators.sync.welcoming import Welcomer

if TYPE_CHECKING:
    from harness.defects.registry import Patches


@defect(
    "ALT-01",
    "The alert note is stored and nobody is told",
    "dps",
    "lost",
    wrong="the handler saves the note without publishing its event",
    shows="the note is in DPS only; NOMIS and mapping lack it",
)
def _() -> Patches:
    plain = alert_notes.write_note

    def quiet(model: Any, *arguments: Any, **named: Any) -> Any:
        kept = len(model.outbox)
        note = plain(model, *arguments, **named)
        del model.outbox[kept:]
        return note

    return [function(plain, quiet)]


@defect(
    "ALT-02",
    "The alert note's event says that NOMIS is its source",
    "dps",
    "lost",
    wrong="outside a request of a user the source is NOMIS by default",
    shows="the sync ignores the event; the note is in DPS only",
)
def _() -> Patches:
    plain = alert_notes.write_note

    def from_nomis(model: Any, *arguments: Any, source: str, **named: Any) -> Any:
        return plain(model, *arguments, source="NOMIS", **named)

    return [function(plain, from_nomis)]


@defect(
    "ALT-03",
    "An alert born ended gets an ACTIVE note",
    "dps",
    "lost duplicate",
    line="Then DPS holds 1 system generated note",
    wrong="the kind of note follows the name of the event",
    shows="an ACTIVE note for an alert that never was active",
)
def _() -> Patches:
    return [
        function(
            alert_notes.is_activation,
            lambda model, event_type, alert: event_type == alert_notes.CREATED,
        )
    ]


@defect(
    "ALT-05",
    "The end of an alert is told twice",
    "alerts",
    "duplicate",
    owners="dps alerts",
    line="Then DPS holds 1 system generated note",
    wrong="saving an alert that has ended raises its end again",
    shows="several INACTIVE notes of one end",
)
def _() -> Patches:
    def change(
        original: Any, self: Any, alert: Any, members: Any, context: Any
    ) -> bool:
        changed = bool(original(self, alert, members, context))
        if changed and not alert.active(self.today):
            self.tell("inactive", alert, context)
        return changed

    return [around(AlertsModel, "change", change)]


@defect(
    "ALT-07",
    "A second active alert of one code is refused though NOMIS has it",
    "alerts",
    "lost conserved",
    owners="alerts from-nomis",
    wrong="a rule for people is applied to the sync",
    shows="the alert is not in DPS, and its note is missing",
)
def _() -> Patches:
    plain = operations.create_alert

    async def create(model: Any, call: Any) -> Any:
        number, code = call.path["prisonNumber"], call.body["alertCode"]
        if operations._already_active(model, number, code):
            return duplicate("Alert", code)
        return await plain(model, call)

    return [function(plain, create)]


@defect(
    "ALT-10",
    "Alerts are matched with notes by a signed difference of times",
    "dps",
    "",
    line="Then the alert reconciliation reports the missing note",
    wrong="any older note of the kind matches, and matches again",
    shows="a note that is missing is hidden by its neighbour",
)
def _() -> Patches:
    def same(note: Any, transition: Any, alert: Any) -> bool:
        older = note.created - transition.created <= alert_reconciliation.TOLERANCE
        return bool(note.sub_type == transition.sub_type and older)

    def missing(person: str, alerts: Any, notes: Any, *rest: Any) -> Any:
        return plain(person, alerts, [*notes, *notes, *notes], *rest)

    plain = alert_reconciliation.find_missing
    return [
        function(alert_reconciliation._is, same),
        function(plain, missing),
    ]


@defect(
    "ALT-11",
    "DPS writes alert notes whatever the prison's switch says",
    "dps",
    "duplicate",
    wrong="the handler does not ask the switch",
    shows="two notes of one alert on each side",
)
def _() -> Patches:
    return [
        function(alert_switch.dps_writes_alert_notes, does_nothing(value=True)),
    ]


@defect(
    "ALT-12",
    "The trigger's row carries the sync's module and is skipped",
    "from-nomis",
    "lost",
    wrong="a row written in the sync's session counts as its echo",
    shows="the alert note is in NOMIS only",
)
def _() -> Patches:
    async def welcome(original: Any, self: Any, stored: Any, about: Any) -> Any:
        if by_sync(stored.module):
            return None
        return await original(self, stored, about)

    return [around(Welcomer, "welcome", welcome)]
