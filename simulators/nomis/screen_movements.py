"""Screens that move prisoners and bookings. They are never switched off."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from simulators.nomis import movements
from simulators.nomis.movements import MergeOptions, Moved, NotPossibleError
from simulators.nomis.people import UnknownError
from simulators.nomis.screen_errors import error
from simulators.nomis.screen_support import officer_at
from simulators.nomis.switches import NOTES_SCREEN
from simulators.wire.message import Response, answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulators.nomis.model import Nomis
    from simulators.wire.service import Call

__all__ = [
    "admit_prisoner",
    "change_booking_number",
    "delete_booking",
    "merge_prisoners",
    "move_booking",
    "release_prisoner",
    "transfer_prisoner",
]


def transfer_prisoner(model: Nomis, call: Call) -> Response:
    """Transfer a prisoner to another prison."""
    officer = officer_at(model, call, NOTES_SCREEN, None)
    number, prison = call.path["prisoner"], call.body["prison"]
    if prison not in model.people.prisons:
        return error(400, f"{prison} is not a prison")
    return _done(model, lambda: movements.transfer(model, number, prison, officer))


def release_prisoner(model: Nomis, call: Call) -> Response:
    """Release a prisoner."""
    officer = officer_at(model, call, NOTES_SCREEN, None)
    number = call.path["prisoner"]
    return _done(model, lambda: movements.release(model, number, officer))


def admit_prisoner(model: Nomis, call: Call) -> Response:
    """Admit a prisoner on a new booking, or again on an old one."""
    officer = officer_at(model, call, NOTES_SCREEN, None)
    body = call.body
    if body["prison"] not in model.people.prisons:
        return error(400, f"{body['prison']} is not a prison")
    return _done(
        model,
        lambda: movements.admit(
            model,
            call.path["prisoner"],
            body["prison"],
            officer,
            booking_id=body.get("bookingId"),
            copy_alerts=bool(body.get("copyAlerts")),
        ),
        created=True,
    )


def merge_prisoners(model: Nomis, call: Call) -> Response:
    """Merge another prisoner into this one, which keeps its number."""
    officer_at(model, call, NOTES_SCREEN, None)
    body = call.body
    earlier = body.get("copiesMinutesEarlier")
    options = MergeOptions(
        copy_notes=bool(body.get("copyNotes")),
        emit_inserted=bool(body.get("emitInserted")),
        emit_event=body.get("emitEvent") is not False,
        inserted=model.clock.local() - timedelta(minutes=earlier) if earlier else None,
    )
    return _done(
        model,
        lambda: movements.merge(model, call.path["prisoner"], body["removed"], options),
    )


def move_booking(model: Nomis, call: Call) -> Response:
    """Move a booking with its notes and alerts to another prisoner."""
    officer_at(model, call, NOTES_SCREEN, None)
    booking_id = int(call.path["bookingId"])
    number = call.body["prisoner"]
    return _done(model, lambda: movements.move_booking(model, booking_id, number))


def delete_booking(model: Nomis, call: Call) -> Response:
    """Delete a booking with everything on it."""
    officer = officer_at(model, call, NOTES_SCREEN, None)
    booking_id = int(call.path["bookingId"])
    return _done(model, lambda: movements.delete_booking(model, booking_id, officer))


def change_booking_number(model: Nomis, call: Call) -> Response:
    """Change a booking's number, which is no merge."""
    officer_at(model, call, NOTES_SCREEN, None)
    booking_id = int(call.path["bookingId"])
    return _done(model, lambda: movements.change_number(model, booking_id))


def _done(
    model: Nomis, movement: Callable[[], Moved], *, created: bool = False
) -> Response:
    try:
        moved = movement()
    except UnknownError as unknown:
        return error(404, str(unknown))
    except NotPossibleError as impossible:
        return error(409, str(impossible))
    return answer(201 if created else 200, _document(model, moved))


def _document(model: Nomis, moved: Moved) -> dict[str, Any]:
    booking = moved.booking
    return {
        "prisoner": booking.prisoner,
        "bookingId": booking.booking_id,
        "prison": booking.agency,
        "latestBookingId": _latest(model, booking.prisoner),
        "caseNotes": [row.case_note_id for row in moved.notes],
    }


def _latest(model: Nomis, number: str) -> int | None:
    latest = model.people.latest(number)
    return latest.booking_id if latest else None
