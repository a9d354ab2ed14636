"""A note's copies against its expected state, as plain data for people.

The rules decide what is wrong; here stands what a reader compares: one value a field
on the expected side and on each copy, and the differences the rules rest on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.oracle.births import dps_parts
from harness.oracle.blame import maker_of
from harness.oracle.codec import normal, seconds, split
from harness.oracle.notes import NOBODY
from harness.oracle.rules.duplicate import too_many
from harness.oracle.who import DPS, NOMIS, OTHER

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.oracle.case import Case
    from harness.oracle.codec import Part
    from harness.oracle.differences import Difference
    from harness.oracle.expected import Expected
    from harness.oracle.notes import Copy, LogicalNote

FIELDS = ("text", "amendments", "type", "occurred", "created", "author", "prisoner")
_ROW_OF = {
    "occurrence": "occurred",
    "creation": "created",
    "amendment": "amendments",
    "amendment text": "amendments",
    "amendment time": "amendments",
    "amendment author": "amendments",
    "amendment author id": "amendments",
    "amendment author name": "amendments",
    "amendment id": "amendments",
    "amendment origin": "amendments",
}


def compared(case: Case, note: LogicalNote) -> dict[str, Any]:
    """Return one note: what is expected, and each copy with its differences.

    `expected` has the keys of `FIELDS`; `text` lists every permitted one, the likeliest
    last. A copy has `side`, `id` (None: it never came), `state` (stands, gone, extra,
    missing, not-deleted, nobodys), `right` (whether that is as expected), `fields`
    (None when it is gone) and `differences`, each `{kind, field, row, wanted, found,
    hint}` with `row` the one of `FIELDS` it is about, or None.
    """
    state = case.expected[id(note)]
    extra = set(map(id, too_many(note)))
    copies = [
        _copy(case, note, state, copy, id(copy) in extra) for copy in note.everywhere
    ]
    other = OTHER[note.side]
    if _should_cross(case, note, state) and not _known_in(note, other):
        copies.append(_never_came(other))
    # In the order of the lanes: NOMIS before DPS.
    copies.sort(key=lambda one: (one["side"] == DPS, one["id"] or ""))
    return {
        "note": note.id,
        "kind": note.kind,
        "born": note.side,
        "prisoner": note.prisoner,
        "deleted": state.deleted is not None,
        "expected": _expected(note, state),
        "copies": copies,
    }


def _known_in(note: LogicalNote, side: str) -> bool:
    return any(copy.side == side for copy in note.everywhere)


def _should_cross(case: Case, note: LogicalNote, state: Expected) -> bool:
    return note.kind != NOBODY and state.deleted is None and case.crosses(note)


def _expected(note: LogicalNote, state: Expected) -> dict[str, Any] | None:
    if note.kind == NOBODY:
        return None
    return {
        "text": [normal(one.value) for one in state.text],
        "amendments": [_part(part) for part in state.parts()],
        "type": state.type[-1].value,
        "occurred": state.occurred[-1].value,
        "created": note.created,
        "author": note.author,
        "prisoner": state.prisoner,
    }


def _copy(
    case: Case, note: LogicalNote, state: Expected, copy: Copy, extra: bool
) -> dict[str, Any]:
    found = [one for _, one in case.differences if one.copy is copy]
    stands, right = _state(note, state, copy, extra)
    return {
        "side": copy.side,
        "id": copy.id,
        "made_by": maker_of(copy),
        "state": stands,
        "right": right and not found,
        "fields": None if copy.row is None else _fields(copy.side, copy.row),
        "differences": [_difference(one) for one in found],
    }


def _state(
    note: LogicalNote, state: Expected, copy: Copy, extra: bool
) -> tuple[str, bool]:
    if copy.row is None:
        # A double that was taken away again is as it should be.
        was_double = any(one is copy for one in note.surplus)
        return "gone", state.deleted is not None or was_double
    if note.kind == NOBODY:
        return "nobodys", False
    if state.deleted is not None:
        return "not-deleted", False
    return ("extra", False) if extra else ("stands", True)


def _never_came(side: str) -> dict[str, Any]:
    return {
        "side": side,
        "id": None,
        "made_by": None,
        "state": "missing",
        "right": False,
        "fields": None,
        "differences": [],
    }


def _fields(side: str, row: dict[str, Any]) -> dict[str, Any]:
    if side == NOMIS:
        text, parts = split(normal(row["text"]), tolerant=True)
        author = ", ".join(row.get("usernames") or ())
    else:
        text, parts = normal(row["text"]), dps_parts(row)
        author = row["author"]
    return {
        "text": [text],
        "amendments": [_part(part) for part in parts],
        "type": f"{row['type']}/{row['sub_type']}",
        "occurred": seconds(row["occurred"]),
        "created": seconds(row["created"]),
        "author": author,
        "prisoner": row["prisoner"],
    }


def _part(part: Part) -> dict[str, str]:
    return {"author": part.author, "at": part.at, "text": part.text}


def _difference(one: Difference) -> dict[str, Any]:
    row = _ROW_OF.get(one.field, one.field)
    return {
        "kind": one.kind,
        "field": one.field,
        "row": row if row in FIELDS else None,
        "wanted": _plain(one.wanted),
        "found": _plain(one.found),
        "hint": one.hint,
    }


def _plain(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, (list, tuple, set, frozenset)):
        return _joined(value)
    return str(value)


def _joined(values: Iterable[Any]) -> str:
    return " or ".join(str(value) for value in values)
