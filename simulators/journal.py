"""The journal: what happened, in order, written by one writer.

Every request, answer, event, delivery, acknowledgement, switch and fault becomes an
`Entry`. Everything else (settling, oracle, timeline, reports, load verdict) only reads
it. `KINDS` names the kinds and the fields each carries; an unknown kind is an error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from simulators.clock import Calendar, Clock

KINDS: dict[str, tuple[str, ...]] = {
    # A call that reached the Wire. `client` is the token's client id or subject,
    # `cause` the SQS message id that led to it, `certainty` certain|inferred|unknown.
    # `intended` (epoch seconds) only when a load generator says when the user came,
    # `asks` (a client id) only when it is a request for a token.
    "request": (
        "service",
        "operation",
        "method",
        "path",
        "query",
        "client",
        "user",
        "subjects",
        "body",
        "cause",
        "certainty",
        "intended",
        "asks",
    ),
    # Its answer. `request` is the request's seq; `status` and `body` are the service's
    # own (None when a fault came first); `wrote` says the fake's state changed;
    # `fault` names the fault applied, `lost` that the caller never saw this answer,
    # `sent` the status it saw instead or None for no answer.
    "response": (
        "request",
        "status",
        "body",
        "wrote",
        "fault",
        "lost",
        "sent",
        "subjects",
    ),
    # An event handed to a topic (`message` is the SNS message id). `cause` is
    # `request:<seq>` when a call over the Wire caused it.
    # `filtered` names the queues whose filter policy kept it out.
    "event": (
        "topic",
        "type",
        "message",
        "body",
        "attributes",
        "cause",
        "subjects",
        "filtered",
    ),
    # A message copy came into a queue: fan-out, send, injected, duplicate,
    # dead-lettered, moved. `event` is the SNS message id it stems from, `parent` the
    # copy it was made from.
    "copy": (
        "copy",
        "queue",
        "message",
        "event",
        "type",
        "origin",
        "parent",
        "subjects",
    ),
    # A consumer received the copy for the nth time.
    "received": ("copy", "queue", "message", "count", "client"),
    # The consumer gave the copy back (visibility changed), visible again in `delay`.
    "returned": ("copy", "queue", "message", "delay"),
    # The copy's end: one of simulators.bus.FATES. What was filtered or dropped never
    # came in and has this entry only.
    "fate": ("copy", "queue", "message", "event", "fate", "parent"),
    # A switch flipped; of a prison's, `was` is where it stood: None when it is new.
    "switch": ("name", "scope", "on", "was"),
    # A fault armed or removed, in one line; API faults add their fields (`what`) and,
    # once removed, how often they struck (`count`).
    "fault": ("fault", "action", "what", "count"),
    "skip": ("seconds",),
    "target": ("half", "action"),
    # The scenario speaking: which step ran, where.
    "step": ("text", "scenario"),
    "calendar": ("moment",),
}


class Entry:
    """One line of the journal: `seq` (order), `at` (stopwatch seconds), `kind`."""

    __slots__ = ("_calendar", "at", "data", "kind", "seq")

    def __init__(
        self, seq: int, at: float, calendar: Calendar, kind: str, data: dict[str, Any]
    ) -> None:
        """Keep the fields; only `Journal.write` makes entries."""
        self.seq = seq
        self.at = at
        self.kind = kind
        self.data = data
        # Worked out when read: most entries of a load run never are.
        self._calendar = calendar

    @property
    def calendar(self) -> str:
        """The business time: London wall clock, ISO with milliseconds."""
        moment = self._calendar.at(self.at).replace(tzinfo=None)
        return moment.isoformat(timespec="milliseconds")

    def __getitem__(self, field: str) -> Any:
        return self.data.get(field)

    def as_dict(self) -> dict[str, Any]:
        """Return plain data, the form in which NDJSON files keep an entry."""
        return {
            "seq": self.seq,
            "at": round(self.at, 6),
            "calendar": self.calendar,
            "kind": self.kind,
            **self.data,
        }


class Journal:
    """An append-only record with listeners (settling wakes on them).

    `written` is how many entries there ever were, and the seq of the next. A long load
    run moves entries to disk and has them forgotten here; nothing else does.
    """

    def __init__(self, clock: Clock) -> None:
        """Write with `clock`'s stopwatch and calendar."""
        self.written = 0
        self._kept: dict[int, Entry] = {}
        self._clock = clock
        self._listeners: list[Callable[[Entry], None]] = []

    @property
    def entries(self) -> list[Entry]:
        """All entries that are kept, in order."""
        return list(self._kept.values())

    @property
    def kept(self) -> int:
        """How many entries are in memory."""
        return len(self._kept)

    def write(self, kind: str, **data: Any) -> Entry:
        """Append an entry and tell the listeners; returns it."""
        if kind not in KINDS:
            raise ValueError(f"unknown journal kind {kind!r}; known: {sorted(KINDS)}")
        clock = self._clock
        entry = Entry(self.written, clock.stopwatch(), clock.calendar, kind, data)
        self._kept[self.written] = entry
        self.written += 1
        for listener in self._listeners:
            listener(entry)
        return entry

    def listen(self, listener: Callable[[Entry], None]) -> None:
        """Call `listener` with each new entry, synchronously, in order."""
        self._listeners.append(listener)

    def get(self, seq: int) -> Entry | None:
        """Return one entry; None when it was never written or is forgotten."""
        return self._kept.get(seq)

    def since(self, seq: int) -> list[Entry]:
        """Return the entries kept from `seq` on, in order."""
        kept = self._kept
        if self.written - seq > 2 * len(kept):
            return [entry for number, entry in kept.items() if number >= seq]
        wanted = map(kept.get, range(max(seq, 0), self.written))
        return [entry for entry in wanted if entry is not None]

    def forget(self, seqs: Iterable[int]) -> None:
        """Let go of entries that stand elsewhere; those not kept are passed over."""
        for seq in seqs:
            self._kept.pop(seq, None)
