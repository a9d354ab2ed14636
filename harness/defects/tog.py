"""Planted defects of switches, cut-over and rollback (fault corpus J)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.defects.patching import around, attribute, does_nothing, function
from harness.defects.registry import defect
from simulators.dps import reading_operations
from simulators.nomis import prison_api
from simulators.sync import notes, told, welcoming
from simulators.sync.parking import Parking
from simulators.sync.switches import Switches
from simulators.sync.updating import Updater
from simulators.wire.message import answer

if TYPE_CHECKING:
    from harness.defects.registry import Patches

_HALVES = "to-nomis from-nomis"
_OK = 200


@defect(
    "TOG-01",
    "A switch's name is mistyped and governs nothing",
    "to-nomis",
    "conserved",
    line="Then the prisoner has 0 case notes in NOMIS",
    wrong="the name in the configuration is not the event's; unknown means on",
    shows="the event is processed although it is off",
)
def _() -> Patches:
    def is_on(original: Any, self: Any, domain: str, event: str) -> bool:
        if event == "person.case-note.created":
            return True
        return bool(original(self, domain, event))

    return [around(Switches, "is_on", is_on)]


@defect(
    "TOG-03",
    "What is off is lost",
    "to-nomis",
    "lost stale",
    owners=_HALVES,
    wrong="the messages of a switched-off event are acknowledged",
    shows="changes made while off are missing for ever",
)
def _() -> Patches:
    return [attribute(Parking, "park", does_nothing())]


@defect(
    "TOG-04",
    "With updates from DPS off, its amendments are lost",
    "to-nomis",
    "lost stale",
    wrong="one of three events is off, and its messages are dropped",
    shows="DPS amendments are not in NOMIS, without an error",
)
def _() -> Patches:
    async def park(original: Any, self: Any, message: Any, event_type: str) -> None:
        if not event_type.endswith("case-note.updated"):
            await original(self, message, event_type)

    return [around(Parking, "park", park)]


@defect(
    "TOG-06",
    "A simplified rule: the module alone says whose change it is",
    "from-nomis",
    "duplicate loop lost stale",
    wrong="neither the inserting account nor DPS is asked",
    shows="rows of the sync without marker are doubled, marked ones are dropped",
)
def _() -> Patches:
    async def update(original: Any, self: Any, stored: Any, *rest: Any) -> bool:
        if stored.module == notes.SYNC:
            return True
        return bool(await original(self, stored, *rest))

    async def welcome(original: Any, self: Any, stored: Any, about: Any) -> Any:
        if stored.module == notes.SYNC:
            return None
        return await original(self, stored, about)

    return [
        function(welcoming.may_be_echo, lambda stored: stored.module == notes.SYNC),
        around(Updater, "update", update),
        around(welcoming.Welcomer, "welcome", welcome),
    ]


@defect(
    "TOG-07",
    "DPS' list shows the notes of both stores",
    "dps",
    "visible",
    wrong="the synced copy and the NOMIS original are both listed",
    shows="each note twice in the list, though the stores are right",
)
def _() -> Patches:
    plain = reading_operations.search_case_notes

    def doubled(model: Any, call: Any) -> Any:
        response = plain(model, call)
        if response.status != _OK:
            return response
        body = response.json()
        body["content"] = body["content"] * 2
        return answer(_OK, body)

    return [function(plain, doubled)]


@defect(
    "TOG-08",
    "The legacy write path tells nobody",
    "nomis",
    "lost",
    wrong="a note written at a prison that is not switched raises no event",
    shows="the note is on one side only",
)
def _() -> Patches:
    plain = prison_api.create_legacy_case_note

    def quiet(model: Any, call: Any) -> Any:
        kept = len(model.outbox)
        response = plain(model, call)
        del model.outbox[kept:]
        return response

    return [function(plain, quiet)]


@defect(
    "TOG-10",
    "Notes for DPS alone are sent to NOMIS",
    "to-nomis",
    "leaked",
    wrong="the flag syncToNomis is not looked at",
    shows="a sensitive note is visible in NOMIS",
)
def _() -> Patches:
    return [function(told.is_ours, lambda tale: told.from_dps(tale.source))]


@defect(
    "TOG-02",
    "A switch knows the event and not the domain",
    "from-nomis",
    "lost stale mapping-sound conserved",
    line="Then both sides agree",
    wrong="merges switched off for alerts are off for case notes, too",
    shows="what a merge copied is not mapped, and stays behind",
)
def _() -> Patches:
    def set_all(original: Any, self: Any, name: str, on: bool) -> str:
        return str(original(self, name.removeprefix("alerts."), on))

    return [around(Switches, "set", set_all)]
