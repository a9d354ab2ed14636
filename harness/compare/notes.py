"""A prisoner's notes as the three services print them, in the oracle's records.

Facts: http-contracts 2.1 (NOMIS), 3.0 (DPS), 4.1 (mapping).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from harness.oracle.codec import Part, normal, render, seconds
from harness.oracle.expected import Amendment, Expected, Value
from harness.oracle.notes import Copy
from harness.oracle.who import DPS, NOMIS


class UnreadableError(ValueError):
    """A service answered something that is no list of notes; says which and what."""


@dataclass(frozen=True)
class NomisNote:
    """A note as NOMIS prints it; `copy` is it as the oracle compares it."""

    id: str
    booking: int
    copy: Copy
    created: str
    usernames: frozenset[str]
    automatic: bool
    prison: str
    audit_module: str


@dataclass(frozen=True)
class DpsNote:
    """A note as DPS prints it; `expected` is what each NOMIS copy of it should be."""

    id: str
    expected: Expected
    created: str
    author: str
    automatic: bool
    location: str
    legacy_id: int

    @property
    def born_in_nomis(self) -> bool:
        """Say where it was born: DPS counts its own legacy ids down from -1."""
        return self.legacy_id > 0


@dataclass(frozen=True)
class Pair:
    """One row of the mapping."""

    nomis: str
    dps: str
    booking: int
    kind: str


@dataclass(frozen=True)
class Holding:
    """All that the three services hold of one prisoner."""

    prisoner: str
    nomis: dict[str, NomisNote]
    dps: dict[str, DpsNote]
    pairs: list[Pair]


def read(prisoner: str, nomis: Any, dps: Any, mapping: Any) -> Holding:
    """Read the answers of N5, C2 and M6; raises UnreadableError."""
    rows = _each("NOMIS", lambda: [_nomis(prisoner, row) for row in nomis["caseNotes"]])
    notes = _each("DPS", lambda: [_dps(prisoner, note) for note in dps])
    pairs = _each("mapping", lambda: [_pair(row) for row in mapping["mappings"]])
    for name, found in (("NOMIS", rows), ("DPS", notes)):
        if len({one.id for one in found}) != len(found):
            raise UnreadableError(f"{name} lists a note id twice")
    return Holding(
        prisoner,
        {row.id: row for row in rows},
        {note.id: note for note in notes},
        pairs,
    )


def _each(service: str, convert: Any) -> Any:
    try:
        return convert()
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        what = f"lacks {error}" if isinstance(error, KeyError) else "has another shape"
        raise UnreadableError(f"the answer of {service} {what}") from error


def _nomis(prisoner: str, row: dict[str, Any]) -> NomisNote:
    parts = [
        Part(one["authorUsername"], seconds(one["createdDateTime"]), one["text"])
        for one in row["amendments"]
    ]
    plain = {
        "prisoner": prisoner,
        "type": row["caseNoteType"]["code"],
        "sub_type": row["caseNoteSubType"]["code"],
        "occurred": row.get("occurrenceDateTime") or "",
        # Back into one text: NOMIS stores it so, and the cut at 4000 bytes counts all.
        "text": render(row["caseNoteText"], parts),
    }
    names = row.get("authorUsernames") or [row["authorUsername"]]
    return NomisNote(
        str(row["caseNoteId"]),
        row["bookingId"],
        Copy(NOMIS, str(row["caseNoteId"]), plain),
        seconds(row.get("creationDateTime")),
        frozenset(names),
        row.get("noteSourceCode") == "AUTO",
        row.get("prisonId") or "",
        row.get("auditModuleName") or "",
    )


def _dps(prisoner: str, note: dict[str, Any]) -> DpsNote:
    def value(text: str) -> list[Value]:
        return [Value(normal(text), DPS, 0)]

    amendments = []
    for one in note["amendments"]:
        at = seconds(one.get("creationDateTime"))
        words = value(one["additionalNoteText"])
        amendments.append(Amendment(one["authorUserName"], at, at, words))
    text = value(note["text"])
    expected = Expected(
        prisoner,
        text,
        value(f"{note['type']}/{note['subType']}"),
        value(seconds(note["occurrenceDateTime"])),
        amendments,
        text_history=text,
    )
    return DpsNote(
        note["caseNoteId"],
        expected,
        seconds(note["creationDateTime"]),
        note["authorUsername"],
        bool(note["systemGenerated"]),
        note.get("locationId") or "",
        int(note["legacyId"]),
    )


def _pair(row: dict[str, Any]) -> Pair:
    return Pair(
        str(row["nomisCaseNoteId"]),
        row["dpsCaseNoteId"],
        row["nomisBookingId"],
        row["mappingType"],
    )
