"""The SNS operations, parameters and results by their API names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.bus.asked import Asked, failed
from simulators.bus.errors import BusError
from simulators.bus.message import parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulators.bus.core import Bus

    Operation = Callable[[Bus, Asked], dict[str, Any]]


def create_topic(bus: Bus, asked: Asked) -> dict[str, Any]:
    """CreateTopic: idempotent."""
    return {"TopicArn": bus.create_topic(asked.need("Name"))}


def delete_topic(bus: Bus, asked: Asked) -> dict[str, Any]:
    """DeleteTopic: its subscriptions end; no error when there is none."""
    bus.topics.by_name.pop(asked.need("TopicArn").rsplit(":", 1)[-1], None)
    return {}


def list_topics(bus: Bus, asked: Asked) -> dict[str, Any]:
    """ListTopics, never in pages."""
    arns = [topic.arn for _, topic in sorted(bus.topics.by_name.items())]
    return {"Topics": [{"TopicArn": arn} for arn in arns]}


def get_topic_attributes(bus: Bus, asked: Asked) -> dict[str, Any]:
    """GetTopicAttributes: the health check of the real builds reads it."""
    arn = asked.need("TopicArn")
    return {"Attributes": bus.topics.find(arn).describe() | {"TopicArn": arn}}


def subscribe(bus: Bus, asked: Asked) -> dict[str, Any]:
    """Subscribe a queue."""
    protocol = asked.need("Protocol")
    if protocol != "sqs":
        raise BusError(
            "InvalidParameter",
            f"Invalid parameter: Protocol {protocol}: only sqs is simulated",
        )
    endpoint = asked.need("Endpoint")
    if not endpoint.startswith("arn:"):
        raise BusError("InvalidParameter", "Invalid parameter: SQS endpoint ARN")
    found = bus.topics.subscribe(
        asked.need("TopicArn"), endpoint, asked.get("Attributes", {})
    )
    return {"SubscriptionArn": found.arn}


def unsubscribe(bus: Bus, asked: Asked) -> dict[str, Any]:
    """Unsubscribe."""
    bus.topics.unsubscribe(asked.need("SubscriptionArn"))
    return {}


def list_subscriptions(bus: Bus, asked: Asked) -> dict[str, Any]:
    """ListSubscriptions."""
    topics = [topic for _, topic in sorted(bus.topics.by_name.items())]
    return _listed([s for t in topics for s in t.subscriptions.values()])


def list_subscriptions_by_topic(bus: Bus, asked: Asked) -> dict[str, Any]:
    """ListSubscriptionsByTopic."""
    topic = bus.topics.find(asked.need("TopicArn"))
    return _listed(list(topic.subscriptions.values()))


def get_subscription_attributes(bus: Bus, asked: Asked) -> dict[str, Any]:
    """GetSubscriptionAttributes."""
    found = bus.topics.subscription(asked.need("SubscriptionArn"))
    return {"Attributes": found.describe()}


def set_subscription_attributes(bus: Bus, asked: Asked) -> dict[str, Any]:
    """SetSubscriptionAttributes: filter policy, its scope, raw delivery."""
    found = bus.topics.subscription(asked.need("SubscriptionArn"))
    found.apply({asked.need("AttributeName"): asked.get("AttributeValue", "")})
    return {}


def publish(bus: Bus, asked: Asked) -> dict[str, Any]:
    """Publish to a topic."""
    arn = asked.get("TopicArn") or asked.get("TargetArn")
    if arn is None:
        raise BusError("InvalidParameter", "Invalid parameter: TopicArn or TargetArn")
    message = asked.need("Message")
    if asked.get("MessageStructure") == "json":
        message = _for_sqs(message)
    message_id = bus.publish(
        arn,
        message,
        asked.get("MessageAttributes"),
        cause=asked.cause,
        subject=asked.get("Subject"),
    )
    return {"MessageId": message_id}


def publish_batch(bus: Bus, asked: Asked) -> dict[str, Any]:
    """PublishBatch: up to 10, each filtered for itself."""
    arn = bus.topics.find(asked.need("TopicArn")).arn
    done: list[dict[str, Any]] = []
    wrong: list[dict[str, Any]] = []
    for entry in asked.entries("PublishBatchRequestEntries"):
        entry.parameters["TopicArn"] = arn
        try:
            done.append({"Id": entry.need("Id"), **publish(bus, entry)})
        except BusError as error:
            wrong.append(failed(entry, error))
    return {"Successful": done, "Failed": wrong}


def _nothing(bus: Bus, asked: Asked) -> dict[str, Any]:
    """Tags, topic attributes and confirmations: accepted, without effect."""
    return {}


OPERATIONS: dict[str, Operation] = {
    "ConfirmSubscription": _nothing,
    "CreateTopic": create_topic,
    "DeleteTopic": delete_topic,
    "GetSubscriptionAttributes": get_subscription_attributes,
    "GetTopicAttributes": get_topic_attributes,
    "ListSubscriptions": list_subscriptions,
    "ListSubscriptionsByTopic": list_subscriptions_by_topic,
    "ListTagsForResource": _nothing,
    "ListTopics": list_topics,
    "Publish": publish,
    "PublishBatch": publish_batch,
    "SetSubscriptionAttributes": set_subscription_attributes,
    "SetTopicAttributes": _nothing,
    "Subscribe": subscribe,
    "TagResource": _nothing,
    "Unsubscribe": unsubscribe,
    "UntagResource": _nothing,
}


def _listed(found: list[Any]) -> dict[str, Any]:
    names = ("SubscriptionArn", "Owner", "Protocol", "Endpoint", "TopicArn")
    return {
        "Subscriptions": [
            {name: subscription.describe()[name] for name in names}
            for subscription in found
        ]
    }


def _for_sqs(message: str) -> str:
    document = parse(message)
    if not isinstance(document, dict) or "default" not in document:
        raise BusError(
            "InvalidParameter",
            "Invalid parameter: Message Structure - No default entry in JSON message",
        )
    return str(document.get("sqs", document["default"]))
