"""A queue of our own, subscribed to both topics for as long as we listen.

Made, subscribed and taken away by SNS and SQS as boto3 speaks them, with credentials
from where boto3 finds them. Its name begins with `tandem-lag-`; what a kill leaves
behind keeps no message for longer than an hour. Where no queue may be made, one that is
subscribed already can be named; it is then emptied by us and left in place.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from dataclasses import dataclass
from typing import Any, Self

from harness.lag.matching import DPS, NOMIS, Told

TYPES = {
    "OFFENDER_CASE_NOTES-INSERTED": (NOMIS, "created"),
    "OFFENDER_CASE_NOTES-UPDATED": (NOMIS, "updated"),
    "OFFENDER_CASE_NOTES-DELETED": (NOMIS, "deleted"),
    "person.case-note.created": (DPS, "created"),
    "person.case-note.updated": (DPS, "updated"),
    "person.case-note.deleted": (DPS, "deleted"),
}
SYNC_MODULE = "DPS_SYNCHRONISATION"
_POLL = 2
_MOST = 10
_KEPT = "3600"


class InboxError(Exception):
    """SNS or SQS refused; says which call and what to do."""


@dataclass(frozen=True)
class Topics:
    """ARNs of both topics; `endpoint` only where it is not AWS' own."""

    offender_events: str
    domain_events: str
    region: str = "eu-west-2"
    endpoint: str | None = None
    queue: str | None = None


class Inbox:
    """The queue, from entering to leaving the context."""

    def __init__(self, topics: Topics) -> None:
        """Remember where; nothing is asked yet."""
        self._topics = topics
        self._mine: list[str] = []
        self._url = topics.queue or ""
        self.ignored = 0

    def __enter__(self) -> Self:
        """Make the queue and subscribe it, unless one was named."""
        sns, sqs = _clients(self._topics)
        self._sns, self._sqs = sns, sqs
        if self._url:
            return self
        try:
            self._make()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *problem: object) -> None:
        """Take away what we made."""
        if self._topics.queue:
            return
        for arn in self._mine:
            with contextlib.suppress(Exception):
                self._sns.unsubscribe(SubscriptionArn=arn)
        if self._url:
            _asked(self._sqs.delete_queue, QueueUrl=self._url)

    def _make(self) -> None:
        name = f"tandem-lag-{int(time.time())}-{os.getpid()}"
        kept = {"MessageRetentionPeriod": _KEPT}
        made = _asked(self._sqs.create_queue, QueueName=name, Attributes=kept)
        self._url = made["QueueUrl"]
        about = _asked(
            self._sqs.get_queue_attributes,
            QueueUrl=self._url,
            AttributeNames=["QueueArn"],
        )
        arn = about["Attributes"]["QueueArn"]
        topics = [self._topics.offender_events, self._topics.domain_events]
        policy = {"Policy": json.dumps(_policy(arn, topics))}
        _asked(self._sqs.set_queue_attributes, QueueUrl=self._url, Attributes=policy)
        for topic in topics:
            wanted = {"FilterPolicy": json.dumps({"eventType": list(TYPES)})}
            made = _asked(
                self._sns.subscribe,
                TopicArn=topic,
                Protocol="sqs",
                Endpoint=arn,
                Attributes=wanted,
                ReturnSubscriptionArn=True,
            )
            self._mine.append(made["SubscriptionArn"])

    def take(self) -> list[Told]:
        """Return what came within two seconds, taken out of the queue."""
        answer = _asked(
            self._sqs.receive_message,
            QueueUrl=self._url,
            MaxNumberOfMessages=_MOST,
            WaitTimeSeconds=_POLL,
        )
        messages = answer.get("Messages", [])
        now = time.time()
        told = [event for message in messages if (event := read(message["Body"], now))]
        self.ignored += len(messages) - len(told)
        if messages:
            entries = [
                {"Id": str(place), "ReceiptHandle": message["ReceiptHandle"]}
                for place, message in enumerate(messages)
            ]
            _asked(self._sqs.delete_message_batch, QueueUrl=self._url, Entries=entries)
        return told


def read(body: str, now: float) -> Told | None:
    """Read an SNS envelope; None unless it tells of a copy that the sync wrote.

    Its moment is `now`, when it came to us: by one clock with the changes' own, however
    those of the services and of AWS may differ.

    NOMIS names the sync in its audit module, DPS in its source. Who deleted a row NOMIS
    does not reliably say (events-and-config 1), so each deletion counts.
    """
    try:
        event = json.loads(json.loads(body)["Message"])
        side, kind = TYPES[str(event["eventType"])]
        if side == NOMIS:
            ours = str(event.get("auditModuleName")).startswith(SYNC_MODULE)
            note = str(event["caseNoteId"])
        else:
            ours = event["additionalInformation"].get("source") == NOMIS
            note = str(event["additionalInformation"]["id"])
    except (ValueError, KeyError, TypeError):
        return None
    if not ours and not (side == NOMIS and kind == "deleted"):
        return None
    return Told(side, note, kind, now)


def _policy(queue: str, topics: list[str]) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "sns.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": queue,
                "Condition": {"ArnEquals": {"aws:SourceArn": topics}},
            }
        ],
    }


def _clients(topics: Topics) -> tuple[Any, Any]:
    try:
        import boto3
    except ImportError as error:
        raise InboxError(
            "boto3 is not installed; install it with: pip install 'tandem-sync[bus]'"
        ) from error
    where = {"region_name": topics.region, "endpoint_url": topics.endpoint}
    try:
        return boto3.client("sns", **where), boto3.client("sqs", **where)
    except ValueError as error:
        raise InboxError(f"[lag] endpoint or region: {error}") from error


def _asked(call: Any, **arguments: Any) -> Any:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return call(**arguments)
    except (BotoCoreError, ClientError) as error:
        raise InboxError(f"{call.__name__}: {error}") from error
