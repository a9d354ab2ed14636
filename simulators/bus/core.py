"""The bus: SNS topics and SQS queues as plain calls, without a socket.

Cost of a step is O(log n) in the depth of a queue. All of it runs in one event loop;
only `poll` waits. Standard queues and topics only: no FIFO.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.bus import errors, moves
from simulators.bus.buswatch import BusWatch
from simulators.bus.faults import DeliveryFaults
from simulators.bus.intake import Intake
from simulators.bus.ledger import Ledger
from simulators.bus.queue import Queue
from simulators.bus.skip import IdleSkip
from simulators.bus.topics import Topics, policy_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from simulators.bus.message import Attribute, Delivery
    from simulators.bus.topic import Subscription
    from simulators.clock import Clock
    from simulators.journal import Journal


class Bus:
    """Topics, queues, their ledger and their faults."""

    def __init__(
        self,
        clock: Clock,
        journal: Journal,
        account: str = "000000000000",
        region: str = "eu-west-2",
    ) -> None:
        """Start empty; ARNs are of `account` and `region`."""
        self.account = account
        self.region = region
        self.queues: dict[str, Queue] = {}
        self.watch = BusWatch(clock)
        self.ledger = Ledger(journal)
        self.ledger.refresh = self._advance
        self.ledger.shelves = lambda: {n: q.shelf for n, q in self.queues.items()}
        self.intake = Intake(self.watch, self.ledger, self.queues, lambda: self.faults)
        self.skipper = IdleSkip(self.watch, journal, lambda: self.queues)
        self.faults = DeliveryFaults(
            journal,
            lambda: self.queues,
            lambda name, body, given: self.intake.inject(self.queue(name), body, given),
            ended=self.skipper.ended,
        )
        self.skipper.halted = lambda: self.faults.all_held
        self.topics = Topics(
            f"arn:aws:sns:{region}:{account}:",
            self.watch,
            journal,
            self.ledger,
            queues=self.queues,
            intake=self.intake,
        )
        self.moves = moves.Moves(self)

    # Topics

    def create_topic(self, name: str) -> str:
        """Create a topic, or find the one there is; returns its ARN."""
        return self.topics.create(name)

    def subscribe(
        self,
        topic_arn: str,
        queue_arn: str,
        filter_policy: str | Mapping[str, Any] | None = None,
        raw: bool = False,
    ) -> Subscription:
        """Subscribe a queue by ARN (or name); an existing one is returned as it is."""
        attributes: dict[str, str] = {}
        if filter_policy is not None:
            attributes["FilterPolicy"] = policy_text(filter_policy)
        if raw:
            attributes["RawMessageDelivery"] = "true"
        arn = queue_arn if ":" in queue_arn else self.arn(queue_arn)
        return self.topics.subscribe(topic_arn, arn, attributes)

    def publish(
        self,
        topic_arn: str,
        message: str,
        attributes: Mapping[str, Attribute | str] | None = None,
        *,
        cause: str | None = None,
        subject: str | None = None,
    ) -> str:
        """Publish an event; returns its SNS MessageId (a UUID).

        `cause` is the SQS MessageId of the message whose handling led to it.
        """
        return self.topics.publish(
            topic_arn, message, attributes, cause=cause, subject=subject
        )

    # Queues

    def create_queue(
        self, name: str, attributes: Mapping[str, Any] | None = None
    ) -> Queue:
        """Create a queue, or return the one there is, whatever its attributes.

        SQS refuses a second CreateQueue with other attributes; the real builds create
        queues that the harness may have set up first (events-and-config 4.4).
        """
        if name in self.queues:
            return self.queues[name]
        if name.endswith(".fifo") or (attributes or {}).get("FifoQueue"):
            raise errors.not_fifo(name)
        _check_name(name)
        queue = Queue(
            self.arn(name),
            self.watch,
            self.ledger,
            self.faults,
            dead_letter=self.intake.dead_letter,
            stirred=self.skipper.stirred,
        )
        queue.set_attributes(attributes or {})
        self.queues[name] = queue
        self._name_dead_letter_queues()
        return queue

    def queue(self, name: str) -> Queue:
        """Return a queue by name."""
        if name not in self.queues:
            raise errors.queue_does_not_exist(name)
        return self.queues[name]

    def arn(self, queue_name: str) -> str:
        """Return the ARN a queue of that name has."""
        return f"arn:aws:sqs:{self.region}:{self.account}:{queue_name}"

    def set_queue_attributes(self, name: str, attributes: Mapping[str, Any]) -> None:
        """Change a queue's attributes."""
        self.queue(name).set_attributes(attributes)
        self._name_dead_letter_queues()

    def delete_queue(self, name: str) -> None:
        """Remove a queue; its copies are purged, its subscriptions end."""
        self.queue(name).purge()
        del self.queues[name]
        self.topics.forget_queue(name)

    def sources_of(self, dead_letter_queue: str) -> list[Queue]:
        """Return the queues that redrive to this one, by name."""
        return [
            queue
            for _, queue in sorted(self.queues.items())
            if queue.settings.redrive is not None
            and queue.settings.redrive.target == dead_letter_queue
        ]

    def send(
        self,
        queue_name: str,
        body: str,
        attributes: Mapping[str, Attribute | str] | None = None,
        delay: float | None = None,
        *,
        cause: str | None = None,
        trace: str | None = None,
    ) -> str:
        """Send straight to a queue; returns the SQS MessageId.

        `delay` in seconds; None means the queue's own DelaySeconds.
        """
        return self.intake.send(
            self.queue(queue_name),
            body,
            attributes,
            delay=delay,
            cause=cause,
            trace=trace,
        )

    def receive(
        self,
        queue_name: str,
        limit: int = 1,
        visibility: float | None = None,
        consumer: str | None = None,
    ) -> list[Delivery]:
        """Receive what is visible now."""
        return self.queue(queue_name).receive(limit, visibility, consumer)

    async def poll(
        self,
        queue_name: str,
        limit: int = 1,
        wait_seconds: float = 20.0,
        visibility: float | None = None,
        consumer: str | None = None,
        *,
        alive: Callable[[], bool] | None = None,
    ) -> list[Delivery]:
        """Long poll: wait up to `wait_seconds` for a first message.

        `alive` tells whether the client still listens: the dead are given nothing.
        """
        queue = self.queue(queue_name)
        return await queue.poll(limit, wait_seconds, visibility, consumer, alive=alive)

    def delete(self, queue_name: str, receipt: str) -> bool:
        """Acknowledge a message; False when that had no effect."""
        return self.queue(queue_name).delete(receipt)

    def change_visibility(self, queue_name: str, receipt: str, seconds: float) -> None:
        """Give a message back, visible again in `seconds`."""
        self.queue(queue_name).change_visibility(receipt, seconds)

    def purge(self, queue_name: str) -> int:
        """Delete everything in a queue, as often as wanted.

        SQS refuses a second purge within 60 seconds; tests need not wait for that.
        """
        return self.queue(queue_name).purge()

    def start_move_task(self, source_arn: str, destination_arn: str = "") -> str:
        """Move a dead-letter queue's messages back; returns the task's handle."""
        return self.moves.start(source_arn, destination_arn)

    # Time and consumers

    @property
    def idle_skip(self) -> bool:
        """Whether back-offs and delays are skipped when nothing else goes on."""
        return self.skipper.enabled

    @idle_skip.setter
    def idle_skip(self, value: bool) -> None:
        self.skipper.enabled = value

    def orphan(
        self, consumer: str | None = None, queues: Sequence[str] | None = None
    ) -> int:
        """Say that a consumer was killed: what it has in flight may be skipped.

        The real builds all sign with the same fake key; `queues` then says which half
        it was. Returns how many messages were in its hands.
        """
        if consumer is None and queues is None:
            raise ValueError("orphan wants a consumer (access key id), queues, or both")
        names = sorted(self.queues) if queues is None else queues
        if consumer is None:
            # Whoever counts polls to see a successor come must not see these.
            for name in self.queues.keys() & set(names):
                self.queues[name].waiters.dismiss()
        lost = sum(self.queues[n].orphan(consumer) for n in names if n in self.queues)
        self.skipper.stirred()
        return lost

    def _advance(self) -> None:
        for queue in self.queues.values():
            if queue.shelf.live:
                queue.advance()

    def _name_dead_letter_queues(self) -> None:
        for queue in self.queues.values():
            redrive = queue.settings.redrive
            if redrive is not None and redrive.target in self.queues:
                self.queues[redrive.target].become_dead_letter_queue()


_NAME_LENGTH = 80


def _check_name(name: str) -> None:
    plain = name.replace("-", "").replace("_", "")
    if not plain.isascii() or not plain.isalnum() or len(name) > _NAME_LENGTH:
        raise errors.invalid_parameter(
            "QueueName",
            name,
            "Can only include alphanumeric characters, hyphens, or underscores. "
            "1 to 80 in length",
        )
