"""Plain data about notes, alerts and bookings, for the oracle and for seeding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.nomis.text import UnparsableMarkerError
from simulators.nomis.times import print_local

if TYPE_CHECKING:
    from simulators.nomis.model import Nomis
    from simulators.nomis.rows import Alert, CaseNote


def take_snapshot(nomis: Nomis, prisoners: set[str] | None) -> dict[str, Any]:
    """Return `{notes, alerts, prisoners}`, sorted, of these prisoners (None: all)."""
    known = nomis.people.offenders
    numbers = sorted(known if prisoners is None else prisoners & known.keys())
    return {
        "notes": [
            _note(nomis, number, row)
            for number in numbers
            for row in nomis.notes.of_prisoner(number)
        ],
        "alerts": [
            _alert(number, row)
            for number in numbers
            for booking in nomis.people.bookings_of(number)
            for row in nomis.alerts.of_booking(booking.booking_id)
        ],
        "prisoners": [_prisoner(nomis, number) for number in numbers],
    }


def _note(nomis: Nomis, number: str, row: CaseNote) -> dict[str, Any]:
    staff = nomis.people.staff.get(row.staff_id)
    return {
        "id": row.case_note_id,
        "prisoner": number,
        "booking": row.booking_id,
        "type": row.type,
        "sub_type": row.sub_type,
        "occurred": print_local(row.occurred_time),
        "created": print_local(nomis.notes.creation(row)),
        "staff_id": row.staff_id,
        "staff_name": staff.display_name if staff else None,
        "usernames": nomis.usernames_of(row.staff_id),
        "text": row.text,
        "source": row.source,
        "audit_module": row.audit_module,
        "agency": row.agency,
        "inserted": print_local(row.inserted),
        "create_user": row.create_user,
        "amenders": _amenders(nomis, row),
    }


def _amenders(nomis: Nomis, row: CaseNote) -> dict[str, dict[str, Any]]:
    """Return staff id and name of those who amended the note, by username."""
    try:
        parts = nomis.split(row).amendments
    except UnparsableMarkerError:
        return {}
    known = {one.username: nomis.people.accounts.get(one.username) for one in parts}
    return {
        username: {"staff_id": staff.staff_id, "staff_name": staff.display_name}
        for username, staff in known.items()
        if staff is not None
    }


def _alert(number: str, row: Alert) -> dict[str, Any]:
    return {
        "booking": row.booking_id,
        "sequence": row.sequence,
        "prisoner": number,
        "code": row.code,
        "type": row.type,
        "active": row.active,
        "expiry": row.expiry.isoformat() if row.expiry else None,
        "audit_module": row.audit_module,
    }


def _prisoner(nomis: Nomis, number: str) -> dict[str, Any]:
    bookings = [each.booking_id for each in nomis.people.bookings_of(number)]
    return {
        "prisoner": number,
        "bookings": bookings,
        "latest": bookings[0] if bookings else None,
    }
