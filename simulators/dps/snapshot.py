"""The state as plain data, for the oracle: no answer of the API shows all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.dps.moments import show

if TYPE_CHECKING:
    from simulators.dps.records import Amendment, Note, Removed
    from simulators.dps.reference import Reference
    from simulators.dps.store import NoteStore


def snapshot(
    store: NoteStore,
    reference: Reference,
    audit: list[Removed],
    prisoners: set[str] | None,
) -> dict[str, Any]:
    """Return `{"notes": [...], "audit": [...]}` of `prisoners` (None: of all)."""
    if prisoners is None:
        notes = store.all()
    else:
        notes = [n for person in sorted(prisoners) for n in store.of_person(person)]
    return {
        "notes": [_note(note, reference) for note in notes],
        "audit": [
            _removed(row)
            for row in audit
            if prisoners is None or row.note.person in prisoners
        ],
    }


def _note(note: Note, reference: Reference) -> dict[str, Any]:
    sub_type = reference.of(note.type, note.sub_type)
    return {
        "id": note.id,
        "legacy_id": note.legacy_id,
        "prisoner": note.person,
        "type": note.type,
        "sub_type": note.sub_type,
        "occurred": show(note.occurred),
        "created": show(note.created),
        "created_by": note.created_by,
        "author": note.author.username,
        "author_id": note.author.user_id,
        "author_name": note.author.name,
        "text": note.text,
        "system_generated": note.system_generated,
        "system": note.system,
        "location": note.location,
        "sync_to_nomis": sub_type.syncs,
        "sensitive": sub_type.sensitive,
        "amendments": [_amendment(one) for one in note.amendments],
    }


def _amendment(amendment: Amendment) -> dict[str, Any]:
    return {
        "id": amendment.id,
        "author": amendment.author.username,
        "author_id": amendment.author.user_id,
        "author_name": amendment.author.name,
        "text": amendment.text,
        "created": show(amendment.created),
        "system": amendment.system,
    }


def _removed(row: Removed) -> dict[str, Any]:
    return {
        "id": row.note.id,
        "prisoner": row.note.person,
        "cause": row.cause,
        "type": row.note.type,
        "sub_type": row.note.sub_type,
        "occurred": show(row.note.occurred),
        "created": show(row.note.created),
        "author": row.note.author.username,
        "text": row.note.text,
        "amendments": [_amendment(one) for one in row.note.amendments],
        "deleted_at": show(row.deleted_at),
    }
