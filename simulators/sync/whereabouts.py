"""Whose a row is: NOMIS knows, and DPS note and mapping follow it.

Merges and moves are told to several services at once, and rows are created meanwhile,
so an event's number may be old, and a note may have been made under a number that was
removed a moment ago (MRG-16 to MRG-19). This half remembers the merges it was told of;
where the numbers it meets disagree, it asks NOMIS which prisoner has the row. A note
that crosses a move is the move's own to bring.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.sync import finding
from simulators.sync.memory import Memory
from simulators.sync.ports import NotYet

if TYPE_CHECKING:
    from simulators.sync.clients import Services
    from simulators.sync.from_nomis import RowEvent
    from simulators.sync.notes import DpsNote, Mapping, NomisNote


class Whereabouts:
    """Finds a row's DPS note, moved first if it stands under another prisoner."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._merged: Memory[str, str] = Memory()

    def tell_merged(self, removed: str, survivor: str) -> None:
        """Remember a merge."""
        self._merged.keep(removed, survivor)

    def presumed(self, number: str) -> str:
        """Return the number that a prisoner of this number has by now."""
        for _ in range(finding.MERGES_IN_A_CHAIN):
            number = self._merged.get(number) or number
        return number

    async def note_of(
        self, stored: NomisNote, row: Mapping, about: RowEvent
    ) -> DpsNote | None:
        """Read the row's DPS note; note and mapping are put under the row's owner."""
        numbers = [n for n in (about.prisoner, row.prisoner) if n]
        numbers += [self.presumed(number) for number in numbers]
        note = await finding.note_anywhere(self._services, numbers, row.dps_id)
        if note is None or set(numbers) == {note.prisoner}:
            return note
        owner = await self._owner(stored, [note.prisoner, *numbers])
        if row.prisoner != owner:
            await self._services.mappings.moved(stored.booking, owner)
        if note.prisoner == owner:
            return note
        await self._services.dps.move(note.prisoner, owner, [note.id])
        return await self._services.dps.note(owner, note.id)

    async def _owner(self, stored: NomisNote, numbers: list[str]) -> str:
        """Return whichever of these prisoners has the row in NOMIS."""
        for number in dict.fromkeys(numbers):
            rows = await self._services.nomis.notes(number) or []
            if any(row.id == stored.id for row in rows):
                return number
        raise NotYet(f"none of {sorted(set(numbers))} has row {stored.id}")
