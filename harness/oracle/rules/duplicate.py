"""Duplicate: more copies than the model allows.

The model allows one DPS note, and one NOMIS row or k after merge copies. An amendment
that stands twice is a duplicate too. Two equal notes entered by a user are two notes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.oracle.blame import maker_of
from harness.oracle.rules.content import differences
from harness.oracle.rules.result import Result, broken
from harness.oracle.who import DPS, NOMIS, SYSTEM_NAME

if TYPE_CHECKING:
    from harness.oracle.case import Case
    from harness.oracle.notes import Copy, LogicalNote


def duplicate(case: Case) -> Result:
    """Each logical note has as many copies as the model allows, each amendment one."""
    result = Result()
    for note in case.notes:
        result.checked += 1
        for copy in too_many(note):
            seqs = [write.seq for write in copy.writes]
            result.add(
                broken(
                    "duplicate",
                    maker_of(copy),
                    note,
                    f"{SYSTEM_NAME[copy.side]} holds the note once more as {copy.id}, "
                    f"made by {maker_of(copy)}",
                    f"copy in {copy.side}",
                    seqs=seqs,
                    side=copy.side,
                    copy=copy.id,
                )
            )
    differences(case, "duplicate", result)
    return result


def too_many(note: LogicalNote) -> list[Copy]:
    """Return the living copies beyond those that the model allows."""
    extra = [copy for copy in note.surplus if copy.row is not None]
    for side in (NOMIS, DPS):
        alive = [c for c in note.copies[side] if c.row is not None and not c.merged]
        extra += alive[1:]
    return extra
