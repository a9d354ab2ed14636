"""The initial load of one person (events-and-config 8.1): a reconstruction.

The real endpoint was removed in March 2025; what is known is kept: notes born in
NOMIS that the list leaves out go, missing ones come, existing ones are refreshed under
their ids, and no domain event tells of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.dps.errors import bad_request, unforeseen
from simulators.dps.matching import match_one_to_one
from simulators.dps.records import Note, in_order
from simulators.dps.store import ConstraintViolated, check_columns

if TYPE_CHECKING:
    from simulators.dps.model import DpsModel
    from simulators.dps.requests import NoteFromNomis

REASON = "Absent from the migrated notes"


def migrate(
    model: DpsModel, person: str, requests: list[NoteFromNomis]
) -> list[dict[str, object]]:
    """Load a person's NOMIS notes; returns `{id, legacyId}` in request order.

    Refuses unknown types (400), a legacy id of another person or one given twice
    (500), changing nothing.
    """
    notes = [_planned(model, person, request) for request in requests]
    if len({note.legacy_id for note in notes}) != len(notes):
        raise unforeseen("duplicate key: a legacy id is listed twice")
    kept = {note.id for note in notes}
    context = model.system_context()
    for note in model.store.of_person(person):
        if note.legacy_id > 0 and note.id not in kept:
            model.remove(note, "DELETE", context, REASON)
    for note in notes:
        model.store.put(note)
    return [{"id": note.id, "legacyId": note.legacy_id} for note in notes]


def _planned(model: DpsModel, person: str, request: NoteFromNomis) -> Note:
    if model.reference.find(request.type, request.sub_type) is None:
        raise bad_request(f"Unknown case note type {request.type}:{request.sub_type}")
    existing = model.store.by_legacy(request.legacy_id)
    if existing is not None and existing.person != person:
        raise unforeseen(
            f"duplicate key: legacy id {request.legacy_id} belongs to another person"
        )
    stored = existing.amendments if existing else ()
    rows = [
        one.stored(other.id if other else model.new_id())
        for one, other in match_one_to_one(request.amendments, stored)
    ]
    note_id = existing.id if existing else model.new_id()
    note = request.stored(note_id, request.legacy_id, in_order(rows))
    try:
        check_columns(note)
    except ConstraintViolated as violated:
        raise unforeseen(str(violated)) from None
    return note
