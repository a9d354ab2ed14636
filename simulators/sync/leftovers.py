"""Rows in NOMIS that an attempt before this one left behind unmapped.

So it happens when two deliveries of one event meet a lost answer (DUP-06), or when the
half died between its NOMIS write and the mapping. Whether a row may go is decided in
`twins`; here it is looked for and deleted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.sync import twins
from simulators.sync.telemetry import alarm
from simulators.sync.told import created_at

if TYPE_CHECKING:
    from simulators.sync.clients import Services
    from simulators.sync.notes import DpsNote, Mapping, NomisNote
    from simulators.sync.told import Told


class Leftovers:
    """Deletes the unmapped rows of a note that has its row, or is no more."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def remove_twins(self, note: DpsNote, rows: list[Mapping]) -> None:
        """Delete rows that an attempt before the mapped one made for the note."""
        nomis = await self._services.nomis.notes(note.prisoner) or []
        unmapped = [row for row in nomis if twins.may_be_own(row, note)]
        if len(unmapped) <= 1:
            return
        mapped = await self._services.mappings.by_nomis_ids([r.id for r in unmapped])
        others = await self._services.mappings.by_prisoner(note.prisoner)
        dps = await self._services.dps.notes(note.prisoner)
        known = {row.dps_id for row in (*others, *rows)}
        for twin in twins.own_twins(note, unmapped, dps, mapped, known):
            await self._delete(twin)

    async def remove_orphans(self, tale: Told) -> None:
        """Delete the row of a note that went away before the row was mapped.

        Its deletion could not find the row: no mapping told of it.
        """
        moment = created_at(tale)
        if moment is None:
            return
        nomis = await self._services.nomis.notes(tale.prisoner) or []
        likely = [row for row in nomis if twins.may_be_orphan(row, moment)]
        if not likely:
            return
        mapped = await self._services.mappings.by_nomis_ids([r.id for r in likely])
        dps = await self._services.dps.notes(tale.prisoner)
        for orphan in twins.orphans(likely, dps, mapped):
            await self._delete(orphan)

    async def _delete(self, row: NomisNote) -> None:
        alarm("casenotes-create-twin-removed", nomisCaseNoteId=row.id)
        await self._services.nomis.delete(row.id)
