"""The SQS operations, parameters and results in the JSON protocol's shape.

Each function is named like its operation. Both protocols call them; the query
protocol translates before and after. ReceiveMessage alone is asynchronous: it waits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.bus.asked import Asked, failed
from simulators.bus.errors import BusError, batch, invalid_parameter, unsupported
from simulators.bus.message import (
    SQS_LIMIT,
    md5_of_attributes,
    md5_of_body,
    normalise,
    size_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulators.bus.core import Bus
    from simulators.bus.message import Attributes, Delivery

    Operation = Callable[[Bus, Asked], dict[str, Any]]


def create_queue(bus: Bus, asked: Asked) -> dict[str, Any]:
    """CreateQueue: idempotent, also with other attributes."""
    queue = bus.create_queue(asked.need("QueueName"), asked.get("Attributes", {}))
    return {"QueueUrl": _url(bus, asked, queue.name)}


def get_queue_url(bus: Bus, asked: Asked) -> dict[str, Any]:
    """GetQueueUrl."""
    return {"QueueUrl": _url(bus, asked, bus.queue(asked.need("QueueName")).name)}


def list_queues(bus: Bus, asked: Asked) -> dict[str, Any]:
    """ListQueues, optionally by QueueNamePrefix; never in pages."""
    prefix = asked.get("QueueNamePrefix", "")
    names = sorted(name for name in bus.queues if name.startswith(prefix))
    return {"QueueUrls": [_url(bus, asked, n) for n in names]} if names else {}


def delete_queue(bus: Bus, asked: Asked) -> dict[str, Any]:
    """DeleteQueue: what lay in it is purged."""
    bus.delete_queue(asked.queue_name())
    return {}


def get_queue_attributes(bus: Bus, asked: Asked) -> dict[str, Any]:
    """GetQueueAttributes: `All` or by name."""
    names = asked.get("AttributeNames", [])
    every = bus.queue(asked.queue_name()).attributes()
    if "All" in names:
        return {"Attributes": every}
    shown = {name: every[name] for name in names if name in every}
    return {"Attributes": shown} if shown else {}


def set_queue_attributes(bus: Bus, asked: Asked) -> dict[str, Any]:
    """SetQueueAttributes."""
    bus.set_queue_attributes(asked.queue_name(), asked.need("Attributes"))
    return {}


def list_dead_letter_source_queues(bus: Bus, asked: Asked) -> dict[str, Any]:
    """ListDeadLetterSourceQueues (the member's name is lower case in AWS too)."""
    sources = bus.sources_of(bus.queue(asked.queue_name()).name)
    return {"queueUrls": [_url(bus, asked, queue.name) for queue in sources]}


def purge_queue(bus: Bus, asked: Asked) -> dict[str, Any]:
    """PurgeQueue, as often as wanted."""
    bus.purge(asked.queue_name())
    return {}


def send_message(bus: Bus, asked: Asked) -> dict[str, Any]:
    """SendMessage."""
    body = asked.need("MessageBody")
    attributes = normalise(asked.get("MessageAttributes"))
    if asked.get("MessageDeduplicationId") is not None:
        raise unsupported("MessageDeduplicationId is for FIFO queues: not simulated")
    system = asked.get("MessageSystemAttributes", {}).get("AWSTraceHeader", {})
    message_id = bus.send(
        asked.queue_name(),
        body,
        attributes,
        asked.number("DelaySeconds"),
        cause=asked.cause,
        trace=system.get("StringValue"),
    )
    result = {"MessageId": message_id, "MD5OfMessageBody": md5_of_body(body)}
    if attributes:
        result["MD5OfMessageAttributes"] = md5_of_attributes(attributes)
    return result


def send_message_batch(bus: Bus, asked: Asked) -> dict[str, Any]:
    """SendMessageBatch: 1 MiB over all entries."""
    entries = asked.entries("Entries")
    total = sum(
        size_of(e.get("MessageBody", ""), normalise(e.get("MessageAttributes")))
        for e in entries
    )
    if total > SQS_LIMIT:
        raise batch(
            "BatchRequestTooLong",
            f"Batch requests cannot be longer than {SQS_LIMIT} bytes. You have sent "
            f"{total} bytes.",
        )
    return _each(bus, asked, entries, send_message)


async def receive_message(
    bus: Bus, asked: Asked, alive: Callable[[], bool] | None = None
) -> dict[str, Any]:
    """ReceiveMessage: waits WaitTimeSeconds, or what the queue says."""
    queue = bus.queue(asked.queue_name())
    wait = asked.number("WaitTimeSeconds")
    if wait is None:
        wait = queue.settings.numbers["ReceiveMessageWaitTimeSeconds"]
    if not 0 <= wait <= LONGEST_WAIT:
        raise invalid_parameter("WaitTimeSeconds", wait, "must be 0 to 20")
    limit = asked.number("MaxNumberOfMessages")
    lent = await queue.poll(
        1 if limit is None else limit,
        wait,
        asked.number("VisibilityTimeout"),
        asked.consumer,
        alive=alive,
    )
    return received(asked, lent)


def received(asked: Asked, lent: list[Delivery]) -> dict[str, Any]:
    """Return ReceiveMessage's answer; without messages it is empty."""
    if not lent:
        return {}
    # Both names of one list must work (events-and-config 4.4).
    system = {
        *asked.get("AttributeNames", []),
        *asked.get("MessageSystemAttributeNames", []),
    }
    names = asked.get("MessageAttributeNames", [])
    return {"Messages": [_message(delivery, system, names) for delivery in lent]}


def delete_message(bus: Bus, asked: Asked) -> dict[str, Any]:
    """DeleteMessage: also a stale receipt succeeds."""
    bus.delete(asked.queue_name(), asked.need("ReceiptHandle"))
    return {}


def delete_message_batch(bus: Bus, asked: Asked) -> dict[str, Any]:
    """DeleteMessageBatch: entry ids are opaque and come back."""
    return _each(bus, asked, asked.entries("Entries"), delete_message)


def change_message_visibility(bus: Bus, asked: Asked) -> dict[str, Any]:
    """ChangeMessageVisibility."""
    seconds = asked.number("VisibilityTimeout")
    if seconds is None:
        asked.need("VisibilityTimeout")
    bus.change_visibility(
        asked.queue_name(), asked.need("ReceiptHandle"), float(seconds or 0)
    )
    return {}


def change_message_visibility_batch(bus: Bus, asked: Asked) -> dict[str, Any]:
    """ChangeMessageVisibilityBatch."""
    return _each(bus, asked, asked.entries("Entries"), change_message_visibility)


def start_message_move_task(bus: Bus, asked: Asked) -> dict[str, Any]:
    """StartMessageMoveTask: done when it answers, whatever the rate asked for."""
    source, target = asked.need("SourceArn"), asked.get("DestinationArn", "")
    return {"TaskHandle": bus.start_move_task(source, target)}


def list_message_move_tasks(bus: Bus, asked: Asked) -> dict[str, Any]:
    """ListMessageMoveTasks: newest first."""
    limit = asked.number("MaxResults") or 1
    tasks = bus.moves.of(asked.need("SourceArn"))[:limit]
    return {
        "Results": [
            {
                "Status": "COMPLETED",
                "SourceArn": task.source_arn,
                "DestinationArn": task.destination_arn,
                "ApproximateNumberOfMessagesMoved": task.moved,
                "ApproximateNumberOfMessagesToMove": task.moved,
                "StartedTimestamp": task.started_ms,
            }
            for task in tasks
        ]
    }


def cancel_message_move_task(bus: Bus, asked: Asked) -> dict[str, Any]:
    """CancelMessageMoveTask: never anything left to cancel."""
    raise BusError(
        "ResourceNotFoundException",
        f"Task {asked.need('TaskHandle')} does not exist or has ended.",
        status=404,
    )


def _nothing(bus: Bus, asked: Asked) -> dict[str, Any]:
    """Tags and permissions: accepted, without effect."""
    bus.queue(asked.queue_name())
    return {}


OPERATIONS: dict[str, Operation] = {
    "AddPermission": _nothing,
    "CancelMessageMoveTask": cancel_message_move_task,
    "ChangeMessageVisibility": change_message_visibility,
    "ChangeMessageVisibilityBatch": change_message_visibility_batch,
    "CreateQueue": create_queue,
    "DeleteMessage": delete_message,
    "DeleteMessageBatch": delete_message_batch,
    "DeleteQueue": delete_queue,
    "GetQueueAttributes": get_queue_attributes,
    "GetQueueUrl": get_queue_url,
    "ListDeadLetterSourceQueues": list_dead_letter_source_queues,
    "ListMessageMoveTasks": list_message_move_tasks,
    "ListQueueTags": _nothing,
    "ListQueues": list_queues,
    "PurgeQueue": purge_queue,
    "RemovePermission": _nothing,
    "SendMessage": send_message,
    "SendMessageBatch": send_message_batch,
    "SetQueueAttributes": set_queue_attributes,
    "StartMessageMoveTask": start_message_move_task,
    "TagQueue": _nothing,
    "UntagQueue": _nothing,
}
RECEIVE = "ReceiveMessage"
LONGEST_WAIT = 20


def _each(
    bus: Bus, asked: Asked, entries: list[Asked], operation: Operation
) -> dict[str, Any]:
    url = asked.need("QueueUrl")
    bus.queue(asked.queue_name())
    done: list[dict[str, Any]] = []
    wrong: list[dict[str, Any]] = []
    for entry in entries:
        entry.parameters["QueueUrl"] = url
        try:
            result = operation(bus, entry)
        except BusError as error:
            wrong.append(failed(entry, error))
        else:
            done.append({"Id": entry.need("Id"), **result})
    return {"Successful": done, "Failed": wrong}


def _message(delivery: Delivery, system: set[str], names: list[str]) -> dict[str, Any]:
    message: dict[str, Any] = {
        "MessageId": delivery.message_id,
        "ReceiptHandle": delivery.receipt,
        "MD5OfBody": delivery.md5_body,
        "Body": delivery.body,
    }
    if system:
        message["Attributes"] = {
            name: value
            for name, value in delivery.system.items()
            if "All" in system or name in system
        }
    wanted = _wanted(delivery.attributes, names)
    if wanted:
        message["MessageAttributes"] = wanted
        whole = len(wanted) == len(delivery.attributes)
        message["MD5OfMessageAttributes"] = (
            delivery.md5_attributes if whole else md5_of_attributes(wanted)
        )
    return message


def _wanted(attributes: Attributes, names: list[str]) -> Attributes:
    if not attributes or not names:
        return {}
    if "All" in names or ".*" in names:
        return attributes
    prefixes = tuple(name[:-2] for name in names if name.endswith(".*"))
    return {
        name: attribute
        for name, attribute in attributes.items()
        if name in names or (prefixes and name.startswith(prefixes))
    }


def _url(bus: Bus, asked: Asked, name: str) -> str:
    return f"http://{asked.host}/{bus.account}/{name}"
