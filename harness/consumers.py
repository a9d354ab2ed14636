"""The queue listener of DPS case notes, which the world runs beside the fake.

Three immediate attempts, then the dead-letter queue (events-and-config 4.6): a failed
message is given back with delay 0 and the bus redrives it at the fourth receive. Ten
messages are in work at once, as in one pod of the real service.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from simulators.bus import BusError
from simulators.wire.service import UpstreamFailed, outgoing

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from simulators.bus import Bus, Delivery
    from simulators.wire.message import Response
    from simulators.wire.wire import Wire

_log = logging.getLogger(__name__)

CONSUMER = "dps"
_IN_WORK = 10
_LONG_POLL = 10.0


@dataclass(frozen=True)
class Message:
    """A parsed notification: its event type, and the event's document."""

    type: str
    body: dict[str, Any]


class Ports:
    """What a listener may call: other services, with its own token and its cause."""

    def __init__(self, wire: Wire, source: str, message_id: str) -> None:
        """Call as the fake `source` because of the SQS message `message_id`."""
        self._wire = wire
        self._source = source
        self._message_id = message_id

    async def upstream(
        self,
        service: str,
        method: str,
        path: str,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        wait: float = 2.0,  # seconds, as offender-case-notes (http-contracts 0.1)
    ) -> Response:
        """Call another fake; raises UpstreamFailed when no answer comes."""
        return await self._wire.upstream(
            self._source,
            service,
            outgoing(method, path, json, headers),
            cause=self._message_id,
            wait=wait,
        )


class Listener:
    """Consumes one queue for one fake and publishes what handling causes."""

    def __init__(
        self,
        bus: Bus,
        queue: str,
        handle: Callable[[Message, str], Awaitable[None]],
        done: Callable[[], None],
        pause: Callable[[], Awaitable[None]],
    ) -> None:
        """`handle(message, SQS message id)` raises to have the message again.

        `done` is called when a message leaves our hands; `pause` takes the virtual
        time of a delivery.
        """
        self._bus = bus
        self._queue = queue
        self._handle = handle
        self._done = done
        self._pause = pause
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def busy(self) -> int:
        """How many messages are being handled."""
        return len(self._tasks)

    async def run(self) -> None:
        """Poll until cancelled."""
        while True:
            room = _IN_WORK - len(self._tasks)
            if room == 0:
                await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
                continue
            deliveries = await self._bus.poll(
                self._queue, room, _LONG_POLL, consumer=CONSUMER
            )
            for delivery in deliveries:
                task = asyncio.create_task(self._take(delivery))
                self._tasks.add(task)
                task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._done()
        if not task.cancelled() and task.exception() is not None:
            _log.error(
                "the listener on %s failed", self._queue, exc_info=task.exception()
            )

    async def _take(self, delivery: Delivery) -> None:
        await self._pause()
        try:
            await self._handle(parse(delivery.body), delivery.message_id)
        except UpstreamFailed as failure:
            _log.info("%s again: %s", delivery.message_id, failure)
            self._give_back(delivery)
        except Exception as failure:  # noqa: BLE001 - any failure means redelivery
            _log.info("%s again: %r", delivery.message_id, failure)
            self._give_back(delivery)
        else:
            self._bus.delete(self._queue, delivery.receipt)

    def _give_back(self, delivery: Delivery) -> None:
        try:
            self._bus.change_visibility(self._queue, delivery.receipt, 0)
        except BusError:
            # The lease ran out while we worked: the message is already back.
            _log.info("%s was no longer ours", delivery.message_id)


def parse(body: str) -> Message:
    """Read an SNS notification; DPS takes the type from the attribute (3.1)."""
    notification = msgspec.json.decode(body)
    return Message(
        type=notification["MessageAttributes"]["eventType"]["Value"],
        body=msgspec.json.decode(notification["Message"]),
    )
