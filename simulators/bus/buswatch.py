"""The bus's own time: the world's stopwatch plus what idle skip moved it on by."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulators.clock import Clock


class BusWatch:
    """Seconds of the bus, and calendar stamps for what messages print."""

    def __init__(self, clock: Clock) -> None:
        """Follow `clock`."""
        self.clock = clock
        self.offset = 0.0

    def now(self) -> float:
        """Return seconds of the bus: visibility, delay and retention use them."""
        return self.clock.stopwatch() + self.offset

    def epoch_ms(self) -> int:
        """Return the calendar as epoch milliseconds (SentTimestamp and so on)."""
        return int(self.clock.now().timestamp() * 1000)

    def stamp(self) -> str:
        """Return the calendar as SNS prints it: UTC, milliseconds, `Z`."""
        utc = self.clock.now().astimezone(UTC)
        return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"
