"""What a search shows: filters, order and pages (C12, C13, C14)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simulators.dps.errors import validation
from simulators.dps.moments import parse_optional
from simulators.wire.service import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from simulators.dps.records import Note
    from simulators.dps.reference import Reference


@dataclass(slots=True)
class Filter:
    """What a note must satisfy; None and empty mean anything. Bounds are inclusive.

    `types` maps a type to the sub types wanted of it (empty: all): OR between types.
    """

    sensitive: bool = True
    types: dict[str, frozenset[str]] = field(default_factory=dict)
    occurred_from: datetime | None = None
    occurred_to: datetime | None = None
    location: str | None = None
    author_username: str | None = None
    author_id: str | None = None

    def admits(self, note: Note, reference: Reference) -> bool:
        """Tell whether the note passes."""
        if not self.sensitive and reference.of(note.type, note.sub_type).sensitive:
            return False
        return (
            self._admits_type(note)
            and (self.occurred_from is None or note.occurred >= self.occurred_from)
            and (self.occurred_to is None or note.occurred <= self.occurred_to)
            and self.location in (None, note.location)
            and self.author_username in (None, note.author.username)
            and self.author_id in (None, note.author.user_id)
        )

    def _admits_type(self, note: Note) -> bool:
        if not self.types:
            return True
        wanted = self.types.get(note.type)
        return wanted is not None and (not wanted or note.sub_type in wanted)


def read_filter(body: dict[str, Any]) -> Filter:
    """Read the filter of a search request."""
    return Filter(
        sensitive=body["includeSensitive"],
        types=read_types(body.get("typeSubTypes")),
        occurred_from=parse_optional(body.get("occurredFrom")),
        occurred_to=parse_optional(body.get("occurredTo")),
    )


def read_types(listed: list[dict[str, Any]] | None) -> dict[str, frozenset[str]]:
    """Read type conditions; of a type named twice the last one counts (C12)."""
    return {one["type"]: frozenset(one.get("subTypes") or ()) for one in listed or ()}


Order = tuple["Callable[[Note], datetime]", bool]


def occurred(note: Note) -> datetime:
    """Sort by when it happened."""
    return note.occurred


def created(note: Note) -> datetime:
    """Sort by when it was written."""
    return note.created


def read_order(sort: str) -> Order:
    """Read `field[,direction]` of a search; refuses an unknown field."""
    name, _, direction = sort.partition(",")
    keys = {"occurredAt": occurred, "createdAt": created}
    if name not in keys:
        message = "Sort field invalid, please provide one of [occurredAt, createdAt]"
        raise Refused(validation([message]))
    return keys[name], direction.lower() != "asc"


def read_list_order(sort: str | None) -> Order:
    """Read the sort of the deprecated list: anything unknown is newest first (C14)."""
    name, _, direction = (sort or "").partition(",")
    if name == "creationDateTime":
        return created, direction.lower() != "asc"
    if name == "occurrenceDateTime":
        return occurred, direction.lower() != "asc"
    return occurred, True


def find(
    notes: Iterable[Note], wanted: Filter, order: Order, reference: Reference
) -> list[Note]:
    """Return what passes, in order; equal moments keep the order they came in."""
    key, descending = order
    found = [note for note in notes if wanted.admits(note, reference)]
    return sorted(found, key=key, reverse=descending)
