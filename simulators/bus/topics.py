"""Publishing: each subscription's queue gets its own copy, unless filtered out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from simulators.bus import errors
from simulators.bus.message import (
    SNS_LIMIT,
    check_attributes,
    event_type,
    normalise,
    parse,
    size_of,
)
from simulators.bus.topic import Notification, Subscription, Topic, envelope
from simulators.subjects import subjects as subjects_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulators.bus.buswatch import BusWatch
    from simulators.bus.intake import Intake
    from simulators.bus.ledger import Ledger
    from simulators.bus.message import Attribute
    from simulators.bus.queue import Queue
    from simulators.journal import Journal


class Topics:
    """The topics of a bus, by name."""

    def __init__(
        self,
        prefix: str,
        watch: BusWatch,
        journal: Journal,
        ledger: Ledger,
        *,
        queues: Mapping[str, Queue],
        intake: Intake,
    ) -> None:
        """`prefix` is what a topic's ARN has before its name."""
        self.by_name: dict[str, Topic] = {}
        self._prefix = prefix
        self._watch = watch
        self._journal = journal
        self._ledger = ledger
        self._queues = queues
        self._intake = intake

    def create(self, name: str) -> str:
        """Create a topic, or find the one there is; returns its ARN."""
        if name.endswith(".fifo"):
            raise errors.not_fifo(name)
        if name not in self.by_name:
            self.by_name[name] = Topic(self._prefix + name)
        return self.by_name[name].arn

    def find(self, arn: str) -> Topic:
        """Return a topic by ARN (any account, any region) or name.

        The real builds use the ARN of their configuration, not the one that
        CreateTopic answered (events-and-config 4.4).
        """
        name = arn.rsplit(":", 1)[-1]
        if name not in self.by_name:
            raise errors.topic_not_found(arn)
        return self.by_name[name]

    def subscribe(
        self, topic_arn: str, queue_arn: str, attributes: Mapping[str, str]
    ) -> Subscription:
        """Subscribe a queue; the one there is stays as it is and is returned.

        SNS refuses a second Subscribe with other attributes. A build that subscribes
        itself must not fail on what the harness set up first.
        """
        topic = self.find(topic_arn)
        name = queue_arn.rsplit(":", 1)[-1]
        for known in topic.subscriptions.values():
            if known.queue == name:
                return known
        arn = f"{topic.arn}:{self._watch.clock.uuid4('subscriptions')}"
        subscription = Subscription(arn, topic.arn, queue_arn)
        subscription.apply(attributes)
        topic.subscriptions[arn] = subscription
        return subscription

    def subscription(self, arn: str) -> Subscription:
        """Return a subscription by its ARN."""
        for topic in self.by_name.values():
            if arn in topic.subscriptions:
                return topic.subscriptions[arn]
        raise errors.BusError(
            "NotFound", f"Subscription does not exist ({arn})", status=404
        )

    def unsubscribe(self, arn: str) -> None:
        """End a subscription; one that does not exist is no error."""
        for topic in self.by_name.values():
            topic.subscriptions.pop(arn, None)

    def forget_queue(self, name: str) -> None:
        """End the subscriptions of a queue that is gone."""
        for topic in self.by_name.values():
            for arn, subscription in list(topic.subscriptions.items()):
                if subscription.queue == name:
                    del topic.subscriptions[arn]

    def publish(
        self,
        topic_arn: str,
        message: str,
        attributes: Mapping[str, Attribute | str] | None,
        *,
        cause: str | None,
        subject: str | None,
    ) -> str:
        """Publish to every subscribed queue; returns the SNS MessageId."""
        topic = self.find(topic_arn)
        given = normalise(attributes)
        check_attributes(given)
        if not message or size_of(message, given) > SNS_LIMIT:
            raise errors.BusError(
                "InvalidParameter", "Invalid parameter: Message too long or empty"
            )
        document = parse(message)
        note = Notification(
            id=self._watch.clock.uuid4("sns"),
            message=message,
            document=document,
            attributes=given,
            type=event_type(document, given),
            subjects=subjects_of(message),
            moment=self._watch.moment(),
            subject=subject,
        )
        wanted: list[Subscription] = []
        filtered: list[Subscription] = []
        for subscription in topic.subscriptions.values():
            if subscription.queue in self._queues:
                (wanted if subscription.wants(note) else filtered).append(subscription)
        self._journal.write(
            "event",
            topic=topic.name,
            type=note.type,
            message=note.id,
            body=document,
            attributes={n: a.get("StringValue", "") for n, a in given.items()},
            cause=cause,
            subjects=sorted(note.subjects),
            filtered=[subscription.queue for subscription in filtered],
        )
        # Most subscriptions keep most events out: they are counted, not made.
        self._ledger.filtered(len(filtered))
        for subscription in wanted:
            self._fan_out(subscription, note)
        return note.id

    def _fan_out(self, subscription: Subscription, note: Notification) -> None:
        wrapped = not subscription.raw
        copy = self._intake.copy(
            subscription.queue,
            envelope(subscription, note) if wrapped else note.message,
            attributes={} if wrapped else note.attributes,
            kind=note.type,
            subjects=note.subjects,
            origin="fan-out",
            moment=note.moment,
        )
        copy.event = note.id
        self._intake.deliver(copy)


def policy_text(policy: str | Mapping[str, Any]) -> str:
    """Return a filter policy as SNS takes it, JSON text."""
    return policy if isinstance(policy, str) else msgspec.json.encode(policy).decode()
