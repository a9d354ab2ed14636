"""Why a verdict is as it is: timelines, copies and messages of the notes concerned.

Plain data for a report; nothing here decides anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.oracle.case import Case
from harness.oracle.compose import judge
from harness.oracle.copies import compared
from harness.oracle.infer import infer_causes
from harness.oracle.timeline import concerning, timelines_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.oracle.evidence import Evidence
    from harness.oracle.history import Call, Message
    from harness.oracle.lines import Line, Timeline
    from harness.oracle.notes import LogicalNote

MOST_NOTES = 12
"""Notes explained; a burst may break hundreds in one and the same way."""
MOST_LINES = 600
"""Lines kept of one note's timeline: how it began, and how it ended."""
_HEAD = 200


def explain(
    evidence: Evidence, notes: list[str] | None = None, most: int = MOST_NOTES
) -> dict[str, Any]:
    """Return `{timelines, notes, messages, more}` of the notes concerned.

    Concerned are `notes`, or all of the scope where none of them is known; `more`
    counts those beyond `most`. A timeline is `Timeline.as_dict` with `left_out`, the
    number of lines cut from its middle. For `notes` see `harness.oracle.copies`, for
    `messages` see `_message`: those that a filter kept out are not listed.
    """
    case = Case(evidence)
    drawn = timelines_of(case, judge(evidence))
    wanted = [one for one in drawn if notes and one.note in notes] or drawn
    shown = wanted[:most]
    by_id = {note.id: note for note in case.notes}
    concerned = [by_id[one.note] for one in shown]
    start = min((one.start for one in shown), default=0.0)
    return {
        "timelines": [_cut(one) for one in shown],
        "notes": [compared(case, note) for note in concerned],
        "messages": _messages(case, concerned, start),
        "more": len(wanted) - len(shown),
    }


def _cut(timeline: Timeline) -> dict[str, Any]:
    lines = timeline.lines
    left_out = max(len(lines) - MOST_LINES, 0)
    if left_out:
        timeline.lines = [*lines[:_HEAD], *_tail(lines)]
    return {**timeline.as_dict(), "left_out": left_out}


def _tail(lines: list[Line]) -> list[Line]:
    return lines[_HEAD - MOST_LINES :]


def _messages(
    case: Case, notes: Iterable[LogicalNote], start: float
) -> list[dict[str, Any]]:
    history = case.history
    causes = infer_causes(history)
    caused: dict[str, list[Call]] = {}
    for call in history.calls:
        cause = causes.get(call.seq)
        if cause is not None and cause.message is not None and call.writes:
            caused.setdefault(cause.message, []).append(call)
    found: dict[Any, tuple[Message, list[str]]] = {}
    for note in notes:
        for message in concerning(case, note)[2]:
            if message.fate != "filtered":
                found.setdefault(message.copy, (message, []))[1].append(note.id)
    at = history.at
    return [
        _message(message, of, caused.get(message.sqs, []), start, at)
        for message, of in sorted(found.values(), key=lambda pair: pair[0].came)
    ]


def _message(
    message: Message, notes: list[str], calls: list[Call], start: float, at: Any
) -> dict[str, Any]:
    """Return one message copy: where it was, when it was taken, how it ended.

    Times are seconds after the timelines' beginning. `wrote` counts the accepted
    writes that it caused, as far as causes are known; `fate` is None while it waits.
    """
    ended = message.fate is not None
    return {
        "copy": message.copy,
        "seq": message.came,
        "type": message.type,
        "queue": message.queue,
        "half": message.owner,
        "origin": message.origin,
        "parent": message.parent,
        "notes": notes,
        "came": round(at(message.came) - start, 6),
        "taken": [round(at(seq) - start, 6) for seq in message.received],
        "returned": len(message.returned),
        "fate": message.fate,
        "ended": round(at(message.fate_seq) - start, 6) if ended else None,
        "wrote": sum(1 for call in calls if call.accepted),
    }
