"""What a broken sync might leave behind, one wrong thing at a time.

Each tampering changes one fact of a snapshot in place. It raises `Unfit` where the
snapshot has nothing of the kind, or where nobody could tell: such as the id of an
amendment that no user was told.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from harness.oracle.codec import Part, split, stored

if TYPE_CHECKING:
    from collections.abc import Callable

    Rows = list[dict[str, Any]]
    Change = Callable[[Rows, dict[str, Any]], None]

_LONG_AGO = "2001-01-01T01:01:01"
_NOBODY = "NOBODY_GEN"
_ID = "019f0000-0000-7000-8000-000000000000"


class Unfit(Exception):  # noqa: N818 - says nothing is wrong
    """There is nothing here that could be tampered with so."""


def _set(**values: Any) -> Change:
    def change(_: Rows, row: dict[str, Any]) -> None:
        row.update(values)

    return change


def _remove(rows: Rows, row: dict[str, Any]) -> None:
    rows.remove(row)


def _twin(**values: Any) -> Change:
    def change(rows: Rows, row: dict[str, Any]) -> None:
        rows.append({**copy.deepcopy(row), **values})

    return change


def _text(_: Rows, row: dict[str, Any]) -> None:
    row["text"] = f"Tampered. {row['text']}"


def _parts(change: Callable[[list[Part]], list[Part]], *, some: bool = True) -> Change:
    """Rewrite the amendments in a NOMIS text."""

    def rewrite(_: Rows, row: dict[str, Any]) -> None:
        main, parts = split(row["text"], tolerant=True)
        if some and not parts:
            raise Unfit
        row["text"] = stored(main, change(parts))

    return rewrite


def _last(**values: str) -> Change:
    return _parts(lambda parts: [*parts[:-1], parts[-1]._replace(**values)])


def _amendments(change: Callable[[Rows], None], *, own: bool = False) -> Change:
    """Change the amendments of a DPS note; `own`: the last one must be of DPS."""

    def rewrite(_: Rows, row: dict[str, Any]) -> None:
        rows: Rows = row["amendments"]
        if not rows or (own and rows[-1]["system"] != "DPS"):
            raise Unfit
        change(rows)

    return rewrite


def _told(change: Change) -> Change:
    """Change what only the answer to a user told: DPS' own notes have none."""

    def rewrite(rows: Rows, row: dict[str, Any]) -> None:
        if row["system_generated"]:
            raise Unfit
        change(rows, row)

    return rewrite


def _flip(_: Rows, row: dict[str, Any]) -> None:
    row["system"] = {"DPS": "NOMIS", "NOMIS": "DPS"}[row["system"]]


def _generated(_: Rows, row: dict[str, Any]) -> None:
    row["system_generated"] = not row["system_generated"]


def _kind(_: Rows, row: dict[str, Any]) -> None:
    born_in_dps = row["mapping_type"] == "DPS_CREATED"
    row["mapping_type"] = "NOMIS_CREATED" if born_in_dps else "DPS_CREATED"


_SHARED: dict[str, Change] = {
    "text": _text,
    "type": _set(type="OBSERVE", sub_type="OBS_GEN"),
    "occurrence": _set(occurred=_LONG_AGO),
    "creation": _set(created=_LONG_AGO),
    "gone": _remove,
}
TAMPERINGS: dict[str, dict[str, Change]] = {
    "nomis": {
        **_SHARED,
        "author": _set(usernames=[_NOBODY], staff_id=99, staff_name="No Body"),
        "twin": _twin(id=900_000_001),
        "amendment gone": _parts(lambda parts: parts[:-1]),
        "amendment twice": _parts(lambda parts: [*parts, parts[-1]]),
        "amendment of nobody": _parts(
            lambda parts: [*parts, Part(_NOBODY, "2026-03-02T09:00:00", "Of nobody.")],
            some=False,
        ),
        "amendment reworded": _last(text="Reworded."),
        "amendment's author": _last(author=_NOBODY),
        "amendment's time": _last(at=_LONG_AGO),
    },
    "dps": {
        **_SHARED,
        "author": _set(author=_NOBODY),
        "author's id": _told(_set(author_id="424242")),
        "author's name": _told(_set(author_name="No Body")),
        "location": _told(_set(location="XXI")),
        "origin": _flip,
        "system generated": _generated,
        "legacy id": _set(legacy_id=123_456_789),
        "twin": _twin(id=_ID),
        "amendment gone": _amendments(lambda rows: rows.__delitem__(-1)),
        "amendment twice": _amendments(
            lambda rows: rows.append({**rows[-1], "id": _ID})
        ),
        "amendment reworded": _amendments(lambda rows: rows[-1].update(text="Other.")),
        "amendment's author": _amendments(lambda rows: rows[-1].update(author=_NOBODY)),
        "amendment's time": _amendments(
            lambda rows: rows[-1].update(created=_LONG_AGO)
        ),
        "amendment's id": _amendments(lambda rows: rows[-1].update(id=_ID), own=True),
        "amendment's origin": _amendments(
            lambda rows: rows[-1].update(system="NOMIS"), own=True
        ),
    },
    "mapping": {
        "gone": _remove,
        "of another note": _set(dps_id=_ID),
        "of another row": _set(nomis_id=999_999_999),
        "one too many": _twin(nomis_id=999_999_999),
        "mapping type": _kind,
        "booking": _set(booking=7_777_777),
        "prisoner": _set(prisoner="Z0000ZZ"),
    },
}
