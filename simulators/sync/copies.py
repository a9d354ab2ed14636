"""Pairing the rows that a NOMIS merge copied with the rows they were copied from.

Copies and originals are paired one to one, never two copies of one booking to the
same original (DUP-12, MRG-07). What pairs them are business times, author, type, text
and amendments; the time of insertion is a copy's own (DAT-03).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from simulators.sync.notes import MERGE, by_user, second

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from collections.abc import Mapping as Rows

    from simulators.sync.notes import Mapping, NomisNote

Print = tuple[object, ...]
AT_ONCE = timedelta(seconds=2)


def may_be_copy(row: NomisNote) -> bool:
    """Whether a merge may have made the row.

    Its audit module says so, until an officer edits the row; that it was put in later
    than its note was written stays true. Rows of the sync are later, too, but marked.
    """
    if row.module == MERGE:
        return True
    return by_user(row.module) and row.inserted - row.created > AT_ONCE


def pair(rows: Iterable[NomisNote], mapped: Rows[int, Mapping]) -> dict[int, int]:
    """Return copy id -> original id for the copies that have no mapping yet."""
    ordered = sorted(rows, key=lambda row: row.id)
    made = [row for row in ordered if row.id not in mapped and may_be_copy(row)]
    originals = [row for row in ordered if row.module != MERGE and row not in made]
    pairs: dict[int, int] = {}
    for booking in sorted({row.booking for row in made}):
        unpaired = [row for row in made if row.booking == booking]
        taken = {
            mapped[row.id].dps_id
            for row in ordered
            if row.booking == booking and row.id in mapped
        }
        free = [
            row
            for row in originals
            if row.booking != booking
            and not (row.id in mapped and mapped[row.id].dps_id in taken)
        ]
        for likeness in (whole_print, text_print, short_print):
            found = _match(unpaired, free, likeness)
            pairs |= found
            unpaired = [row for row in unpaired if row.id not in found]
            free = [row for row in free if row.id not in found.values()]
    return pairs


def _match(
    made: list[NomisNote],
    originals: list[NomisNote],
    likeness: Callable[[NomisNote], Print],
) -> dict[int, int]:
    """Give each copy the first original of its likeness that is still free."""
    free = list(originals)
    found = {}
    for copy in made:
        for original in free:
            if likeness(copy) == likeness(original):
                found[copy.id] = original.id
                free.remove(original)
                break
    return found


def whole_print(row: NomisNote) -> Print:
    """Return all that a copy shares with its original when it was just made."""
    return (*text_print(row), tuple(a.key for a in row.amendments))


def text_print(row: NomisNote) -> Print:
    """Return what stays alike when one of the two was amended since."""
    return (*short_print(row), row.text)


def short_print(row: NomisNote) -> Print:
    """Return what stays alike when one of the two was edited since."""
    return (
        second(row.created),
        second(row.occurred),
        row.type,
        row.sub_type,
        row.staff_id,
    )
