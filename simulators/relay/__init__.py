"""The events relay: from the NOMIS queue to the topics (events-and-config 1.1, 2.4).

It looks the prisoner number up when it publishes, so a late event names the booking's
present owner; it adds the message attributes; and it publishes the domain events that
follow. At least once, no order: delay, jitter and tampering break either on demand.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from simulators.relay.domain import derive, offset_time
from simulators.relay.tampering import Tamper, Tampering, named
from simulators.wire.message import OutboxEvent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from simulators.clock import Clock

__all__ = ["Publish", "Relay", "Tamper", "Tampering", "build"]

_LOOKED_UP = ("OFFENDER_CASE_NOTES-", "ALERT-")
_ONLY_DERIVED = "EXTERNAL_MOVEMENT-CHANGED"
# Keeps events due at the same instant in the order of their row changes.
_TICK = 1e-6


class Publish(Protocol):
    """Publishes a finished event to its topic."""

    def __call__(self, event: OutboxEvent, cause: str | None, /) -> object:
        """Publish; `cause` is the SQS message id that led to the row change."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    event: OutboxEvent
    cause: str | None
    fault: int | None = None


class Relay:
    """Takes NOMIS events as they are raised and publishes them.

    `delay` (seconds) passes between commit and publishing, `jitter` adds up to so many
    more, drawn from the seed, which changes the order. Both are 0 by default: then an
    event is published before the write's answer is sent. `domain_delay` comes on top
    for the derived domain events; `noise` also makes `prison.case-note.published`.
    What SNS refuses lies on the exception queue of NOMIS until housekeeping, each
    `housekeeping` seconds, queues it anew: later events have passed it by then.
    """

    def __init__(
        self,
        clock: Clock,
        owner_of: Callable[[int | None], str | None],
        publish: Publish,
    ) -> None:
        """Look owners up with `owner_of(booking id)`, publish with `publish`."""
        self.delay = 0.0
        self.jitter = 0.0
        self.domain_delay = 0.0
        self.noise = True
        self.housekeeping = 600.0
        self.tampering = Tampering()
        self._clock = clock
        self._owner_of = owner_of
        self._publish_to = publish
        self._random = clock.stream("relay")
        self._last_due = 0.0
        self._waiting: dict[int, _Waiting] = {}
        self._held: dict[int, _Waiting] = {}
        self._next = 1
        self._tasks: set[asyncio.Task[None]] = set()

    async def accept(self, events: Iterable[OutboxEvent], cause: str | None) -> None:
        """Take several events in order."""
        for event in events:
            await self.take(event, cause)

    async def take(self, event: OutboxEvent, cause: str | None) -> None:
        """Take one event of NOMIS; published now, or later when it must wait."""
        faults = self.tampering.on(event, self._owner(event))
        if "drop" in faults:
            return
        if "anonymous" in faults:
            event = replace(event, attributes={**event.attributes, "anonymous": "yes"})
        if "swap-merge" in faults:
            event = replace(event, body=_swapped(event.body))
        copies = 2 if "duplicate" in faults else 1
        for _ in range(copies):
            if "hold" in faults:
                self._keep(self._held, _Waiting(event, cause, faults["hold"][0]))
                continue
            extra = faults["delay"][1].seconds if "delay" in faults else 0.0
            if "refuse" in faults:
                extra += self._until_housekeeping()
            self._schedule(event, cause, extra)

    def release(self, fault: int) -> None:
        """End a hold and publish what it kept, in order."""
        self.tampering.remove(fault)
        kept = [key for key, each in self._held.items() if each.fault == fault]
        for key in kept:
            waiting = self._held.pop(key)
            self._publish(waiting.event, waiting.cause)

    def pending(self, subjects: frozenset[str] | None = None) -> int:
        """Count events that still wait to be published, those held left out."""
        return sum(
            subjects is None
            or not subjects.isdisjoint(named(each.event, self._owner(each.event)))
            for each in self._waiting.values()
        )

    def held(self) -> int:
        """Count events that a hold keeps."""
        return len(self._held)

    def _until_housekeeping(self) -> float:
        """Seconds from now to the next run of housekeeping."""
        return self.housekeeping - self._clock.stopwatch() % self.housekeeping

    def _schedule(self, event: OutboxEvent, cause: str | None, extra: float) -> None:
        wait = self.delay + extra
        if self.jitter:
            wait += self._random.uniform(0.0, self.jitter)
        if wait <= 0 and not self._waiting:
            self._publish(event, cause)
            return
        now = self._clock.stopwatch()
        due = now + wait
        if not self.jitter and not extra:
            due = self._last_due = max(due, self._last_due + _TICK)
        self._later(due - now, event, cause, self._publish)

    def _later(
        self,
        seconds: float,
        event: OutboxEvent,
        cause: str | None,
        publish: Callable[[OutboxEvent, str | None], None],
    ) -> None:
        key = self._keep(self._waiting, _Waiting(event, cause))

        async def wait() -> None:
            await self._clock.sleep(seconds)
            publish(event, cause)
            del self._waiting[key]

        task = asyncio.get_running_loop().create_task(wait())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _keep(self, place: dict[int, _Waiting], waiting: _Waiting) -> int:
        key = self._next
        self._next += 1
        place[key] = waiting
        return key

    def _publish(self, event: OutboxEvent, cause: str | None) -> None:
        finished = self._finished(event)
        if event.type != _ONLY_DERIVED:
            self._publish_to(finished, cause)
        raised = OutboxEvent("offender", event.type, finished.body, event.attributes)
        following = derive(raised, self._clock)
        if following is None or (
            following.type.endswith("published") and not self.noise
        ):
            return
        if self.domain_delay > 0:
            self._later(self.domain_delay, following, cause, self._publish_derived)
        else:
            self._publish_derived(following, cause)

    def _publish_derived(self, event: OutboxEvent, cause: str | None) -> None:
        self._publish_to(event, cause)

    def _finished(self, event: OutboxEvent) -> OutboxEvent:
        """Add what only the relay knows: prisoner number and message attributes."""
        body = dict(event.body)
        if event.type.startswith(_LOOKED_UP) and "anonymous" not in event.attributes:
            owner = self._owner_of(body.get("bookingId"))
            if owner is not None:
                body["offenderIdDisplay"] = owner
        attributes = {
            "eventType": event.type,
            "publishedAt": offset_time(self._clock.now()),
        }
        if "code" in event.attributes:
            attributes["code"] = event.attributes["code"]
        return OutboxEvent("offender", event.type, body, attributes)

    def _owner(self, event: OutboxEvent) -> str | None:
        return self._owner_of(event.body.get("bookingId"))


def build(
    clock: Clock,
    owner_of: Callable[[int | None], str | None],
    publish: Publish,
) -> Relay:
    """Make a relay without delay or faults."""
    return Relay(clock, owner_of, publish)


def _swapped(body: dict[str, Any]) -> dict[str, Any]:
    if "previousOffenderIdDisplay" not in body:
        return body
    return {
        **body,
        "offenderIdDisplay": body["previousOffenderIdDisplay"],
        "previousOffenderIdDisplay": body["offenderIdDisplay"],
    }
