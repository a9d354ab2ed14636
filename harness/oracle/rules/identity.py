"""Altered, misplaced, resurrected: right content in the wrong place, time or name.

**Altered**: author, creation, origin, legacy id, system-generated flag or amendment id
changed without a user action. **Misplaced**: under another prisoner or note.
**Resurrected**: a deleted note, or an amendment that a user removed, is back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.oracle.blame import maker_of, writer_of
from harness.oracle.rules.content import differences, living
from harness.oracle.rules.result import Result, broken
from harness.oracle.who import DPS, FROM_NOMIS, SYSTEM_NAME, WRITER

if TYPE_CHECKING:
    from harness.oracle.case import Case
    from harness.oracle.differences import Difference
    from harness.oracle.notes import LogicalNote


def altered(case: Case) -> Result:
    """Nothing but a user action changes who wrote what, when and where."""
    result = Result(checked=living(case))
    differences(case, "altered", result)
    return result


def misplaced(case: Case) -> Result:
    """Every copy, text and amendment stands under its own prisoner and note."""
    result = Result(checked=living(case))
    for note, difference in case.differences:
        if difference.kind != "misplaced":
            continue
        copy = difference.copy
        owner = (
            _misplacer(case, note, difference)
            if difference.field == "prisoner"
            else writer_of(copy) or WRITER[copy.side]
        )
        what = (
            f"stands under {difference.found}, should stand under {difference.wanted}"
            if difference.field == "prisoner"
            else f"holds what was written on another note: {difference.found!r}"
        )
        result.add(
            broken(
                "misplaced",
                owner,
                note,
                f"{SYSTEM_NAME[copy.side]} note {copy.id} {what}",
                f"{difference.field} in {copy.side}",
                seqs=[write.seq for write in copy.writes],
                field=difference.field,
                wanted=difference.wanted,
                found=difference.found,
                side=copy.side,
                copy=copy.id,
            )
        )
    return result


def _misplacer(case: Case, note: LogicalNote, difference: Difference) -> str:
    copy = difference.copy
    last = case.transfers[-1] if case.transfers else None
    born_late = copy.birth is not None and (
        last is None
        or copy.birth.seq > last.done
        or copy.birth.prisoner not in {note.prisoner, difference.wanted}
    )
    if copy.birth is not None and born_late:
        return copy.birth.program
    if copy.side != DPS or last is None:
        return writer_of(copy) or copy.side
    # DPS moves the notes of a merged prisoner itself; a moved booking's notes are
    # moved by from-nomis (http-contracts 7.6).
    return DPS if last.action == "merge" else FROM_NOMIS


def resurrected(case: Case) -> Result:
    """Check that what a user deleted or removed stays away."""
    result = Result()
    for note in case.notes:
        change = case.expected[id(note)].deleted
        if change is None:
            continue
        result.checked += 1
        for copy in note.everywhere:
            if copy.row is None or not case.came_back(copy, change):
                continue
            late = [write for write in copy.writes if write.seq > change.seq]
            owner = late[-1].program if late else maker_of(copy)
            result.add(
                broken(
                    "resurrected",
                    owner,
                    note,
                    f"deleted in {SYSTEM_NAME[change.side]}, yet it stands in "
                    f"{SYSTEM_NAME[copy.side]} as {copy.id}",
                    f"back in {copy.side}",
                    seqs=[change.seq, *(write.seq for write in copy.writes)],
                    side=copy.side,
                    copy=copy.id,
                )
            )
    differences(case, "resurrected", result)
    return result
