"""Converged, lost, stale, corrupt: each copy against the expected state.

**Lost**: an accepted change is absent from a side that should hold it. **Stale**: a
copy shows an earlier state. **Corrupt**: content no user wrote. **Converged** is what
remains: every other field equal, and both sides the same permitted value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.oracle.blame import Blame, absent, reader_of, writer_of
from harness.oracle.notes import NOBODY, Copy, LogicalNote
from harness.oracle.rules.result import Result, broken
from harness.oracle.who import OTHER, SYSTEM_NAME, WRITER

if TYPE_CHECKING:
    from harness.oracle.case import Case
    from harness.oracle.changes import Change
    from harness.oracle.differences import Difference
    from harness.oracle.evidence import Violation
    from harness.oracle.writes import Write

_RULE_OF = {
    "lost": "lost",
    "stale": "stale",
    "corrupt": "corrupt",
    "differs": "converged",
    "repeated": "duplicate",
    "returned": "resurrected",
    "altered": "altered",
    "misplaced": "misplaced",
}


def lost(case: Case) -> Result:
    """Every accepted change has its effect on the side that should hold it."""
    result = Result()
    for note in case.notes:
        if note.kind == NOBODY:
            continue
        result.checked += 1 + len(note.changes)
        _birth(case, note, result)
        _own_copy(case, note, result)
        _deleted(case, note, result)
    differences(case, "lost", result)
    return result


def _birth(case: Case, note: LogicalNote, result: Result) -> None:
    other = OTHER[note.side]
    state = case.expected[id(note)]
    if state.deleted is not None or not case.crosses(note):
        return
    if any(copy.row is not None for copy in note.copies[other]):
        return
    if any(copy.row is not None for copy in note.surplus if copy.side == other):
        return
    if any(copy.writes for copy in note.copies[other]):
        # It was there and went: somebody deleted it without a user's wish.
        gone = note.copies[other][0]
        result.add(
            broken(
                "lost",
                _deleter(gone.writes) or WRITER[other],
                note,
                f"its copy {gone.id} in {SYSTEM_NAME[other]} is gone, "
                "though nobody deleted it",
                f"gone from {other}",
                seqs=[write.seq for write in gone.writes],
                gone=True,
                side=other,
                copy=gone.id,
            )
        )
        return
    blame = absent(case, note, note.born)
    if _excused(blame, result):
        return
    result.add(
        broken(
            "lost",
            blame.owner,
            note,
            f"the note never came to {SYSTEM_NAME[other]}: {blame.why}",
            f"create to {other}",
            seqs=blame.seqs,
            change="create",
        )
    )


def _own_copy(case: Case, note: LogicalNote, result: Result) -> None:
    """Check that a living note still stands on the side where it was born."""
    if case.expected[id(note)].deleted is not None or not note.copies[note.side]:
        return
    own = note.copies[note.side][0]
    if own.row is None:
        result.add(
            broken(
                "lost",
                _deleter(own.writes) or note.side,
                note,
                f"it is gone from {SYSTEM_NAME[note.side]}, where it was written, "
                "though nobody deleted it",
                f"gone from {note.side}",
                seqs=[write.seq for write in own.writes],
                gone=True,
                side=note.side,
                copy=own.id,
            )
        )


def _deleter(writes: list[Write]) -> str | None:
    deletes = [write for write in writes if write.kind == "delete"]
    return deletes[-1].program if deletes else None


def _deleted(case: Case, note: LogicalNote, result: Result) -> None:
    """Check that a delete took every copy away."""
    change = case.expected[id(note)].deleted
    if change is None:
        return
    for copy in note.everywhere:
        if copy.row is None or case.came_back(copy, change):
            continue
        blame = absent(case, note, change)
        if _excused(blame, result):
            continue
        result.add(
            broken(
                "lost",
                blame.owner,
                note,
                f"deleted in {SYSTEM_NAME[change.side]}, but {copy.id} still stands "
                f"in {SYSTEM_NAME[copy.side]}: {blame.why}",
                f"delete to {copy.side}",
                seqs=[change.seq, *blame.seqs],
                change="delete",
            )
        )


def _excused(blame: Blame, result: Result) -> bool:
    """Say whether the change is parked: neither lost nor done while a switch is off."""
    if blame.parked:
        result.checked += 1
        return True
    return False


def stale(case: Case) -> Result:
    """No copy shows a state that a later change replaced."""
    result = Result(checked=living(case))
    differences(case, "stale", result)
    return result


def corrupt(case: Case) -> Result:
    """No copy holds content that no user wrote."""
    result = Result(checked=living(case))
    differences(case, "corrupt", result)
    for note in case.notes:
        if note.kind != NOBODY:
            continue
        for copy in note.everywhere:
            if copy.row is not None:
                result.add(
                    broken(
                        "corrupt",
                        writer_of(copy) or copy.side,
                        note,
                        f"{SYSTEM_NAME[copy.side]} note {copy.id} repeats no note "
                        "that anybody wrote",
                        f"note of nobody in {copy.side}",
                        seqs=[write.seq for write in copy.writes],
                    )
                )
    return result


def converged(case: Case) -> Result:
    """Every copy equals the expected state in all other fields, and its twin."""
    result = Result(checked=living(case))
    differences(case, "converged", result)
    for note in case.notes:
        state = case.expected[id(note)]
        if len(state.text) > 1 and state.deleted is None:
            _same_winner(case, note, result)
    return result


def _same_winner(case: Case, note: LogicalNote, result: Result) -> None:
    texts = {
        copy.side: case.main_text(copy)
        for copies in note.copies.values()
        for copy in copies
        if copy.row is not None
    }
    if len(set(texts.values())) > 1 and not case.has_difference(note, "text"):
        writers = [
            writer_of(copy) for copies in note.copies.values() for copy in copies
        ]
        state = case.expected[id(note)]
        owner = next((writer for writer in writers if writer), WRITER[note.side])
        result.add(
            broken(
                "converged",
                owner,
                note,
                "two edits crossed, and each side ended with another text: "
                + "; ".join(f"{SYSTEM_NAME[s]} {t!r}" for s, t in texts.items()),
                "crossed edits",
                seqs=[v.change.seq for v in state.text if v.change is not None],
                texts=texts,
            )
        )


def differences(case: Case, rule: str, result: Result) -> None:
    """Report the differences that fall under a rule."""
    for note, difference in case.differences:
        if _RULE_OF[difference.kind] == rule:
            result.add(_as_violation(case, note, difference, rule, result))


def _as_violation(
    case: Case,
    note: LogicalNote,
    difference: Difference,
    rule: str,
    result: Result,
) -> Violation | None:
    copy, change = difference.copy, difference.change
    where = f"{SYSTEM_NAME[copy.side]} note {copy.id}"
    blame = None
    if change is not None and change.side != copy.side:
        blame = absent(case, note, change)
        if rule in {"lost", "stale", "converged"} and _excused(blame, result):
            return None
    owner = (writer_of(copy) if rule not in {"lost", "stale"} else None) or (
        blame.owner if blame else _carrier(copy, change)
    )
    why = f": {blame.why}" if blame and rule in {"lost", "stale"} else ""
    return broken(
        rule,
        owner,
        note,
        f"{where}: {difference.field} should be {_shown(difference.wanted)}, "
        f"is {_shown(difference.found)}{why}",
        f"{difference.field} in {copy.side}",
        seqs=[
            *([change.seq] if change else []),
            *(blame.seqs if blame else []),
            *(write.seq for write in copy.writes),
        ],
        field=difference.field,
        wanted=difference.wanted,
        found=difference.found,
        hint=difference.hint,
        part=list(difference.part) if difference.part else None,
        since=change.done if change else -1,
        on_own_side=change is not None and change.side == copy.side,
        side=copy.side,
        copy=copy.id,
        change=change.action if change else None,
    )


def _shown(value: Any) -> str:
    """Return a value, or each of those that would do, as a sentence names them."""
    if isinstance(value, list):
        return " or ".join(map(repr, value))
    return repr(value)


def _carrier(copy: Copy, change: Change | None) -> str:
    """Return who owed a copy a change of its own side.

    A change of one row of a merged note is brought to its sibling rows by the half
    that reads that side (http-contracts 7.4).
    """
    if change is not None and change.side == copy.side and change.note != copy.id:
        return reader_of(change.side)
    return writer_of(copy) or WRITER[copy.side]


def living(case: Case) -> int:
    """Count the copies that stand."""
    return case.living
