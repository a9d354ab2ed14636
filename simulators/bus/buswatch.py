"""The bus's own time: the world's stopwatch plus what idle skip moved it on by."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from simulators.clock import Clock


class Moment(NamedTuple):
    """One moment: seconds of the bus, and the calendar in epoch milliseconds."""

    bus: float
    epoch_ms: int


class BusWatch:
    """Seconds of the bus, and calendar stamps for what messages print."""

    def __init__(self, clock: Clock) -> None:
        """Follow `clock`."""
        self.clock = clock
        self.offset = 0.0

    def now(self) -> float:
        """Return seconds of the bus: visibility, delay and retention use them."""
        return self.clock.stopwatch() + self.offset

    def moment(self) -> Moment:
        """Return now on both clocks."""
        return Moment(self.now(), self.epoch_ms())

    def epoch_ms(self) -> int:
        """Return the calendar as epoch milliseconds (SentTimestamp and so on)."""
        return int(self.clock.now().timestamp() * 1000)


def stamp(epoch_ms: int) -> str:
    """Return a moment as SNS prints it: UTC, milliseconds, `Z`."""
    return f"{_second(epoch_ms // 1000)}.{epoch_ms % 1000:03d}Z"


@lru_cache(maxsize=16)
def _second(epoch: int) -> str:
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%S")
