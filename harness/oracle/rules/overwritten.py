"""Overwritten: of two edits that crossed, one text lost.

Either text may win, whole. The losing text is a finding; it is a violation only if no
audit row of DPS holds it. NOMIS keeps no audit of texts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.oracle.blame import writer_of
from harness.oracle.codec import normal
from harness.oracle.rules.result import Result, broken
from harness.oracle.who import DPS, SYSTEM_NAME, WRITER

if TYPE_CHECKING:
    from harness.oracle.case import Case
    from harness.oracle.expected import Value
    from harness.oracle.notes import LogicalNote


def overwritten(case: Case) -> Result:
    """Check that a text which lost a crossing is kept somewhere."""
    result = Result()
    audit = (case.evidence.snapshots.get("dps") or {}).get("audit") or []
    kept: dict[str, set[str]] = {}
    for row in audit:
        kept.setdefault(str(row["id"]), set()).add(normal(row["text"]))
    for note in case.notes:
        state = case.expected[id(note)]
        if len(state.text) < 2 or state.deleted is not None:  # noqa: PLR2004 - a pair
            continue
        result.checked += 1
        shown = {
            case.main_text(copy)
            for copies in note.copies.values()
            for copy in copies
            if copy.row is not None
        }
        held = {text for c in note.copies[DPS] for text in kept.get(c.id, ())}
        for value in state.text:
            if normal(value.value) not in shown:
                _report(case, note, value, normal(value.value) in held, result)
    _winner(case, result)
    return result


def _report(
    case: Case, note: LogicalNote, value: Value, kept: bool, result: Result
) -> None:
    change = value.change
    side = value.side
    copies = [copy for copy in note.copies[side] if copy.row is not None]
    owner = next((w for c in copies if (w := writer_of(c))), WRITER[side])
    violation = broken(
        "overwritten",
        owner,
        note,
        f"the text written in {SYSTEM_NAME[side]} lost against one that crossed it"
        + ("" if kept else ", and no audit row holds it"),
        f"text from {side}{'' if kept else ' without audit'}",
        seqs=[change.seq] if change is not None else [],
        side=side,
        wanted=value.value,
        change="edit",
        since=value.seq,
        on_own_side=True,
    )
    (result.findings if kept else result.violations).append(violation)


def _winner(case: Case, result: Result) -> None:
    """Hold a target to the stricter winner it declares."""
    declared = case.evidence.expectations.get("winner")
    if declared is None:
        return
    for note in case.notes:
        state = case.expected[id(note)]
        if len(state.text) < 2 or state.deleted is not None:  # noqa: PLR2004 - a pair
            continue
        right = [value for value in state.text if declared in {"later", value.side}][
            -1:
        ]
        shown = {
            case.main_text(copy)
            for copies in note.copies.values()
            for copy in copies
            if copy.row is not None
        }
        if right and shown and shown != {normal(right[0].value)}:
            result.add(
                broken(
                    "converged",
                    WRITER[right[0].side],
                    note,
                    f"the target declares that the {declared} edit wins; it did not",
                    "declared winner",
                    seqs=[v.change.seq for v in state.text if v.change is not None],
                )
            )
