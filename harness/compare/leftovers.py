"""What the mapping leaves over: tied by content where it can be, missing where not.

A row and a note that hold the same and are both without a whole pair are one note
whose mapping is wrong. A leftover that holds what a paired one holds is a duplicate.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from harness.compare.findings import Finding
from harness.oracle.compare import compare, remapped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.compare.notes import DpsNote, Holding, NomisNote


def unpaired(holding: Holding) -> Iterator[Finding]:
    """Tie what the mapping leaves over by content; what stays alone is missing."""
    who = holding.prisoner
    whole = [p for p in holding.pairs if p.nomis in holding.nomis]
    whole = [p for p in whole if p.dps in holding.dps]
    paired_rows, paired_notes = {p.nomis for p in whole}, {p.dps for p in whole}
    rows = [row for key, row in holding.nomis.items() if key not in paired_rows]
    notes = [note for key, note in holding.dps.items() if key not in paired_notes]
    named = {p.nomis for p in holding.pairs}
    alike = _Buckets(notes)
    left: list[NomisNote] = []
    for row in sorted(rows, key=lambda one: int(one.id)):
        note = alike.take(row)
        if note is None:
            left.append(row)
            continue
        what = "names a dead DPS note" if row.id in named else "is missing"
        yield Finding(who, "mapping", row.id, note.id, f"the mapping {what}")
    everything = _Buckets(list(holding.dps.values()))
    for row in left:
        twin = everything.like(row)
        rule = "missing-in-dps" if twin is None else "duplicate-in-nomis"
        yield Finding(who, rule, row.id, twin.id if twin else "", _mapped(row, named))
    known = _Rows(holding.nomis.values())
    for note in alike.left():
        twin_row = known.like(note)
        rule = "missing-in-nomis" if twin_row is None else "duplicate-in-dps"
        named_dps = {p.dps for p in holding.pairs}
        detail = "mapped" if note.id in named_dps else "not mapped"
        yield Finding(who, rule, twin_row.id if twin_row else "", note.id, detail)
    yield from _dead(holding, rows, notes)


def _mapped(row: NomisNote, named: set[str]) -> str:
    return "mapped" if row.id in named else "not mapped"


def _dead(
    holding: Holding, rows: list[NomisNote], notes: list[DpsNote]
) -> Iterator[Finding]:
    """Report mapping rows that name nothing, but for those already reported."""
    told = {row.id for row in rows} | {note.id for note in notes}
    for pair in holding.pairs:
        ends = [pair.nomis in holding.nomis, pair.dps in holding.dps]
        if all(ends) or pair.nomis in told or pair.dps in told:
            continue
        gone = " and ".join(
            name
            for name, there in zip(("NOMIS", "DPS"), ends, strict=True)
            if not there
        )
        detail = f"it names a note that is not in {gone}"
        yield Finding(holding.prisoner, "mapping", pair.nomis, pair.dps, detail)


class _Buckets:
    """DPS notes by what a copy cannot have changed, for finding those alike."""

    def __init__(self, notes: list[DpsNote]) -> None:
        self._by: dict[Any, list[DpsNote]] = defaultdict(list)
        for note in sorted(notes, key=lambda one: one.id):
            self._by[_dps_mark(note)].append(note)

    def like(self, row: NomisNote) -> DpsNote | None:
        """Return the first note that holds what the row holds."""
        return next(
            (n for n in self._by.get(_nomis_mark(row), []) if _equal(row, n)), None
        )

    def take(self, row: NomisNote) -> DpsNote | None:
        """Return such a note and have it no more."""
        note = self.like(row)
        if note is not None:
            self._by[_nomis_mark(row)].remove(note)
        return note

    def left(self) -> list[DpsNote]:
        """Return the notes not taken."""
        return sorted((n for some in self._by.values() for n in some), key=_id)


class _Rows:
    """NOMIS notes by the same marks."""

    def __init__(self, rows: Any) -> None:
        self._by: dict[Any, list[NomisNote]] = defaultdict(list)
        for row in sorted(rows, key=lambda one: int(one.id)):
            self._by[_nomis_mark(row)].append(row)

    def like(self, note: DpsNote) -> NomisNote | None:
        """Return the first row that holds what the note holds."""
        return next(
            (r for r in self._by.get(_dps_mark(note), []) if _equal(r, note)), None
        )


def _id(note: DpsNote) -> str:
    return note.id


def _dps_mark(note: DpsNote) -> tuple[str, str, str]:
    kind = remapped(note.expected.type[0].value)
    return kind, note.expected.occurred[0].value, note.created


def _nomis_mark(row: NomisNote) -> tuple[str, str, str]:
    plain = row.copy.row or {}
    kind = remapped(f"{plain['type']}/{plain['sub_type']}")
    return kind, plain["occurred"][:19], row.created


def _equal(row: NomisNote, note: DpsNote) -> bool:
    return note.author in row.usernames and not compare(row.copy, note.expected)
