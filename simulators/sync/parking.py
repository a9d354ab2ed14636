"""Parking: what a switched-off event type leaves behind until it is on again.

The real builds acknowledge and drop (events-and-config 5.1); the reference keeps the
message in `<queue>_parked` (TOG-03) and sends it back, in order, when switched on.
Handlers read the current state, so an old message does no harm (TOG-11).
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from simulators.sync.telemetry import track

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulators.sync.ports import Message, Queues

SUFFIX = "_parked"
ATTRIBUTE = "tandemParked"


def was_parked(message: Message) -> bool:
    """Whether the message has been in a parking queue: its count began anew."""
    return ATTRIBUTE in message.attributes


class Parking:
    """The parking queue beside one queue."""

    def __init__(self, queue: str, queues: Queues) -> None:
        self.queue = queue
        self.name = queue + SUFFIX
        self._queues = queues
        self._kept: Counter[str] = Counter()

    async def prepare(self) -> None:
        """Make the parking queue exist."""
        await self._queues.ensure_queue(self.name)

    async def park(self, message: Message, event_type: str) -> None:
        """Keep a message; the consumer then deletes it from the main queue."""
        attributes = dict(message.attributes)
        attributes[ATTRIBUTE] = {"DataType": "String", "StringValue": event_type}
        await self._queues.send(self.name, message.body, attributes)
        self._kept[event_type] += 1
        track("parked", queue=self.queue, type=event_type, message=message.message_id)

    def is_due(self, is_on: Callable[[str], bool]) -> bool:
        """Whether something that we parked and that is on now never came back."""
        return any(count > 0 and is_on(kind) for kind, count in self._kept.items())

    def forget(self) -> None:
        """Stop expecting what we parked: another process must have taken it back."""
        self._kept.clear()

    async def release(self, is_on: Callable[[str], bool]) -> int:
        """Send the messages whose event type is on back; returns how many."""
        released = 0
        waiting: list[Message] = []
        while messages := await self._queues.receive(self.name, 10, 0):
            for message in messages:
                event_type = message.attributes[ATTRIBUTE]["StringValue"]
                if is_on(event_type):
                    await self._queues.send(
                        self.queue, message.body, message.attributes
                    )
                    await self._queues.delete(self.name, message.receipt)
                    self._kept[event_type] -= 1
                    released += 1
                else:
                    waiting.append(message)
        for message in waiting:
            await self._queues.change_visibility(self.name, message.receipt, 0)
        if released:
            track("parking-released", queue=self.queue, count=released)
        return released
