"""Prisons, staff with their accounts, prisoners and their bookings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.nomis.rows import Booking, Offender, Staff

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from simulators.clock import Clock

FIRST_BOOKING = 1_200_001
FIRST_OFFENDER = 2_500_001
OUT = "OUT"
SCHEMA_OWNER = "OMS_OWNER"


class UnknownError(LookupError):
    """Nothing in NOMIS has this number, id or code."""


class People:
    """Who is where: every note and alert hangs on a booking kept here."""

    def __init__(self, clock: Clock) -> None:
        """Start with the schema owner's account, as every NOMIS has it."""
        self._clock = clock
        self.prisons: dict[str, str] = {}
        self.staff: dict[int, Staff] = {}
        self.accounts: dict[str, Staff] = {}
        self.offenders: dict[str, Offender] = {}
        self.bookings: dict[int, Booking] = {}
        # Number and root id of those whose rows come in when first asked for.
        self.to_come: dict[str, int] = {}
        self._next_booking = FIRST_BOOKING
        self._next_offender = FIRST_OFFENDER
        self.add_staff(1, "OMS", "OWNER", [SCHEMA_OWNER])

    def add_staff(
        self, staff_id: int, first: str | None, last: str, usernames: list[str]
    ) -> Staff:
        """Add a member of staff; the first account is the one NOMIS shows."""
        staff = Staff(staff_id, first, last, list(usernames))
        self.staff[staff_id] = staff
        for username in usernames:
            self.accounts[username] = staff
        return staff

    def add_prisoner(
        self,
        number: str,
        prison: str | None,
        booking_id: int | None = None,
        started: datetime | None = None,
    ) -> Offender:
        """Add a prisoner with one active booking; `prison` None adds no booking."""
        offender = Offender(number, self._next_offender)
        self._next_offender += 1
        self.offenders[number] = offender
        if prison is not None:
            self.open_booking(number, prison, booking_id, started)
        return offender

    def open_booking(
        self,
        number: str,
        prison: str,
        booking_id: int | None = None,
        started: datetime | None = None,
    ) -> Booking:
        """Open a new booking, which becomes sequence 1."""
        if booking_id is None:
            booking_id = self._next_booking
        self._next_booking = max(self._next_booking, booking_id + 1)
        begun = (started or self._clock.local()).replace(microsecond=0)
        booking = Booking(booking_id, number, prison, begun)
        for other in self.bookings_of(number):
            self.close(other)
        self.bookings[booking_id] = booking
        self.offenders[number].bookings.append(booking_id)
        self.renumber(number)
        return booking

    def close(self, booking: Booking) -> None:
        """End a booking: inactive, out, end date today unless it had one."""
        booking.active = False
        booking.in_out = OUT
        booking.ended = booking.ended or self._clock.local().date()

    def reopen(self, booking: Booking, prison: str) -> None:
        """Make a booking the active one again, all others ended."""
        for other in self.bookings_of(booking.prisoner):
            self.close(other)
        booking.active, booking.in_out, booking.ended = True, "IN", None
        booking.agency = prison
        self.renumber(booking.prisoner)

    def rehang(self, booking: Booking, number: str) -> None:
        """Hang a booking on another prisoner and renumber both."""
        former = booking.prisoner
        self.offenders[former].bookings.remove(booking.booking_id)
        self.offenders[number].bookings.append(booking.booking_id)
        booking.prisoner = number
        self.renumber(former)
        self.renumber(number)

    def drop_booking(self, booking: Booking) -> None:
        """Delete a booking row; those left are renumbered."""
        self.offenders[booking.prisoner].bookings.remove(booking.booking_id)
        del self.bookings[booking.booking_id]
        self.renumber(booking.prisoner)

    def renumber(self, number: str) -> None:
        """Give the active, then the newest booking sequence 1, and count on.

        There is always a sequence 1: without it NA2 answers 500 (http-contracts 2.6).
        """
        offender = self.offenders[number]
        rows = [self.bookings[each] for each in offender.bookings]
        rows.sort(key=lambda row: (row.active, row.started, row.booking_id))
        rows.reverse()
        for sequence, row in enumerate(rows, 1):
            row.sequence = sequence
        offender.bookings = [row.booking_id for row in rows]

    def roots(self) -> list[tuple[int, str]]:
        """Return root offender id and number of every prisoner, ascending."""
        there = [(one.root_offender_id, one.number) for one in self.offenders.values()]
        absent = [(i, n) for n, i in self.to_come.items() if n not in self.offenders]
        return sorted(there + absent)

    def offender(self, number: str) -> Offender:
        """Return the prisoner, or raise `UnknownError`."""
        try:
            return self.offenders[number]
        except KeyError:
            raise UnknownError(f"offender {number} not found") from None

    def booking(self, booking_id: int) -> Booking:
        """Return the booking, or raise `UnknownError`."""
        try:
            return self.bookings[booking_id]
        except KeyError:
            raise UnknownError(f"Booking with id {booking_id} not found") from None

    def latest(self, number: str) -> Booking | None:
        """Return the booking with sequence 1, None without bookings or prisoner."""
        offender = self.offenders.get(number)
        if offender is None or not offender.bookings:
            return None
        return self.bookings[offender.bookings[0]]

    def bookings_of(self, number: str) -> Iterator[Booking]:
        """Yield a prisoner's bookings, latest first."""
        offender = self.offenders.get(number)
        for booking_id in offender.bookings if offender else ():
            yield self.bookings[booking_id]

    def owner_of(self, booking_id: int | None) -> str | None:
        """Return who owns the booking now, None when it is gone."""
        booking = self.bookings.get(booking_id or 0)
        return booking.prisoner if booking else None
