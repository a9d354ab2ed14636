"""Bringing a mapped NOMIS row to its DPS note, and from there to its other rows.

What a row changes is decided in `planning`; here it is read, written, and read again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.sync import merging, planning, requesting
from simulators.sync import text as notation
from simulators.sync.memory import Memory, Seen
from simulators.sync.notes import MERGE, by_sync
from simulators.sync.ports import NotYet
from simulators.sync.telemetry import alarm, track

if TYPE_CHECKING:
    from simulators.sync.clients import Services
    from simulators.sync.from_nomis import RowEvent
    from simulators.sync.notes import DpsNote, Mapping, NomisNote
    from simulators.sync.originals import Originals
    from simulators.sync.whereabouts import Whereabouts

ROUNDS = 5
LAST_PATIENCE = 4


class Updater:
    """Writes DPS notes and sibling rows, only where they differ."""

    def __init__(
        self, services: Services, whereabouts: Whereabouts, originals: Originals
    ) -> None:
        self._services = services
        self._whereabouts = whereabouts
        self._originals = originals
        self._seen: Memory[int, Seen] = Memory()

    async def update(self, stored: NomisNote, row: Mapping, about: RowEvent) -> bool:
        """Bring a row to its DPS note; False when the row went away meanwhile.

        After writing the row is read again, and followed if it changed (ORD-05).
        """
        if planning.may_be_stale(stored, self._seen.get(stored.id), about):
            raise NotYet(f"row {stored.id} reads as before its event")
        current: NomisNote | None = stored
        carried = False
        for _ in range(ROUNDS):
            if current is None:
                return False
            note = await self._whereabouts.note_of(current, row, about)
            if note is None:
                await self._give_up(current, row, about)
                return True
            if carried and by_sync(current.module):
                await self._bring_back(current, note)
            wrote = await self._bring(current, note, about)
            if wrote or not by_sync(current.module):
                await self._bring_copies(current, note, row, wrote)
            carried |= wrote
            self._remember(current, about)
            if not wrote and by_sync(current.module):
                return True
            before, current = current, await self._services.nomis.note(stored.id)
            if before == current:
                return True
        raise NotYet(f"row {stored.id} keeps changing")

    async def _bring_back(self, stored: NomisNote, note: DpsNote) -> None:
        """Give a row the DPS text that we have just written, if it lost it.

        The other half read DPS before that and wrote the row after it: each side
        would keep what the other had (ORD-14).
        """
        differs = merging.difference(stored, note)
        if differs.text and not differs.only_nomis:
            await self._services.nomis.replace(stored, note.text, note.amendments)
            track("casenotes-synchronisation-swap-undone", nomisCaseNoteId=stored.id)

    async def _give_up(self, stored: NomisNote, row: Mapping, about: RowEvent) -> None:
        """Leave a row whose DPS note is gone: it is never made anew (DEL-08).

        A merge's copy goes with its note, whose deletion did not know it yet.
        """
        if not by_sync(stored.module) and about.attempt < LAST_PATIENCE:
            raise NotYet(f"DPS has no note {row.dps_id}; likely being deleted")
        if stored.module == MERGE:
            await self._originals.delete(stored)
            await self._services.mappings.remove(stored.id)
        alarm("casenotes-mapping-dangling", nomis=row.nomis_id, dps=row.dps_id)

    async def _bring(self, stored: NomisNote, note: DpsNote, about: RowEvent) -> bool:
        """Write to DPS what it owes the row; returns whether it was written."""
        if merging.is_reused(stored, note):
            raise NotYet(f"row {stored.id} is a new note, the old one is not gone yet")
        plan = planning.plan(stored, note, about.attempt, self._seen.get(stored.id))
        if plan.gone:
            # DPS takes amendments away only when it replaces the note (TXT-11).
            alarm("casenotes-amendment-removed", nomis=stored.id, dps=note.id)
        if not plan and planning.hides_change(stored, about):
            raise NotYet(f"row {stored.id} shows nothing of what its event tells")
        if not plan:
            return False
        remaining = [a for a in note.amendments if a not in plan.gone]
        request = requesting.changed_note(
            stored,
            note,
            text=stored.text if plan.text else note.text,
            row_type=plan.type,
            row_time=plan.occurred,
            amendments=merging.in_order([*remaining, *plan.fresh]),
        )
        dps_id, created = await self._services.dps.upsert(request)
        if created:
            # Deleted between our read and our write: do not bring it back.
            await self._services.dps.delete(dps_id)
            raise NotYet(f"DPS note {note.id} was deleted meanwhile")
        track("casenotes-synchronisation-updated-success", nomisCaseNoteId=stored.id)
        return True

    async def _bring_copies(
        self, stored: NomisNote, note: DpsNote, row: Mapping, wrote: bool
    ) -> None:
        """Write the note's other NOMIS rows, where they differ (TXT-14).

        A row that a merge copied is one of them: its text is no user's edit.
        """
        rows = await self._services.mappings.by_dps(row.dps_id)
        behind = [
            other.nomis_id
            for other in rows
            if other.nomis_id != stored.id or stored.module == MERGE
        ]
        if not behind:
            return
        now = await self._services.dps.note(note.prisoner, note.id) if wrote else note
        if now is None:
            return
        for nomis_id in behind:
            sibling = await self._services.nomis.note(nomis_id)
            if sibling is None or merging.same_text(sibling, now):
                continue
            await self._services.nomis.replace(sibling, now.text, now.amendments)
            track("casenotes-synchronisation-updated-related-success", nomis=nomis_id)

    def _remember(self, stored: NomisNote, about: RowEvent) -> None:
        seen = self._seen.keep(stored.id, self._seen.get(stored.id) or Seen())
        keys = {a.key for a in stored.amendments}
        seen.learn(notation.clean(stored.text), keys)
        seen.fields = planning.fields_of(stored)
        seen.told.add(about.told)
