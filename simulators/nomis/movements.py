"""What moves prisoners and bookings: transfer, release, admission, merge, move.

Source: http-contracts 7.6, events-and-config 1.4, 1.6 and 11.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simulators.nomis.notes import AUTOMATIC, Draft
from simulators.nomis.people import OUT
from simulators.nomis.rows import Merge
from simulators.nomis.times import whole_seconds

if TYPE_CHECKING:
    from datetime import datetime

    from simulators.nomis.model import Nomis
    from simulators.nomis.rows import Booking, CaseNote


@dataclass(frozen=True, slots=True)
class Officer:
    """Who does it in NOMIS: the account, and the audit module of the screen."""

    username: str
    module: str | None


@dataclass(frozen=True, slots=True)
class Moved:
    """What a movement did: the booking it is about, and the notes NOMIS wrote."""

    booking: Booking
    notes: list[CaseNote] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class MergeOptions:
    """How NOMIS merges. Until about January 2026 it copied notes; since then not.

    Whether the copies raised INSERTED is unknown (events-and-config 12); `inserted` is
    their insert stamp (default now), `emit_event` False loses the merge event.
    """

    copy_notes: bool = False
    emit_inserted: bool = False
    emit_event: bool = True
    inserted: datetime | None = None


class NotPossibleError(ValueError):
    """The movement makes no sense for this prisoner."""


def transfer(nomis: Nomis, number: str, prison: str, officer: Officer) -> Moved:
    """Move a prisoner to another prison; NOMIS notes it (TRANSFER/FROMTOL)."""
    booking = _active(nomis, number)
    former = nomis.people.prisons.get(booking.agency, booking.agency)
    booking.agency = prison
    place = nomis.people.prisons.get(prison, prison)
    text = f"Offender admitted to {place} for reason: Transfer In from {former}."
    notes = _automatic(nomis, booking, ("TRANSFER", "FROMTOL"), text, officer)
    nomis.emitter.received(booking, "TRANSFERRED")
    return Moved(booking, notes)


def release(nomis: Nomis, number: str, officer: Officer) -> Moved:
    """Release a prisoner; NOMIS notes it (PRISON/RELEASE) at the prison left."""
    booking = _active(nomis, number)
    place = nomis.people.prisons.get(booking.agency, booking.agency)
    text = f"Released from {place} for reason: Conditional Release."
    notes = _automatic(nomis, booking, ("PRISON", "RELEASE"), text, officer)
    nomis.people.close(booking)
    booking.agency = OUT
    return Moved(booking, notes)


def admit(
    nomis: Nomis,
    number: str,
    prison: str,
    officer: Officer,
    *,
    booking_id: int | None = None,
    copy_alerts: bool = False,
) -> Moved:
    """Admit a prisoner on a new booking, or again on an old one (`booking_id`).

    `copy_alerts` copies the active alerts of the former booking, as NOMIS may, which
    fires the alert trigger (events-and-config 11.3).
    """
    people = nomis.people
    people.offender(number)
    former = people.latest(number)
    if former is not None and former.active:
        raise NotPossibleError(f"{number} is in prison: release the prisoner first")
    if booking_id is None:
        booking = people.open_booking(number, prison)
        notes: list[CaseNote] = []
        if copy_alerts and former is not None:
            notes = nomis.alerts.copy_all(former, booking, officer.username)
        nomis.emitter.received(booking, "NEW_ADMISSION")
        return Moved(booking, notes)
    booking = people.booking(booking_id)
    if booking.prisoner != number:
        raise NotPossibleError(f"booking {booking_id} is not a booking of {number}")
    same = former is booking
    people.reopen(booking, prison)
    reason = "READMISSION" if same else "READMISSION_SWITCH_BOOKING"
    nomis.emitter.received(booking, reason)
    return Moved(booking)


def merge(nomis: Nomis, retained: str, removed: str, options: MergeOptions) -> Moved:
    """Merge `removed` into `retained`; returns the active booking and any copies.

    The removed number disappears, its bookings hang on the retained one. With copies,
    the notes of the booking that was merged away come again on the active one.
    """
    people = nomis.people
    survivor, gone = people.offender(retained), people.offender(removed)
    if survivor is gone:
        raise NotPossibleError(f"{retained} cannot be merged with itself")
    if not survivor.bookings and not gone.bookings:
        raise NotPossibleError(f"neither {retained} nor {removed} has a booking")
    sides = [people.latest(retained), people.latest(removed)]
    for booking_id in list(gone.bookings):
        people.rehang(people.booking(booking_id), retained)
    del people.offenders[removed]
    current = people.booking(survivor.bookings[0])
    for booking in people.bookings_of(retained):
        if booking is not current and booking.active:
            people.close(booking)
    people.renumber(retained)
    previous = next((each for each in sides if each and each is not current), current)
    now = nomis.clock.local()
    nomis.merges.append(
        Merge(removed, retained, current.booking_id, previous.booking_id, now)
    )
    copies: list[CaseNote] = []
    if options.copy_notes and previous is not current:
        copies = [
            nomis.notes.copy_to(
                row, current, options.inserted or now, emit=options.emit_inserted
            )
            for row in nomis.notes.of_booking(previous.booking_id)
        ]
    if options.emit_event:
        nomis.emitter.number_changed(
            current, survivor.offender_id, "MERGE", retained, removed
        )
    return Moved(current, copies)


def move_booking(nomis: Nomis, booking_id: int, number: str) -> Moved:
    """Reassign a booking, with its notes and alerts, to another prisoner."""
    people = nomis.people
    booking = people.booking(booking_id)
    old, new = people.offender(booking.prisoner), people.offender(number)
    if old is new:
        raise NotPossibleError(f"booking {booking_id} already belongs to {number}")
    people.rehang(booking, number)
    nomis.emitter.reassigned(
        booking,
        (new.offender_id, new.number),
        (old.offender_id, old.number),
    )
    return Moved(booking)


def delete_booking(nomis: Nomis, booking_id: int, officer: Officer) -> Moved:
    """Delete a booking with its notes and alerts; their events find no owner."""
    booking = nomis.people.booking(booking_id)
    notes = nomis.notes.of_booking(booking_id)
    for row in notes:
        nomis.notes.delete(row, officer.module)
    for alert in nomis.alerts.of_booking(booking_id):
        nomis.alerts.delete(alert)
    nomis.people.drop_booking(booking)
    nomis.emitter.booking_deleted(booking)
    return Moved(booking, notes)


def change_number(nomis: Nomis, booking_id: int) -> Moved:
    """Change a booking's number without a merge (fault corpus MRG-09)."""
    booking = nomis.people.booking(booking_id)
    offender = nomis.people.offender(booking.prisoner)
    nomis.emitter.number_changed(booking, offender.offender_id, "BOOK_NUMBER_CHANGE")
    return Moved(booking)


def _active(nomis: Nomis, number: str) -> Booking:
    nomis.people.offender(number)
    booking = nomis.people.latest(number)
    if booking is None or not booking.active:
        raise NotPossibleError(f"{number} is not in prison")
    return booking


def _automatic(
    nomis: Nomis, booking: Booking, kind: tuple[str, str], text: str, officer: Officer
) -> list[CaseNote]:
    if not nomis.automatic_notes:
        return []
    draft = Draft(
        type=kind[0],
        sub_type=kind[1],
        text=text,
        username=officer.username,
        staff_id=nomis.people.accounts[officer.username].staff_id,
        occurred=whole_seconds(nomis.clock.local()),
        source=AUTOMATIC,
    )
    return [nomis.notes.insert(booking, draft, officer.module, officer.username)]
