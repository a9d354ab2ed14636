"""The estate in the fakes: a prisoner's history comes in when first asked for.

Every call passes the Wire, which knows whom it names; so histories, notes and alerts,
stand in NOMIS, DPS and mapping before the first operation looks for them. What nobody
changed is dropped again, oldest first, for it can be computed anew: memory holds what
changed, and a few.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from harness.loadrun.alerting import bring_alerts, drop_alerts
from harness.scope import is_prisoner
from simulators.dps.records import Amendment, Author, Note
from simulators.estate import FIRST_DAY, FIRST_STAFF, PRISONERS, Estate, HistoricNote
from simulators.mapping.notes import NoteMapping
from simulators.nomis import text as markers
from simulators.nomis.notes import INSTITUTION
from simulators.nomis.rows import Booking, CaseNote, Offender

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from harness.composition import Composition

KEPT = 200
"""Unchanged histories kept in memory."""
_OUT = "OUT"


class Filling:
    """Fills one world's fakes from an estate; `mapped`: DPS has the notes, too."""

    def __init__(
        self, fakes: Composition, estate: Estate, prisons: list[str], *, mapped: bool
    ) -> None:
        """Fill nothing yet; `prisons` are the codes of the estate's prisons."""
        self.estate = estate
        self.changed: set[int] = set()
        self.listed: list[int] = []
        self._clean: OrderedDict[int, None] = OrderedDict()
        self._authors: dict[int, Author] = {}
        self._fakes = fakes
        self._prisons = prisons
        self.mapped = mapped

    def touch(self, subjects: Iterable[str], writes: bool) -> None:
        """Bring in whom a call names; one that writes keeps them for good."""
        for subject in subjects:
            index = self._whose(subject)
            if index is not None:
                self.fill(index, writes=writes)

    def fill(self, index: int, *, writes: bool = False) -> str:
        """Bring in one prisoner; returns the number."""
        number = self.estate.number(index)
        if index in self.changed:
            return number
        if index not in self._clean:
            self._bring(index, number)
        self._clean[index] = None
        self._clean.move_to_end(index)
        if writes:
            del self._clean[index]
            self.changed.add(index)
        while len(self._clean) > KEPT:
            self._drop(self._clean.popitem(last=False)[0])
        return number

    def introduce(self, index: int) -> dict[str, Any]:
        """Bring in somebody to be written about, for good.

        Returns number and prison, the NOMIS id of the `first` historic note and how
        many `notes` there are: their ids follow each other.
        """
        history = self.estate.notes(index)
        return {
            "prisoner": self.fill(index, writes=True),
            "prison": self._prisons[self.estate.prison(index)],
            "first": history[0].nomis_id if history else 0,
            "notes": len(history),
        }

    def list_in_nomis(self, indexes: list[int]) -> None:
        """Let NOMIS list these, too: their histories come in when asked for."""
        self.listed += indexes
        to_come = self._fakes.nomis.people.to_come
        to_come.update((self.estate.number(i), PRISONERS + i) for i in indexes)

    def _whose(self, subject: str) -> int | None:
        if is_prisoner(subject):
            return self.estate.index(subject)
        return self.estate.owner(int(subject) if subject.isdecimal() else subject)

    def _bring(self, index: int, number: str) -> None:
        agency = self._prisons[self.estate.prison(index)]
        history = self.estate.notes(index)
        bookings = self.estate.bookings(index)
        people = self._fakes.nomis.people
        people.offenders[number] = Offender(number, PRISONERS + index, list(bookings))
        # A booking begins before its first note; the older one has ended.
        for sequence, booking in enumerate(bookings, 1):
            mine = [note for note in history if note.booking == booking]
            begun = min((n.occurred for n in mine), default=FIRST_DAY)
            row = Booking(booking, number, agency, begun, sequence)
            if sequence > 1:
                ended = mine[-1].created if mine else begun
                row.active, row.in_out, row.ended = False, _OUT, ended.date()
            people.bookings[booking] = row
        self._fakes.search.add_prisoner(number, "Estate", f"Prisoner {index}")
        now = self._fakes.clock.local()
        for note in history:
            self._bring_note(note, number, agency, now)
        alerts = self.estate.alerts(index)
        bring_alerts(self._fakes, alerts, number, agency, self._author)

    def _bring_note(
        self, note: HistoricNote, number: str, agency: str, now: datetime
    ) -> None:
        fakes = self._fakes
        author = self._author(note.staff)
        text = note.text
        for one in note.amendments:
            who = self._author(one.staff).username
            text += markers.Amendment(one.text, who, one.created).rendered()
        fakes.nomis.notes.keep_historic(
            CaseNote(
                case_note_id=note.nomis_id,
                booking_id=note.booking,
                type=note.type,
                sub_type=note.sub_type,
                occurred_date=note.occurred.date(),
                occurred_time=note.occurred,
                created_date=note.created.date(),
                created_time=note.created,
                staff_id=FIRST_STAFF + note.staff,
                agency=agency,
                text=text,
                source=INSTITUTION,
                inserted=note.created,
                create_user=author.username,
                audit_module="OIDNOMIS",
                username=author.username,
            )
        )
        if not self.mapped:
            return
        fakes.dps.store.put(self._in_dps(note, number, agency, author))
        fakes.mapping.notes.insert(
            NoteMapping(
                note.dps_id,
                note.nomis_id,
                number,
                note.booking,
                mapping_type="MIGRATED",
                label="estate",
                when_created=now,
            )
        )

    def _in_dps(
        self, note: HistoricNote, number: str, agency: str, author: Author
    ) -> Note:
        amendments: tuple[Amendment, ...] = (
            ()
            if not note.amendments
            else tuple(
                Amendment(
                    id=self.estate.dps_id(note.nomis_id + place * 2**30),
                    author=self._author(one.staff),
                    text=one.text,
                    system="NOMIS",
                    created=one.created,
                    created_by=self._author(one.staff).username,
                )
                for place, one in enumerate(note.amendments, 1)
            )
        )
        return Note(
            id=note.dps_id,
            person=number,
            type=note.type,
            sub_type=note.sub_type,
            occurred=note.occurred,
            location=agency,
            author=author,
            text=note.text,
            system_generated=False,
            system="NOMIS",
            created=note.created,
            created_by=author.username,
            legacy_id=note.nomis_id,
            amendments=amendments,
        )

    def _author(self, staff: int) -> Author:
        """Return a member of the estate's staff, known to NOMIS from now on."""
        known = self._authors.get(staff)
        if known is None:
            known = self._authors[staff] = self._employ(staff)
        return known

    def _employ(self, staff: int) -> Author:
        staff_id = FIRST_STAFF + staff
        username = f"EST{staff:05d}_GEN"
        if staff_id not in self._fakes.nomis.people.staff:
            name = f"Staff {staff}"
            self._fakes.nomis.add_staff(staff_id, "Estate", name, [username])
        return Author(username, str(staff_id), f"Estate Staff {staff}")

    def _drop(self, index: int) -> None:
        """Forget a history that nobody changed; its people stay."""
        fakes = self._fakes
        number, bookings = self.estate.number(index), self.estate.bookings(index)
        drop_alerts(fakes, number, bookings)
        for booking in bookings:
            for row in fakes.nomis.notes.drop_historic(booking):
                stored = fakes.dps.store.by_legacy(row.case_note_id)
                if stored is not None:
                    fakes.dps.store.remove(stored)
                fakes.mapping.notes.delete_nomis_id(row.case_note_id)
            del fakes.nomis.people.bookings[booking]
        del fakes.nomis.people.offenders[number]
