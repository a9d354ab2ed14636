"""Comparing a NOMIS row with a DPS note, in the note's own units.

NOMIS holds one string: amendments inside it, perhaps shortened, perhaps with text
that only looks like a marker. So a row is first *aligned*: whatever part of it is
what NOMIS would show for the DPS note is read as that note's text and amendments
(TXT-06, TXT-23). What is left over is news.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from simulators.sync import text as notation
from simulators.sync.notes import second

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulators.sync.notes import Amendment, DpsNote, NomisNote


@dataclass(frozen=True, slots=True)
class Difference:
    """How a row differs from a note: its text, and amendments on one side only."""

    text: bool
    only_nomis: list[Amendment]
    only_dps: list[Amendment]

    def __bool__(self) -> bool:
        return self.text or bool(self.only_nomis) or bool(self.only_dps)


def same_type(row: NomisNote, note: DpsNote) -> bool:
    """Whether the types agree: NOMIS has CNOTE/OUTCOME for APP/OUTCOME (TXT-19)."""
    if row.sub_type != note.sub_type:
        return False
    return row.type == note.type or (is_outcome(row) and note.type == "APP")


def is_outcome(row: NomisNote) -> bool:
    """Whether the row has the type that DPS knows as APP/OUTCOME."""
    return (row.type, row.sub_type) == ("CNOTE", "OUTCOME")


def same_author(row: NomisNote, note: DpsNote) -> bool:
    """Whether the DPS author is any of the staff member's accounts (TXT-18)."""
    return note.username.upper() in {name.upper() for name in row.usernames}


def same_second(row: NomisNote, note: DpsNote) -> bool:
    """Whether both were created in the same second."""
    return second(row.created) == second(note.created)


def same_origin(row: NomisNote, note: DpsNote) -> bool:
    """Whether row and note can be one note: author and second never change."""
    return same_second(row, note) and same_author(row, note)


def same_fields(row: NomisNote, note: DpsNote) -> bool:
    """Whether type and occurrence agree; both are to the second."""
    return same_type(row, note) and same_time(row, note)


def same_time(row: NomisNote, note: DpsNote) -> bool:
    """Whether it happened in the same second."""
    return second(row.occurred) == second(note.occurred)


def same_text(row: NomisNote, note: DpsNote) -> bool:
    """Whether the row shows the note's text and amendments."""
    return shows(row, note.text, note.amendments)


def same_note(row: NomisNote, note: DpsNote) -> bool:
    """Whether row and note agree in every shared field."""
    return same_origin(row, note) and same_fields(row, note) and same_text(row, note)


def is_reused(row: NomisNote, note: DpsNote | None) -> bool:
    """Whether the row's id now belongs to another note than the mapped one (IDM-16)."""
    if note is None or same_second(row, note):
        return False
    return not same_author(row, note) and not same_text(row, note)


def shows(row: NomisNote, text: str, amendments: Iterable[Amendment]) -> bool:
    """Whether a row shows this text with these amendments, in whatever order."""
    wanted = list(amendments)
    full = notation.render(text, [a.written for a in wanted])
    if notation.shows(row.full, full):
        return True
    return notation.clean(row.text) == notation.clean(text) and Counter(
        a.key for a in row.amendments
    ) == Counter(a.key for a in wanted)


def difference(row: NomisNote, note: DpsNote) -> Difference:
    """Compare a row with a note, aligned first."""
    if same_text(row, note):
        return Difference(False, [], [])
    aligned = align(row, note)
    return Difference(
        notation.clean(aligned.text) != notation.clean(note.text),
        missing_from(note.amendments, aligned.amendments),
        missing_from(aligned.amendments, note.amendments),
    )


def missing_from(
    these: Iterable[Amendment], those: Iterable[Amendment]
) -> list[Amendment]:
    """Return those amendments that are not among these, counting equal ones."""
    left = Counter(a.key for a in these)
    missing = []
    for amendment in those:
        if left[amendment.key] > 0:
            left[amendment.key] -= 1
        else:
            missing.append(amendment)
    return missing


def in_order(amendments: Iterable[Amendment]) -> list[Amendment]:
    """Sort by second, as both sides list them; equal seconds keep their order."""
    return sorted(amendments, key=lambda a: second(a.created))


def align(row: NomisNote, note: DpsNote) -> NomisNote:
    """Read the row's text and amendments in the units of the DPS note."""
    shortened = _shortened(row, note)
    if shortened is not None:
        return shortened
    pieces = _pieces(row.text, row.amendments)
    for count in range(len(note.amendments), -1, -1):
        mine = note.amendments[:count]
        shown = notation.render(note.text, [a.written for a in mine])
        text, amendments = notation.parse(notation.clean(shown))
        expected = [("", None, text), *((u.upper(), at, w) for u, at, w in amendments)]
        if pieces[: len(expected)] == expected:
            rest = row.amendments[len(expected) - 1 :]
            return replace(row, text=note.text, amendments=(*mine, *rest))
    return row


def _shortened(row: NomisNote, note: DpsNote) -> NomisNote | None:
    """Read a shortened row as the whole note plus what was written beside the cut.

    NOMIS' short text never stands against the longer DPS text, even when DPS has
    changed since (TXT-06). What stands before a cut amendment is whole: an officer may
    have edited it.
    """
    if row.text.endswith(notation.SUFFIX) and not note.text.endswith(row.text):
        amendments = (*note.amendments, *row.amendments)
        return replace(row, text=note.text, amendments=amendments)
    for index, cut in enumerate(row.amendments):
        if cut.text.endswith(notation.SUFFIX) and not note.text.endswith(cut.text):
            news = missing_from(note.amendments, row.amendments[:index])
            rest = row.amendments[index + 1 :]
            return replace(row, amendments=(*note.amendments, *news, *rest))
    return None


def _pieces(
    text: str, amendments: Iterable[Amendment]
) -> list[tuple[str, object, str]]:
    found: list[tuple[str, object, str]] = [("", None, notation.clean(text))]
    found += [a.key for a in amendments]
    return found
