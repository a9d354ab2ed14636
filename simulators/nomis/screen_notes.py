"""The case-note screen: what an officer types, NOMIS stores and shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.nomis.notes import Draft, LinkedError
from simulators.nomis.people import UnknownError
from simulators.nomis.render import case_note
from simulators.nomis.screen_errors import error
from simulators.nomis.screen_support import local_time, officer_at
from simulators.nomis.switches import NOTES_SCREEN
from simulators.nomis.text import (
    LIMIT_BYTES,
    Amendment,
    Era,
    UnparsableMarkerError,
    byte_length,
)
from simulators.nomis.times import whole_seconds
from simulators.wire.message import Response, answer
from simulators.wire.service import Refused

if TYPE_CHECKING:
    from simulators.nomis.model import Nomis
    from simulators.nomis.movements import Officer
    from simulators.nomis.rows import CaseNote
    from simulators.wire.service import Call

__all__ = ["amend_note", "create_note", "delete_note", "edit_note", "list_notes"]

ERAS = {"oldest": Era.OLDEST, "dashed": Era.DASHED, "current": Era.CURRENT}


def create_note(model: Nomis, call: Call) -> Response:
    """Write a note on the prisoner's latest booking; 201 with its ids."""
    number, body = call.path["prisoner"], call.body
    booking = model.people.latest(number)
    if booking is None:
        return error(404, f"{number} has no booking")
    officer = officer_at(model, call, NOTES_SCREEN, booking)
    kind = body["type"], body["subType"]
    _check_kind(model, kind)
    draft = Draft(
        type=kind[0],
        sub_type=kind[1],
        text=_fitting(body["text"]),
        username=officer.username,
        staff_id=model.people.accounts[officer.username].staff_id,
        occurred=local_time(body.get("occurredAt")),
    )
    row = model.notes.insert(booking, draft, officer.module, officer.username)
    return answer(201, _written(model, row))


def amend_note(model: Nomis, call: Call) -> Response:
    """Append an amendment marker and its text, as the screen does.

    `era` and `writtenAt` write a marker of an older layout or another time.
    """
    body = call.body
    row, officer = _row(model, call)
    written = local_time(body.get("writtenAt")) or model.clock.local()
    amendment = Amendment(body["text"], officer.username, whole_seconds(written))
    text = row.text + amendment.rendered(ERAS[body.get("era") or "current"])
    call.wrote = model.notes.update(
        row, officer.module, officer.username, text=_fitting(text)
    )
    return answer(200, _written(model, row))


def edit_note(model: Nomis, call: Call) -> Response:
    """Replace the main text (amendments stay), type, sub type or occurrence.

    `rawText` replaces the whole stored text, amendments and all.
    """
    body = call.body
    row, officer = _row(model, call)
    kind = body.get("type") or row.type, body.get("subType") or row.sub_type
    _check_kind(model, kind)
    text = body.get("rawText")
    if text is None and body.get("text") is not None:
        text = body["text"] + _amendments(model, row)
    call.wrote = model.notes.update(
        row,
        officer.module,
        officer.username,
        text=None if text is None else _fitting(text),
        kind=kind,
        occurred=local_time(body.get("occurredAt")),
    )
    return answer(200, _written(model, row))


def delete_note(model: Nomis, call: Call) -> Response:
    """Delete a note."""
    row, officer = _row(model, call)
    try:
        model.notes.delete(row, officer.module)
    except LinkedError as linked:
        return error(409, str(linked))
    return answer(204)


def list_notes(model: Nomis, call: Call) -> Response:
    """Answer a prisoner's notes as the screen lists them: newest contact first.

    A note whose marker cannot be parsed shows its text unsplit: the screen shows text
    and takes nothing apart.
    """
    number = call.path["prisoner"]
    if number not in model.people.offenders:
        return error(404, f"{number} is not a prisoner in NOMIS")
    rows = sorted(
        model.notes.of_prisoner(number),
        key=lambda row: (row.occurred_time, row.case_note_id),
        reverse=True,
    )
    return answer(200, {"caseNotes": [_shown(model, row) for row in rows]})


def _row(model: Nomis, call: Call) -> tuple[CaseNote, Officer]:
    try:
        row = model.notes.get(int(call.path["caseNoteId"]))
    except UnknownError as unknown:
        raise Refused(error(404, str(unknown))) from None
    booking = model.people.booking(row.booking_id)
    return row, officer_at(model, call, NOTES_SCREEN, booking)


def _check_kind(model: Nomis, kind: tuple[str, str]) -> None:
    if kind not in model.reference.works:
        raise Refused(error(400, f"{'/'.join(kind)} is not a case-note type"))


def _fitting(text: str) -> str:
    length = byte_length(text)
    if length > LIMIT_BYTES:
        message = f"The note would be {length} bytes long; NOMIS holds {LIMIT_BYTES}"
        raise Refused(error(400, message))
    return text


def _amendments(model: Nomis, row: CaseNote) -> str:
    try:
        return row.text[len(model.split(row).main) :]
    except UnparsableMarkerError:
        return ""


def _written(model: Nomis, row: CaseNote) -> dict[str, Any]:
    return {
        "caseNoteId": row.case_note_id,
        "bookingId": row.booking_id,
        "prisoner": model.notes.prisoner_of(row),
        "text": row.text,
    }


def _shown(model: Nomis, row: CaseNote) -> dict[str, Any]:
    try:
        return case_note(model, row)
    except UnparsableMarkerError:
        return case_note(model, row, raw=True)
