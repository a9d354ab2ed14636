"""DPS to NOMIS: case notes created, updated and deleted in DPS.

Every handler reads both sides anew and writes only what differs, so messages may come
late, twice, in any order and after a crash (http-contracts 7.3, events 9.2).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from simulators.sync import finding, merging, notes
from simulators.sync import text as notation
from simulators.sync.creating import Creator, telemetry
from simulators.sync.leftovers import Leftovers
from simulators.sync.locks import Locks
from simulators.sync.memory import Memory, Seen
from simulators.sync.notes import by_sync, by_user, moment, second
from simulators.sync.ports import CallFailed, CallRefused, NotYet
from simulators.sync.telemetry import track
from simulators.sync.told import is_ours, told

if TYPE_CHECKING:
    from datetime import datetime

    from simulators.sync.clients import Services
    from simulators.sync.envelope import Event
    from simulators.sync.merging import Difference
    from simulators.sync.notes import Amendment, DpsNote, Mapping, NomisNote
    from simulators.sync.ports import Queues
    from simulators.sync.told import Told

ROUNDS = 5
PATIENCE = 3
EDIT_PATIENCE = 4
"""Longer than from-nomis takes to decide about the same edit: the two must not each
yield to the other at the same moment."""
LAST = 4
"""The last attempt that the queue of case notes grants (events-and-config 4.6)."""
NOT_FOUND = 404
RETENTION = timedelta(days=14)
"""How long the queues keep a message at most (events-and-config 4.5)."""


class ToNomis:
    """The case-note flows of the half that writes NOMIS."""

    def __init__(self, services: Services, queues: Queues, queue: str) -> None:
        self._services = services
        self._creator = Creator(services, queues, queue)
        self._leftovers = Leftovers(services)
        self._locks = Locks()
        self._seen: Memory[str, Seen] = Memory()
        self._known: Memory[str, None] = Memory()

    async def changed(self, event: Event) -> None:
        """Handle created and updated alike: NOMIS gets the note as it is now."""
        tale = told(event)
        if not is_ours(tale):
            track("casenotes-ignored", dpsCaseNoteId=tale.dps_id, type=event.type)
            await self._learn(tale)
            return
        await self.bring(tale)

    async def bring(self, tale: Told) -> None:
        """Make every NOMIS copy show the DPS note, creating the first if need be."""
        async with self._locks.hold(tale.dps_id):
            rows = await self._services.mappings.by_dps(tale.dps_id)
            numbers = [tale.prisoner, *(row.prisoner for row in rows)]
            note = await finding.note_anywhere(self._services, numbers, tale.dps_id)
            if note is None:
                if may_still_appear(tale, tale.dps_id in self._known):
                    raise NotYet(f"DPS has no note {tale.dps_id} yet")
                track("casenotes-skipped-deleted", dpsCaseNoteId=tale.dps_id)
                await self._leftovers.remove_orphans(tale)
                return
            self._known.keep(note.id, None)
            shown, is_new = False, not rows
            if not rows:
                created = await self._creator.create(note, tale)
                rows, shown = created.rows, created.fresh and not note.amendments
            elif tale.attempt > 1:
                await self._leftovers.remove_twins(note, rows)
            for _ in range(ROUNDS):
                if not rows:
                    return
                now = await self._write_all(note, rows, tale, shown)
                if now is None and is_new:
                    # Its deleted event may have come before the mapping it needs.
                    await self._remove(note.id, rows)
                if now is None or not changed_meanwhile(note, now):
                    return
                note, shown = now, False
            raise NotYet(f"DPS note {note.id} keeps changing")

    async def deleted(self, event: Event) -> None:
        """Delete every NOMIS copy and the mappings of a deleted DPS note."""
        tale = told(event)
        if not is_ours(tale):
            track("casenotes-deleted-ignored", dpsCaseNoteId=tale.dps_id)
            return
        async with self._locks.hold(tale.dps_id):
            self._known.keep(tale.dps_id, None)
            rows = await self._services.mappings.by_dps(tale.dps_id)
            if not rows:
                track("casenotes-deleted-skipped", dpsCaseNoteId=tale.dps_id)
                return
            numbers = [tale.prisoner, *(row.prisoner for row in rows)]
            if await finding.note_under(self._services.dps, numbers, tale.dps_id):
                track("casenotes-deleted-not-gone", dpsCaseNoteId=tale.dps_id)
                return
            await self._remove(tale.dps_id, rows)

    async def retry_mapping(self, event: Event) -> None:
        """Handle RETRY_CREATE_MAPPING."""
        row = notes.mapping(event.content["mapping"])
        async with self._locks.hold(row.dps_id):
            await self._creator.retry_mapping(row, event.message.attempt)

    async def _write_all(
        self, note: DpsNote, rows: list[Mapping], tale: Told, shown: bool
    ) -> DpsNote | None:
        """Write every copy that differs; returns the note as DPS has it then.

        `shown`: the rows are fresh and show the note already.
        """
        for row in rows:
            if not shown:
                await self._write(note, row, tale)
        self._remember(note)
        now = await finding.note_anywhere(self._services, [note.prisoner], note.id)
        if now is not None and now.prisoner != note.prisoner:
            # Merged or moved while the mapping was being written, perhaps too late
            # for it to be renumbered.
            for row in rows:
                await self._services.mappings.moved(row.booking, now.prisoner)
        return now

    async def _write(self, note: DpsNote, row: Mapping, tale: Told) -> None:
        """Write one copy, if it does not show the note yet (LOOP-13)."""
        stored = await self._services.nomis.note(row.nomis_id)
        if stored is None:
            if tale.attempt < PATIENCE:
                raise NotYet(f"NOMIS does not show row {row.nomis_id}")
            # Deleted in NOMIS; the event of that deletion does the rest.
            track("casenotes-amend-row-gone", **telemetry(row))
            return
        seen = self._seen.get(note.id)
        differs = merging.difference(stored, note)
        if text_is_news(stored, differs, seen) and tale.attempt < EDIT_PATIENCE:
            raise NotYet(f"NOMIS text of {row.nomis_id} has not reached DPS yet")
        now = moment(tale.occurred) if tale.occurred else None
        kept = [a for a in differs.only_nomis if is_news(a, stored, note, seen, now)]
        amendments = merging.in_order([*note.amendments, *kept])
        more = changed_fields(stored, note, seen)
        if already_shown(stored, note, amendments) and not more:
            return
        if kept and would_be_cut(note, amendments):
            raise NotYet(f"amendments of {row.nomis_id} have not reached DPS yet")
        if not await self._replace(stored, note, amendments, more, tale):
            return
        if kept:
            self._remember(note).kept.update(a.key for a in kept)
        track("casenotes-amend-success", **telemetry(row))

    async def _replace(
        self,
        stored: NomisNote,
        note: DpsNote,
        amendments: list[Amendment],
        more: dict[str, Any],
        tale: Told,
    ) -> bool:
        """Write the row anew; False if it went away meanwhile."""
        nomis = self._services.nomis
        try:
            await nomis.replace(stored, note.text, amendments, more)
        except (CallFailed, CallRefused) as failure:
            if isinstance(failure, CallRefused) and failure.status == NOT_FOUND:
                return False
            # Only an answer was lost? After the last attempt nobody looks (RET-07).
            now = await nomis.note(stored.id) if tale.attempt >= LAST else None
            if now is None or not already_shown(now, note, amendments):
                raise
        return True

    async def _remove(self, dps_id: str, rows: list[Mapping]) -> None:
        gone: set[int] = set()
        while left := [row.nomis_id for row in rows if row.nomis_id not in gone]:
            for nomis_id in left:
                await self._services.nomis.delete(nomis_id)
            gone.update(left)
            # A merge may have copied a row, and mapped the copy, meanwhile.
            rows = await self._services.mappings.by_dps(dps_id)
        await self._services.mappings.remove_all(dps_id)
        track("casenotes-deleted-success", dpsCaseNoteId=dps_id)

    async def _learn(self, tale: Told) -> None:
        """Look at what NOMIS brought to DPS: later it will not be taken for news."""
        if not tale.synced:
            return
        try:
            note = await self._services.dps.note(tale.prisoner, tale.dps_id)
        except (CallFailed, CallRefused):
            return  # only a hint is missed
        if note is not None:
            self._remember(note)

    def _remember(self, note: DpsNote) -> Seen:
        seen = self._seen.keep(note.id, self._seen.get(note.id) or Seen())
        keys = {a.key for a in note.amendments}
        seen.learn(notation.clean(note.text), keys)
        seen.fields = fields_of(note)
        seen.kept -= keys
        return seen


def may_still_appear(tale: Told, known: bool) -> bool:
    """Whether a missing note may only be late; one seen or told deleted is gone."""
    return not known and tale.attempt < PATIENCE


def changed_meanwhile(before: DpsNote, now: DpsNote) -> bool:
    """Whether DPS changed between our read and our write (ORD-05)."""
    return before != now


def already_shown(
    stored: NomisNote, note: DpsNote, amendments: list[Amendment]
) -> bool:
    """Whether the row shows this already: then nothing is written (LOOP-13)."""
    return merging.shows(stored, note.text, amendments)


def fields_of(note: DpsNote) -> tuple[object, ...]:
    """Return the shared fields beside text and amendments."""
    return (note.type, note.sub_type, second(note.occurred))


def changed_fields(
    stored: NomisNote, note: DpsNote, seen: Seen | None
) -> dict[str, Any]:
    """Return type and occurrence, where DPS changed them (ORD-11).

    Today's NOMIS does not take them from an update; one that does gets what it needs.
    """
    if merging.same_fields(stored, note):
        return {}
    if seen is None or not seen.fields:
        told = by_sync(stored.module)
    else:
        told = by_sync(stored.module) or seen.fields != fields_of(note)
    if not told:
        return {}
    kept = merging.same_type(stored, note)
    return {
        "caseNoteType": stored.type if kept else note.type,
        "caseNoteSubType": note.sub_type,
        "occurrenceDateTime": note.occurred.isoformat(),
    }


def would_be_cut(note: DpsNote, amendments: list[Amendment]) -> bool:
    """Whether NOMIS would shorten the text, losing what only NOMIS holds."""
    full = notation.render(note.text, [a.written for a in amendments])
    return notation.cut(full) != full


def text_is_news(stored: NomisNote, differs: Difference, seen: Seen | None) -> bool:
    """Whether the row's text is a NOMIS user's edit that DPS does not have yet.

    Without memory a DPS amendment that NOMIS lacks explains the event, so the text
    may be a NOMIS user's; else the DPS text itself must be what changed.
    """
    if not differs.text or not by_user(stored.module):
        return False
    if seen is None:
        return bool(differs.only_dps)
    return notation.clean(stored.text) not in seen.texts


def is_news(
    amendment: Amendment,
    stored: NomisNote,
    note: DpsNote,
    seen: Seen | None,
    now: datetime | None,
) -> bool:
    """Whether an amendment that only NOMIS has is a NOMIS user's, to be kept (ORD-07).

    Otherwise DPS had it and took it away, or changed its words. What is older than
    any message can be is no news: DPS had it, though we have not seen it.
    """
    if seen is not None and amendment.key in seen.kept:
        return True
    if by_sync(stored.module):
        return False
    if seen is not None:
        return amendment.key not in seen.amendments
    if now is not None and now - amendment.created > RETENTION:
        return False
    return (amendment.username.upper(), amendment.key[1]) not in {
        (a.username.upper(), second(a.created)) for a in note.amendments
    }
