"""The alert screen."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from simulators.nomis.people import UnknownError
from simulators.nomis.rows import Alert
from simulators.nomis.screen_errors import error
from simulators.nomis.screen_support import officer_at
from simulators.nomis.switches import ALERTS_SCREEN
from simulators.nomis.text import cut_comment
from simulators.nomis.times import parse_date
from simulators.wire.message import Response, answer
from simulators.wire.service import Refused

if TYPE_CHECKING:
    from datetime import date

    from simulators.nomis.model import Nomis
    from simulators.nomis.movements import Officer
    from simulators.nomis.rows import CaseNote
    from simulators.wire.service import Call

__all__ = ["delete_alert", "edit_alert", "end_alert", "raise_alert"]


def raise_alert(model: Nomis, call: Call) -> Response:
    """Raise an alert on the latest booking; 201 with its key and any alert note."""
    number, body = call.path["prisoner"], call.body
    booking = model.people.latest(number)
    if booking is None:
        return error(404, f"{number} has no booking")
    officer = officer_at(model, call, ALERTS_SCREEN, booking)
    code = model.reference.alert_codes.get(body["code"])
    if code is None:
        return error(400, f"{body['code']} is not an alert code")
    today = model.clock.local().date()
    expiry = _day(body.get("expiryDate"))
    row = Alert(
        booking_id=booking.booking_id,
        sequence=model.alerts.next_sequence(booking.booking_id),
        code=code.code,
        type=code.parent or "",
        alert_date=_day(body.get("date")) or today,
        active=_active(model, expiry),
        create_user=officer.username,
        created=model.clock.local(),
        audit_module=officer.module,
        expiry=expiry,
        comment=cut_comment(body.get("comment")),
        authorised_by=body.get("authorisedBy"),
    )
    notes = model.alerts.insert(booking, row)
    return answer(201, _written(model, row, notes))


def end_alert(model: Nomis, call: Call) -> Response:
    """End an alert, today unless `expiryDate` says when; 409 when it has ended.

    With a date to come it stays active until then.
    """
    row, officer = _row(model, call)
    if not row.active:
        return error(409, f"alert {row.sequence} of {row.booking_id} has ended already")
    after = _changed(model, row, officer)
    after.expiry = _day((call.body or {}).get("expiryDate"))
    after.expiry = after.expiry or model.clock.local().date()
    after.active = _active(model, after.expiry)
    return answer(200, _written(model, after, model.alerts.update(row, after)))


def edit_alert(model: Nomis, call: Call) -> Response:
    """Change comment, dates, authoriser or active flag; members left out stay.

    The active flag follows a changed expiry date unless it is given.
    """
    body = call.body
    row, officer = _row(model, call)
    after = _changed(model, row, officer)
    if "comment" in body:
        after.comment = cut_comment(body["comment"])
    if "authorisedBy" in body:
        after.authorised_by = body["authorisedBy"]
    if "expiryDate" in body:
        after.expiry = _day(body["expiryDate"])
        after.active = _active(model, after.expiry)
    after.alert_date = _day(body.get("date")) or after.alert_date
    if body.get("active") is not None:
        after.active = body["active"]
    return answer(200, _written(model, after, model.alerts.update(row, after)))


def delete_alert(model: Nomis, call: Call) -> Response:
    """Delete an alert; the notes it caused stay."""
    row, _ = _row(model, call)
    model.alerts.delete(row)
    return answer(204)


def _row(model: Nomis, call: Call) -> tuple[Alert, Officer]:
    try:
        row = model.alerts.get(
            int(call.path["bookingId"]), int(call.path["alertSequence"])
        )
    except UnknownError as unknown:
        raise Refused(error(404, str(unknown))) from None
    booking = model.people.booking(row.booking_id)
    return row, officer_at(model, call, ALERTS_SCREEN, booking)


def _changed(model: Nomis, row: Alert, officer: Officer) -> Alert:
    after = copy.copy(row)
    after.modify_user, after.modified = officer.username, model.clock.local()
    after.audit_module = officer.module
    return after


def _active(model: Nomis, expiry: date | None) -> bool:
    return expiry is None or expiry > model.clock.local().date()


def _day(text: str | None) -> date | None:
    try:
        return parse_date(text) if text else None
    except ValueError as unreadable:
        raise Refused(error(400, str(unreadable))) from None


def _written(model: Nomis, row: Alert, notes: list[CaseNote]) -> dict[str, Any]:
    return {
        "bookingId": row.booking_id,
        "alertSequence": row.sequence,
        "prisoner": model.people.owner_of(row.booking_id),
        "code": row.code,
        "active": row.active,
        "caseNotes": [note.case_note_id for note in notes],
    }
