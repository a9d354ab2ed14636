"""The case-note table: every write to it, with the stamps and the event it causes."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulators.nomis.lag import LaggingView
from simulators.nomis.people import UnknownError
from simulators.nomis.rows import CaseNote, two_columns
from simulators.nomis.times import whole_seconds

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from simulators.clock import Clock
    from simulators.nomis.events import Emitter
    from simulators.nomis.people import People
    from simulators.nomis.rows import Booking

FIRST_CASE_NOTE = 100_000_001
API_USER = "NOMIS_API"
INSTITUTION, AUTOMATIC, EXTERNAL = "INST", "AUTO", "EXT"


class LinkedError(RuntimeError):
    """A row elsewhere in NOMIS still points at the note (fault corpus DEL-07)."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a writer says of a new note; times are local, `created` None means now."""

    type: str
    sub_type: str
    text: str
    username: str
    staff_id: int
    occurred: datetime | None = None
    created: datetime | None = None
    source: str = INSTITUTION
    with_agency: bool = True


class CaseNotes:
    """All case notes by id and by booking."""

    def __init__(self, clock: Clock, people: People, emitter: Emitter) -> None:
        """Start empty; ids count up from 100,000,001."""
        self._clock = clock
        self._people = people
        self._emitter = emitter
        self._next = FIRST_CASE_NOTE
        self.rows: dict[int, CaseNote] = {}
        self._by_booking: dict[int, dict[int, CaseNote]] = {}
        self.view: LaggingView[int, CaseNote] = LaggingView(clock)
        # True: a row that links to the note blocks its deletion, as before 2025-12-23.
        self.links_block_delete = False

    def insert(
        self, booking: Booking, draft: Draft, module: str | None, user: str
    ) -> CaseNote:
        """Insert a note and raise INSERTED; agency = where the booking is now."""
        now = self._clock.local()
        occurred = two_columns(draft.occurred or now)
        created = two_columns(draft.created or now)
        row = CaseNote(
            case_note_id=self._take_id(),
            booking_id=booking.booking_id,
            type=draft.type,
            sub_type=draft.sub_type,
            occurred_date=occurred[0],
            occurred_time=occurred[1],
            created_date=created[0],
            created_time=created[1],
            staff_id=draft.staff_id,
            agency=booking.agency if draft.with_agency else None,
            text=draft.text,
            source=draft.source,
            inserted=now,
            create_user=user,
            audit_module=module,
            username=draft.username,
        )
        self.view.note(row.case_note_id, booking.prisoner, None)
        self._keep(row)
        self._emitter.note("INSERTED", row, module)
        return row

    def copy_to(
        self, row: CaseNote, booking: Booking, inserted: datetime, *, emit: bool
    ) -> CaseNote:
        """Copy a note to another booking, as a merge did: module MERGE, new stamp."""
        made = copy.copy(row)
        made.case_note_id = self._take_id()
        made.booking_id = booking.booking_id
        made.inserted = inserted
        made.audit_module = "MERGE"
        made.modify_user = made.modified = None
        self.view.note(made.case_note_id, booking.prisoner, None)
        self._keep(made)
        if emit:
            self._emitter.note("INSERTED", made, made.audit_module)
        return made

    def seed(self, row: CaseNote) -> CaseNote:
        """Keep a historic row as it is, without an event; id 0 takes the next one."""
        if not row.case_note_id:
            row.case_note_id = self._take_id()
        self._next = max(self._next, row.case_note_id + 1)
        self._keep(row)
        return row

    def keep_historic(self, row: CaseNote) -> None:
        """Keep a row whose id lies outside our own sequence, without an event."""
        self._keep(row)

    def drop_historic(self, booking_id: int) -> list[CaseNote]:
        """Forget a booking's rows, without an event; returns them."""
        rows = list(self._by_booking.pop(booking_id, {}).values())
        for row in rows:
            del self.rows[row.case_note_id]
        return rows

    def forget(self, case_note_id: int) -> None:
        """Remove a row as if it had never been, without an event."""
        row = self.rows.pop(case_note_id)
        del self._by_booking[row.booking_id][case_note_id]

    def update(
        self,
        row: CaseNote,
        module: str | None,
        user: str,
        *,
        text: str | None = None,
        kind: tuple[str, str] | None = None,
        occurred: datetime | None = None,
    ) -> bool:
        """Change a note; says whether anything changed.

        An update that changes no column is no SQL update: no event, and module and
        modify columns stay (http-contracts N3).
        """
        before = row.text, row.type, row.sub_type, row.occurred_date, row.occurred_time
        after = (
            before[0] if text is None else text,
            *(before[1:3] if kind is None else kind),
            *(before[3:] if occurred is None else two_columns(occurred)),
        )
        if after == before:
            return False
        self.view.note(row.case_note_id, self.prisoner_of(row), row)
        row.text, row.type, row.sub_type, row.occurred_date, row.occurred_time = after
        row.audit_module = module
        row.modify_user, row.modified = user, self._clock.local()
        row.version += 1
        self._emitter.note("UPDATED", row, module)
        return True

    def delete(self, row: CaseNote, module: str | None) -> None:
        """Delete a note with its links, and raise DELETED; `LinkedError` if blocked."""
        if row.linked and self.links_block_delete:
            raise LinkedError(
                "ORA-02292: integrity constraint (OMS_OWNER.OFF_CASE_NOTE_SENTS_FK1) "
                "violated - child record found"
            )
        self.view.note(row.case_note_id, self.prisoner_of(row), row)
        del self.rows[row.case_note_id]
        del self._by_booking[row.booking_id][row.case_note_id]
        self._emitter.note("DELETED", row, module)

    def get(self, case_note_id: int) -> CaseNote:
        """Return the row as it is, or raise `UnknownError`."""
        return _found(case_note_id, self.rows.get(case_note_id))

    def read(self, case_note_id: int) -> CaseNote:
        """Return the row as an API reader sees it, lag included."""
        row = self.view.read(case_note_id, self.rows.get(case_note_id))
        return _found(case_note_id, row)

    def of_booking(self, booking_id: int) -> list[CaseNote]:
        """Return a booking's notes, ascending by id."""
        rows = self._by_booking.get(booking_id, {})
        return [rows[key] for key in sorted(rows)]

    def of_prisoner(self, number: str) -> list[CaseNote]:
        """Return a prisoner's notes on all bookings, ascending by id."""
        rows = [
            row
            for booking in self._people.bookings_of(number)
            for row in self._by_booking.get(booking.booking_id, {}).values()
        ]
        return sorted(rows, key=lambda row: row.case_note_id)

    def seen_of_prisoner(self, number: str) -> Iterator[CaseNote]:
        """Yield a prisoner's notes as an API reader sees them, ascending by id."""
        mine = {each.booking_id for each in self._people.bookings_of(number)}
        ids = {row.case_note_id for row in self.of_prisoner(number)}
        for case_note_id in sorted(ids.union(self.view.pending())):
            row = self.view.read(case_note_id, self.rows.get(case_note_id))
            if row is not None and row.booking_id in mine:
                yield row

    def prisoner_of(self, row: CaseNote) -> str | None:
        """Return the prisoner who owns the note's booking now."""
        return self._people.owner_of(row.booking_id)

    def creation(self, row: CaseNote) -> datetime:
        """Return the business creation time in whole seconds, midnight if unknown."""
        from datetime import datetime, time

        moment = row.created_time or datetime.combine(row.created_date, time.min)
        return whole_seconds(moment)

    def _keep(self, row: CaseNote) -> None:
        self.rows[row.case_note_id] = row
        self._by_booking.setdefault(row.booking_id, {})[row.case_note_id] = row

    def _take_id(self) -> int:
        case_note_id = self._next
        self._next += 1
        return case_note_id


def _found(case_note_id: int, row: CaseNote | None) -> CaseNote:
    if row is None:
        raise UnknownError(f"Case note not found for caseNoteId={case_note_id}")
    return row
