"""Planted defects of merges and booking moves (fault corpus H)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from harness.defects.patching import answers, around, attribute, does_nothing, function
from harness.defects.registry import defect
from simulators.mapping.notes import NoteMappings
from simulators.relay import domain
from simulators.sync import (
    consumer,
    copies,
    finding,
    flows,
    requesting,
    welcoming,
)
from simulators.sync.clients import Dps
from simulators.sync.from_nomis import FromNomis
from simulators.sync.merges import Merges
from simulators.sync.notes import MERGE, Mapping
from simulators.sync.ports import NotYet

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.defects.registry import Patches

_WINDOW = timedelta(minutes=30)
_HALVES = "to-nomis from-nomis"


@defect(
    "MRG-01",
    "Merges are not handled",
    "from-nomis",
    "mapping-sound lost conserved",
    wrong="the merged event is ignored",
    shows="mappings stay under the removed number",
)
def _() -> Patches:
    return [attribute(Merges, "merged", does_nothing())]


async def load_copies(
    original: Any, self: Any, removed: str, survivor: str, rows: list[Any]
) -> list[int]:
    """Make a DPS note of each row without mapping."""
    mapped = await self._services.mappings.by_nomis_ids([row.id for row in rows])
    for row in rows:
        if row.id in mapped:
            continue
        request = requesting.new_note(row, survivor)
        dps_id, _ = await self._services.dps.upsert(request)
        kind = welcoming.NOMIS_CREATED
        made = Mapping(dps_id, row.id, survivor, row.booking, kind)
        await self._services.mappings.add(made)
    return []


@defect(
    "MRG-02",
    "The copies of a merge become notes of their own",
    "from-nomis",
    "duplicate",
    wrong="every unmapped row is loaded as a new note",
    shows="DPS shows each note twice",
)
def _() -> Patches:
    return [around(Merges, "_map_copies", load_copies)]


@defect(
    "MRG-03",
    "A copy's own insert event makes a new note",
    "from-nomis",
    "duplicate",
    wrong="the insert handler does not know the module MERGE",
    shows="doubled DPS notes when the inserts come before the merge event",
)
def _() -> Patches:
    return [
        function(welcoming.is_merge_copy, answers(False)),
        function(copies.may_be_copy, answers(False)),
    ]


def fresh_alone(age: Callable[[Any], timedelta]) -> Any:
    """Let the merge's handler see no copy of more than the window's age."""

    async def map_copies(original: Any, self: Any, *about: Any) -> Any:
        *numbers, rows = about
        seen = [row for row in rows if row.module != MERGE or age(row) < _WINDOW]
        return await original(self, *numbers, seen)

    return around(Merges, "_map_copies", map_copies)


@defect(
    "MRG-04",
    "Copies count as fresh by their time of creation",
    "from-nomis",
    "mapping-sound",
    wrong="the window for copies is held against the note's old creation time",
    shows="a merge with notes years old maps no copy, without an error",
)
def _() -> Patches:
    return [fresh_alone(lambda row: row.inserted - row.created)]


@defect(
    "MRG-05",
    "The window for copies is measured from now",
    "from-nomis",
    "mapping-sound",
    wrong="copies made more than 30 minutes ago are not looked for",
    shows="after an outage the copies stay unmapped, without an error",
)
def _() -> Patches:
    kept: list[Any] = []
    plain = flows._from_nomis

    def build(settings: Any, services: Any, queues: Any, time: Any) -> Any:
        kept[:] = [time]
        return plain(settings, services, queues, time)

    def age(row: Any) -> timedelta:
        now = kept[0].now().astimezone(welcoming_zone()).replace(tzinfo=None)
        found: timedelta = now - row.inserted
        return found

    return [function(plain, build), fresh_alone(age)]


def welcoming_zone() -> Any:
    """Return London's zone, in which rows are stamped."""
    from simulators.sync.notes import LONDON

    return LONDON


@defect(
    "MRG-06",
    "A merge without copies is waited for",
    "from-nomis",
    "conserved",
    wrong="no copies counts as not ready yet",
    shows="each merge ends in the DLQ since NOMIS stopped to copy",
)
def _() -> Patches:
    async def mapped(original: Any, self: Any, *about: Any) -> list[int]:
        if not any(row.module == MERGE for row in about[-1]):
            raise NotYet("no copies")
        return list(await original(self, *about))

    return [around(Merges, "_map_copies", mapped)]


@defect(
    "MRG-09",
    "The merge event names the wrong survivor",
    "relay",
    "misplaced mapping-sound lost conserved",
    owners="relay dps from-nomis",
    wrong="retained and removed number are swapped",
    shows="notes move to the dead number, the living prisoner has none",
)
def _() -> Patches:
    plain = domain._merged

    def swapped(body: dict[str, Any], clock: Any) -> Any:
        one, other = "offenderIdDisplay", "previousOffenderIdDisplay"
        return plain({**body, one: body[other], other: body[one]}, clock)

    return [function(plain, swapped)]


@defect(
    "MRG-10",
    "Renumbering meets a key that is there",
    "mapping",
    "conserved mapping-sound",
    owners="mapping from-nomis",
    wrong="both prisoners have mappings, and the database refuses the change",
    shows="the merge message is in the DLQ",
)
def _() -> Patches:
    def rename(original: Any, self: Any, old: str, new: str) -> None:
        if self.of_prisoner(new):
            raise KeyError(new)
        original(self, old, new)

    return [around(NoteMappings, "rename_prisoner", rename)]


@defect(
    "MRG-11",
    "A merge deletes the mappings of the removed number",
    "from-nomis",
    "mapping-sound duplicate lost",
    wrong="a second handler clears away what the first still needs",
    shows="living pairs have no mapping",
)
def _() -> Patches:
    async def merged(original: Any, self: Any, event: Any) -> None:
        removed = event.content["additionalInformation"]["removedNomsNumber"]
        for row in await self._services.mappings.by_prisoner(removed):
            await self._services.mappings.remove(row.nomis_id)
        await original(self, event)

    return [around(Merges, "merged", merged)]


@defect(
    "MRG-12",
    "A chain of merges is followed one step",
    "from-nomis",
    "mapping-sound misplaced lost conserved",
    owners=_HALVES,
    wrong="the number in the event is believed to be the survivor for ever",
    shows="after merges in a chain the sum of notes is wrong",
)
def _() -> Patches:
    async def named(nomis: Any, number: str) -> str:
        return number

    return [function(finding.surviving, named)]


@defect(
    "MRG-14",
    "Notes on earlier bookings are ignored",
    "from-nomis",
    "lost stale",
    wrong="only the latest booking counts",
    shows="an amendment on an earlier booking never arrives",
)
def _() -> Patches:
    async def changed(original: Any, self: Any, event: Any) -> None:
        number = event.content.get("offenderIdDisplay")
        found = await self._services.nomis.prisoner(number) if number else None
        if found and found["bookingId"] != event.content.get("bookingId"):
            return
        await original(self, event)

    return [around(FromNomis, "changed", changed)]


@defect(
    "MRG-15",
    "A move with nothing to move is sent to DPS",
    "from-nomis",
    "conserved",
    wrong="DPS is called with an empty list, and refuses it",
    shows="a dead letter for a harmless move",
)
def _() -> Patches:
    async def move(
        original: Any, self: Any, source: str, target: str, dps_ids: list[str]
    ) -> None:
        if not dps_ids:
            raise ValueError("nothing to move")
        await original(self, source, target, dps_ids)

    return [around(Dps, "move", move)]


@defect(
    "MRG-18",
    "A note is looked for under the number of the event only",
    "to-nomis",
    "lost conserved",
    owners=_HALVES,
    wrong="neither mapping nor merge history is asked",
    shows="a note written before a merge and told after it never arrives",
)
def _() -> Patches:
    async def only_there(services: Any, numbers: Any, dps_id: str) -> Any:
        number = next(iter(numbers))
        return await services.dps.note(number, dps_id)

    return [function(finding.note_anywhere, only_there)]


@defect(
    "MRG-17",
    "The retries end before DPS has heard of the merge",
    "from-nomis",
    "conserved lost stale",
    wrong="five tries within five seconds, though DPS handles the merge by itself",
    shows="an amendment made just after a merge ends in the DLQ",
    equivalent=(
        "The reference waits for DPS' own handling of a merge three times at most and "
        "then moves the notes itself, so it needs no retries that last longer."
    ),
)
def _() -> Patches:
    return [function(consumer.give_back_delay, short_delays)]


def short_delays(attempt: int, terms: Any, error: Exception) -> float:
    """Return a second until the last attempt, then give up."""
    return 0.0 if attempt >= terms.max_receives else 1.0
