"""How copies come into queues: made here, carried through the faults, entered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.bus import errors, moves
from simulators.bus.copies import Copy
from simulators.bus.message import (
    check_attributes,
    check_body,
    event_type,
    normalise,
    parse,
    size_of,
)
from simulators.subjects import subjects as subjects_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from simulators.bus.buswatch import BusWatch, Moment
    from simulators.bus.faults import DeliveryFaults
    from simulators.bus.ledger import Ledger
    from simulators.bus.message import Attribute, Attributes
    from simulators.bus.queue import Queue
    from simulators.bus.settings import Redrive


class Intake:
    """Makes copies and delivers them."""

    def __init__(
        self,
        watch: BusWatch,
        ledger: Ledger,
        queues: Mapping[str, Queue],
        faults: Callable[[], DeliveryFaults],
    ) -> None:
        """Deliver into `queues`, past `faults()`."""
        self._watch = watch
        self._ledger = ledger
        self._queues = queues
        self._faults = faults

    def copy(
        self,
        queue: str,
        body: str,
        *,
        attributes: Attributes,
        kind: str,
        subjects: frozenset[str],
        origin: str,
        moment: Moment,
        message: str | None = None,
    ) -> Copy:
        """Return a copy for a queue, not yet entered; `message` None: a new id."""
        return Copy(
            number=self._ledger.next_number(),
            queue=queue,
            message=message or self._watch.clock.uuid4("sqs"),
            body=body,
            attributes=attributes,
            type=kind,
            origin=origin,
            subjects=subjects,
            sent=moment.bus,
            sent_ms=moment.epoch_ms,
        )

    def pass_on(self, copy: Copy, queue_name: str, origin: str) -> Copy:
        """Return a child of `copy` for another (or the same) queue, not entered."""
        return Copy(
            number=self._ledger.next_number(),
            queue=queue_name,
            message=copy.message,
            body=copy.body,
            attributes=copy.attributes,
            type=copy.type,
            origin=origin,
            subjects=copy.subjects,
            sent=copy.sent,
            sent_ms=copy.sent_ms,
            parent=copy.number,
            event=copy.event,
            md5_body=copy.md5_body,
            md5_attributes=copy.md5_attributes,
            trace=copy.trace,
        )

    def deliver(self, copy: Copy, delay: float | None = None) -> None:
        """Bring a new copy to its queue, through the faults.

        `delay` in seconds; None means the queue's own DelaySeconds.
        """
        queue = self._queues[copy.queue]
        if delay is None:
            delay = queue.settings.numbers["DelaySeconds"]
        faults = self._faults()
        if not faults.any:
            queue.arrive(copy, delay)
            return
        if faults.drops(copy):
            self._ledger.kept_out(copy, "dropped")
            return
        delay += faults.extra_delay(copy)
        extra = faults.duplicates(copy)
        queue.arrive(copy, delay)
        for _ in range(extra):
            queue.arrive(self.pass_on(copy, copy.queue, "duplicate"), delay)

    def send(
        self,
        queue: Queue,
        body: str,
        attributes: Mapping[str, Attribute | str] | None,
        *,
        delay: float | None,
        cause: str | None,
        trace: str | None,
    ) -> str:
        """Deliver a message sent straight to a queue; returns its MessageId."""
        given = normalise(attributes)
        check_body(body)
        check_attributes(given)
        most = queue.settings.numbers["MaximumMessageSize"]
        if size_of(body, given) > most:
            raise errors.invalid_parameter(
                "MessageBody", "(too long)", f"must be shorter than {most} bytes"
            )
        copy = self._direct(queue.name, body, given, "send")
        copy.trace = trace
        parent = moves.parent_of(self._queues, queue.name, body, cause)
        if parent is not None:
            copy.parent = parent.number
            copy.event = parent.event
        self.deliver(copy, delay)
        return copy.message

    def inject(
        self,
        queue: Queue,
        body: str,
        attributes: Mapping[str, Attribute | str] | None,
    ) -> str:
        """Put a message into a queue, unchecked and past the faults."""
        copy = self._direct(queue.name, body, normalise(attributes), "injected")
        queue.arrive(copy)
        return copy.message

    def dead_letter(self, queue: Queue, copy: Copy, redrive: Redrive) -> bool:
        """Move a copy to the dead-letter queue; False when there is none.

        MessageId, attributes, age and receive count stay, as in SQS.
        """
        target = self._queues.get(redrive.target)
        if target is None or target is queue:
            return False
        queue.end(copy, "dead-lettered")
        child = self.pass_on(copy, target.name, "dead-lettered")
        child.count = copy.count
        child.source_arn = queue.arn
        child.first_received_ms = copy.first_received_ms
        target.arrive(child)
        return True

    def _direct(
        self, queue: str, body: str, attributes: Attributes, origin: str
    ) -> Copy:
        return self.copy(
            queue,
            body,
            attributes=attributes,
            kind=event_type(parse(body), attributes),
            subjects=subjects_of(body),
            origin=origin,
            moment=self._watch.moment(),
        )
