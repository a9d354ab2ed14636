"""What any SQS must do, asked with boto3 as it comes (it checks the MD5 sums)."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from botocore.exceptions import ClientError

from harness.conform import fact

pytestmark = pytest.mark.sockets

TYPE = {"eventType": {"DataType": "String", "StringValue": "person.alert.created"}}


def arn(sqs: Any, url: str) -> str:
    """Return a queue's ARN."""
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return str(found["Attributes"]["QueueArn"])


@fact("AWS SQS API Reference: SendMessage, ReceiveMessage")
def test_a_sent_message_comes_with_its_attributes_and_counts(
    sqs: Any, queue: str
) -> None:
    """MessageId a UUID, ApproximateReceiveCount 1, attributes with their types."""
    attributes = TYPE | {
        "n": {"DataType": "Number.int", "StringValue": "7"},
        "b": {"DataType": "Binary", "BinaryValue": b"\x00\x01"},
    }
    sent = sqs.send_message(
        QueueUrl=queue, MessageBody="Grüße 🙂", MessageAttributes=attributes
    )
    [message] = sqs.receive_message(
        QueueUrl=queue,
        MessageAttributeNames=["All"],
        AttributeNames=["All"],
        WaitTimeSeconds=2,
    )["Messages"]
    assert message["MessageId"] == sent["MessageId"]
    uuid.UUID(message["MessageId"])
    assert message["Body"] == "Grüße 🙂"
    assert message["MessageAttributes"] == attributes
    assert message["Attributes"]["ApproximateReceiveCount"] == "1"
    assert int(message["Attributes"]["SentTimestamp"]) > 1_600_000_000_000


@fact(
    "AWS SQS API Reference: ReceiveMessage (AttributeNames, "
    "MessageSystemAttributeNames)"
)
def test_both_names_of_the_system_attribute_list_work(sqs: Any, queue: str) -> None:
    """AttributeNames and MessageSystemAttributeNames alike; none, none."""
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    asked: list[dict[str, Any]] = [
        {"AttributeNames": ["ApproximateReceiveCount"]},
        {"MessageSystemAttributeNames": ["ApproximateReceiveCount"]},
        {},
    ]
    counts = []
    for how in asked:
        [message] = sqs.receive_message(QueueUrl=queue, VisibilityTimeout=0, **how)[
            "Messages"
        ]
        counts.append(message.get("Attributes"))
    assert counts == [
        {"ApproximateReceiveCount": "1"},
        {"ApproximateReceiveCount": "2"},
        None,
    ]


@fact("AWS SQS API Reference: SendMessageBatch, DeleteMessageBatch")
def test_a_batch_answers_entry_by_entry(sqs: Any, queue: str) -> None:
    """Ten sent, ten received, ten deleted; a bad entry fails alone."""
    entries = [{"Id": f"e{i}", "MessageBody": f"m{i}"} for i in range(10)]
    sent = sqs.send_message_batch(QueueUrl=queue, Entries=entries)
    assert [done["Id"] for done in sent["Successful"]] == [e["Id"] for e in entries]
    messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    assert {m["Body"] for m in messages} == {e["MessageBody"] for e in entries}
    deletes = [
        {"Id": str(i), "ReceiptHandle": m["ReceiptHandle"]}
        for i, m in enumerate(messages)
    ]
    deletes[3]["ReceiptHandle"] = "nonsense"
    answer = sqs.delete_message_batch(QueueUrl=queue, Entries=deletes)
    assert [failed["Id"] for failed in answer["Failed"]] == ["3"]
    assert answer["Failed"][0]["Code"] == "ReceiptHandleIsInvalid"
    assert answer["Failed"][0]["SenderFault"] is True
    assert len(answer["Successful"]) == 9


@fact("AWS SQS API Reference: SendMessageBatch, Errors")
@pytest.mark.parametrize(
    ("entries", "code"),
    [
        ([], "EmptyBatchRequest"),
        (
            [{"Id": str(i), "MessageBody": "x"} for i in range(11)],
            "TooManyEntriesInBatchRequest",
        ),
        ([{"Id": "a", "MessageBody": "x"}] * 2, "BatchEntryIdsNotDistinct"),
        ([{"Id": "a b", "MessageBody": "x"}], "InvalidBatchEntryId"),
        (
            [{"Id": str(i), "MessageBody": "x" * 600_000} for i in range(2)],
            "BatchRequestTooLong",
        ),
    ],
)
def test_a_batch_that_breaks_the_rules_is_refused_whole(
    sqs: Any, queue: str, entries: list[dict[str, str]], code: str
) -> None:
    """The query protocol's codes, which the SDKs show."""
    with pytest.raises(ClientError) as refused:
        sqs.send_message_batch(QueueUrl=queue, Entries=entries)
    assert refused.value.response["Error"]["Code"].endswith(code)


@fact("AWS SQS API Reference: GetQueueUrl, QueueDoesNotExist")
def test_a_queue_that_does_not_exist_is_a_typed_error(sqs: Any, queue: str) -> None:
    """QueueDoesNotExist, the class that the libraries' strategies catch."""
    gone = queue.replace("notes-", "gone-")
    with pytest.raises(sqs.exceptions.QueueDoesNotExist) as refused:
        sqs.receive_message(QueueUrl=gone)
    code = refused.value.response["Error"]["Code"]
    assert code == "AWS.SimpleQueueService.NonExistentQueue"
    with pytest.raises(sqs.exceptions.QueueDoesNotExist):
        sqs.get_queue_url(QueueName="no-such-queue")


@fact(
    "AWS SQS API Reference: ChangeMessageVisibility; "
    "SQS Developer Guide: visibility timeout"
)
def test_visibility_hides_and_change_visibility_gives_back(
    sqs: Any, queue: str
) -> None:
    """In flight for 30 s; back at once with 0, singly or in a batch."""
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    [first] = sqs.receive_message(QueueUrl=queue)["Messages"]
    assert "Messages" not in sqs.receive_message(QueueUrl=queue)
    sqs.change_message_visibility(
        QueueUrl=queue, ReceiptHandle=first["ReceiptHandle"], VisibilityTimeout=0
    )
    [second] = sqs.receive_message(QueueUrl=queue)["Messages"]
    entry = {
        "Id": "a",
        "ReceiptHandle": second["ReceiptHandle"],
        "VisibilityTimeout": 0,
    }
    answer = sqs.change_message_visibility_batch(QueueUrl=queue, Entries=[entry])
    assert [done["Id"] for done in answer["Successful"]] == ["a"]
    assert len(sqs.receive_message(QueueUrl=queue)["Messages"]) == 1


@fact("AWS SQS Developer Guide: long polling, delay queues")
def test_a_long_poll_returns_as_soon_as_a_message_is_there(
    sqs: Any, queue: str
) -> None:
    """A delayed message ends the poll after its delay, not after the wait."""
    sqs.send_message(QueueUrl=queue, MessageBody="x", DelaySeconds=1)
    began = time.monotonic()
    messages = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=10)["Messages"]
    assert len(messages) == 1
    assert 0.8 < time.monotonic() - began < 5


@fact(
    "AWS SQS Developer Guide: dead-letter queues; API Reference: StartMessageMoveTask"
)
def test_redrive_dead_letters_and_moves_back(sqs: Any, name: str) -> None:
    """With maxReceiveCount as a string; the message stays itself in the DLQ."""
    dead = sqs.create_queue(QueueName=name + "-dlq")["QueueUrl"]
    policy = json.dumps({"deadLetterTargetArn": arn(sqs, dead), "maxReceiveCount": "2"})
    queue = sqs.create_queue(QueueName=name, Attributes={"RedrivePolicy": policy})[
        "QueueUrl"
    ]
    shown = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])
    assert json.loads(shown["Attributes"]["RedrivePolicy"]) == json.loads(policy)
    sources = sqs.list_dead_letter_source_queues(QueueUrl=dead)["queueUrls"]
    assert [url.rsplit("/", 1)[-1] for url in sources] == [name]
    sent = sqs.send_message(QueueUrl=queue, MessageBody="x", MessageAttributes=TYPE)
    for _ in range(2):
        sqs.receive_message(QueueUrl=queue, VisibilityTimeout=0)
    assert "Messages" not in sqs.receive_message(QueueUrl=queue)
    [lost] = sqs.receive_message(
        QueueUrl=dead,
        AttributeNames=["All"],
        MessageAttributeNames=["All"],
        VisibilityTimeout=0,
    )["Messages"]
    assert lost["MessageId"] == sent["MessageId"]
    assert lost["MessageAttributes"] == TYPE
    assert lost["Attributes"]["ApproximateReceiveCount"] == "3"
    task = sqs.start_message_move_task(SourceArn=arn(sqs, dead))
    assert task["TaskHandle"]
    [back] = sqs.receive_message(
        QueueUrl=queue, AttributeNames=["All"], WaitTimeSeconds=5
    )["Messages"]
    assert back["Attributes"]["ApproximateReceiveCount"] == "1"
    [done] = sqs.list_message_move_tasks(SourceArn=arn(sqs, dead))["Results"]
    assert done["ApproximateNumberOfMessagesMoved"] == 1


@fact("AWS SQS API Reference: ListQueues, SetQueueAttributes, PurgeQueue, DeleteQueue")
def test_queues_can_be_found_changed_purged_and_deleted(sqs: Any, name: str) -> None:
    """Everything an operator's console calls."""
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    assert sqs.create_queue(QueueName=name)["QueueUrl"] == url
    assert sqs.get_queue_url(QueueName=name)["QueueUrl"] == url
    assert sqs.list_queues(QueueNamePrefix=name)["QueueUrls"] == [url]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "120"})
    sqs.tag_queue(QueueUrl=url, Tags={"team": "syscon"})
    sqs.send_message(QueueUrl=url, MessageBody="x")
    shown = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert shown["VisibilityTimeout"] == "120"
    assert shown["ApproximateNumberOfMessages"] == "1"
    assert shown["QueueArn"].endswith(f":{name}")
    sqs.purge_queue(QueueUrl=url)
    sqs.delete_queue(QueueUrl=url)
    assert "QueueUrls" not in sqs.list_queues(QueueNamePrefix=name)


@fact("AWS SQS API Reference: SetQueueAttributes, InvalidAttributeValue")
@pytest.mark.parametrize(
    ("attributes", "code"),
    [
        ({"VisibilityTimeout": "43201"}, "InvalidAttributeValue"),
        ({"Colour": "red"}, "InvalidAttributeName"),
        ({"RedrivePolicy": "{}"}, "InvalidAttributeValue"),
    ],
)
def test_wrong_queue_attributes_are_refused(
    sqs: Any, queue: str, attributes: dict[str, str], code: str
) -> None:
    """A typing error in a policy is told, not swallowed."""
    with pytest.raises(ClientError) as refused:
        sqs.set_queue_attributes(QueueUrl=queue, Attributes=attributes)
    assert refused.value.response["Error"]["Code"] == code


@fact("AWS SQS API Reference: SendMessage, InvalidMessageContents; quotas: messages")
def test_messages_that_are_too_long_or_unwritable_are_refused(
    sqs: Any, queue: str
) -> None:
    """1 MiB is the limit since August 2025; control characters never pass."""
    sqs.send_message(QueueUrl=queue, MessageBody="x" * 1_000_000)
    for body in ("x" * 1_048_577, "a\x01b"):
        with pytest.raises(ClientError):
            sqs.send_message(QueueUrl=queue, MessageBody=body)


def form(url: str, **parameters: str) -> ET.Element:
    """Ask by the query protocol, by hand, and return the parsed XML."""
    body = urllib.parse.urlencode({"Version": "2012-11-05"} | parameters).encode()
    headers = {"Authorization": "AWS4-HMAC-SHA256 Credential=any/x, Signature=x"}
    request = urllib.request.Request(url, body, headers)  # noqa: S310
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            return ET.fromstring(answer.read())  # noqa: S314
    except urllib.error.HTTPError as error:
        with error:
            return ET.fromstring(error.read())  # noqa: S314


def text(tree: ET.Element, tag: str) -> list[str]:
    """Return the texts of every element of that name, whatever the namespace."""
    return [e.text or "" for e in tree.iter() if e.tag.rsplit("}", 1)[-1] == tag]


@fact("AWS SQS Developer Guide: query API requests")
def test_sqs_also_answers_by_the_query_protocol(
    sqs: Any, endpoint: str, queue: str, name: str
) -> None:
    """Older SDKs: flattened parameters in, XML out."""
    parts = {
        "MessageBody": "<a> & b",
        "MessageAttribute.1.Name": "eventType",
        "MessageAttribute.1.Value.DataType": "String",
        "MessageAttribute.1.Value.StringValue": "x",
    }
    sent = form(queue, Action="SendMessage", **parts)
    asked = {"MessageAttributeName.1": "All", "AttributeName.1": "All"}
    got = form(queue, Action="ReceiveMessage", VisibilityTimeout="0", **asked)
    assert text(got, "MessageId") == text(sent, "MessageId")
    assert text(got, "Body") == ["<a> & b"]
    assert "ApproximateReceiveCount" in text(got, "Name")
    assert text(got, "StringValue") == ["x"]
    [message] = sqs.receive_message(QueueUrl=queue, MessageAttributeNames=["All"])[
        "Messages"
    ]
    batch = {
        "DeleteMessageBatchRequestEntry.1.Id": "a",
        "DeleteMessageBatchRequestEntry.1.ReceiptHandle": message["ReceiptHandle"],
        "DeleteMessageBatchRequestEntry.2.Id": "b",
        "DeleteMessageBatchRequestEntry.2.ReceiptHandle": "nonsense",
    }
    deleted = form(queue, Action="DeleteMessageBatch", **batch)
    assert text(deleted, "Id") == ["a", "b"]
    assert text(deleted, "Code") == ["ReceiptHandleIsInvalid"]
    asked = {"AttributeName.1": "QueueArn"}
    arns = form(queue, Action="GetQueueAttributes", **asked)
    assert text(arns, "Value")[0].endswith(f":{name}")
    missing = form(endpoint, Action="GetQueueUrl", QueueName="no-such-queue")
    assert text(missing, "Code") == ["AWS.SimpleQueueService.NonExistentQueue"]
