"""Idle skip: when only back-offs and delays are left, do not wait for them.

The real builds retry after 1, 10, 60 and 600 seconds (events-and-config 4.6). When
no queue shows a message to its consumer and none is in flight, the bus moves its own
time on to the first message that was given back or delayed. A message in flight is
never skipped, except one held by a process that the harness killed; nor is time
while a service still works at a call (`at_work`): a consumer that gave up waiting for
it backs off just to let it end. Held messages
wait for their release, dead letters and parked messages for an operator: neither
blocks, nor does what lies where nobody takes it (`attended`). While everything is held
(`halted`) nothing is skipped: what a scenario lets cross is not complete yet, and a
delay that is to be overtaken would be over before. Long polls keep to the stopwatch.
Not for consumers that extend their leases.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from simulators.bus.copies import DELAYED, IN_FLIGHT, QUEUED, RETURNED
from simulators.bus.shelf import SLACK

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from simulators.bus.buswatch import BusWatch
    from simulators.bus.queue import Queue
    from simulators.journal import Journal

# Long enough for a consumer's next request to arrive before we look.
_GRACE = 0.003


def _by_somebody(_queue: str) -> bool:
    return True


def _nobody() -> bool:
    return False


class IdleSkip:
    """Looks, shortly after each change, whether the bus has become idle."""

    def __init__(
        self,
        watch: BusWatch,
        journal: Journal,
        queues: Callable[[], Mapping[str, Queue]],
    ) -> None:
        """Off until `enabled` is set; `attended` tells which queues have takers.

        Who sets `at_work` or `halted` calls `ended` when that has ended.
        """
        self.attended: Callable[[str], bool] = _by_somebody
        self.at_work: Callable[[], bool] = _nobody
        self.halted: Callable[[], bool] = _nobody
        self._put_off = False
        self._enabled = False
        self._watch = watch
        self._journal = journal
        self._queues = queues
        self._pending: asyncio.TimerHandle | None = None
        self._quiet = 0.0

    @property
    def enabled(self) -> bool:
        """Whether idle time is skipped."""
        return self._enabled

    @enabled.setter
    def enabled(self, value: bool) -> None:
        self._enabled = value
        self.stirred()

    def stirred(self) -> None:
        """Hear that something changed in a queue."""
        if not self._enabled:
            return
        loop = asyncio.get_running_loop()
        self._quiet = loop.time() + _GRACE
        if self._pending is None:
            self._pending = loop.call_at(self._quiet, self._look)

    def ended(self) -> None:
        """Hear that a call or a hold has ended; look again if one kept us."""
        if self._put_off:
            self.stirred()

    def stop(self) -> None:
        """Look no more."""
        if self._pending is not None:
            self._pending.cancel()
            self._pending = None

    def first_waiting(self) -> float | None:
        """Return the moment to skip to, None while anything is still going on."""
        moments = []
        for queue in self._queues().values():
            if not self.attended(queue.name):
                continue
            queue.advance()
            counts = queue.shelf.counts
            if counts[QUEUED]:
                return None
            if not (counts[IN_FLIGHT] or counts[RETURNED] or counts[DELAYED]):
                continue
            if counts[IN_FLIGHT] and not queue.all_orphaned():
                return None
            due = queue.shelf.next_due()
            if due is not None:
                moments.append(due)
        return min(moments, default=None)

    def _look(self) -> None:
        self._pending = None
        if not self._enabled:
            return
        loop = asyncio.get_running_loop()
        if self._quiet - loop.time() > SLACK:
            # Stirred since: one timer is moved on, instead of one made for each change.
            self._pending = loop.call_at(self._quiet, self._look)
            return
        due = self.first_waiting()
        self._put_off = due is not None and (self.at_work() or self.halted())
        if due is None or self._put_off:
            return
        seconds = due - self._watch.now()
        if seconds > 0:
            self._watch.offset += seconds
            self._watch.clock.skipped += seconds
            self._journal.write("skip", seconds=round(seconds, 6))
        for queue in self._queues().values():
            queue.advance()
            queue.waiters.disarm()
            queue.waiters.arm()
        self.stirred()
