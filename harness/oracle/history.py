"""The journal read once: calls with their answers, events, message copies.

A **call** is a request and its answer. It was *accepted* when the service's state
changed, also when the answer was lost. An **event** is one publish to a topic; a
**message** is one copy of it (or of a message sent directly) in one queue.
"""

from __future__ import annotations

from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import msgspec

from contracts import load
from harness.oracle.who import program, queue_owner

if TYPE_CHECKING:
    from harness.oracle.evidence import Evidence

_NEVER = 1 << 62
_SUCCESS = range(200, 300)


class Call(msgspec.Struct, eq=False):
    """A request with its answer; `answered` is the answer's seq.

    What a `request` entry holds stands here under its own names.
    """

    seq: int
    at: float
    calendar: str
    service: str
    operation: str | None = None
    method: str = ""
    path: str = ""
    query: Any = None
    # Who asks for a token has none to be known by.
    asks: str | None = None
    client: str | None = None
    user: str | None = None
    subjects: Any = ()
    body: Any = None
    cause: str | None = None
    certainty: str | None = None
    program: str | None = None
    action: str | None = None
    writes: bool = False
    answered: int = _NEVER
    answer_calendar: str = ""
    status: int | None = None
    answer: Any = None
    fault: Any = None
    lost: bool = False
    accepted: bool = False

    @classmethod
    def read(cls, entry: dict[str, Any], clients: dict[str, str]) -> Call:
        """Read a `request` entry; the answer comes later."""
        # Most of a journal is calls: a quarter of the time of asking for each member.
        call = msgspec.convert(entry, cls)
        call.client = call.client or call.asks
        call.body = decoded(call.body)
        call.program = program(call.client, clients)
        call.action, call.writes = meaning(call.service, call.operation)
        call.answer_calendar = call.calendar
        return call

    def take(self, entry: dict[str, Any]) -> None:
        """Read the `response` entry."""
        get = entry.get
        self.answered = entry["seq"]
        self.answer_calendar = entry["calendar"]
        self.status = get("status")
        self.answer = decoded(get("body"))
        self.fault = get("fault")
        self.lost = bool(get("lost"))
        wrote = get("wrote")
        self.accepted = self.status in _SUCCESS if wrote is None else bool(wrote)
        if get("subjects"):
            self.subjects = [*self.subjects, *entry["subjects"]]

    @property
    def by_user(self) -> bool:
        """Whether a user did it: not the sync, not DPS's own machinery."""
        return self.program is None


class Message:
    """One copy of a message in one queue, with what became of it."""

    __slots__ = (
        "came",
        "copy",
        "event",
        "fate",
        "fate_seq",
        "origin",
        "owner",
        "parent",
        "queue",
        "received",
        "returned",
        "sqs",
        "subjects",
        "type",
    )

    def __init__(self, entry: dict[str, Any]) -> None:
        """Read a `copy` entry."""
        get = entry.get
        self.came: int = entry["seq"]
        self.copy: Any = entry["copy"]
        self.queue: str = entry["queue"]
        self.sqs: str = entry["message"]
        self.event: str | None = get("event")
        self.type: str = get("type") or ""
        self.origin: str = get("origin") or ""
        self.parent: Any = get("parent")
        self.subjects: list[str] = get("subjects") or []
        self.owner = queue_owner(self.queue)
        self.received: list[int] = []
        self.returned: list[int] = []
        self.fate: str | None = None
        self.fate_seq = _NEVER


class Event:
    """One publish to a topic; `messages` are its copies that came into queues."""

    __slots__ = (
        "at",
        "attributes",
        "body",
        "calendar",
        "cause",
        "filtered",
        "id",
        "messages",
        "seq",
        "subjects",
        "topic",
        "type",
    )

    def __init__(self, entry: dict[str, Any]) -> None:
        """Read an `event` entry."""
        get = entry.get
        self.seq: int = entry["seq"]
        self.at: float = entry["at"]
        self.calendar: str = entry["calendar"]
        self.topic: str = get("topic") or ""
        self.type: str = entry["type"]
        self.id: str = entry["message"]
        body = decoded(get("body"))
        self.body: dict[str, Any] = body if isinstance(body, dict) else {}
        self.attributes: Any = get("attributes")
        self.cause: str | None = get("cause")
        self.subjects: list[str] = get("subjects") or []
        self.filtered: list[str] = get("filtered") or []
        self.messages: list[Message] = []

    @property
    def copies(self) -> list[Message]:
        """The messages, after one for each queue whose filter kept it out.

        Those are most of all copies, and hardly ever asked for.
        """
        return [*(_filtered(self, queue) for queue in self.filtered), *self.messages]


class History:
    """All of a journal that the oracle reads, in order."""

    def __init__(self, evidence: Evidence) -> None:
        """Read every entry once."""
        self.calls: list[Call] = []
        self.events: list[Event] = []
        self.messages: dict[Any, Message] = {}
        self.switches: list[dict[str, Any]] = []
        self.targets: list[dict[str, Any]] = []
        self.faults: list[dict[str, Any]] = []
        self.steps: list[int] = []
        self.marks: list[dict[str, Any]] = []
        self.jumps: list[dict[str, Any]] = []
        self.orphans: list[int] = []
        self.last = -1
        self._events_by_id: dict[str, Event] = {}
        self._entries = evidence.entries
        self._open: dict[int, Call] = {}
        readers = {
            "request": self._request,
            "response": self._response,
            "event": self._event,
            "copy": self._copy,
            "received": self._received,
            "returned": self._returned,
            "fate": self._fate,
            "switch": self.switches.append,
            "target": self.targets.append,
            "fault": self.faults.append,
            "step": self._step,
            "skip": self.jumps.append,
            "calendar": self.jumps.append,
        }
        self._clients = evidence.clients
        for entry in evidence.entries:
            if (read := readers.get(entry["kind"])) is not None:
                read(entry)
        if evidence.entries:
            self.last = evidence.entries[-1]["seq"]

    def event_seq(self, event: str | None) -> int | None:
        """Return the seq of the event with that SNS message id."""
        found = self._events_by_id.get(event or "")
        return found.seq if found is not None else None

    def at(self, seq: int) -> float:
        """Return the stopwatch seconds of an entry."""
        return self._stamps.get(seq, 0.0)

    @cached_property
    def _stamps(self) -> dict[int, float]:
        return {entry["seq"]: entry["at"] for entry in self._entries}

    def _request(self, entry: dict[str, Any]) -> None:
        call = Call.read(entry, self._clients)
        self.calls.append(call)
        self._open[call.seq] = call

    def _response(self, entry: dict[str, Any]) -> None:
        call = self._open.pop(entry["request"], None)
        if call is not None:
            call.take(entry)
        elif entry.get("wrote"):
            self.orphans.append(entry["request"])

    def _event(self, entry: dict[str, Any]) -> None:
        event = Event(entry)
        self.events.append(event)
        self._events_by_id[event.id] = event

    def _copy(self, entry: dict[str, Any]) -> None:
        message = Message(entry)
        self.messages[message.copy] = message
        if (event := self._events_by_id.get(self._root(message))) is not None:
            event.messages.append(message)

    def _root(self, message: Message) -> str:
        """Return the id of the event a copy came from, through moves and parking."""
        while message.event is None:
            above = self.messages.get(message.parent)
            if above is None or above.came >= message.came:
                return message.sqs
            message = above
        return message.event

    def _received(self, entry: dict[str, Any]) -> None:
        if message := self.messages.get(entry["copy"]):
            message.received.append(entry["seq"])

    def _returned(self, entry: dict[str, Any]) -> None:
        if message := self.messages.get(entry["copy"]):
            message.returned.append(entry["seq"])

    def _fate(self, entry: dict[str, Any]) -> None:
        if entry["copy"] not in self.messages:
            # A filter or a fault kept it out of its queue: it never came in.
            self._copy(entry)
        message = self.messages[entry["copy"]]
        message.fate, message.fate_seq = entry["fate"], entry["seq"]

    def _step(self, entry: dict[str, Any]) -> None:
        self.steps.append(entry["seq"])
        self.marks.append(entry)


def _filtered(event: Event, queue: str) -> Message:
    """Return the copy that a filter policy kept out of a queue: it never came in."""
    message = Message(
        {
            "seq": event.seq,
            "copy": ("filtered", event.id, queue),
            "queue": queue,
            "message": event.id,
            "event": event.id,
            "type": event.type,
            "subjects": event.subjects,
        }
    )
    message.fate, message.fate_seq = "filtered", event.seq
    return message


def decoded(body: Any) -> Any:
    """Return a journalled body as JSON data, whether kept as text or as data."""
    if isinstance(body, str | bytes) and body[:1] in {"{", "[", b"{", b"["}:
        try:
            return msgspec.json.decode(body)
        except msgspec.DecodeError:
            return body
    return body


@cache
def meaning(service: str, operation: str | None) -> tuple[str | None, bool]:
    """Return what a user does with an operation, and whether it writes."""
    try:
        known = load(service).by_id.get(operation or "")
    except LookupError:
        return None, False
    return (None, False) if known is None else (known.user_action, known.writes)
