"""Parked long polls of one queue, and the timer that wakes them.

A woken poll has been given nothing yet: it takes its messages itself, at the last
moment. So a poll whose client is gone simply never takes, and its place goes to the
next one.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulators.bus.buswatch import BusWatch


class Waiters:
    """Polls parked on a queue, first come first woken."""

    def __init__(
        self,
        watch: BusWatch,
        next_due: Callable[[], float | None],
        advance: Callable[[], None],
    ) -> None:
        """`next_due` gives the next moment of note, `advance` brings it about."""
        self._watch = watch
        self._next_due = next_due
        self._advance = advance
        self._parked: deque[asyncio.Future[bool]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._timer_due = 0.0

    def __len__(self) -> int:
        return len(self._parked)

    async def park(self, seconds: float) -> bool:
        """Wait up to `seconds` of the stopwatch; True when woken by a message."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[bool] = loop.create_future()
        self._parked.append(future)
        self.arm()
        timeout = loop.call_later(seconds, _settle, future, False)
        try:
            return await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled() and future.result():
                self.wake()
            raise
        finally:
            timeout.cancel()
            if future in self._parked:
                self._parked.remove(future)

    def wake(self) -> None:
        """Wake the poll that waits longest, if any."""
        while self._parked:
            future = self._parked.popleft()
            if not future.done():
                future.set_result(True)
                return

    def dismiss(self) -> None:
        """Let every poll go with nothing: whoever asked is gone."""
        for future in self._parked:
            _settle(future, woken=False)
        self._parked.clear()

    def arm(self) -> None:
        """Set the timer to the next moment, if a poll waits for it."""
        if not self._parked:
            return
        due = self._next_due()
        if due is None or (self._timer is not None and self._timer_due <= due):
            return
        self.disarm()
        self._timer_due = due
        delay = max(due - self._watch.now(), 0.0)
        self._timer = asyncio.get_running_loop().call_later(delay, self._ring)

    def disarm(self) -> None:
        """Drop the timer: it was set for a moment that moved."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _ring(self) -> None:
        self._timer = None
        self._advance()
        self.arm()


def _settle(future: asyncio.Future[bool], woken: bool) -> None:
    if not future.done():
        future.set_result(woken)
