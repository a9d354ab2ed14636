"""Bringing a mapped NOMIS row to its DPS note, and from there to its sibling rows.

Merging, not overwriting: what only one side holds is kept unless that side took it
away. Which text wins when both differ: the NOMIS user's if NOMIS changed since it was
last seen, else that of DPS (ORD-06, ORD-14; the loser stays in DPS' audit).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulators.sync import finding, merging, requesting
from simulators.sync import text as notation
from simulators.sync.memory import Memory, Seen
from simulators.sync.notes import by_sync, second
from simulators.sync.ports import NotYet
from simulators.sync.telemetry import alarm, track

if TYPE_CHECKING:
    from simulators.sync.clients import Services
    from simulators.sync.from_nomis import RowEvent
    from simulators.sync.merging import Difference
    from simulators.sync.notes import Amendment, DpsNote, Mapping, NomisNote

ROUNDS = 5
PATIENCE = 3
LAST_PATIENCE = 4


@dataclass(frozen=True, slots=True)
class Plan:
    """What a row changes in its DPS note; falsy when nothing."""

    text: bool
    fields: bool
    fresh: list[Amendment]
    gone: list[Amendment]

    def __bool__(self) -> bool:
        return self.text or self.fields or bool(self.fresh) or bool(self.gone)


class Updater:
    """Writes DPS notes and sibling rows, only where they differ."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._seen: Memory[int, Seen] = Memory()

    async def update(self, stored: NomisNote, row: Mapping, about: RowEvent) -> bool:
        """Bring a row to its DPS note; False when the row went away meanwhile.

        After writing the row is read again, and followed if it changed (ORD-05).
        """
        if may_be_stale(stored, self._seen.get(stored.id), about):
            raise NotYet(f"row {stored.id} reads as before its event")
        current: NomisNote | None = stored
        for _ in range(ROUNDS):
            if current is None:
                return False
            note = await self._note_of(current, row, about)
            if note is None:
                self._give_up(current, row, about)
                return True
            wrote = await self._bring(current, note, about)
            if wrote or not by_sync(current.module):
                await self._bring_siblings(current, note, row, wrote)
            self._remember(current, about)
            if not wrote and by_sync(current.module):
                return True
            before, current = current, await self._services.nomis.note(stored.id)
            if before == current:
                return True
        raise NotYet(f"row {stored.id} keeps changing")

    def _give_up(self, stored: NomisNote, row: Mapping, about: RowEvent) -> None:
        """Leave a row whose DPS note is gone: it is never made anew (DEL-08)."""
        if not by_sync(stored.module) and about.attempt < LAST_PATIENCE:
            raise NotYet(f"DPS has no note {row.dps_id}; likely being deleted")
        alarm("casenotes-mapping-dangling", nomis=row.nomis_id, dps=row.dps_id)

    async def _bring(self, stored: NomisNote, note: DpsNote, about: RowEvent) -> bool:
        """Write to DPS what it owes the row; returns whether it was written."""
        if merging.is_reused(stored, note):
            raise NotYet(f"row {stored.id} is a new note, the old one is not gone yet")
        plan = self._plan(stored, note, about)
        if plan.gone:
            # DPS takes amendments away only when it replaces the note (TXT-11).
            alarm("casenotes-amendment-removed", nomis=stored.id, dps=note.id)
        if not plan:
            return False
        remaining = [a for a in note.amendments if a not in plan.gone]
        request = requesting.changed_note(
            stored,
            note,
            text=stored.text if plan.text else note.text,
            fields_of_row=plan.fields,
            amendments=merging.in_order([*remaining, *plan.fresh]),
        )
        dps_id, created = await self._services.dps.upsert(request)
        if created:
            # Deleted between our read and our write: do not bring it back.
            await self._services.dps.delete(dps_id)
            raise NotYet(f"DPS note {note.id} was deleted meanwhile")
        track("casenotes-synchronisation-updated-success", nomisCaseNoteId=stored.id)
        return True

    def _plan(self, stored: NomisNote, note: DpsNote, about: RowEvent) -> Plan:
        differs = merging.difference(stored, note)
        fields_differ = not merging.same_fields(stored, note)
        seen = self._seen.get(stored.id)
        if about.attempt < PATIENCE and text_is_unclear(stored, differs, seen):
            raise NotYet(f"text of row {stored.id}: whose edit is not clear yet")
        held = {a.key for a in note.amendments}
        fresh = [
            a for a in differs.only_nomis if a.key not in held and is_fresh(a, seen)
        ]
        if fresh and by_sync(stored.module) and about.attempt == 1:
            raise NotYet(f"amendments of row {stored.id}: DPS may have dropped them")
        return Plan(
            text=differs.text and row_text_wins(stored, seen),
            fields=fields_differ and row_fields_win(stored, differs, seen),
            fresh=fresh,
            gone=[a for a in differs.only_dps if is_removed(a, stored, seen)],
        )

    async def _bring_siblings(
        self, stored: NomisNote, note: DpsNote, row: Mapping, wrote: bool
    ) -> None:
        """Write the note's other NOMIS rows, where they differ (TXT-14)."""
        rows = await self._services.mappings.by_dps(row.dps_id)
        others = [other for other in rows if other.nomis_id != stored.id]
        if not others:
            return
        now = await self._services.dps.note(note.prisoner, note.id) if wrote else note
        if now is None:
            return
        for other in others:
            sibling = await self._services.nomis.note(other.nomis_id)
            if sibling is None or merging.same_text(sibling, now):
                continue
            await self._services.nomis.replace(sibling, now.text, now.amendments)
            track("casenotes-synchronisation-updated-related-success", nomis=sibling.id)

    async def _note_of(
        self, stored: NomisNote, row: Mapping, about: RowEvent
    ) -> DpsNote | None:
        """Read the row's DPS note, moved first if its prisoner changed (MRG-16)."""
        numbers = [n for n in (about.prisoner, row.prisoner) if n]
        note = await finding.note_anywhere(self._services, numbers, row.dps_id)
        if note is None or about.prisoner in (None, note.prisoner):
            return note
        target = about.prisoner or ""
        if await self._holds(note.prisoner, stored.id):
            return note  # the event is older than the move
        if not await self._holds(target, stored.id):
            raise NotYet(f"neither {target} nor {note.prisoner} has row {stored.id}")
        if await self._services.nomis.notes(note.prisoner) is None:
            raise NotYet(f"DPS has not merged {note.prisoner} into {target} yet")
        await self._services.mappings.moved(stored.booking, target)
        await self._services.dps.move(note.prisoner, target, [note.id])
        return await self._services.dps.note(target, note.id)

    async def _holds(self, prisoner: str, nomis_id: int) -> bool:
        rows = await self._services.nomis.notes(prisoner) or []
        return any(row.id == nomis_id for row in rows)

    def _remember(self, stored: NomisNote, about: RowEvent) -> None:
        seen = self._seen.keep(stored.id, self._seen.get(stored.id) or Seen())
        keys = {a.key for a in stored.amendments}
        seen.learn(notation.clean(stored.text), keys)
        seen.fields = fields_of(stored)
        seen.told.add(about.told)


def fields_of(stored: NomisNote) -> tuple[object, ...]:
    """Return the shared fields beside text and amendments."""
    return (stored.type, stored.sub_type, second(stored.occurred))


def may_be_stale(stored: NomisNote, seen: Seen | None, about: RowEvent) -> bool:
    """Whether NOMIS may have answered with the row as before the event (ORD-04).

    A new event of a row that looks as it did last time: either an older event told
    of this change already, or the read lags. Only time tells.
    """
    if seen is None or about.marked or about.attempt >= PATIENCE:
        return False
    if about.told in seen.told:
        return False
    same_amendments = {a.key for a in stored.amendments} <= seen.amendments
    same_text = notation.clean(stored.text) == seen.last
    return same_text and same_amendments and fields_of(stored) == seen.fields


def text_is_unclear(stored: NomisNote, differs: Difference, seen: Seen | None) -> bool:
    """Whether a differing text may be DPS' own edit, on its way to NOMIS.

    So it may, without memory, when a new NOMIS amendment explains the event.
    """
    if by_sync(stored.module) or seen is not None:
        return False
    return differs.text and bool(differs.only_nomis)


def row_text_wins(stored: NomisNote, seen: Seen | None) -> bool:
    """Whether a differing text is a NOMIS user's: changed since last seen.

    A row last written by the sync has its text from DPS.
    """
    if by_sync(stored.module):
        return False
    return seen is None or notation.clean(stored.text) != seen.last


def row_fields_win(stored: NomisNote, differs: Difference, seen: Seen | None) -> bool:
    """Whether a differing type or occurrence is a NOMIS user's (ORD-10).

    What DPS changes there cannot be written to NOMIS (ORD-11) and must not be undone.
    """
    if by_sync(stored.module):
        return False
    if seen is not None:
        return fields_of(stored) != seen.fields
    return not differs


def is_fresh(amendment: Amendment, seen: Seen | None) -> bool:
    """Whether an amendment that DPS lacks is new; else DPS had it and dropped it."""
    return seen is None or amendment.key not in seen.amendments


def is_removed(amendment: Amendment, stored: NomisNote, seen: Seen | None) -> bool:
    """Whether a NOMIS user took away an amendment that DPS still has (TXT-11)."""
    if by_sync(stored.module) or seen is None:
        return False
    return amendment.key in seen.amendments
