"""Creating the NOMIS row of a DPS note exactly once, and its mapping.

NOMIS takes the same create twice and makes two rows (http-contracts N2), so whoever
may be repeating a create looks first, and two workers who raced agree on one row.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from simulators.sync import finding, merging, notes, twins
from simulators.sync.envelope import internal
from simulators.sync.memory import Memory
from simulators.sync.notes import Mapping, may_be_ours
from simulators.sync.ports import CallFailed, CallRefused, NotYet
from simulators.sync.telemetry import alarm, track
from simulators.sync.told import may_have_created

if TYPE_CHECKING:
    from simulators.sync.clients import Services
    from simulators.sync.notes import DpsNote
    from simulators.sync.ports import Attributes, Queues
    from simulators.sync.told import Told

RETRY_CREATE_MAPPING = "RETRY_CREATE_MAPPING"
PATIENCE = 4
DPS_CREATED = "DPS_CREATED"
NOMIS_CREATED = "NOMIS_CREATED"
BAD_REQUEST = 400
CONFLICT = 409


@dataclass(frozen=True, slots=True)
class Created:
    """The mappings to write through, and whether the row is fresh from the note.

    No mappings: the row turned out to belong to another DPS note.
    """

    rows: list[Mapping]
    fresh: bool


class Creator:
    """Creates and maps NOMIS rows."""

    def __init__(self, services: Services, queues: Queues, queue: str) -> None:
        self._services = services
        self._queues = queues
        self._queue = queue
        # Rows that we made, by DPS id; None: the answer is still out, or was lost.
        self._made: Memory[str, tuple[int, int] | None] = Memory()

    async def create(self, note: DpsNote, tale: Told) -> Created:
        """Create the NOMIS row, or adopt the one an earlier attempt made."""
        if not note.born_in_dps:
            return await self._adopt_original(note)
        looks = may_have_created(tale, note) or note.id in self._made
        own = self._made.get(note.id) or (await self._own_row(note) if looks else None)
        self._made.keep(note.id, own)
        nomis_id, booking = own or await self._post(note)
        self._made.keep(note.id, (nomis_id, booking))
        row = Mapping(note.id, nomis_id, note.prisoner, booking, DPS_CREATED)
        if not await self._map(row):
            return Created([], fresh=False)
        return Created(await self._settle_race(row), fresh=own is None)

    async def _adopt_original(self, note: DpsNote) -> Created:
        """Map a note that NOMIS made to its row, whose id is the legacy id.

        The mapping is on its way in the other half; a row that is gone was deleted,
        and its note with it, so it is never created anew (DEL-08).
        """
        stored = await self._services.nomis.note(note.legacy_id)
        if stored is None:
            alarm("casenotes-create-original-gone", dpsCaseNoteId=note.id)
            return Created([], fresh=False)
        row = Mapping(note.id, stored.id, note.prisoner, stored.booking, NOMIS_CREATED)
        mapped = await self._map(row)
        return Created([row] if mapped else [], fresh=False)

    async def retry_mapping(self, row: Mapping, attempt: int) -> None:
        """Write a mapping that failed before, if both its ends still live (IDM-07)."""
        stored = await self._services.nomis.note(row.nomis_id)
        if stored is None:
            if attempt < PATIENCE:
                # The row is young: the read may lag behind its making (ORD-04).
                raise NotYet(f"NOMIS does not show row {row.nomis_id} yet")
            track("casenotes-mapping-retry-gone", **telemetry(row))
            return
        note = await finding.note_anywhere(self._services, [row.prisoner], row.dps_id)
        if note is None:
            # Deleted while unmapped: its deletion could not find the row.
            if may_be_ours(stored):
                await self._services.nomis.delete(stored.id)
            track("casenotes-mapping-retry-deleted", **telemetry(row))
            return
        row = replace(row, prisoner=note.prisoner)
        answer = await self._services.mappings.add(row)
        if answer.status == CONFLICT:
            report_conflict(row, answer.body)
        elif answer.status >= BAD_REQUEST:
            raise CallRefused(answer.status, "mapping retry", answer.body)
        else:
            track("casenotes-create-success", **telemetry(row))
            await self._settle_race(row)

    async def _own_row(self, note: DpsNote) -> tuple[int, int] | None:
        """Find the row that the sync made for a note and never mapped (DUP-01).

        Returns its id and booking.
        """
        rows = await self._services.nomis.notes(note.prisoner) or []
        likely = [row for row in rows if twins.may_be_own(row, note)]
        if not likely:
            return None
        mapped = await self._services.mappings.by_nomis_ids([r.id for r in likely])
        free = [row for row in likely if row.id not in mapped]
        exact = [row for row in free if merging.same_note(row, note)]
        found = min(exact or free, key=lambda row: row.id, default=None)
        if found is None:
            return None
        track("casenotes-create-adopted", nomisCaseNoteId=found.id)
        return found.id, found.booking

    async def _post(self, note: DpsNote) -> tuple[int, int]:
        request = create_request(note)
        try:
            return await self._services.nomis.create(note.prisoner, request)
        except CallRefused as refusal:
            if not author_unknown(refusal):
                raise
        # The note matters more than its author, who has no NOMIS account (TXT-17).
        alarm("casenotes-create-unknown-author", dpsCaseNoteId=note.id)
        request["authorUsername"] = notes.SYSTEM_AUTHOR
        return await self._services.nomis.create(note.prisoner, request)

    async def _map(self, row: Mapping) -> bool:
        """Write the mapping; on failure queue only the mapping, never the create.

        Returns whether the row is ours: a conflict is final (IDM-04).
        """
        reason: object
        try:
            answer = await self._services.mappings.add(row)
        except (CallFailed, CallRefused) as failure:
            reason = failure
        else:
            if answer.status < BAD_REQUEST:
                track("casenotes-create-success", **telemetry(row))
                return True
            if answer.status == CONFLICT:
                report_conflict(row, answer.body)
                return False
            reason = answer.status
        alarm("casenotes-mapping-create-failed", reason=reason, **telemetry(row))
        body, attributes = retry_message(row)
        await self._queues.send(self._queue, body, attributes)
        return True

    async def _settle_race(self, row: Mapping) -> list[Mapping]:
        """Keep one of the rows that two workers made for one note (DUP-06).

        A twin's mapping goes before its row: the deleted event of a row that is still
        mapped would delete the note everywhere.
        """
        rows = await self._services.mappings.by_dps(row.dps_id)
        twins = surplus(rows)
        for twin in twins:
            alarm("casenotes-create-race", **telemetry(twin))
            await self._services.mappings.remove(twin.nomis_id)
            await self._services.nomis.delete(twin.nomis_id)
        return [other for other in rows if other not in twins] or [row]


def surplus(rows: list[Mapping]) -> list[Mapping]:
    """Return the rows, beyond the first, that the sync made on one booking.

    Copies made by a NOMIS merge are lawful: they were not created from DPS.
    """
    extra: list[Mapping] = []
    first: dict[int, Mapping] = {}
    for row in sorted(rows, key=lambda row: row.nomis_id):
        if row.kind != DPS_CREATED:
            continue
        if first.setdefault(row.booking, row) is not row:
            extra.append(row)
    return extra


def create_request(note: DpsNote) -> dict[str, Any]:
    """Return the CreateCaseNoteRequest: the note without amendments."""
    return {
        "caseNoteType": note.type,
        "caseNoteSubType": note.sub_type,
        "occurrenceDateTime": note.occurred.isoformat(),
        "creationDateTime": note.created.isoformat(),
        "authorUsername": note.username,
        "caseNoteText": note.text,
    }


def author_unknown(refusal: CallRefused) -> bool:
    """Whether NOMIS refused because it has no account of that name."""
    return refusal.status == BAD_REQUEST and "Username" in str(refusal.body)


def retry_message(row: Mapping) -> tuple[str, Attributes]:
    """Return the RETRY_CREATE_MAPPING message (events-and-config 3.3)."""
    content = {
        "mapping": row.document(),
        "telemetryAttributes": telemetry(row),
        "entityName": "casenotes",
    }
    return internal(RETRY_CREATE_MAPPING, content, RETRY_CREATE_MAPPING, True)


def report_conflict(row: Mapping, body: Any) -> None:
    """Name both pairs of a conflict: a person has to look."""
    more = (body or {}).get("moreInfo") or {}
    alarm(
        "to-nomis-synch-casenotes-duplicate",
        existing=more.get("existing"),
        **telemetry(row),
    )


def telemetry(row: Mapping) -> dict[str, str]:
    """Return the members that the builds report about a mapping."""
    return {
        "dpsCaseNoteId": row.dps_id,
        "offenderNo": row.prisoner,
        "nomisCaseNoteId": str(row.nomis_id),
        "nomisBookingId": str(row.booking),
        "mappingType": row.kind,
    }
