"""Operations of the NOMIS API on case notes, N1 to N6 (http-contracts 2.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.nomis import limits
from simulators.nomis.errors import bad_data, error, not_found
from simulators.nomis.notes import API_USER, Draft, LinkedError
from simulators.nomis.people import UnknownError
from simulators.nomis.render import case_note
from simulators.nomis.replacing import StaleError, replaced_text
from simulators.nomis.rows import SYNC_MODULE
from simulators.nomis.text import UnparsableMarkerError, truncate
from simulators.nomis.times import parse_local
from simulators.wire.message import Response, answer

if TYPE_CHECKING:
    from datetime import datetime

    from simulators.nomis.model import Nomis
    from simulators.nomis.rows import CaseNote
    from simulators.wire.service import Call

__all__ = [
    "create_case_note",
    "delete_case_note",
    "get_case_note",
    "get_case_notes",
    "get_case_notes_for_reconciliation",
    "update_case_note",
]


def get_case_note(model: Nomis, call: Call) -> Response:
    """Answer N1: one note, its text taken apart."""
    try:
        row = model.notes.read(int(call.path["caseNoteId"]))
    except UnknownError as unknown:
        return not_found(str(unknown))
    try:
        document = case_note(model, row)
    except UnparsableMarkerError as unparsable:
        return error(500, str(unparsable))
    row.shown = row.text
    return answer(200, document)


def create_case_note(model: Nomis, call: Call) -> Response:
    """Answer N2: a new note on the prisoner's latest booking, first check first."""
    body = call.body
    number = call.path["offenderNo"]
    booking = model.people.latest(number)
    if booking is None:
        return not_found(f"Prisoner {number} not found with a booking")
    refused = _refused(model, body)
    if refused is not None:
        return bad_data(refused)
    try:
        draft = _draft(model, body)
    except ValueError as unreadable:
        return bad_data(str(unreadable))
    key = _repeat_key(model, call)
    if key in model.created_by_key:
        call.wrote = False
        return _created(*model.created_by_key[key])
    module = model.audit.module(number, "insert")
    row = model.notes.insert(booking, draft, module, API_USER)
    row.shown = row.text
    if key is not None:
        model.created_by_key[key] = row.case_note_id, row.booking_id
    return _created(row.case_note_id, row.booking_id)


def update_case_note(model: Nomis, call: Call) -> Response:
    """Answer N3: the whole text replaced, nothing else (as deployed)."""
    body = call.body
    try:
        row = model.notes.get(int(call.path["caseNoteId"]))
    except UnknownError as unknown:
        return not_found(str(unknown))
    try:
        text = replaced_text(model, row, body)
        kind, occurred = _more_than_text(model, row, body)
    except StaleError as stale:
        return error(409, str(stale), {"version": row.version})
    except ValueError as unreadable:
        return bad_data(str(unreadable))
    refused = None if kind is None else _refused_kind(model, *kind)
    if refused is not None:
        return bad_data(refused)
    module = model.audit.module(model.notes.prisoner_of(row), "update")
    call.wrote = model.notes.update(
        row, module, API_USER, text=text, kind=kind, occurred=occurred
    )
    row.shown = row.text
    return answer(200)


def delete_case_note(model: Nomis, call: Call) -> Response:
    """Answer N4: the note gone, with the rows that link it. 404 the second time."""
    try:
        row = model.notes.get(int(call.path["caseNoteId"]))
    except UnknownError as unknown:
        if not model.fixed(limits.DELETE_NOT_IDEMPOTENT):
            return not_found(str(unknown))
        call.wrote = False
        return answer(204)
    try:
        model.notes.delete(row, SYNC_MODULE)
    except LinkedError as linked:
        return error(500, str(linked))
    return answer(204)


def get_case_notes(model: Nomis, call: Call) -> Response:
    """Answer N5: all notes of the prisoner's bookings, ascending by id."""
    return _list(model, call, raw=False)


def get_case_notes_for_reconciliation(model: Nomis, call: Call) -> Response:
    """Answer N6: as N5, with the stored text and no amendments."""
    return _list(model, call, raw=True)


def _list(model: Nomis, call: Call, *, raw: bool) -> Response:
    number = call.path["offenderNo"]
    if number not in model.people.offenders:
        return not_found(f"offender {number} not found")
    rows = list(model.notes.seen_of_prisoner(number))
    try:
        documents = [case_note(model, row, raw=raw) for row in rows]
    except UnparsableMarkerError as unparsable:
        # One bad marker fails the whole list.
        return error(500, str(unparsable))
    for row in rows:
        row.shown = row.text
    return answer(200, {"caseNotes": documents})


def _created(case_note_id: int, booking_id: int) -> Response:
    return answer(201, {"id": case_note_id, "bookingId": booking_id})


def _refused(model: Nomis, body: dict[str, Any]) -> str | None:
    refused = _refused_kind(model, body["caseNoteType"], body["caseNoteSubType"])
    if refused is None and body["authorUsername"] not in model.people.accounts:
        return f"Username {body['authorUsername']} not found"
    return refused


def _refused_kind(model: Nomis, kind: str, sub: str) -> str | None:
    # Existence tests only: inactive codes pass.
    reference = model.reference
    if kind not in reference.types:
        return f"CaseNote caseNoteType {kind} is not valid"
    if sub not in reference.sub_types:
        return f"CaseNote caseNoteSubType {sub} is not valid"
    if (kind, sub) not in reference.works:
        return f"CNOTE (type,subtype)=({kind},{sub}) does not exist in the Works table"
    return None


def _draft(model: Nomis, body: dict[str, Any]) -> Draft:
    username = body["authorUsername"]
    return Draft(
        type=body["caseNoteType"],
        sub_type=body["caseNoteSubType"],
        text=truncate(body["caseNoteText"]),
        username=username,
        staff_id=model.people.accounts[username].staff_id,
        occurred=parse_local(body["occurrenceDateTime"]),
        created=parse_local(body["creationDateTime"]),
    )


def _repeat_key(model: Nomis, call: Call) -> str | None:
    if not model.fixed(limits.CREATE_NOT_IDEMPOTENT):
        return None
    key = call.header("idempotency-key")
    cause = call.header("x-tandem-cause")
    if key is not None or cause is None:
        return key
    # A redelivered message keeps its id, so its repeat is known without a header of
    # its own. One message may make several notes: author and time tell them apart.
    body = call.body
    author, created = body["authorUsername"], body["creationDateTime"]
    return f"{cause}/{call.path['offenderNo']}/{author}/{created}"


def _more_than_text(
    model: Nomis, row: CaseNote, body: dict[str, Any]
) -> tuple[tuple[str, str] | None, datetime | None]:
    """Return (type, sub type) and occurrence to set, None where unchanged."""
    if not model.fixed(limits.TEXT_ONLY_UPDATE):
        return None, None
    kind = body.get("caseNoteType") or row.type
    sub = body.get("caseNoteSubType") or row.sub_type
    when = body.get("occurrenceDateTime")
    changed = (kind, sub) != (row.type, row.sub_type)
    return (kind, sub) if changed else None, parse_local(when) if when else None
