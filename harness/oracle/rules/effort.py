"""Acknowledged before done: the half let a message go before its work was finished.

The half's own word when it gives it (`x-tandem-cause`, a *certain* cause): a write for
a message that was already deleted. Else by what anybody can see: a half writes a note
of which it once had messages in hand, and at that moment has none.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from harness.oracle.blame import events_for, reader_of
from harness.oracle.rules.result import Result, broken
from harness.oracle.who import HALVES, SYSTEM_NAME

if TYPE_CHECKING:
    from harness.oracle.case import Case
    from harness.oracle.evidence import Violation
    from harness.oracle.history import Message
    from harness.oracle.notes import LogicalNote
    from harness.oracle.writes import Write


def acknowledged_before_done(case: Case) -> Result:
    """Every write happens while a message that asks for it is in the half's hands."""
    result = Result()
    by_sqs: dict[str, list[Message]] = defaultdict(list)
    for message in case.history.messages.values():
        if message.owner in HALVES:
            by_sqs[message.sqs].append(message)
    for note in case.notes:
        writes = {w.seq: w for copy in note.everywhere for w in copy.writes}
        guilty: set[str] = set()
        for write in writes.values():
            if write.kind in {"move", "migrate"}:
                continue
            result.checked += 1
            messages = _asking(case, note, write, by_sqs)
            let_go = _let_go(write, messages)
            if let_go and write.program not in guilty:
                guilty.add(write.program)
                result.add(_violation(note, write, let_go))
    return result


def _asking(
    case: Case,
    note: LogicalNote,
    write: Write,
    by_sqs: dict[str, list[Message]],
) -> list[Message]:
    """Return the messages that may have asked for the write."""
    if write.call.certainty == "certain" and write.call.cause in by_sqs:
        return [m for m in by_sqs[write.call.cause] if m.owner == write.program]
    found: list[Message] = []
    for change, side in [
        (note.born, note.side),
        *((change, change.side) for change in note.changes),
    ]:
        if reader_of(side) == write.program:
            for event in events_for(case, note, change):
                found += [m for m in event.messages if m.owner == write.program]
    for event in (*case.repeats_of(note), *case.all_echoes(note)):
        found += [m for m in event.messages if m.owner == write.program]
    return found


def _let_go(write: Write, messages: list[Message]) -> list[Message]:
    had = [m for m in messages if m.received and m.received[0] < write.seq]
    if not had or any(m.fate_seq > write.seq for m in had):
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
