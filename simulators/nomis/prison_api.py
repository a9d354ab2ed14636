"""prison-api: the switch that DPS reads, and the legacy way of writing case notes.

Where the DPS case-note service is off, the DPS front end writes straight into NOMIS
through these endpoints (audit module PRISON_API). Shapes as prison-api's own models
name them; source of the switch mismatch: events-and-config 7.3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.nomis.notes import Draft
from simulators.nomis.people import UnknownError
from simulators.nomis.prison_api_errors import error, not_found
from simulators.nomis.render import creation, occurrence
from simulators.nomis.switch_operations import agency_name
from simulators.nomis.switches import EVERY_AGENCY
from simulators.nomis.text import (
    LIMIT_BYTES,
    Amendment,
    byte_length,
    split,
)
from simulators.nomis.times import parse_local, print_local, whole_seconds
from simulators.wire.message import Response, answer
from simulators.wire.service import Refused

if TYPE_CHECKING:
    from datetime import datetime

    from simulators.nomis.model import Nomis
    from simulators.nomis.rows import CaseNote, Staff
    from simulators.wire.service import Call

__all__ = [
    "amend_legacy_case_note",
    "create_legacy_case_note",
    "get_legacy_case_notes",
    "get_service_switches",
    "turn_off_service_switch",
    "turn_on_service_switch",
]

MODULE = "PRISON_API"


def get_service_switches(model: Nomis, call: Call) -> Response:
    """Answer where a service is on, in the shape that is set; 404 when nowhere."""
    service = call.path["serviceCode"]
    agencies = model.switches.agencies(service)
    if not agencies:
        return not_found(f"Service {service} is not switched on for any agency")
    return answer(200, [_switch(model, agency) for agency in agencies])


def turn_on_service_switch(model: Nomis, call: Call) -> Response:
    """Switch a service on at an agency; 201."""
    service, agency = _known(model, call)
    call.wrote = model.switches.turn(service, agency, on=True)
    return answer(201, _switch(model, agency))


def turn_off_service_switch(model: Nomis, call: Call) -> Response:
    """Switch a service off at an agency; 204, also when it was off."""
    service, agency = _known(model, call)
    call.wrote = model.switches.turn(service, agency, on=False)
    return answer(204)


def get_legacy_case_notes(model: Nomis, call: Call) -> Response:
    """Answer the notes of the latest booking, newest contact first."""
    number = call.path["offenderNo"]
    booking = model.people.latest(number)
    if booking is None:
        return not_found(f"Resource with id [{number}] not found.")
    rows = sorted(
        model.notes.of_booking(booking.booking_id),
        key=lambda row: (row.occurred_time, row.case_note_id),
        reverse=True,
    )
    return answer(200, [_case_note(model, row) for row in rows])


def create_legacy_case_note(model: Nomis, call: Call) -> Response:
    """Write a note on the latest booking as the user; 200 with the note."""
    number, body = call.path["offenderNo"], call.body
    booking = model.people.latest(number)
    if booking is None:
        return not_found(f"Resource with id [{number}] not found.")
    staff = _user(model, call)
    kind = body["type"], body["subType"]
    if kind not in model.reference.works:
        return error(400, f"createCaseNote.caseNote: CaseNote {kind} is not valid")
    text = _fitting(body["text"], 0)
    draft = Draft(
        type=kind[0],
        sub_type=kind[1],
        text=text,
        username=call.user or "",
        staff_id=staff.staff_id,
        occurred=_moment(body.get("occurrenceDateTime")),
    )
    row = model.notes.insert(booking, draft, MODULE, call.user or "")
    return answer(200, _case_note(model, row))


def amend_legacy_case_note(model: Nomis, call: Call) -> Response:
    """Append an amendment; 403 unless the user wrote the note; 200 with the note."""
    number, body = call.path["offenderNo"], call.body
    booking = model.people.latest(number)
    try:
        row = model.notes.get(int(call.path["caseNoteId"]))
    except UnknownError:
        return not_found(f"Resource with id [{number}] not found.")
    if booking is None or row.booking_id != booking.booking_id:
        return not_found(f"Resource with id [{number}] not found.")
    staff = _user(model, call)
    if staff.staff_id != row.staff_id:
        return error(403, "User not authorised to amend case note.")
    now = whole_seconds(model.clock.local())
    added = Amendment(body["text"], call.user or "", now).rendered()
    text = row.text + _fitting(added, byte_length(row.text))
    call.wrote = model.notes.update(row, MODULE, call.user or "", text=text)
    return answer(200, _case_note(model, row))


def _switch(model: Nomis, agency: str) -> dict[str, str]:
    # prison-api answers agencyId and name, the DPS client wants prisonId and prison.
    name = agency_name(model, agency)
    own = {"agencyId": agency, "name": name}
    wanted = {"prisonId": agency, "prison": name}
    shapes = {"both": wanted | own, "prison-api": own, "client": wanted}
    return shapes[model.switches.shape]


def _known(model: Nomis, call: Call) -> tuple[str, str]:
    service, agency = call.path["serviceCode"], call.path["agencyId"]
    if not model.switches.known(service):
        raise Refused(not_found(f"Service {service} not found"))
    if agency not in model.people.prisons and agency != EVERY_AGENCY:
        raise Refused(not_found(f"Agency {agency} not found"))
    return service, agency


def _user(model: Nomis, call: Call) -> Staff:
    staff = model.people.accounts.get(call.user or "")
    if staff is None:
        raise Refused(not_found(f"Resource with id [{call.user}] not found."))
    return staff


def _moment(text: str | None) -> datetime | None:
    try:
        return parse_local(text) if text else None
    except ValueError as unreadable:
        raise Refused(error(400, f"Malformed request: {unreadable}")) from None


def _fitting(text: str, used: int) -> str:
    room = LIMIT_BYTES - used
    if byte_length(text) > room:
        raise Refused(error(400, f"Length should not exceed {room} characters"))
    return text


def _case_note(model: Nomis, row: CaseNote) -> dict[str, Any]:
    staff = model.people.staff[row.staff_id]
    parts = split(row.text, lenient=True)
    return {
        "caseNoteId": row.case_note_id,
        "bookingId": row.booking_id,
        "type": row.type,
        "typeDescription": model.reference.type_of(row.type)["description"],
        "subType": row.sub_type,
        "subTypeDescription": model.reference.sub_type_of(row.type, row.sub_type)[
            "description"
        ],
        "source": row.source,
        "creationDateTime": print_local(creation(model, row)),
        "occurrenceDateTime": print_local(occurrence(model, row)),
        "staffId": row.staff_id,
        "authorName": _name(staff),
        "text": row.text,
        "originalNoteText": parts.main,
        "agencyId": row.agency,
        "amendments": [
            {
                "creationDateTime": print_local(each.created),
                "authorName": _name(model.people.accounts.get(each.username))
                or each.username,
                "additionalNoteText": each.text,
            }
            for each in parts.amendments
        ],
    }


def _name(staff: Staff | None) -> str:
    if staff is None:
        return ""
    return ", ".join(filter(None, (staff.last_name, staff.first_name)))
