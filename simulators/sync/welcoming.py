"""Rows without a mapping: our own write, a merge's copy, or a genuine NOMIS note."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from simulators.sync import copies, finding, merging, requesting
from simulators.sync.envelope import internal
from simulators.sync.notes import MERGE, Mapping, by_sync, may_be_ours
from simulators.sync.ports import CallFailed, CallRefused, NotYet
from simulators.sync.telemetry import alarm, track

if TYPE_CHECKING:
    from simulators.sync.clients import Services
    from simulators.sync.from_nomis import RowEvent
    from simulators.sync.notes import DpsNote, NomisNote
    from simulators.sync.originals import Originals
    from simulators.sync.ports import Attributes, Queues
    from simulators.sync.whereabouts import Whereabouts

RETRY_MAPPING = "RETRY_SYNCHRONISATION_MAPPING"
ATTRIBUTE = "prisoner-from-nomis-synchronisation-"
NOMIS_CREATED = "NOMIS_CREATED"
DPS_CREATED = "DPS_CREATED"
BAD_REQUEST = 400
CONFLICT = 409
PATIENCE = 3


class Welcomer:
    """Decides what an unmapped row is, and maps it."""

    def __init__(
        self,
        services: Services,
        whereabouts: Whereabouts,
        originals: Originals,
        queues: Queues,
        queue: str,
    ) -> None:
        self._services = services
        self._whereabouts = whereabouts
        self._originals = originals
        self._queues = queues
        self._queue = queue

    async def welcome(self, stored: NomisNote, about: RowEvent) -> Mapping | None:
        """Map an unmapped row; None when it is our own write, which maps itself."""
        if about.prisoner is None:
            raise LookupError(f"no event says whose row {stored.id} is")
        prisoner = self._whereabouts.presumed(about.prisoner)
        if copies.may_be_copy(stored):
            original = await self._original(stored, prisoner)
            if original is not None or is_merge_copy(stored):
                return await self._welcome_copy(stored, original, prisoner)
        if may_be_echo(stored):
            own = await self._own_note(stored, prisoner)
            if own is not None:
                return await self._echo(stored, own, about)
            ours = by_sync(stored.module) or stored.made_by_api
            if ours and about.attempt < PATIENCE:
                # Ours, but its DPS note was deleted just now? Then it goes, too.
                raise NotYet(f"row {stored.id} looks like ours, DPS has no such note")
        return await self._create(stored, prisoner)

    async def _original(
        self, stored: NomisNote, prisoner: str
    ) -> tuple[int, Mapping | None] | None:
        """Find the row that a merge copied, and its mapping."""
        rows = await self._services.nomis.notes(prisoner) or []
        mapped = await self._services.mappings.by_nomis_ids([r.id for r in rows])
        if stored.id in mapped:
            raise NotYet(f"row {stored.id} was mapped meanwhile, by the merge's event")
        original = copies.pair(rows, mapped).get(stored.id)
        return None if original is None else (original, mapped.get(original))

    async def _welcome_copy(
        self,
        stored: NomisNote,
        original: tuple[int, Mapping | None] | None,
        prisoner: str,
    ) -> Mapping | None:
        """Map a merge's copy to its original's note; it is never a note of its own."""
        if original and original[1]:
            row = replace(
                original[1],
                nomis_id=stored.id,
                prisoner=prisoner,
                booking=stored.booking,
                kind=NOMIS_CREATED,
            )
            return row if await self._map(row, created=False) else None
        if original is None and await self._originals.deleted_with(stored):
            return None
        raise NotYet(f"row {stored.id}: no mapped original of this merge copy")

    async def _own_note(self, stored: NomisNote, prisoner: str) -> DpsNote | None:
        """Find the DPS-born note that a row without mapping was written for."""
        found = [
            note
            for note in await self._services.dps.notes(prisoner)
            if note.born_in_dps and may_be_note_of(stored, note)
        ]
        exact = [note for note in found if merging.same_note(stored, note)]
        return min(exact or found, key=lambda note: note.id, default=None)

    async def _echo(
        self, stored: NomisNote, own: DpsNote, about: RowEvent
    ) -> Mapping | None:
        """Skip our own write; where NOMIS lost its marker, see that it is mapped."""
        track("casenotes-synchronisation-created-skipped", nomisCaseNoteId=stored.id)
        if by_sync(stored.module):
            return None
        if await self._services.mappings.by_dps(own.id):
            return None
        if about.attempt < PATIENCE and not merging.same_note(stored, own):
            raise NotYet(f"row {stored.id} is likely that of DPS note {own.id}")
        row = Mapping(own.id, stored.id, own.prisoner, stored.booking, DPS_CREATED)
        return row if await self._map(row, created=False) else None

    async def _create(self, stored: NomisNote, prisoner: str) -> Mapping | None:
        """Create the DPS note, unless an earlier attempt did."""
        note = await self._services.dps.note(prisoner, str(stored.id))
        created = note is None
        if note is None:
            request = requesting.new_note(stored, prisoner)
            dps_id, created = await self._services.dps.upsert(request)
        else:
            dps_id = note.id
        row = Mapping(dps_id, stored.id, prisoner, stored.booking, NOMIS_CREATED)
        if not await self._map(row, created):
            return None
        track("casenotes-synchronisation-created-success", **telemetry(row))
        return row

    async def _map(self, row: Mapping, created: bool) -> bool:
        """Write the mapping; on failure queue only the mapping.

        Returns whether the row is ours to go on with: after a conflict it is not,
        and the DPS note that we made for it a moment ago goes away again.
        """
        reason: object
        try:
            answer = await self._services.mappings.add(row)
        except (CallFailed, CallRefused) as failure:
            reason = failure
        else:
            if answer.status < BAD_REQUEST:
                return True
            if answer.status == CONFLICT:
                report_conflict(row, answer.body)
                if created:
                    await self._services.dps.delete(row.dps_id)
                return False
            reason = answer.status
        alarm(RETRY_MAPPING, reason=reason, **telemetry(row))
        body, attributes = retry_message(row)
        await self._queues.send(self._queue, body, attributes)
        return True

    async def take_back(self, about: RowEvent) -> None:
        """Delete the note of a row that went away before it was mapped.

        An earlier attempt may have made it without hearing so.
        """
        if about.prisoner is None:
            return
        note = await self._services.dps.note(about.prisoner, str(about.nomis_id))
        if note is not None and not note.born_in_dps:
            await self._services.dps.delete(note.id)
            alarm("casenotes-create-taken-back", dpsCaseNoteId=note.id)

    async def retry_mapping(self, row: Mapping) -> None:
        """Write a mapping that failed before, if both its ends still live (IDM-07)."""
        stored = await self._services.nomis.note(row.nomis_id)
        note = await finding.note_anywhere(self._services, [row.prisoner], row.dps_id)
        if note is None:
            track("casenotes-mapping-retry-gone", **telemetry(row))
            return
        if stored is None:
            # Deleted in NOMIS while unmapped: its deletion could not find the note.
            if row.kind == NOMIS_CREATED and not note.born_in_dps:
                await self._services.dps.delete(row.dps_id)
            return
        row = replace(row, prisoner=note.prisoner)
        answer = await self._services.mappings.add(row)
        if answer.status == CONFLICT:
            report_conflict(row, answer.body)
        elif answer.status >= BAD_REQUEST:
            raise CallRefused(answer.status, "mapping retry", answer.body)


def may_be_echo(stored: NomisNote) -> bool:
    """Whether an unmapped row may be our own write, to be mapped by whoever made it."""
    return may_be_ours(stored)


def may_be_note_of(stored: NomisNote, note: DpsNote) -> bool:
    """Whether a row can have been written for a DPS note.

    Author and second of creation decide; the text may have changed meanwhile.
    """
    return merging.same_origin(stored, note) and merging.same_type(stored, note)


def is_merge_copy(stored: NomisNote) -> bool:
    """Whether a NOMIS merge made the row: no note of its own (MRG-03)."""
    return stored.module == MERGE


def retry_message(row: Mapping) -> tuple[str, Attributes]:
    """Return the RETRY_SYNCHRONISATION_MAPPING message (events-and-config 3.2)."""
    document = {k: v for k, v in row.document().items() if v is not None}
    content = {"body": document, "telemetryAttributes": telemetry(row)}
    return internal(RETRY_MAPPING, content, ATTRIBUTE + RETRY_MAPPING)


def report_conflict(row: Mapping, body: Any) -> None:
    """Name both pairs of a conflict: a person has to look (IDM-04)."""
    more = (body or {}).get("moreInfo") or {}
    alarm(
        "from-nomis-synch-casenote-duplicate",
        existing=more.get("existing"),
        **telemetry(row),
    )


def telemetry(row: Mapping) -> dict[str, str]:
    """Return the members that the builds report about a mapping."""
    return {
        "dpsCaseNoteId": row.dps_id,
        "offenderNo": row.prisoner,
        "nomisCaseNoteId": str(row.nomis_id),
        "bookingId": str(row.booking),
        "mappingType": row.kind,
    }
