"""The alert table, and the database trigger that writes case notes from it.

The trigger's source is public nowhere; what is known, and the options for what is not,
stand in events-and-config 7.1.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import TYPE_CHECKING

from simulators.nomis.lag import LaggingView
from simulators.nomis.notes import AUTOMATIC, CaseNotes, Draft
from simulators.nomis.people import SCHEMA_OWNER, UnknownError

if TYPE_CHECKING:
    from datetime import date

    from simulators.clock import Clock
    from simulators.nomis.events import Emitter
    from simulators.nomis.people import People
    from simulators.nomis.reference import Reference
    from simulators.nomis.rows import Alert, Booking, CaseNote

COPY_BOOKING = "OMKCOPY.COPY_BOOKING_DATA"
TRIGGER_MODULE = "ALERTTRG"
MODULE_MODES = ("own", "null", "inherited")
AUTHOR_MODES = ("officer", "owner")
AGENCY_MODES = ("booking", "null")


@dataclass(slots=True)
class Trigger:
    """Options of the alert trigger.

    `off` names the prisons where it does not fire (default: it fires everywhere);
    `suppressed` stops it everywhere, as for a mass data fix (fault corpus ALT-14).
    `module`: own, null or inherited from the writing session; `author`: the officer
    who wrote the alert, or the schema owner; `agency`: the booking's, or none.
    """

    off: set[str] = field(default_factory=set)
    suppressed: bool = False
    module: str = "own"
    author: str = "officer"
    agency: str = "booking"

    def stamp(self, session: str | None) -> str | None:
        """Return the audit module of a trigger row written in a session."""
        match self.module:
            case "own":
                return TRIGGER_MODULE
            case "null":
                return None
            case "inherited":
                return session
        raise ValueError(f"module {self.module!r}: use one of {MODULE_MODES}")


class Alerts:
    """All alerts by booking and sequence."""

    def __init__(
        self,
        clock: Clock,
        people: People,
        reference: Reference,
        notes: CaseNotes,
        emitter: Emitter,
    ) -> None:
        """Start empty, with the trigger on in every prison."""
        self._clock = clock
        self._people = people
        self._reference = reference
        self._notes = notes
        self._emitter = emitter
        self.trigger = Trigger()
        self.view: LaggingView[tuple[int, int], Alert] = LaggingView(clock)
        self._by_booking: dict[int, dict[int, Alert]] = {}

    def insert(self, booking: Booking, row: Alert) -> list[CaseNote]:
        """Insert an alert; returns the case notes that the trigger wrote."""
        self.view.note(row.key, booking.prisoner, None)
        self._by_booking.setdefault(row.booking_id, {})[row.sequence] = row
        self._raise("INSERTED", row)
        return self._fire(booking, row, row.create_user)

    def update(self, row: Alert, after: Alert) -> list[CaseNote]:
        """Replace an alert by `after`; the trigger fires when `active` changed."""
        before = copy.copy(row)
        booking = self._people.booking(row.booking_id)
        self.view.note(row.key, booking.prisoner, before)
        self._by_booking[row.booking_id][row.sequence] = after
        self._raise("UPDATED", after)
        if before.active == after.active:
            return []
        return self._fire(booking, after, after.modify_user or after.create_user)

    def delete(self, row: Alert) -> None:
        """Delete an alert; its notes stay."""
        self.view.note(row.key, self._people.owner_of(row.booking_id), row)
        del self._by_booking[row.booking_id][row.sequence]
        self._raise("DELETED", row)

    def keep_historic(self, row: Alert) -> None:
        """Keep a row as it is: no event, and no note of the trigger's."""
        self._by_booking.setdefault(row.booking_id, {})[row.sequence] = row

    def drop_historic(self, booking_id: int) -> None:
        """Forget a booking's rows, without an event."""
        self._by_booking.pop(booking_id, None)

    def next_sequence(self, booking_id: int) -> int:
        """Return highest + 1: never re-used while a higher one exists."""
        return max(self._by_booking.get(booking_id, {}), default=0) + 1

    def get(self, booking_id: int, sequence: int) -> Alert:
        """Return the row as it is, or raise `UnknownError`."""
        row = self._by_booking.get(booking_id, {}).get(sequence)
        return _found(booking_id, sequence, row)

    def read(self, booking_id: int, sequence: int) -> Alert:
        """Return the row as an API reader sees it, lag included."""
        current = self._by_booking.get(booking_id, {}).get(sequence)
        row = self.view.read((booking_id, sequence), current)
        return _found(booking_id, sequence, row)

    def of_booking(self, booking_id: int) -> list[Alert]:
        """Return a booking's alerts, ascending by sequence."""
        rows = self._by_booking.get(booking_id, {})
        return [rows[sequence] for sequence in sorted(rows)]

    def seen_of_booking(self, booking_id: int) -> list[Alert]:
        """Return a booking's alerts as an API reader sees them."""
        rows = self._by_booking.get(booking_id, {})
        lagging = {key[1] for key in self.view.pending() if key[0] == booking_id}
        seen = (
            self.view.read((booking_id, sequence), rows.get(sequence))
            for sequence in sorted(lagging.union(rows))
        )
        return [row for row in seen if row is not None]

    def active_twin(self, booking_id: int, code: str) -> Alert | None:
        """Return an active alert of the same code on the booking."""
        return next(
            (
                row
                for row in self.of_booking(booking_id)
                if row.active and row.code == code
            ),
            None,
        )

    def copy_all(self, old: Booking, new: Booking, user: str) -> list[CaseNote]:
        """Copy active alerts to a new booking, as NOMIS does on an admission."""
        made: list[CaseNote] = []
        for row in self.of_booking(old.booking_id):
            if not row.active:
                continue
            twin = copy.copy(row)
            twin.booking_id = new.booking_id
            twin.sequence = self.next_sequence(new.booking_id)
            twin.additional_info = COPY_BOOKING
            twin.create_user, twin.created = user, self._clock.local()
            twin.modify_user = twin.modified = None
            made += self.insert(new, twin)
        return made

    def _raise(self, event: str, row: Alert) -> None:
        number = self._people.owner_of(row.booking_id)
        offender = self._people.offenders.get(number or "")
        root = offender.root_offender_id if offender else None
        self._emitter.alert(event, row, root)

    def _fire(self, booking: Booking, row: Alert, user: str) -> list[CaseNote]:
        trigger = self.trigger
        if trigger.suppressed or booking.agency in trigger.off:
            return []
        username = user if trigger.author == "officer" else SCHEMA_OWNER
        if username not in self._people.accounts:
            username = SCHEMA_OWNER
        state = "active" if row.active else "inactive"
        draft = Draft(
            type="ALERT",
            sub_type=state.upper(),
            text=self._reference.alert_text(row.code, state),
            username=username,
            staff_id=self._people.accounts[username].staff_id,
            occurred=_midnight(row.alert_date if row.active else row.expiry),
            source=AUTOMATIC,
            with_agency=trigger.agency == "booking",
        )
        module = trigger.stamp(row.audit_module)
        return [self._notes.insert(booking, draft, module, username)]


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time.min) if day else None


def _found(booking_id: int, sequence: int, row: Alert | None) -> Alert:
    if row is None:
        raise UnknownError(
            f"Prisoner alert with booking id {booking_id} and sequence {sequence} "
            "not found"
        )
    return row
