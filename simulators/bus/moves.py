"""Messages that pass from one queue to another: move tasks, parking, replay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulators.bus import errors
from simulators.bus.queue import PARKED_SUFFIX

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulators.bus.copies import Copy
    from simulators.bus.core import Bus
    from simulators.bus.queue import Queue


@dataclass(frozen=True, slots=True)
class MoveTask:
    """A finished StartMessageMoveTask: it is done at once."""

    handle: str
    source_arn: str
    destination_arn: str
    moved: int
    started_ms: int


class Moves:
    """Move tasks (dead-letter redrive) and their record."""

    def __init__(self, bus: Bus) -> None:
        """Move between the queues of `bus`."""
        self._bus = bus
        self._tasks: list[MoveTask] = []

    def start(self, source_arn: str, destination_arn: str = "") -> str:
        """Move every visible message of a DLQ, back to where it came from by default.

        A moved message is a new one, as SQS documents it: new MessageId, receive
        count and retention from zero. The ledger keeps the link.
        """
        bus = self._bus
        name = source_arn.rsplit(":", 1)[-1]
        sources = bus.sources_of(name)
        if name not in bus.queues or not sources:
            raise errors.BusError(
                "ResourceNotFoundException",
                "Source queue must be configured as a Dead Letter Queue.",
                status=404,
            )
        if destination_arn and destination_arn.rsplit(":", 1)[-1] not in bus.queues:
            raise errors.BusError(
                "ResourceNotFoundException",
                f"The destination queue {destination_arn} does not exist.",
                status=404,
            )
        taken = bus.queues[name].take_all("moved")
        for copy in taken:
            self._move(copy, self._target(copy, destination_arn, sources[0].arn))
        handle = bus.watch.clock.uuid4("moves")
        self._tasks.append(
            MoveTask(
                handle, source_arn, destination_arn, len(taken), bus.watch.epoch_ms()
            )
        )
        return handle

    def redrive(self, name: str, subjects: frozenset[str]) -> int:
        """Move the visible messages of a DLQ about any of the subjects back; how many.

        What operators do by hand; a real move task takes all there are.
        """
        queue = self._bus.queue(name)
        sources = self._bus.sources_of(name)
        taken = [c for c in queue.visible_copies() if subjects & set(c.subjects)]
        for copy in taken:
            queue.end(copy, "moved")
            self._move(copy, self._target(copy, "", sources[0].arn))
        return len(taken)

    def _target(self, copy: Copy, wanted: str, other: str) -> Queue:
        """Return the queue wanted by its ARN, else whence it came, else the other."""
        arn = wanted or copy.source_arn or other
        return self._bus.queue(arn.rsplit(":", 1)[-1])

    def of(self, source_arn: str) -> list[MoveTask]:
        """Return the tasks of a source queue, newest first."""
        return [t for t in reversed(self._tasks) if t.source_arn == source_arn]

    def _move(self, copy: Copy, target: Queue) -> None:
        watch = self._bus.watch
        child = self._bus.intake.pass_on(copy, target.name, "moved")
        child.message = watch.clock.uuid4("sqs")
        child.sent = watch.now()
        child.sent_ms = watch.epoch_ms()
        target.arrive(child)


def parent_of(
    queues: Mapping[str, Queue], queue_name: str, body: str, cause: str | None
) -> Copy | None:
    """Find the message in flight whose handling led to this send, if known.

    Parking is a send to `<queue>_parked` of a message in flight in `<queue>`, replay
    the way back; the receiver's delete then ends the original as `parked` or `moved`.
    Named by `cause` (the MessageId), or recognised by its equal body.
    """
    base = queue_name.removesuffix(PARKED_SUFFIX)
    if base != queue_name and base in queues:
        return _handed_on(queues[base], body, cause, "parked")
    parked = queues.get(queue_name + PARKED_SUFFIX)
    if parked is not None:
        replayed = _handed_on(parked, body, cause, "moved")
        if replayed is not None:
            return replayed
    if cause is None:
        return None
    same = (c for c in queues[queue_name].in_flight() if c.message == cause)
    return next(same, None)


def _handed_on(queue: Queue, body: str, cause: str | None, fate: str) -> Copy | None:
    for copy in queue.in_flight():
        if copy.body == body and (cause is None or copy.message == cause):
            copy.ends_as = fate
            return copy
    return None
