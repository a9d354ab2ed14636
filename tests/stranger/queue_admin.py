"""The starter's own endpoints: queues in `/health`, and `/queue-admin` (4.4, 9.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from tests.stranger.starter import LiveQueue, Starter

Answer = tuple[int, Any]
_NONE: Answer = (404, {"status": 404})
_MOST_SHOWN = 100


class QueueAdmin:
    """Answers about the queues and topics of one build."""

    def __init__(self, started: Starter) -> None:
        """Take what the start has found."""
        self._started = started

    def down(self) -> list[str]:
        """Return the health components of queues and topics that are not up."""
        down = []
        for queue in self._started.queues.values():
            bottom = queue.dead_letters
            found = _attributes(queue)
            dead = {} if bottom is None else _attributes(bottom)
            unready = bottom is not None and "RedrivePolicy" not in (found or ())
            if found is None or dead is None or unready:
                down.append(f"{queue.id}-health")
        topic = self._started.topic_arn
        if topic is not None:
            try:
                self._started.sns.get_topic_attributes(TopicArn=topic)
            except (BotoCoreError, ClientError):
                down.append(f"{topic.rsplit(':', 1)[-1]}-health")
        return down

    def retry(self, name: str) -> Answer:
        """Move the dead letters of one queue back to it."""
        for queue in self._started.queues.values():
            if queue.dead_letters is not None and queue.dead_letters.name == name:
                return 200, {"messagesFoundCount": _move(queue, queue.dead_letters)}
        return _NONE

    def retry_all(self) -> Answer:
        """Move all dead letters back."""
        found = [
            {"messagesFoundCount": _move(queue, queue.dead_letters)}
            for queue in self._started.queues.values()
            if queue.dead_letters is not None
        ]
        return 200, found

    def purge(self, name: str) -> Answer:
        """Empty a queue or a dead-letter queue."""
        queue = self._find(name)
        if queue is None:
            return _NONE
        found = _count(queue)
        queue.client.purge_queue(QueueUrl=queue.url)
        return 200, {"messagesFoundCount": found}

    def show(self, name: str) -> Answer:
        """Return what lies on a dead-letter queue; it can be seen again a second on."""
        queue = self._find(name)
        if queue is None:
            return _NONE
        found, shown = _count(queue), []
        for _ in range(min(found, _MOST_SHOWN)):
            received = queue.client.receive_message(
                QueueUrl=queue.url, MaxNumberOfMessages=1, VisibilityTimeout=1
            )
            shown += received.get("Messages", [])
        messages = [{"body": m["Body"], "messageId": m["MessageId"]} for m in shown]
        return 200, {
            "messagesFoundCount": found,
            "messagesReturnedCount": len(messages),
            "messages": messages,
        }

    def _find(self, name: str) -> LiveQueue | None:
        for queue in self._started.queues.values():
            for one in (queue, queue.dead_letters):
                if one is not None and one.name == name:
                    return one
        return None


def _attributes(queue: LiveQueue) -> dict[str, str] | None:
    try:
        found = queue.client.get_queue_attributes(
            QueueUrl=queue.url, AttributeNames=["All"]
        )
    except (BotoCoreError, ClientError):
        return None
    attributes: dict[str, str] = found["Attributes"]
    return attributes


def _count(queue: LiveQueue) -> int:
    found = queue.client.get_queue_attributes(
        QueueUrl=queue.url, AttributeNames=["ApproximateNumberOfMessages"]
    )
    return int(found["Attributes"]["ApproximateNumberOfMessages"])


def _move(queue: LiveQueue, bottom: LiveQueue) -> int:
    """Move all dead letters back, as StartMessageMoveTask does it (9.6)."""
    count = _count(bottom)
    if count:
        bottom.client.start_message_move_task(
            SourceArn=bottom.arn, DestinationArn=queue.arn
        )
    return count
