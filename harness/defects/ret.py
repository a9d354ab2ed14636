"""Planted defects of retries, time-outs and dead letters (fault corpus K)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from harness.defects.dup import NoLocks, no_settling
from harness.defects.mrg import short_delays
from harness.defects.patching import (
    answers,
    around,
    attribute,
    does_nothing,
    function,
    item,
)
from harness.defects.registry import defect
from simulators.dps.model import DpsModel
from simulators.relay import Relay
from simulators.sync import consumer, settings
from simulators.sync.calls import Caller
from simulators.sync.consumer import Consumer
from simulators.sync.leftovers import Leftovers
from simulators.sync.ports import CallFailed
from simulators.sync.to_nomis import ToNomis

if TYPE_CHECKING:
    from harness.defects.registry import Patches

_HALVES = "to-nomis from-nomis"
_LEASE = 30.0
_TRIES = 5


async def _quietly(handling: Any) -> None:
    try:
        await handling
    except Exception:  # noqa: BLE001 - nobody waits for it
        return


@defect(
    "RET-01",
    "A message is acknowledged before it is handled",
    "to-nomis",
    "acknowledged-before-done lost stale",
    owners=_HALVES,
    wrong="the work is started and not awaited",
    shows="a failure is never retried, the change is lost",
)
def _() -> Patches:
    async def take(original: Any, self: Any, message: Any) -> None:
        consumer.cause.set(message.message_id)
        handling = asyncio.create_task(_quietly(self._handle(message)))
        self._tasks.add(handling)
        handling.add_done_callback(self._tasks.discard)
        await self._queues.delete(self.queue, message.receipt)

    return [around(Consumer, "take", take)]


@defect(
    "RET-02",
    "An event that could not be published is forgotten",
    "relay",
    "lost stale",
    owners="relay nomis",
    wrong="the failure to publish is logged, the row change stands",
    shows="changed in NOMIS, and no event ever",
)
def _() -> Patches:
    async def take(original: Any, self: Any, event: Any, cause: Any) -> None:
        if not event.type.endswith("CASE_NOTES-UPDATED"):
            await original(self, event, cause)

    return [around(Relay, "take", take)]


@defect(
    "RET-02-dps",
    "DPS' event that could not be published is forgotten",
    "dps",
    "lost stale",
    wrong="the failure to publish is logged, the change stands",
    shows="changed in DPS, and no event ever",
)
def _() -> Patches:
    def tell(original: Any, self: Any, kind: str, *rest: Any, **named: Any) -> None:
        if kind != "updated":
            original(self, kind, *rest, **named)

    return [around(DpsModel, "tell", tell)]


@defect(
    "RET-03",
    "A call may take longer than the message's lease",
    "to-nomis",
    "duplicate",
    wrong="30 seconds of lease, 90 of patience: a second worker starts meanwhile",
    shows="duplicates when NOMIS is slow, without any failure",
)
def _() -> Patches:
    async def take(original: Any, self: Any, message: Any) -> None:
        await self._queues.change_visibility(self.queue, message.receipt, _LEASE)
        await original(self, message)

    def made(original: Any, self: Any, *arguments: Any) -> None:
        original(self, *arguments)
        self._locks = NoLocks()

    return [
        *no_settling(),
        around(Consumer, "take", take),
        around(ToNomis, "__init__", made),
        item(settings.TIMEOUTS["to-nomis"], "nomis", 90),
    ]


@defect(
    "RET-05",
    "A time-out is not known as one",
    "to-nomis",
    "duplicate",
    wrong="the client's own exception does not match the class that is caught",
    shows="the message is tried again while the first call is still at work",
)
def _() -> Patches:
    return [
        function(consumer.timed_out, answers(False)),
        # The reference would heal the twin that the early second try makes.
        attribute(Leftovers, "remove_twins", does_nothing()),
    ]


@defect(
    "RET-06",
    "A client repeats creates by itself",
    "to-nomis",
    "duplicate",
    wrong="every call is repeated after no answer, writes too",
    shows="twins within seconds though the message came once",
)
def _() -> Patches:
    async def send(original: Any, self: Any, *call: Any, **named: Any) -> Any:
        for _ in range(2):
            try:
                return await original(self, *call, **named)
            except CallFailed:
                continue
        return await original(self, *call, **named)

    return [around(Caller, "send", send)]


@defect(
    "RET-07",
    "The retries are over before an ordinary outage is",
    "to-nomis",
    "conserved lost stale",
    owners=_HALVES,
    wrong="five tries in five seconds",
    shows="the DLQ fills in an outage of minutes",
)
def _() -> Patches:
    return [function(consumer.give_back_delay, short_delays)]


@defect(
    "RET-09",
    "A message that fails is tried in place, before all others",
    "from-nomis",
    "conserved lost",
    owners=_HALVES,
    line="Then 1 message is in the dead-letter queue",
    wrong="the handler loops on the message and then lets it go",
    shows="a poison message holds up the others and never reaches the DLQ",
)
def _() -> Patches:
    async def take(original: Any, self: Any, message: Any) -> None:
        consumer.cause.set(message.message_id)
        for _ in range(_TRIES):
            try:
                await self._handle(message)
            except Exception:  # noqa: BLE001 - tried again at once
                await self._time.sleep(1.0)
            else:
                break
        await self._queues.delete(self.queue, message.receipt)

    return [around(Consumer, "take", take)]
