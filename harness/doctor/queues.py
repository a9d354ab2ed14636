"""Checks of a target's queues: names, redrive, visibility, subscriptions, filters.

Asked over the AWS protocols without a signature, as LocalStack and our own bus accept
it; a real account refuses that, and then the check is skipped and says so.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import httpx

from harness.doctor.checks import FAIL, OK, SKIP, WARN, Check
from harness.environment import topic_arn
from harness.topology import (
    FROM_NOMIS_ALERTS,
    FROM_NOMIS_CASENOTES,
    TO_NOMIS_ALERTS,
    TO_NOMIS_CASENOTES,
    QueuePlan,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.doctor.target import Variables

_PLANS = {
    "to-nomis": {"CASENOTES": TO_NOMIS_CASENOTES, "ALERTS": TO_NOMIS_ALERTS},
    "from-nomis": {
        "EVENTCASENOTES": FROM_NOMIS_CASENOTES,
        "EVENTALERTS": FROM_NOMIS_ALERTS,
    },
}
_ENDPOINT = "HMPPS_SQS_LOCALSTACK_URL"
_REFUSED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


class _Signed(Exception):  # noqa: N818 - what the endpoint asks for
    """The endpoint wants a signature."""


class _Absent(Exception):  # noqa: N818 - says what is wrong
    """There is no such queue or topic."""


def queues(client: httpx.Client, half: str, variables: Variables) -> Iterator[Check]:
    """Look at each queue that the half consumes."""
    endpoint = variables.get(_ENDPOINT, "")
    if not endpoint:
        yield Check(f"{half} queues", SKIP, f"{_ENDPOINT} is not set")
        return
    bus = _Bus(client, endpoint)
    try:
        for identifier, plan in _PLANS[half].items():
            yield from _queue(bus, half, identifier, plan, variables)
    except _Signed:
        yield Check(f"{half} queues", SKIP, f"{endpoint} wants signed requests")
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, ET.ParseError) as error:
        yield Check(
            f"{half} queues",
            FAIL,
            f"{endpoint} does not answer as SNS and SQS do: {error}",
            f"start LocalStack or `tandem up`, or mend {_ENDPOINT}",
        )


def _queue(
    bus: _Bus, half: str, identifier: str, plan: QueuePlan, variables: Variables
) -> Iterator[Check]:
    prefix = f"HMPPS_SQS_QUEUES_{identifier}"
    name = variables.get(f"{prefix}_QUEUE_NAME", "")
    dead = variables.get(f"{prefix}_DLQ_NAME", "")
    label = f"{half} queue {name or identifier}"
    try:
        attributes = bus.attributes(name)
        bottom = bus.attributes(dead)
    except _Absent as error:
        yield Check(
            label,
            FAIL,
            str(error),
            f"create it, or mend {prefix}_QUEUE_NAME and {prefix}_DLQ_NAME",
        )
        return
    yield _redrive(label, attributes, bottom, plan)
    for topic, types in plan.filters.items():
        yield _subscribed(bus, label, attributes["QueueArn"], topic, types)


def _redrive(
    label: str, attributes: dict[str, str], bottom: dict[str, str], plan: QueuePlan
) -> Check:
    policy = json.loads(attributes.get("RedrivePolicy", "{}"))
    if policy.get("deadLetterTargetArn") != bottom["QueueArn"]:
        return Check(
            label,
            FAIL,
            f"its messages do not end in {bottom['QueueArn']}",
            "set its RedrivePolicy to that dead-letter queue",
        )
    seen = (
        f"receive limit {policy.get('maxReceiveCount')}, "
        f"visibility {attributes.get('VisibilityTimeout')} s"
    )
    wanted = (str(plan.max_receive), str(plan.visibility))
    if (str(policy.get("maxReceiveCount")), attributes["VisibilityTimeout"]) != wanted:
        return Check(
            label,
            WARN,
            seen,
            f"production has {plan.max_receive} and {plan.visibility} s",
        )
    return Check(label, OK, seen)


def _subscribed(
    bus: _Bus, label: str, queue: str, topic: str, types: tuple[str, ...]
) -> Check:
    label = f"{label} from {topic}"
    try:
        heard = bus.event_types(topic_arn(topic), queue)
    except _Absent as error:
        return Check(label, FAIL, str(error), "create topic and subscription")
    if heard is None:
        return Check(label, OK, "subscribed to everything")
    if missing := sorted(set(types) - heard):
        return Check(
            label,
            FAIL,
            f"does not get {', '.join(missing)}",
            "add these to the filter policy's eventType",
        )
    return Check(label, OK, f"gets {len(heard)} types of event")


class _Bus:
    def __init__(self, client: httpx.Client, endpoint: str) -> None:
        self._client = client
        self._endpoint = endpoint

    def attributes(self, name: str) -> dict[str, str]:
        """Return a queue's attributes."""
        url = self._sqs("GetQueueUrl", {"QueueName": name}, name)["QueueUrl"]
        asked = {"QueueUrl": url, "AttributeNames": ["All"]}
        found: dict[str, str] = self._sqs("GetQueueAttributes", asked, name)[
            "Attributes"
        ]
        return found

    def event_types(self, topic: str, queue: str) -> set[str] | None:
        """Return the event types a queue gets of a topic; None without a filter."""
        listed = self._sns("ListSubscriptionsByTopic", TopicArn=topic)
        for member in listed.iter():
            found = {_local(each.tag): each.text or "" for each in member}
            if found.get("Endpoint") == queue:
                return self._filter(found["SubscriptionArn"])
        raise _Absent(f"{queue} is not subscribed to {topic}")

    def _filter(self, subscription: str) -> set[str] | None:
        told = self._sns("GetSubscriptionAttributes", SubscriptionArn=subscription)
        texts = [each.text or "" for each in told.iter()]
        if "FilterPolicy" not in texts:
            return None
        policy = json.loads(texts[texts.index("FilterPolicy") + 1])
        return set(policy["eventType"]) if "eventType" in policy else None

    def _sqs(self, action: str, body: dict[str, Any], queue: str) -> dict[str, Any]:
        answer = self._client.post(
            self._endpoint,
            content=json.dumps(body),
            headers={
                "X-Amz-Target": f"AmazonSQS.{action}",
                "Content-Type": "application/x-amz-json-1.0",
            },
        )
        _check(answer, f"there is no queue {queue!r}")
        found: dict[str, Any] = answer.json()
        return found

    def _sns(self, action: str, **parameters: str) -> ET.Element:
        answer = self._client.post(
            self._endpoint,
            data={"Action": action, "Version": "2010-03-31", **parameters},
            headers=_AS_SNS,
        )
        _check(answer, f"there is no {next(iter(parameters.values()))}")
        return ET.fromstring(answer.text)  # noqa: S314 - the tester's own endpoint


# LocalStack tells services that share an endpoint apart by the signature's scope.
_AS_SNS = {
    "Authorization": "AWS4-HMAC-SHA256 Credential=test/20240101/eu-west-2/sns/"
    "aws4_request, SignedHeaders=host, Signature=test"
}


def _check(answer: httpx.Response, absent: str) -> None:
    if answer.status_code in _REFUSED:
        raise _Signed
    if answer.status_code in (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND):
        raise _Absent(f"{absent}: {answer.text[:200]}")
    answer.raise_for_status()


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
