"""Acknowledged before done: the half let a message go before its work was finished.

The half's own word when it gives it (`x-tandem-cause`, a *certain* cause): a write for
a message that was already deleted. Else by what anybody can see: the first write that
carries a change comes after the half had acknowledged every message it had for the
note. A write in a later step than the acknowledgement may be a repair, and accuses
nobody.
"""

from __future__ import annotations

from bisect import bisect
from collections import defaultdict
from typing import TYPE_CHECKING

from harness.oracle.blame import events_for, reader_of
from harness.oracle.expected import carrier
from harness.oracle.rules.result import Result, broken
from harness.oracle.who import HALVES, SYSTEM_NAME

if TYPE_CHECKING:
    from harness.oracle.case import Case
    from harness.oracle.changes import Change
    from harness.oracle.evidence import Violation
    from harness.oracle.history import Message
    from harness.oracle.notes import LogicalNote
    from harness.oracle.writes import Write


def acknowledged_before_done(case: Case) -> Result:
    """Every change is carried over while its message is in the half's hands."""
    result = Result()
    by_sqs: dict[str, list[Message]] = defaultdict(list)
    for message in case.history.messages.values():
        if message.owner in HALVES:
            by_sqs[message.sqs].append(message)
    for note in case.notes:
        guilty = {**_by_own_word(note, by_sqs), **_by_sight(case, note, result)}
        for _, (write, let_go) in sorted(guilty.items()):
            result.add(_violation(note, write, let_go))
    return result


_Guilty = dict[str, tuple["Write", "list[Message]"]]


def _by_own_word(note: LogicalNote, by_sqs: dict[str, list[Message]]) -> _Guilty:
    guilty: _Guilty = {}
    for copy in note.everywhere:
        for write in copy.writes:
            cause = write.call.cause
            if write.call.certainty != "certain" or cause not in by_sqs:
                continue
            mine = [m for m in by_sqs[cause] if m.owner == write.program]
            if let_go := _all_let_go(write, mine):
                guilty.setdefault(write.program, (write, let_go))
    return guilty


def _by_sight(case: Case, note: LogicalNote, result: Result) -> _Guilty:
    guilty: _Guilty = {}
    changes = [*([note.born] if note.born is not None else []), *note.changes]
    for change in changes:
        half = reader_of(change.side)
        write = carrier(note, change)
        if write is None or write.program != half:
            continue
        result.checked += 1
        let_go = _all_let_go(write, _of(case, note, change, half))
        if not let_go or _all_let_go(write, _in_reach(case, note, half)) == []:
            continue
        last = max(message.fate_seq for message in let_go)
        steps = case.history.steps
        if bisect(steps, last) == bisect(steps, write.seq):
            guilty.setdefault(half, (write, let_go))
    return guilty


def _of(case: Case, note: LogicalNote, change: Change, half: str) -> list[Message]:
    return [
        message
        for event in events_for(case, note, change)
        for message in event.messages
        if message.owner == half
    ]


def _in_reach(case: Case, note: LogicalNote, half: str) -> list[Message]:
    """Return every message that may have made the half look at the note."""
    found = _of(case, note, note.born, half) if note.born is not None else []
    for change in note.changes:
        found += _of(case, note, change, half)
    for event in (*case.repeats_of(note), *case.all_echoes(note)):
        found += [m for m in event.messages if m.owner == half]
    # What the half sent to itself (a mapping to be saved again) is in hand too.
    ids = {copy.id for copy in note.everywhere}
    found += [
        m
        for m in case.history.messages.values()
        if m.owner == half and not ids.isdisjoint(m.subjects)
    ]
    return found


def _all_let_go(write: Write, messages: list[Message]) -> list[Message]:
    """Return the messages had before the write, if all were acknowledged before it."""
    had = [m for m in messages if m.received and m.received[0] < write.seq]
    if any(m.fate_seq > write.seq for m in had):
        return []
    return [m for m in had if m.fate == "deleted"]


def _violation(note: LogicalNote, write: Write, let_go: list[Message]) -> Violation:
    last = max(let_go, key=lambda message: message.fate_seq)
    return broken(
        "acknowledged-before-done",
        write.program,
        note,
        f"{write.program} wrote {SYSTEM_NAME[write.side]} note {write.note or '?'} "
        f"after it had acknowledged {last.type}",
        f"{write.kind} in {write.side}",
        seqs=[*last.received, last.fate_seq, write.seq],
        copy=last.copy,
    )
