"""What every officers' screen does first: the officer, the audit module, the switch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.nomis.movements import Officer
from simulators.nomis.screen_errors import error
from simulators.nomis.times import parse_local
from simulators.wire.service import Refused

if TYPE_CHECKING:
    from datetime import datetime

    from simulators.nomis.model import Nomis
    from simulators.nomis.rows import Booking
    from simulators.wire.service import Call

SCREEN_NAMES = {"OIDNOMIS": "case notes", "OCDALERT": "alerts"}


def officer_at(
    model: Nomis, call: Call, module: str, booking: Booking | None
) -> Officer:
    """Return who acts and the audit module to stamp.

    Refuses 400 when the user has no NOMIS account, 403 when the screen `module` is
    switched off for the prison where `booking` is now. `auditModule`, in the body or
    (deletes) the query, replaces the screen's own; null in the body leaves none.
    """
    username = call.user or ""
    if username not in model.people.accounts:
        raise Refused(
            error(400, f"{username or 'the caller'} has no NOMIS account: sign on")
        )
    if booking is not None and not model.screens.open(module, booking.agency):
        name = SCREEN_NAMES.get(module, module)
        message = f"The {name} screen {module} is switched off at {booking.agency}"
        raise Refused(error(403, message, screen=module, prison=booking.agency))
    body = call.body if isinstance(call.body, dict) else {}
    if "auditModule" in body:
        return Officer(username, body["auditModule"])
    if "auditModule" in call.query:
        return Officer(username, call.query["auditModule"][0])
    return Officer(username, module)


def local_time(text: str | None) -> datetime | None:
    """Read an optional local date-time; refuses 400 when it is none."""
    if text is None:
        return None
    try:
        return parse_local(text)
    except ValueError as unreadable:
        raise Refused(error(400, str(unreadable))) from None
