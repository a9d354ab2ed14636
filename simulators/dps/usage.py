"""How many notes of which type (C16)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.dps.moments import parse_optional, second, show
from simulators.dps.search import created, occurred, read_types

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from simulators.dps.records import Note

    Dated = Callable[[Note], datetime]


def count_usage(
    notes: Iterable[Note], body: dict[str, Any], *, by_author: bool
) -> dict[str, Any]:
    """Return the response body: counts keyed by person, or by author user id.

    `notes` may hold more than was asked for. Keys follow the request's order; those
    without notes are absent.
    """
    field = "authorId" if by_author else "personIdentifier"
    asked = body["authorIds"] if by_author else body["personIdentifiers"]
    dated = created if body.get("dateType") == "CREATED_AT" else occurred
    counts = _condition(body, dated)
    groups: dict[str, dict[tuple[str, str], list[Note]]] = {key: {} for key in asked}
    for note in notes:
        key = note.author.user_id if by_author else note.person
        if key in groups and counts(note):
            groups[key].setdefault((note.type, note.sub_type), []).append(note)
    content = {
        key: [_usage(field, key, found[pair], dated) for pair in sorted(found)]
        for key, found in groups.items()
        if found
    }
    return {"content": content}


def _condition(body: dict[str, Any], dated: Dated) -> Callable[[Note], bool]:
    """Return the test for a note; bounds are inclusive."""
    types = read_types(body["typeSubTypes"])
    start = parse_optional(body.get("from") or body.get("occurredFrom"))
    end = parse_optional(body.get("to") or body.get("occurredTo"))
    authors = body.get("authorIds")
    prison = body.get("prisonCode")

    def counts(note: Note) -> bool:
        wanted = types.get(note.type)
        return (
            wanted is not None
            and (not wanted or note.sub_type in wanted)
            and (start is None or dated(note) >= start)
            and (end is None or dated(note) <= end)
            and prison in (None, note.location)
            and (not authors or note.author.user_id in authors)
        )

    return counts


def _usage(field: str, key: str, notes: list[Note], dated: Dated) -> dict[str, Any]:
    latest = max(dated(note) for note in notes)
    return {
        field: key,
        "type": notes[0].type,
        "subType": notes[0].sub_type,
        "count": len(notes),
        "latestNote": {"occurredAt": show(second(latest))},
    }
