"""The SQS starter's calls at start-up, in their order (events-and-config 4.4)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from tests.stranger.profile import Profile, QueueShape
    from tests.stranger.settings import Settings

_ACCOUNT = "000000000000"
# A long poll of 10 s has to end before the client loses patience.
_CONFIG = Config(
    connect_timeout=5,
    read_timeout=60,
    max_pool_connections=25,
    retries={"mode": "standard", "total_max_attempts": 3},
)


@dataclass
class LiveQueue:
    """A queue after the start: its client, its URL, and what its redrive allows."""

    id: str
    name: str
    client: Any
    url: str
    arn: str
    dead_letters: LiveQueue | None = None
    max_receives: int | None = None


class Starter:
    """Creates and finds what one build needs; one SQS client per queue and DLQ."""

    def __init__(self, settings: Settings, profile: Profile) -> None:
        """Read the provider settings."""
        self._settings = settings
        self._profile = profile
        provider = settings.find("hmpps.sqs.provider") or "aws"
        if provider != "localstack":
            raise RuntimeError(f"provider {provider} is not for tests")
        self._endpoint = (
            settings.find("hmpps.sqs.localstack.url") or "http://localhost:4566"
        )
        self._region = settings.find("hmpps.sqs.region") or "eu-west-2"
        self._session = boto3.session.Session()
        self.queues: dict[str, LiveQueue] = {}
        self.topic_arn: str | None = None
        self.sns: Any = None

    def start(self) -> dict[str, LiveQueue]:
        """Make every call of the start; returns the queues by id."""
        self._check_names()
        if self._profile.topic is not None:
            self._find_topic(self._profile.topic)
        for shape in self._profile.queues:
            self.queues[shape.id] = self._set_up(shape)
        return self.queues

    def _check_names(self) -> None:
        names = [
            name
            for shape in self._profile.queues
            for name in (self._name(shape), self._dead_name(shape))
            if name is not None
        ]
        if len(set(names)) != len(names):
            raise RuntimeError("Found duplicated queue names")

    def _find_topic(self, identifier: str) -> None:
        arn = self._settings.need(f"hmpps.sqs.topics.{identifier}.arn")
        self.sns = self._client("sns")
        self.sns.create_topic(Name=arn.rsplit(":", 1)[-1])
        # Everything later uses the configured ARN, not the one just answered.
        self.topic_arn = arn

    def _set_up(self, shape: QueueShape) -> LiveQueue:
        bottom = self._create_dead_letter_queue(shape)
        attributes = {}
        if bottom is not None:
            receives = self._queue_setting(shape, "dlq.max.receive.count") or "5"
            attributes = {
                "RedrivePolicy": json.dumps(
                    {"deadLetterTargetArn": bottom.arn, "maxReceiveCount": receives}
                ),
                "VisibilityTimeout": self._queue_setting(shape, "visibility.timeout")
                or "30",
            }
        client, name = self._client("sqs"), self._name(shape)
        client.create_queue(QueueName=name, Attributes=attributes)
        fixed = f"{self._endpoint}/{_ACCOUNT}/{name}"
        arn = _arn(client, fixed)
        policy = self._filter(shape)
        if policy is not None and self.topic_arn is not None:
            self.sns.subscribe(
                TopicArn=self.topic_arn,
                Protocol="sqs",
                Endpoint=arn,
                Attributes={"FilterPolicy": policy},
            )
        queue = LiveQueue(shape.id, name, client, fixed, arn, bottom)
        if shape.listens:
            self._ready_listener(queue)
        return queue

    def _filter(self, shape: QueueShape) -> str | None:
        """Return the filter policy: the environment's, else the profile's (4.3)."""
        given = self._queue_setting(shape, "subscribe.filter")
        if given is not None or shape.filter is None:
            return given
        return json.dumps({"eventType": list(shape.filter)})

    def _create_dead_letter_queue(self, shape: QueueShape) -> LiveQueue | None:
        name = self._dead_name(shape)
        if name is None:
            return None
        client = self._client("sqs")
        client.create_queue(QueueName=name)
        url = client.get_queue_url(QueueName=name)["QueueUrl"]
        return LiveQueue(f"{shape.id}-dlq", name, client, url, _arn(client, url))

    def _ready_listener(self, queue: LiveQueue) -> None:
        """Find the URL that the listener polls, and how often it may fail."""
        queue.url = queue.client.get_queue_url(QueueName=queue.name)["QueueUrl"]
        found = queue.client.get_queue_attributes(
            QueueUrl=queue.url, AttributeNames=["RedrivePolicy"]
        )["Attributes"]
        queue.max_receives = int(json.loads(found["RedrivePolicy"])["maxReceiveCount"])

    def _client(self, service: str) -> Any:
        return self._session.client(
            service,
            endpoint_url=self._endpoint,
            region_name=self._region,
            aws_access_key_id="any",
            aws_secret_access_key="any",
            config=_CONFIG,
        )

    def _name(self, shape: QueueShape) -> str:
        return self._queue_setting(shape, "queue.name") or shape.name

    def _dead_name(self, shape: QueueShape) -> str | None:
        return self._queue_setting(shape, "dlq.name") or shape.dead_letters

    def _queue_setting(self, shape: QueueShape, name: str) -> str | None:
        return self._settings.find(f"hmpps.sqs.queues.{shape.id}.{name}")


def _arn(client: Any, url: str) -> str:
    found = client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    arn: str = found["Attributes"]["QueueArn"]
    return arn
