"""One timeline per case note: who did what to it, in order, and why.

What a line and a cycle are stands in `harness.oracle.lines`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.oracle import words
from harness.oracle.case import Case
from harness.oracle.infer import CERTAIN, Cause, infer_causes
from harness.oracle.lines import LANES, Line, Timeline
from harness.oracle.surroundings import surroundings
from harness.oracle.who import HALVES, queue_owner

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.oracle.evidence import Evidence, Verdict
    from harness.oracle.history import Call, Event, History, Message
    from harness.oracle.notes import LogicalNote


def timelines(evidence: Evidence, verdict: Verdict | None = None) -> list[Timeline]:
    """Return a timeline for each logical note, those of violations first."""
    return timelines_of(Case(evidence), verdict)


def timelines_of(case: Case, verdict: Verdict | None = None) -> list[Timeline]:
    """Return what `timelines` does, of a case that is read already."""
    found = [] if verdict is None else [*verdict.violations, *verdict.limited]
    broken = {violation.note for violation in found}
    cycles = {seq for v in found for seq in v.evidence.get("cycle", ())}
    causes = infer_causes(case.history)
    made = [_timeline(case, note, causes, cycles) for note in case.notes]
    return sorted(made, key=lambda one: one.note not in broken)


def _timeline(
    case: Case, note: LogicalNote, causes: dict[int, Cause], cycles: set[int]
) -> Timeline:
    history = case.history
    calls, events, messages = concerning(case, note)
    first, then, through = _behind(calls, causes, history)
    lines = _of_calls(dict.fromkeys([*first, *calls]), causes, history)
    lines += _of_events(dict.fromkeys([*then, *events]))
    for message in dict.fromkeys([*through, *messages]):
        lines += _of_message(message, history)
    lines += surroundings(history)
    lines.sort(key=lambda line: line.seq)
    start = lines[0].at if lines else 0.0
    when = {line.seq: line.at for line in lines}
    for line in lines:
        if line.cause in when:
            line.lag = round(line.at - when[line.cause], 6)
        line.at = round(line.at - start, 6)
        line.cycle = line.seq in cycles
    copies = [f"{copy.side} {copy.id}" for copy in note.everywhere]
    return Timeline(note.id, note.side, note.prisoner, copies, lines, start)


def concerning(
    case: Case, note: LogicalNote
) -> tuple[list[Call], list[Event], list[Message]]:
    """Return the calls, events and message copies about a note, or due to those."""
    history = case.history
    ids = {copy.id for copy in note.everywhere}
    calls = [call for call in history.calls if _concerns(call, ids, note)]
    seqs = {call.seq for call in calls}
    events = [
        event
        for event in history.events
        if not ids.isdisjoint(event.subjects) or _caused_by(event) in seqs
    ]
    names = {event.id for event in events}
    messages = [
        message
        for message in history.messages.values()
        if message.event in names or not ids.isdisjoint(message.subjects)
    ]
    return calls, events, messages


def _behind(
    calls: Iterable[Call], causes: dict[int, Cause], history: History
) -> tuple[list[Call], list[Event], list[Message]]:
    """Return what calls were made for, of whatever note it tells: back to a user.

    What a merge or a new booking did to a note has its cause in another's event.
    """
    wanted = {causes[call.seq].message for call in calls if call.seq in causes}
    messages = [one for one in history.messages.values() if one.sqs in wanted]
    names = {message.event for message in messages}
    events = [event for event in history.events if event.id in names]
    seqs = {_caused_by(event) for event in events}
    return [call for call in history.calls if call.seq in seqs], events, messages


def _concerns(call: Call, ids: set[str], note: LogicalNote) -> bool:
    if not ids.isdisjoint(call.subjects) or any(one in call.path for one in ids):
        return True
    if note.born is not None and note.born.call is call:
        return True
    return any(write.call is call for copy in note.everywhere for write in copy.writes)


def _caused_by(event: Event) -> int:
    cause = event.cause or ""
    return int(cause[8:]) if cause.startswith("request:") else -1


def _of_calls(
    calls: Iterable[Call], causes: dict[int, Cause], history: History
) -> list[Line]:
    by_sqs = {message.sqs: message for message in history.messages.values()}
    lines = []
    for call in calls:
        cause = causes.get(call.seq)
        received = None
        if cause is not None and cause.message in by_sqs:
            taken = [s for s in by_sqs[cause.message].received if s < call.seq]
            received = taken[-1] if taken else None
        certainty = cause.certainty if cause is not None else CERTAIN
        lane, to = _lanes(call)
        text = words.of_call(call)
        line = Line(call.seq, call.at, lane, _kind(call), text, received, certainty)
        line.to = to
        if call.status is not None:
            line.took = round(history.at(call.answered) - call.at, 6)
        lines.append(line)
    return lines


def _kind(call: Call) -> str:
    if call.program not in HALVES and call.action is not None:
        return "user"
    return "write" if call.writes else "read"


_AT = {
    "nomis-screens": "NOMIS",
    "prison-api": "NOMIS",
    "nomis": "NOMIS",
    "mapping": "mapping",
    "alerts": "alerts",
}


def _lanes(call: Call) -> tuple[str, str | None]:
    """Return who called, and whom: a service that asks itself stays in its lane."""
    at = _AT.get(call.service, "DPS")
    if call.program in HALVES:
        return str(call.program), at
    if call.program is not None or call.status == words.UNAUTHORISED:
        # Who has no valid token is nobody: least of all a user.
        return at, None
    return ("NOMIS screens" if call.service == "nomis-screens" else "DPS users"), at


def _of_events(events: Iterable[Event]) -> list[Line]:
    lines = []
    for event in events:
        cause = _caused_by(event)
        known = cause if cause >= 0 else None
        lane = "relay" if event.type.startswith("OFFENDER") else "topic"
        certainty = CERTAIN if known is not None else "unknown"
        text = words.of_event(event)
        lines.append(Line(event.seq, event.at, lane, "event", text, known, certainty))
    return lines


def _of_message(message: Message, history: History) -> list[Line]:
    lane = message.owner or queue_owner(message.queue) or "queue"
    at = history.at
    lines = []
    if message.fate != "filtered" and message.fate_seq != message.came:
        came = f"{message.type} waits in {message.queue}"
        if message.origin not in {"", "fan-out"}:
            came += f" ({message.origin})"
        event = history.event_seq(message.event)
        lines.append(
            Line(message.came, at(message.came), "queue", "wait", came, event, CERTAIN)
        )
    if lane not in LANES:
        lane = "DPS" if lane == "dps" else "queue"
    for number, seq in enumerate(message.received, start=1):
        text = f"takes {message.type}" + (f", try {number}" if number > 1 else "")
        lines.append(Line(seq, at(seq), lane, "take", text, message.came, CERTAIN))
    for seq in message.returned:
        text = f"gives {message.type} back for later"
        taken = _taken_before(message, seq)
        lines.append(Line(seq, at(seq), lane, "back", text, taken, CERTAIN))
    if message.fate is not None and message.fate != "filtered":
        text = words.of_fate(message)
        own = lane if message.fate == "deleted" else "queue"
        seq = message.fate_seq
        taken = _taken_before(message, seq)
        lines.append(Line(seq, at(seq), own, "end", text, taken, CERTAIN))
    return lines


def _taken_before(message: Message, seq: int) -> int:
    """Return when it was taken last before a seq; when it came, if it never was."""
    return max(
        (taken for taken in message.received if taken < seq), default=message.came
    )
