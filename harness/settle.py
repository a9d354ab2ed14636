"""When nothing of a scope moves any more.

A scope is *settled* when none of its message copies is queued or in flight, no
request that names it is open, every outbox is empty, every consumer of ours is idle,
and, for targets that do not report idleness, when a declared grace has passed since
its last effect. Copies held on purpose, parked, dead-lettered, or waiting for a half
that the scenario stopped do not count: they will not move by themselves.

Settling never sleeps blindly: it looks again whenever the journal tells of an end, and
otherwise only when the grace or the limit runs out.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from simulators.clock import Clock
    from simulators.journal import Entry, Journal

# Real listeners flush acknowledgements each second (events-and-config 4.4).
BUILD_GRACE = 1.5
# Seconds until we give up with the reference, which reports idleness.
PATIENCE = 30.0
# And with any other build. They wait 60 to 90 for an answer (http-contracts 0.1), and
# after an answer that was lost they try again.
BUILD_PATIENCE = 200.0

_EFFECTS = frozenset(
    ("request", "response", "event", "copy", "received", "returned", "fate")
)
# What may be the last that settling waited for; the rest begins something.
_ENDS = frozenset(("response", "event", "fate", "fault", "target"))
# Seconds between questions to an exact target, whose idleness leaves no entry.
_PROBE_INTERVAL = 0.005
# Shorter waits are none: added to the stopwatch they would not move it.
_TICK = 1e-6


@dataclass(frozen=True)
class Settled:
    """Outcome: `seconds` waited on the stopwatch; `waiting` says what still moves."""

    settled: bool
    seconds: float
    waiting: list[str] = field(default_factory=list)


class Activity:
    """What is open and when each subject last saw an effect, kept from the journal."""

    def __init__(self, clock: Clock, journal: Journal) -> None:
        """Listen to `journal` from now on."""
        self._clock = clock
        self._open: dict[int, Entry] = {}
        self._last: dict[str, float] = {}
        self._copies: dict[int, Iterable[str]] = {}
        self._last_any = clock.stopwatch()
        self._waiters: set[asyncio.Future[None]] = set()
        self.on_answer: Callable[[], None] = lambda: None
        journal.listen(self._hear)

    def _hear(self, entry: Entry) -> None:
        if entry.kind == "request":
            self._open[entry.seq] = entry
        elif entry.kind == "response":
            self._open.pop(entry["request"], None)
            self.on_answer()
        if entry.kind in _EFFECTS:
            self._last_any = entry.at
            for subject in self._subjects(entry):
                self._last[subject] = entry.at
        if entry.kind in _ENDS:
            self.wake()

    def _subjects(self, entry: Entry) -> Iterable[str]:
        """Return whom an entry concerns; those of a copy stand where it came in."""
        data = entry.data
        if entry.kind == "copy":
            self._copies[data["copy"]] = data["subjects"]
        elif entry.kind in ("received", "returned"):
            return self._copies.get(data["copy"], ())
        elif entry.kind == "fate":
            return self._copies.pop(data["copy"], ())
        return data.get("subjects") or ()

    def wake(self) -> None:
        """Make every settling look again; also called by what leaves no entry."""
        for waiter in self._waiters:
            _end(waiter)

    def open_requests(self, subjects: frozenset[str] | None) -> list[Entry]:
        """Return requests without an answer that name one of `subjects`."""
        return [
            entry
            for entry in self._open.values()
            if subjects is None or not subjects.isdisjoint(entry["subjects"] or ())
        ]

    def forget(self, subjects: Iterable[str]) -> None:
        """Let go of when these were last seen: they have been quiet for long."""
        for subject in subjects:
            self._last.pop(subject, None)

    def at_work(self) -> bool:
        """Say whether any request is without an answer."""
        return bool(self._open)

    def quiet(self, subjects: frozenset[str] | None) -> float:
        """Return the seconds since the last effect on `subjects`."""
        now = self._clock.stopwatch()
        if subjects is None:
            return now - self._last_any
        last = max((self._last.get(subject, 0.0) for subject in subjects), default=0.0)
        return now - last

    async def change(self, limit: float) -> None:
        """Return when something has ended, or after `limit` seconds."""
        loop = asyncio.get_running_loop()
        waiter = loop.create_future()
        timer = loop.call_later(limit, _end, waiter)
        self._waiters.add(waiter)
        try:
            await waiter
            # Who wrote that goes on first: it may be about to end its work.
            await asyncio.sleep(0)
        finally:
            timer.cancel()
            self._waiters.discard(waiter)


def _end(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)


async def settle(
    activity: Activity,
    clock: Clock,
    subjects: Callable[[], frozenset[str] | None],
    reasons: Callable[[frozenset[str] | None], Iterable[str]],
    *,
    idle: Callable[[], Awaitable[list[str]]] | None,
    grace: float,
    timeout: float,  # noqa: ASYNC109 - an outcome, not an exception
) -> Settled:
    """Wait until `reasons` of the scope is empty, then for idleness or the grace.

    `subjects` is asked afresh each time, because a note's ids become known while it
    travels. `idle` asks exact targets what they still hold; it is only called when
    nothing else moves. `timeout` and `grace` are stopwatch seconds.
    """
    started = clock.stopwatch()
    while True:
        scope = subjects()
        # One reason is enough to wait on; all are only told when time is up.
        waiting = list(islice(reasons(scope), 1))
        elapsed = clock.stopwatch() - started
        look_again = timeout - elapsed
        if not waiting:
            missing = grace - activity.quiet(scope)
            if missing > 0:
                waiting = [f"quiet for less than the grace of {grace} s"]
                look_again = min(look_again, missing)
            elif idle is not None:
                waiting = await idle()
                look_again = min(look_again, _PROBE_INTERVAL)
            # Asking took time: something may have begun to move meanwhile.
            if not waiting and not list(islice(reasons(subjects()), 1)):
                return Settled(True, round(clock.stopwatch() - started, 6))
        if elapsed >= timeout:
            return Settled(
                False, round(elapsed, 6), list(reasons(subjects())) or waiting
            )
        await activity.change(max(look_again, _TICK))
