"""The reference sync's ports in the simulated tier: Wire and Bus without sockets.

Every call and delivery takes a seeded virtual latency before and after, so that
interleavings vary with the seed and repeat with it. Calls cross the Wire as bytes, and
what comes from the Bus is copied: no object is shared with a fake.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import msgspec

from simulators.bus import BusError
from simulators.sync.ports import Answer, CallFailed, Message, Terms
from simulators.wire.message import Dropped, Request

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from simulators.bus import Bus
    from simulators.clock import Clock
    from simulators.sync.ports import Attributes
    from simulators.wire.wire import Wire

# Seconds: median of one way of a call or delivery, and the spread of its logarithm.
_MEDIAN_LATENCY = 0.002
_SPREAD = 0.8


class Latency:
    """The virtual time that one way of a call or delivery takes."""

    def __init__(self, clock: Clock, who: str) -> None:
        """Draw from the seeded stream of `who`."""
        self._clock = clock
        self._stream = clock.stream(f"latency/{who}")

    async def pause(self) -> None:
        """Take one lognormal latency."""
        factor = self._stream.lognormvariate(0.0, _SPREAD)
        await self._clock.sleep(_MEDIAN_LATENCY * factor)


class SimulatedHttp:
    """`simulators.sync.ports.Http` straight into the Wire."""

    def __init__(self, wire: Wire, clock: Clock, latency: Latency) -> None:
        """Call the services of `wire`."""
        self._wire = wire
        self._clock = clock
        self._latency = latency

    async def request(
        self,
        service: str,
        method: str,
        path: str,
        *,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = 60.0,  # noqa: ASYNC109 - the port's own name
    ) -> Answer:
        """See `simulators.sync.ports.Http.request`."""
        started = self._clock.stopwatch()
        await self._latency.pause()
        request = _request(service, method, path, json, form, headers)
        left = timeout - (self._clock.stopwatch() - started)
        try:
            response = await self._wire.exchange(service, request, left)
        except Dropped as dropped:
            raise CallFailed(dropped.how, f"{method} {service} {path}") from None
        await self._latency.pause()
        return Answer(response.status, response.json())


class SimulatedQueues:
    """`simulators.sync.ports.Queues` straight from the Bus."""

    def __init__(self, bus: Bus, consumer: str, latency: Latency) -> None:
        """Consume as `consumer`, the half's name."""
        self._bus = bus
        self._consumer = consumer
        self._latency = latency

    async def receive(self, queue: str, limit: int, wait: float) -> list[Message]:
        """See `simulators.sync.ports.Queues.receive`."""
        await self._latency.pause()
        deliveries = await self._bus.poll(queue, limit, wait, consumer=self._consumer)
        if deliveries:
            await self._latency.pause()
        return [
            Message(
                message_id=delivery.message_id,
                receipt=delivery.receipt,
                body=delivery.body,
                attributes=_copied(delivery.attributes),
                receive_count=int(delivery.system["ApproximateReceiveCount"]),
            )
            for delivery in deliveries
        ]

    async def delete(self, queue: str, receipt: str) -> None:
        """See `simulators.sync.ports.Queues.delete`."""
        await self._latency.pause()
        self._bus.delete(queue, receipt)

    async def change_visibility(self, queue: str, receipt: str, seconds: float) -> None:
        """See `simulators.sync.ports.Queues.change_visibility`."""
        await self._latency.pause()
        # A message no longer in flight is back already; SQS says so, we need not care.
        with contextlib.suppress(BusError):
            self._bus.change_visibility(queue, receipt, seconds)

    async def send(
        self,
        queue: str,
        body: str,
        attributes: Attributes | None = None,
        delay: float = 0.0,
    ) -> str:
        """See `simulators.sync.ports.Queues.send`."""
        await self._latency.pause()
        return self._bus.send(queue, body, _copied(attributes or {}), delay)

    async def ensure_queue(self, queue: str) -> None:
        """See `simulators.sync.ports.Queues.ensure_queue`."""
        self._bus.create_queue(queue)

    async def terms(self, queue: str) -> Terms:
        """See `simulators.sync.ports.Queues.terms`."""
        attributes = self._bus.queue(queue).attributes()
        policy = msgspec.json.decode(attributes.get("RedrivePolicy", "{}"))
        return Terms(
            visibility=float(attributes["VisibilityTimeout"]),
            max_receives=int(policy.get("maxReceiveCount", Terms().max_receives)),
        )


class SimulatedTime:
    """`simulators.sync.ports.Time` on the world's clock."""

    def __init__(self, clock: Clock) -> None:
        """Follow `clock`."""
        self._clock = clock

    async def sleep(self, seconds: float) -> None:
        """See `simulators.sync.ports.Time.sleep`."""
        await self._clock.sleep(seconds)

    def stopwatch(self) -> float:
        """See `simulators.sync.ports.Time.stopwatch`."""
        return self._clock.stopwatch()

    def now(self) -> datetime:
        """See `simulators.sync.ports.Time.now`."""
        return self._clock.now()


def _request(
    service: str,
    method: str,
    path: str,
    json: Any,
    form: Mapping[str, str] | None,
    headers: Mapping[str, str] | None,
) -> Request:
    # The base URL of auth ends in /auth (http-contracts 0.1).
    plain, _, query = (f"/auth{path}" if service == "auth" else path).partition("?")
    names = {name.lower(): value for name, value in (headers or {}).items()}
    body = b""
    if form is not None:
        names["content-type"] = "application/x-www-form-urlencoded"
        body = urlencode(form).encode()
    elif json is not None:
        names["content-type"] = "application/json"
        body = msgspec.json.encode(json)
    return Request(method, plain, query, names, body)


def _copied(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: dict(value) for name, value in attributes.items()}
