"""One half of the sync: its consumers, switches, parking and operators' requests.

Nothing here knows sockets: the harness runs this same object on virtual time.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from simulators.sync import admin, flows
from simulators.sync.calls import Caller
from simulators.sync.clients import Services
from simulators.sync.consumer import Consumer
from simulators.sync.envelope import Event, read
from simulators.sync.parking import Parking
from simulators.sync.switches import Switches
from simulators.sync.telemetry import track

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from simulators.sync.ports import Http, Message, Queues, Time
    from simulators.sync.settings import Settings

    Handler = Callable[[Event], Awaitable[None]]

LAST_ANSWER = 0.1
"""Seconds that a poll's answer may be on its way; an idle one ends unanswered."""
PATIENCE = 20.0
CHASES = 60
CHASE_AGAIN = 1.0


class UnknownEvent(Exception):  # noqa: N818
    """No handler has this type: to be seen, not acknowledged away (CFG-01)."""


class Domain:
    """The queue of one domain: case notes or alerts."""

    def __init__(
        self,
        name: str,
        queue: str,
        handlers: dict[str, Handler],
        switches: Switches,
        queues: Queues,
        time: Time,
    ) -> None:
        self.name = name
        self.parking = Parking(queue, queues)
        self.consumer = Consumer(queue, self.handle, queues, time)
        self._handlers = handlers
        self._switches = switches
        self._time = time

    async def handle(self, message: Message) -> None:
        """Handle one message, or park it while its event type is off."""
        event = read(message)
        handler = self._handlers.get(event.type)
        if handler is None:
            raise UnknownEvent(event.type)
        if is_switched_off(self._switches, self.name, event):
            await self.parking.park(message, event.type)
            if not is_switched_off(self._switches, self.name, event):
                # Switched on while we parked: that release may have missed it.
                await self.release()
            return
        await handler(event)

    async def release(self) -> int:
        """Send back what was parked and is on now."""
        return await self.parking.release(self._is_on)

    @property
    def is_due(self) -> bool:
        """Whether something that we parked is on now and has not come back."""
        return self.parking.is_due(self._is_on)

    async def chase(self) -> None:
        """Release again what the first release could not get at, for a while."""
        for _ in range(CHASES):
            if not self.is_due:
                return
            await self._time.sleep(CHASE_AGAIN)
            await self.release()
        self.parking.forget()

    def _is_on(self, event: str) -> bool:
        return self._switches.is_on(self.name, event)


class Half:
    """A running half: `start`, `stop` (or `kill`, as a crash), `admin`, `idle`."""

    def __init__(
        self, settings: Settings, http: Http, queues: Queues, time: Time
    ) -> None:
        self.settings = settings
        self.switches = Switches(settings.half, settings.switches)
        caller = Caller(http, time, settings.registrations, settings.timeouts)
        self.flows = flows.build(settings, Services(caller), queues, time)
        self.domains = [
            Domain(
                name,
                settings.queues[name],
                handlers,
                self.switches,
                queues,
                time,
            )
            for name, handlers in self.flows.handlers.items()
        ]
        self._polls: list[asyncio.Task[None]] = []
        self._running = 0

    @property
    def idle(self) -> bool:
        """Whether the half is doing nothing at this moment."""
        return not self._running and not any(
            domain.is_due or not domain.consumer.idle for domain in self.domains
        )

    async def start(self) -> None:
        """Release what was parked and is on now, and begin to poll."""
        for domain in self.domains:
            await domain.parking.prepare()
            await domain.release()
        self._polls = [
            asyncio.create_task(domain.consumer.run()) for domain in self.domains
        ]
        track("started", half=self.settings.half)

    async def stop(self) -> None:
        """Stop polling, let the messages in flight end, and stop."""
        for domain in self.domains:
            domain.consumer.rest()
        if self._polls:
            await asyncio.wait(self._polls, timeout=LAST_ANSWER)
        await self._stop_polling()
        for domain in self.domains:
            await domain.consumer.drain(PATIENCE)
        await self.kill()

    async def kill(self) -> None:
        """Stop at once, wherever the handlers are: nothing more is acknowledged."""
        await self._stop_polling()
        for domain in self.domains:
            await domain.consumer.kill()

    async def _stop_polling(self) -> None:
        for poll in self._polls:
            poll.cancel()
        await asyncio.gather(*self._polls, return_exceptions=True)
        self._polls = []

    async def switch(self, name: str, on: bool) -> str:
        """Flip an event switch while running; parked messages follow it."""
        switched = self.switches.set(name, on)
        track("switched", switch=switched, on=on)
        if on:
            for domain in self.domains:
                await domain.release()
                self._chase(domain)
        return switched

    def _chase(self, domain: Domain) -> None:
        if domain.is_due:
            self._polls.append(asyncio.create_task(domain.chase()))

    async def admin(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Answer an operator's request: status and JSON body."""
        self._running += 1
        try:
            return await admin.answer(self, method, path, body)
        finally:
            self._running -= 1


def is_switched_off(switches: Switches, domain: str, event: Event) -> bool:
    """Whether the message is to be parked; the sync's own messages never are."""
    return not event.internal and not switches.is_on(domain, event.type)
