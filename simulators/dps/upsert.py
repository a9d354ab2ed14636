"""`PUT /sync/case-notes` (C3): the rules, step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from simulators.dps import limits
from simulators.dps.errors import bad_request, unforeseen
from simulators.dps.matching import match_by_author_and_second, match_one_to_one
from simulators.dps.moments import second
from simulators.dps.records import DPS, in_order
from simulators.dps.store import ConstraintViolated

if TYPE_CHECKING:
    from simulators.dps.matching import Pairs
    from simulators.dps.model import DpsModel
    from simulators.dps.records import Amendment, Note
    from simulators.dps.requests import NoteFromNomis

TRUNCATED = "... see DPS for full text"  # the end of what NOMIS could not hold (2.2)


def upsert(model: DpsModel, request: NoteFromNomis) -> tuple[Note, bool]:
    """Create or update one note; returns it and whether it is new.

    Refuses with 400 (unknown type, another person's note) or 500 (legacy id taken),
    changing nothing. Publishes one event always, also when nothing changed.
    """
    if model.reference.find(request.type, request.sub_type) is None:
        raise bad_request(f"Unknown case note type {request.type}:{request.sub_type}")
    existing = find_existing(model, request)
    if existing is not None and existing.person != request.person:
        raise bad_request(
            "Case note belongs to another prisoner or prisoner records have been merged"
        )
    context = model.system_context()
    try:
        if existing is None:
            note = insert(model, request)
        else:
            note = update(model, existing, request)
    except ConstraintViolated as violated:
        raise unforeseen(str(violated)) from None
    model.tell("created" if existing is None else "updated", note, context)
    return note, existing is None


def find_existing(model: DpsModel, request: NoteFromNomis) -> Note | None:
    """Find by id when one is given, whatever its person; else by legacy id."""
    if request.id is not None:
        return model.store.get(request.id)
    return model.store.by_legacy(request.legacy_id)


def insert(model: DpsModel, request: NoteFromNomis) -> Note:
    """Insert under a fresh id: a given but unknown id is not used (step 4)."""
    amendments = in_order(request.fresh_amendments(model.new_id))
    note = request.stored(model.new_id(), request.legacy_id, amendments)
    model.store.put(note)
    return note


def update(model: DpsModel, existing: Note, request: NoteFromNomis) -> Note:
    """Replace the note, or only add the amendments that it lacks (step 3)."""
    if limits.EQUAL_SECOND_AMENDMENTS in model.limits:
        pairs = match_one_to_one(request.amendments, existing.amendments)
    else:
        pairs = match_by_author_and_second(request.amendments, existing.amendments)
    if replaces(model, existing, request, pairs):
        note = replaced(model, existing, request, pairs)
        model.rewrite(existing, note, "UPDATE", model.system_context())
        return note
    note = with_missing_amendments(model, existing, request, pairs)
    if note != existing:
        model.store.put(note)
    return note


def replaces(
    model: DpsModel, existing: Note, request: NoteFromNomis, pairs: Pairs
) -> bool:
    """Tell whether the request rebuilds the note instead of adding to it."""
    kept, wanted = existing.occurred, request.occurred
    if limits.FRACTION_FORCES_REPLACE in model.limits:
        kept, wanted = second(kept), second(wanted)
    return (
        (existing.type, existing.sub_type) != (request.type, request.sub_type)
        or existing.text != request.text
        or kept != wanted
        or any(one.text != other.text for one, other in pairs if other is not None)
    )


def replaced(
    model: DpsModel, existing: Note, request: NoteFromNomis, pairs: Pairs
) -> Note:
    """Build the new version: same id and legacy id, the rest from the request."""
    note = request.stored(
        existing.id, existing.legacy_id, in_order(_rebuilt(model, existing, pairs))
    )
    kept: dict[str, object] = {}
    if limits.REPLACE_LOSES_SYSTEM in model.limits:
        kept["system"] = existing.system
        kept["system_generated"] = existing.system_generated
    if limits.FRACTION_FORCES_REPLACE in model.limits and (
        second(existing.occurred) == second(note.occurred)
    ):
        kept["occurred"] = existing.occurred
    return msgspec.structs.replace(note, **kept)


def _rebuilt(model: DpsModel, existing: Note, pairs: Pairs) -> list[Amendment]:
    """Return the amendments of a rebuilt note: new rows, new ids (corpus TXT-12)."""
    rows = []
    for one, other in pairs:
        row = one.stored(model.new_id())
        if other is not None and limits.AMENDMENT_IDS_CHANGE in model.limits:
            row = msgspec.structs.replace(row, id=other.id)
        if other is not None and limits.REPLACE_LOSES_SYSTEM in model.limits:
            row = msgspec.structs.replace(row, system=other.system)
        rows.append(row)
    if limits.REPLACE_LOSES_DPS_AMENDMENTS in model.limits:
        matched = {other.id for _, other in pairs if other is not None}
        rows += [
            other
            for other in existing.amendments
            if other.id not in matched and other.system == DPS
        ]
    return rows


def with_missing_amendments(
    model: DpsModel, existing: Note, request: NoteFromNomis, pairs: Pairs
) -> Note:
    """Add the request's unmatched amendments; nothing is ever taken away."""
    rows = list(existing.amendments)
    if limits.AMENDMENTS_NEVER_REMOVED in model.limits and not _cut(request):
        matched = {other.id for _, other in pairs if other is not None}
        rows = [row for row in rows if row.id in matched or row.system == DPS]
    rows += [one.stored(model.new_id()) for one, other in pairs if other is None]
    return msgspec.structs.replace(existing, amendments=in_order(rows))


def _cut(request: NoteFromNomis) -> bool:
    """Tell whether NOMIS held only the beginning: absence then proves nothing."""
    texts = [request.text, *(one.text for one in request.amendments)]
    return any(text.endswith(TRUNCATED) for text in texts)
