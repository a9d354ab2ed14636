"""What any SNS must do for the sync: filters, envelopes, batches, health."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from harness.conform import fact
from tests.conformance.bus.test_sqs import arn

pytestmark = pytest.mark.sockets

CREATED = "person.case-note.created"


def typed(kind: str) -> dict[str, dict[str, str]]:
    """Return the message attribute that filters look at."""
    return {"eventType": {"DataType": "String", "StringValue": kind}}


def listen(aws: tuple[Any, Any], name: str, **attributes: str) -> tuple[str, str]:
    """Make a topic and a queue that listens to it; returns topic ARN, queue URL."""
    sqs, sns = aws
    topic = sns.create_topic(Name=name)["TopicArn"]
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    sns.subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=arn(sqs, queue),
        Attributes=attributes,
        ReturnSubscriptionArn=True,
    )
    return topic, queue


def bodies(sqs: Any, queue: str) -> list[Any]:
    """Return the decoded bodies of what is queued."""
    found = sqs.receive_message(
        QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=1
    )
    return [json.loads(message["Body"]) for message in found.get("Messages", [])]


@fact("AWS SNS Developer Guide: subscription filter policies")
def test_only_the_wanted_event_types_reach_the_queue(
    aws: tuple[Any, Any], name: str
) -> None:
    """A filter policy on eventType, the envelope with what readers need."""
    sqs, sns = aws
    policy = json.dumps({"eventType": [CREATED]})
    topic, queue = listen(aws, name, FilterPolicy=policy)
    for kind in ("prison.case-note.published", CREATED):
        sns.publish(TopicArn=topic, Message="{}", MessageAttributes=typed(kind))
    [body] = bodies(sqs, queue)
    assert body["Type"] == "Notification"
    assert body["Message"] == "{}"
    assert body["TopicArn"] == topic
    assert body["MessageAttributes"] == {
        "eventType": {"Type": "String", "Value": CREATED}
    }
    assert body["Timestamp"].endswith("Z")


@fact("AWS SNS API Reference: PublishBatch")
def test_a_batch_is_filtered_entry_by_entry(aws: tuple[Any, Any], name: str) -> None:
    """The alerts service publishes up to ten at a time."""
    sqs, sns = aws
    policy = json.dumps({"eventType": [{"prefix": "person.alert"}]})
    topic, queue = listen(aws, name, FilterPolicy=policy)
    entries = [
        {"Id": str(i), "Message": f'"{i}"', "MessageAttributes": typed(kind)}
        for i, kind in enumerate(["person.alert.created", "x", "person.alert.deleted"])
    ]
    answer = sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=entries)
    assert [done["Id"] for done in answer["Successful"]] == ["0", "1", "2"]
    assert sorted(b["Message"] for b in bodies(sqs, queue)) == ['"0"', '"2"']


@fact("AWS SNS Developer Guide: raw message delivery")
def test_raw_delivery_keeps_the_attributes(aws: tuple[Any, Any], name: str) -> None:
    """Body as published, attributes as message attributes (MD5 checked)."""
    sqs, sns = aws
    topic, queue = listen(aws, name, RawMessageDelivery="true")
    sns.publish(TopicArn=topic, Message='{"a":1}', MessageAttributes=typed(CREATED))
    [message] = sqs.receive_message(
        QueueUrl=queue, MessageAttributeNames=["All"], WaitTimeSeconds=1
    )["Messages"]
    assert message["Body"] == '{"a":1}'
    assert message["MessageAttributes"] == typed(CREATED)


@fact(
    "AWS SNS API Reference: SetSubscriptionAttributes; "
    "Developer Guide: filter policy scope"
)
def test_a_filter_on_the_body_can_be_set_later(aws: tuple[Any, Any], name: str) -> None:
    """SetSubscriptionAttributes with scope MessageBody."""
    sqs, sns = aws
    topic, queue = listen(aws, name)
    [subscription] = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    for key, value in (
        ("FilterPolicyScope", "MessageBody"),
        ("FilterPolicy", json.dumps({"info": {"source": ["DPS"]}})),
    ):
        sns.set_subscription_attributes(
            SubscriptionArn=subscription["SubscriptionArn"],
            AttributeName=key,
            AttributeValue=value,
        )
    for source in ("DPS", "NOMIS"):
        sns.publish(TopicArn=topic, Message=json.dumps({"info": {"source": source}}))
    assert [json.loads(b["Message"]) for b in bodies(sqs, queue)] == [
        {"info": {"source": "DPS"}}
    ]
    shown = sns.get_subscription_attributes(
        SubscriptionArn=subscription["SubscriptionArn"]
    )["Attributes"]
    assert shown["FilterPolicyScope"] == "MessageBody"


@fact("AWS SNS API Reference: GetTopicAttributes; events-and-config 4.2")
def test_health_reads_the_subscription_counts(aws: tuple[Any, Any], name: str) -> None:
    """GetTopicAttributes: SubscriptionsConfirmed and SubscriptionsPending."""
    _, sns = aws
    topic, _ = listen(aws, name)
    shown = sns.get_topic_attributes(TopicArn=topic)["Attributes"]
    assert shown["SubscriptionsConfirmed"] == "1"
    assert shown["SubscriptionsPending"] == "0"
    assert topic in [t["TopicArn"] for t in sns.list_topics()["Topics"]]


@fact("AWS SNS API Reference: GetTopicAttributes, NotFound")
def test_an_unknown_topic_is_not_found(aws: tuple[Any, Any], name: str) -> None:
    """404 NotFound, as the SDKs' NotFoundException."""
    _, sns = aws
    arn_of_none = f"arn:aws:sns:eu-west-2:000000000000:{name}"
    with pytest.raises(ClientError) as refused:
        sns.publish(TopicArn=arn_of_none, Message="x")
    assert refused.value.response["Error"]["Code"] in {"NotFound", "NotFoundException"}


@fact("AWS SNS API Reference: Unsubscribe")
def test_an_unsubscribed_queue_hears_nothing_more(
    aws: tuple[Any, Any], name: str
) -> None:
    """Unsubscribe ends the fan-out."""
    sqs, sns = aws
    topic, queue = listen(aws, name)
    [found] = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    sns.unsubscribe(SubscriptionArn=found["SubscriptionArn"])
    sns.publish(TopicArn=topic, Message="x")
    assert bodies(sqs, queue) == []
