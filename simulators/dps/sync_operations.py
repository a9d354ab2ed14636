"""Operations of the sync and of operators (C3 to C5, C17, C18, migration)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from simulators.dps import moves, user_changes
from simulators.dps.alert_reconciliation import queue_reconciliation
from simulators.dps.errors import passed_on, unforeseen
from simulators.dps.migration import migrate
from simulators.dps.requests import read_note
from simulators.dps.resend import resend
from simulators.dps.store import ConstraintViolated
from simulators.dps.upsert import upsert
from simulators.dps.upstreams import ask
from simulators.wire.message import Response, answer

if TYPE_CHECKING:
    from simulators.dps.model import DpsModel
    from simulators.wire.service import Call


def put_sync_case_note(model: DpsModel, call: Call) -> Response:
    """Create or update a note from NOMIS (C3)."""
    note, created = upsert(model, read_note(call.body))
    body = {
        "id": note.id,
        # Echoed, also where the note keeps another one.
        "legacyId": int(call.body["legacyId"]),
        "action": "CREATED" if created else "UPDATED",
    }
    return answer(201 if created else 200, body)


def delete_sync_case_note(model: DpsModel, call: Call) -> Response:
    """Delete a note; 204 and no event when absent (C4)."""
    note = model.store.get(call.path["id"].lower())
    if note is None:
        call.wrote = False
        return answer(204)
    user_changes.delete(model, note, model.system_context())
    return answer(204)


def move_case_notes(model: DpsModel, call: Call) -> Response:
    """Move listed notes to another person, both taken literally (C5)."""
    body = call.body
    ids = {note_id.lower() for note_id in body["caseNoteIds"]}
    source, target = body["fromPersonIdentifier"], body["toPersonIdentifier"]
    try:
        moves.move_listed(model, source, target, ids)
    except ConstraintViolated as violated:
        raise unforeseen(str(violated)) from None
    return answer(200)


def migrate_case_notes(model: DpsModel, call: Call) -> Response:
    """Load a person's NOMIS notes, without events (reconstruction)."""
    person = call.path["personIdentifier"].upper()
    requests = [read_note(one, person) for one in call.body]
    return answer(200, migrate(model, person, requests))


def resend_events(model: DpsModel, call: Call) -> Response:
    """Publish created or updated again (C17)."""
    resend(model, call.body)
    return answer(204)


async def reconcile_alert_notes(model: DpsModel, call: Call) -> Response:
    """Queue a check for each person whose alerts changed; default since yesterday."""
    today = call.clock.local().date()
    first = call.query.get("from", [str(today - timedelta(days=1))])[0]
    last = call.query.get("to", [str(today)])[0]
    path = f"/alerts/case-notes/changed?from={first}&to={last}"
    response = await ask(call, call.clock, "alerts", path)
    if response.status >= 400:  # noqa: PLR2004
        raise passed_on(response)
    queue_reconciliation(model, response.json()["personIdentifiers"], first, last)
    return answer(204)
