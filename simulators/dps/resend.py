"""`POST /resend-person-case-note-events` (C17): the way to repair DPS -> NOMIS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.dps.errors import bad_request
from simulators.dps.moments import parse
from simulators.dps.records import DPS, note_order

if TYPE_CHECKING:
    from simulators.dps.model import DpsModel
    from simulators.dps.records import Note


def resend(model: DpsModel, body: dict[str, Any]) -> None:
    """Publish `created` or, with amendments, `updated` for each match, source DPS."""
    uuids = body.get("uuids")
    between = body.get("createdBetween")
    if not uuids and between is None:
        raise bad_request("Either uuids or createdBetween must be provided")
    notes = _named(model, uuids) if uuids else model.store.all()
    context = model.system_context(source=DPS)
    for note in notes:
        if between is None or _inside(model, note, between):
            model.tell("updated" if note.amendments else "created", note, context)


def _named(model: DpsModel, uuids: list[str]) -> list[Note]:
    found = {note_id.lower(): model.store.get(note_id.lower()) for note_id in uuids}
    return sorted((one for one in found.values() if one is not None), key=note_order)


def _inside(model: DpsModel, note: Note, between: dict[str, Any]) -> bool:
    """Tell whether the note or an amendment of it was written in the range.

    Synced types are left out unless the request includes them.
    """
    synced = model.reference.of(note.type, note.sub_type).syncs
    if synced and not between.get("includeSyncToNomis"):
        return False
    start, end = parse(between["from"]), parse(between["to"])
    written = [note.created, *(one.created for one in note.amendments)]
    return any(start <= moment <= end for moment in written)
