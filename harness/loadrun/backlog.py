"""Queue depth and age over time, from the journal's copies and fates, not by polling.

The backlog of a half is what waits or is worked on in the case-note queues it consumes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness import topology
from harness.targets import HALVES
from harness.topology import is_ours

if TYPE_CHECKING:
    from simulators.journal import Entry

DRAINED = 10
"""A backlog of no more copies than one consumer has in flight is none."""


class Backlog:
    """Copies under way by half, oldest first; memory grows with the backlog only."""

    def __init__(self) -> None:
        """Start with empty queues."""
        self.peak = dict.fromkeys(HALVES, 0)
        self._open: dict[str, dict[int, float]] = {half: {} for half in HALVES}
        self._half = {
            queue: half
            for half in HALVES
            for queue in topology.queues_of(half)
            if is_ours(queue)
        }
        self.dead_letters = 0

    def hear(self, entry: Entry) -> None:
        """Take in a `copy` or `fate` entry."""
        half = self._half.get(entry.data["queue"])
        if half is None:
            return
        copies = self._open[half]
        if entry.kind == "copy":
            copies[entry.data["copy"]] = entry.at
            self.peak[half] = max(self.peak[half], len(copies))
            return
        copies.pop(entry.data["copy"], None)
        self.dead_letters += entry.data["fate"] == "dead-lettered"

    def depth(self, half: str) -> int:
        """Return how many copies wait or are worked on."""
        return len(self._open[half])

    def age(self, half: str, now: float) -> float:
        """Return the seconds for which the oldest of them has been there."""
        for came in self._open[half].values():
            return now - came
        return 0.0
