"""Polling a queue: ten messages in flight, acknowledged only when handled.

A failed message is given back with a growing delay, so it never blocks the others
(RET-09); at its last attempt with delay 0, and SQS moves it to the DLQ
(events-and-config 4.6).
"""

from __future__ import annotations

import asyncio
import contextlib
from contextvars import ContextVar
from dataclasses import replace
from typing import TYPE_CHECKING

from simulators.sync.ports import CallFailed, CallRefused, NotYet, Terms
from simulators.sync.telemetry import alarm, track

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from simulators.sync.ports import Message, Queues, Time

IN_FLIGHT = 10
LONG_POLL = 10.0
DELAYS = (1.0, 10.0, 60.0, 600.0)
UNSURE_DELAY = 180.0
LAGGING_DELAY = 10.0
POLL_AGAIN = 1.0

cause: ContextVar[str] = ContextVar("cause", default="")
"""SQS message id of the message being handled, sent along with every call."""


class Consumer:
    """One queue and what handles its messages; `handle` raises to have it again."""

    def __init__(
        self,
        queue: str,
        handle: Callable[[Message], Awaitable[None]],
        queues: Queues,
        time: Time,
    ) -> None:
        self.queue = queue
        self.terms = Terms()
        self._handle = handle
        self._queues = queues
        self._time = time
        self._tasks: set[asyncio.Task[None]] = set()
        self._resting = False

    @property
    def idle(self) -> bool:
        """Whether no message is being handled."""
        return not self._tasks

    async def run(self) -> None:
        """Poll until told to rest; a queue that is not there yet is waited for."""
        known = False
        while not self._resting:
            room = IN_FLIGHT - len(self._tasks)
            if room == 0:
                await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
                continue
            try:
                if not known:
                    self.terms = await self._queues.terms(self.queue)
                    known = True
                messages = await self._queues.receive(self.queue, room, LONG_POLL)
            except (CallFailed, CallRefused) as failure:
                alarm("queue-unreachable", queue=self.queue, error=failure)
                await self._time.sleep(POLL_AGAIN)
                continue
            for message in messages:
                task = asyncio.create_task(self.take(message))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def take(self, message: Message) -> None:
        """Handle one delivery: acknowledge it when done, else give it back."""
        cause.set(message.message_id)
        last = message.receive_count >= self.terms.max_receives
        try:
            async with asyncio.timeout(lease(self.terms)):
                await self._handle(replace(message, last=last))
        except Exception as error:  # noqa: BLE001 - any failure means: again
            delay = give_back_delay(message.receive_count, self.terms, error)
            tell = track if isinstance(error, NotYet) else alarm
            tell(
                "message-failed",
                queue=self.queue,
                message=message.message_id,
                attempt=message.receive_count,
                error=f"{type(error).__name__}: {error}",
            )
            # If even this fails, the lease runs out and the message comes back.
            with contextlib.suppress(CallFailed):
                await self._queues.change_visibility(self.queue, message.receipt, delay)
            return
        # A lost acknowledgement only brings the message again.
        with contextlib.suppress(CallFailed):
            await self._queues.delete(self.queue, message.receipt)

    def rest(self) -> None:
        """Poll no more; what the poll under way still brings is handled.

        Whoever hangs up on a poll may lose its answer, and with it the messages until
        their lease ends (RET-05).
        """
        self._resting = True

    async def drain(self, patience: float) -> None:
        """Wait for the messages in flight, at most `patience` seconds."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=patience)

    async def kill(self) -> None:
        """Drop what is in flight: as after a crash, nothing is acknowledged."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def lease(terms: Terms) -> float:
    """Seconds a handler may take: no second worker starts meanwhile (RET-03)."""
    return terms.visibility * 0.9


def give_back_delay(attempt: int, terms: Terms, error: Exception) -> float:
    """Seconds until a failed message is visible again; 0 sends it to the DLQ.

    The last gap is always the longest, so that an outage of ten minutes is outlived
    also where the queue grants fewer attempts (RET-07). After a time-out the service
    may still be busy creating: looking again too soon would miss what it makes, and
    create it twice (DUP-01).
    """
    if attempt >= terms.max_receives:
        return 0.0
    delay = DELAYS[min(attempt, len(DELAYS)) - 1]
    if timed_out(error):
        delay = max(delay, UNSURE_DELAY)
    elif isinstance(error, CallFailed) and error.create:
        # It may have been made, and a read that lags does not show it yet (ORD-04).
        delay = max(delay, LAGGING_DELAY)
    if attempt == terms.max_receives - 1 and not isinstance(error, NotYet):
        delay = DELAYS[-1]
    return delay


def timed_out(error: Exception) -> bool:
    """Whether the failure left a create possibly still under way."""
    if isinstance(error, CallFailed):
        return error.how == "timeout" and error.create
    return isinstance(error, TimeoutError)
