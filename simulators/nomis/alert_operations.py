"""Operations of the NOMIS API on alerts, NA1 to NA8 (http-contracts 2.6)."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from simulators.nomis.errors import bad_data, error, not_found
from simulators.nomis.people import UnknownError
from simulators.nomis.render import alert, alert_key
from simulators.nomis.rows import Alert
from simulators.nomis.text import cut_comment
from simulators.nomis.times import parse_date
from simulators.wire.message import Response, answer

if TYPE_CHECKING:
    from simulators.nomis.model import Nomis
    from simulators.nomis.rows import Booking
    from simulators.wire.service import Call

__all__ = [
    "create_alert",
    "delete_alert",
    "get_alert",
    "get_alerts_for_reconciliation",
    "get_alerts_to_migrate",
    "get_booking_alerts",
    "resynchronise_alerts",
    "update_alert",
]


def get_alert(model: Nomis, call: Call) -> Response:
    """Answer NA1: one alert by booking and sequence."""
    try:
        row = model.alerts.read(*_key(call))
    except UnknownError as unknown:
        return not_found(str(unknown))
    return answer(200, alert(model, row))


def get_alerts_to_migrate(model: Nomis, call: Call) -> Response:
    """Answer NA2: alerts of the latest booking, active and inactive."""
    return _latest(model, call, active_only=False)


def get_alerts_for_reconciliation(model: Nomis, call: Call) -> Response:
    """Answer NA3: active alerts of the latest booking."""
    return _latest(model, call, active_only=True)


def get_booking_alerts(model: Nomis, call: Call) -> Response:
    """Answer NA4: all alerts of one booking."""
    try:
        booking = model.people.booking(int(call.path["bookingId"]))
    except UnknownError as unknown:
        return not_found(str(unknown))
    rows = model.alerts.seen_of_booking(booking.booking_id)
    return answer(200, {"alerts": [alert(model, row) for row in rows]})


def create_alert(model: Nomis, call: Call) -> Response:
    """Answer NA5: an alert on the latest booking; 409 when the code is active."""
    number = call.path["offenderNo"]
    booking = model.people.latest(number)
    if booking is None:
        return _no_booking(number)
    try:
        row = _new(model, booking, call.body, 0)
    except ValueError as refused:
        return bad_data(str(refused))
    twin = model.alerts.active_twin(booking.booking_id, row.code)
    if row.active and twin is not None:
        return error(
            409,
            f"Alert code {row.code} is already active on booking {booking.booking_id}",
            {"sequence": twin.sequence, "bookingId": twin.booking_id},
        )
    row.sequence = model.alerts.next_sequence(booking.booking_id)
    row.audit_module = model.audit.module(number, "insert")
    model.alerts.insert(booking, row)
    return answer(201, alert_key(model, row))


def update_alert(model: Nomis, call: Call) -> Response:
    """Answer NA6: everything but the code replaced, nulls too."""
    body = call.body
    try:
        row = model.alerts.get(*_key(call))
    except UnknownError as unknown:
        return not_found(str(unknown))
    after = copy.copy(row)
    try:
        _fill(after, body)
    except ValueError as refused:
        return bad_data(str(refused))
    after.modify_user = body["updateUsername"]
    after.modified = model.clock.local()
    owner = model.people.owner_of(row.booking_id)
    after.audit_module = model.audit.module(owner, "update")
    model.alerts.update(row, after)
    return answer(200, alert(model, after))


def delete_alert(model: Nomis, call: Call) -> Response:
    """Answer NA7: 204, also when there is no such alert."""
    try:
        row = model.alerts.get(*_key(call))
    except UnknownError:
        call.wrote = False
        return answer(204)
    model.alerts.delete(row)
    return answer(204)


def resynchronise_alerts(model: Nomis, call: Call) -> Response:
    """Answer NA8: all alerts of the latest booking replaced, in request order.

    New ones are numbered from the old highest sequence + 1; there is no 409.
    """
    number = call.path["offenderNo"]
    booking = model.people.latest(number)
    if booking is None:
        return _no_booking(number)
    first = model.alerts.next_sequence(booking.booking_id)
    try:
        rows = [
            _new(model, booking, body, first + index)
            for index, body in enumerate(call.body)
        ]
    except ValueError as refused:
        return bad_data(str(refused))
    for old in model.alerts.of_booking(booking.booking_id):
        model.alerts.delete(old)
    for row in rows:
        row.audit_module = model.audit.module(number, "insert")
        model.alerts.insert(booking, row)
    return answer(201, [alert_key(model, row) for row in rows])


def _key(call: Call) -> tuple[int, int]:
    return int(call.path["bookingId"]), int(call.path["alertSequence"])


def _latest(model: Nomis, call: Call, *, active_only: bool) -> Response:
    number = call.path["offenderNo"]
    booking = model.people.latest(number)
    if booking is None:
        return _no_booking(number)
    rows = [
        alert(model, row)
        for row in model.alerts.seen_of_booking(booking.booking_id)
        if row.active or not active_only
    ]
    return answer(200, {"latestBookingAlerts": rows})


def _no_booking(number: str) -> Response:
    return not_found(f"Prisoner with offender no {number} not found with any bookings")


def _new(model: Nomis, booking: Booking, body: dict[str, Any], sequence: int) -> Alert:
    code = model.reference.alert_codes.get(body["alertCode"])
    if code is None:
        raise ValueError(f"Alert code {body['alertCode']} is not valid")
    row = Alert(
        booking_id=booking.booking_id,
        sequence=sequence,
        code=code.code,
        type=code.parent or "",
        alert_date=parse_date(body["date"]),
        active=True,
        create_user=body["createUsername"],
        created=model.clock.local(),
        audit_module=None,
    )
    _fill(row, body)
    return row


def _fill(row: Alert, body: dict[str, Any]) -> None:
    expiry = body.get("expiryDate")
    active = body.get("isActive")
    row.alert_date = parse_date(body["date"])
    row.expiry = parse_date(expiry) if expiry else None
    row.active = True if active is None else active
    row.comment = cut_comment(body.get("comment"))
    row.authorised_by = body.get("authorisedBy")
