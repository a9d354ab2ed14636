"""The copies of one queue, by state: O(log n) a step, whatever the depth.

Two heaps: what is visible, by the moment it became so, and what waits for a moment
(in flight, returned, delayed). A copy stands in one of them; its `ticket` tells its
live entry from older ones, which are skipped when they surface. A third heap holds
the moments of expiry.
"""

from __future__ import annotations

import heapq
from itertools import count
from typing import TYPE_CHECKING

from simulators.bus.copies import QUEUED, STATES, TIMED, VISIBLE, Copy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Moments are sums of floats: without slack a timer set for a moment may find it a
# billionth of a second away, for ever.
SLACK = 1e-6
_ROOM = 64

_Entry = tuple[float, int, Copy]


class Shelf:
    """Copies of one queue and how many are in each state."""

    def __init__(self, resting: str = QUEUED) -> None:
        """`resting` names the state of visible copies: queued, dead or parked."""
        self.resting = resting
        self.live: dict[int, Copy] = {}
        self.counts: dict[str, int] = dict.fromkeys(STATES, 0)
        self._tickets = count(1)
        self._ready: list[_Entry] = []
        self._timers: list[_Entry] = []
        self._expiry: list[_Entry] = []

    def add(self, copy: Copy, expires: float) -> None:
        """Take in a new copy; `place` must follow."""
        self.live[copy.number] = copy
        copy.expires = expires
        self.counts[copy.state] += 1
        self._expiry = self._room(self._expiry, _unended)
        heapq.heappush(self._expiry, (expires, copy.number, copy))

    def place(self, copy: Copy, state: str, when: float) -> None:
        """Put a copy into a state, as of `when` (visible since, or until)."""
        if state == QUEUED:
            state = self.resting
        self.counts[copy.state] -= 1
        self.counts[state] += 1
        copy.state, copy.due, copy.ticket = state, when, next(self._tickets)
        if state in VISIBLE:
            self._ready = self._room(self._ready, _current)
            heapq.heappush(self._ready, (when, copy.ticket, copy))
        elif state in TIMED:
            self._timers = self._room(self._timers, _current)
            heapq.heappush(self._timers, (when, copy.ticket, copy))

    def remove(self, copy: Copy) -> None:
        """Forget an ended copy; its heap entries go stale."""
        del self.live[copy.number]
        self.counts[copy.state] -= 1
        copy.ticket = 0

    def take(self) -> Copy | None:
        """Return the copy visible for longest, None when nothing is visible."""
        while self._ready:
            entry = heapq.heappop(self._ready)
            if _current(entry):
                return entry[2]
        return None

    def due(self, now: float) -> Iterator[Copy]:
        """Yield the copies whose moment has come; each must be placed at once."""
        while (first := self.next_due()) is not None and first <= now + SLACK:
            yield heapq.heappop(self._timers)[2]

    def next_due(self) -> float | None:
        """Return the first moment at which a waiting copy becomes visible."""
        while self._timers and not _current(self._timers[0]):
            heapq.heappop(self._timers)
        return self._timers[0][0] if self._timers else None

    def expired(self, now: float) -> Iterator[Copy]:
        """Yield the copies whose retention ran out; each must be removed at once."""
        heap = self._expiry
        while heap and (not _unended(heap[0]) or heap[0][0] <= now):
            entry = heapq.heappop(heap)
            if _unended(entry):
                yield entry[2]

    def rest_as(self, resting: str) -> None:
        """Change what visible copies are called (the queue became a DLQ)."""
        for copy in self.live.values():
            if copy.state == self.resting:
                self.counts[copy.state] -= 1
                self.counts[resting] += 1
                copy.state = resting
        self.resting = resting

    def retain(self, seconds: float) -> None:
        """Apply a new retention period to the copies already here."""
        for copy in self.live.values():
            copy.expires = copy.sent + seconds
        self._expiry = [(c.expires, c.number, c) for c in self.live.values()]
        heapq.heapify(self._expiry)

    @property
    def visible(self) -> int:
        """How many copies a consumer could take now."""
        return self.counts[self.resting]

    def _room(self, heap: list[_Entry], live: Callable[[_Entry], bool]) -> list[_Entry]:
        """Drop stale entries once they outnumber the live copies."""
        if len(heap) <= 2 * len(self.live) + _ROOM:
            return heap
        kept = [entry for entry in heap if live(entry)]
        heapq.heapify(kept)
        return kept


def _current(entry: _Entry) -> bool:
    return entry[2].ticket == entry[1]


def _unended(entry: _Entry) -> bool:
    copy = entry[2]
    return copy.fate is None and copy.expires == entry[0]
