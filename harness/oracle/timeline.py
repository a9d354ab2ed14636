"""One timeline per case note: who did what to it, in order, and why.

A **line** is one thing that happened: when, in which lane, in words, and its cause
(certain, inferred or unknown). Lanes run from the officers' screens on the left to the
DPS users on the right, as a change travels. A **cycle** is the run of writes and echoes
that a loop violation names; its lines are marked.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from harness.oracle import words
from harness.oracle.case import Case
from harness.oracle.infer import CERTAIN, INFERRED, Cause, infer_causes
from harness.oracle.who import queue_owner

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.oracle.evidence import Evidence, Verdict
    from harness.oracle.history import Call, Event, History, Message
    from harness.oracle.notes import LogicalNote

LANES = (
    "NOMIS screens",
    "NOMIS",
    "relay",
    "topic",
    "queue",
    "to-nomis",
    "from-nomis",
    "mapping",
    "DPS",
    "alerts",
)


@dataclass
class Line:
    """One thing that happened to a note.

    `at` is seconds after the timeline's first line; `cause` is the seq of the line
    that led to it, if known; `certainty` certain, inferred or unknown; `cycle` marks
    the lines of a loop.
    """

    seq: int
    at: float
    lane: str
    text: str
    cause: int | None = None
    certainty: str = "unknown"
    cycle: bool = False


@dataclass
class Timeline:
    """The lines of one logical note, in order."""

    note: str
    born: str
    prisoner: str
    copies: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return asdict(self)


def timelines(evidence: Evidence, verdict: Verdict | None = None) -> list[Timeline]:
    """Return a timeline for each logical note, those of violations first."""
    case = Case(evidence)
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
    ids = {copy.id for copy in note.everywhere}
    calls = [call for call in history.calls if _concerns(call, ids, case, note)]
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
    lines = [*_of_calls(calls, causes, history), *_of_events(events)]
    for message in messages:
        lines += _of_message(message, history)
    lines += _of_switches(history)
    lines.sort(key=lambda line: line.seq)
    start = lines[0].at if lines else 0.0
    for line in lines:
        line.at = round(line.at - start, 6)
        line.cycle = line.seq in cycles
    copies = [f"{copy.side} {copy.id}" for copy in note.everywhere]
    return Timeline(note.id, note.side, note.prisoner, copies, lines)


def _concerns(call: Call, ids: set[str], case: Case, note: LogicalNote) -> bool:
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
        lane = _lane(call)
        lines.append(
            Line(call.seq, call.at, lane, words.of_call(call), received, certainty)
        )
    return lines


def _lane(call: Call) -> str:
    if call.program in {"to-nomis", "from-nomis"}:
        return str(call.program)
    lanes = {
        "nomis-screens": "NOMIS screens",
        "prison-api": "NOMIS",
        "nomis": "NOMIS",
        "mapping": "mapping",
        "alerts": "alerts",
    }
    return lanes.get(call.service, "DPS")


def _of_events(events: Iterable[Event]) -> list[Line]:
    lines = []
    for event in events:
        cause = _caused_by(event)
        known = cause if cause >= 0 else None
        lane = "relay" if event.type.startswith("OFFENDER") else "topic"
        certainty = CERTAIN if known is not None else "unknown"
        text = words.of_event(event)
        lines.append(Line(event.seq, event.at, lane, text, known, certainty))
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
            Line(message.came, at(message.came), "queue", came, event, CERTAIN)
        )
    if lane not in LANES:
        lane = "DPS" if lane == "dps" else "queue"
    for number, seq in enumerate(message.received, start=1):
        text = f"takes {message.type}" + (f", try {number}" if number > 1 else "")
        lines.append(Line(seq, at(seq), lane, text, message.came, CERTAIN))
    for seq in message.returned:
        text = f"gives {message.type} back for later"
        lines.append(Line(seq, at(seq), lane, text, message.came, CERTAIN))
    if message.fate is not None and message.fate != "filtered":
        text = words.of_fate(message)
        own = lane if message.fate == "deleted" else "queue"
        lines.append(
            Line(
                message.fate_seq, at(message.fate_seq), own, text, message.came, CERTAIN
            )
        )
    return lines


def _of_switches(history: History) -> list[Line]:
    lines = []
    for entry in history.switches:
        text = f"switch {entry.get('name')} at {entry.get('scope')}: {entry.get('on')}"
        lines.append(Line(entry["seq"], entry["at"], "queue", text, None, CERTAIN))
    for entry in history.targets:
        half = str(entry.get("half"))
        lane = half if half in LANES else "queue"
        text = f"{half} {entry.get('action')}"
        lines.append(Line(entry["seq"], entry["at"], lane, text, None, CERTAIN))
    return lines


def draw(timeline: Timeline, width: int = 100) -> str:
    """Return the timeline as text for a terminal `width` columns wide."""
    where = ", ".join(timeline.copies)
    title = f"case note {timeline.note} of {timeline.prisoner}, born in {timeline.born}"
    out = [f"{title}: {where}"]
    lane_width = max((len(line.lane) for line in timeline.lines), default=0)
    for line in timeline.lines:
        mark = "@" if line.cycle else " "
        arrow = {CERTAIN: "<-", INFERRED: "<·"}.get(line.certainty, "<?")
        cause = f" {arrow} {line.cause}" if line.cause is not None else ""
        head = f"{mark}{line.at:9.3f} {line.seq:6d}  {line.lane:<{lane_width}}  "
        room = max(width - len(head) - len(cause), 20)
        out.append(f"{head}{_fitting(line.text, room)}{cause}")
    return "\n".join(out)


def _fitting(text: str, room: int) -> str:
    """Shorten what was said before how it ended: the outcome matters more."""
    if len(text) <= room:
        return text
    said, _, outcome = text.rpartition(": ")
    kept = room - len(outcome) - 3
    if not said or kept < 1:
        return f"{text[: room - 1]}…"
    return f"{said[:kept]}…: {outcome}"
