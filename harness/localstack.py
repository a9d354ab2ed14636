"""Let LocalStack stand in place of our bus, for builds that are to poll it.

    python -m harness.localstack --world http://tandem:4566 \
        --localstack http://localstack:4566

The world keeps its bus, and with it faults, ledger and settling. For each queue of a
half this carrier takes messages there, sends them on to the queue of the same name in
LocalStack, and holds the originals *in flight* until LocalStack's queue is empty: so a
message counts as delivered when the build has deleted it. What the build let fall into
LocalStack's dead-letter queue ends in the world's.
"""

from __future__ import annotations

import argparse
import json
import logging
import signal
import threading
import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import httpx

from harness.environment import REGION
from harness.topology import PLANS, QueuePlan

if TYPE_CHECKING:
    from collections.abc import Sequence

_log = logging.getLogger(__name__)
_IDLE_WAIT = 5
_BATCH = 10
# Half of the shortest visibility of a plan, so that what we hold never comes back.
_RENEW = 60.0
_PAUSE = 0.05
_TRIES_APART = 0.5
_COUNTS = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)


class SqsError(RuntimeError):
    """SQS refused a call; says which, and in its own words."""


class Sqs:
    """As much of SQS as a carrier needs: the JSON protocol, without a signature."""

    def __init__(self, endpoint: str) -> None:
        """`endpoint` is the base URL of an SQS that asks for no signature."""
        self._endpoint = endpoint
        # LocalStack reads the service from the scope of a signature.
        scope = f"test/20240101/{REGION}/sqs/aws4_request"
        self._client = httpx.Client(
            timeout=_IDLE_WAIT + 10,
            trust_env=False,
            headers={
                "Content-Type": "application/x-amz-json-1.0",
                "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, "
                "SignedHeaders=host, Signature=test",
            },
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def call(self, action: str, **body: Any) -> dict[str, Any]:
        """Call an operation; raises SqsError with what SQS said."""
        answer = self._client.post(
            self._endpoint,
            content=json.dumps(body),
            headers={"X-Amz-Target": f"AmazonSQS.{action}"},
        )
        if answer.status_code != HTTPStatus.OK:
            raise SqsError(f"{action} at {self._endpoint}: {answer.text[:300]}")
        found: dict[str, Any] = answer.json() if answer.content else {}
        return found

    def url(self, name: str) -> str:
        """Return the queue's URL."""
        found: str = self.call("GetQueueUrl", QueueName=name)["QueueUrl"]
        return found

    def arn(self, url: str) -> str:
        """Return the queue's ARN; the account in it is the endpoint's own."""
        told = self.call(
            "GetQueueAttributes", QueueUrl=url, AttributeNames=["QueueArn"]
        )
        found: str = told["Attributes"]["QueueArn"]
        return found

    def ensure(self, name: str, attributes: dict[str, str]) -> str:
        """Return the queue's URL; a queue that a build made already stays as it is."""
        try:
            return self.url(name)
        except SqsError:
            made = self.call("CreateQueue", QueueName=name, Attributes=attributes)
            return str(made["QueueUrl"])

    def receive(self, url: str, wait: int) -> list[dict[str, Any]]:
        """Return up to ten messages with all their attributes."""
        found: list[dict[str, Any]] = self.call(
            "ReceiveMessage",
            QueueUrl=url,
            MaxNumberOfMessages=_BATCH,
            WaitTimeSeconds=wait,
            MessageAttributeNames=["All"],
        ).get("Messages", [])
        return found

    def send(self, url: str, message: dict[str, Any]) -> None:
        """Send a received message on, its attributes too."""
        self.call(
            "SendMessage",
            QueueUrl=url,
            MessageBody=message["Body"],
            MessageAttributes=message.get("MessageAttributes", {}),
        )

    def delete(self, url: str, message: dict[str, Any]) -> None:
        """Delete a received message."""
        self.call("DeleteMessage", QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

    def empty(self, url: str) -> bool:
        """Tell whether nothing waits in the queue, nor is in flight."""
        told = self.call("GetQueueAttributes", QueueUrl=url, AttributeNames=_COUNTS)
        return all(int(count) == 0 for count in told["Attributes"].values())


class Carrier:
    """Carries one queue's messages, until `stopped`."""

    def __init__(
        self, world: Sqs, other: Sqs, plan: QueuePlan, stopped: threading.Event
    ) -> None:
        """Call nobody yet."""
        self._world, self._other, self._stopped = world, other, stopped
        self._plan = plan
        self._ready = False
        self._held: list[dict[str, Any]] = []
        self._renewed = time.monotonic()

    def _prepare(self) -> None:
        """Make the queues in LocalStack, unless a build has made them."""
        world, other, plan = self._world, self._other, self._plan
        self._from = world.url(plan.name)
        self._from_dead = world.url(plan.dead_letters)
        self._dead = other.ensure(plan.dead_letters, {})
        policy = {
            "deadLetterTargetArn": other.arn(self._dead),
            "maxReceiveCount": plan.max_receive,
        }
        self._to = other.ensure(
            plan.name,
            {
                "VisibilityTimeout": str(plan.visibility),
                "RedrivePolicy": json.dumps(policy),
            },
        )
        self._ready = True

    def run(self) -> None:
        """Carry; a call that fails is logged and made again.

        LocalStack, and even its name, may come up after us.
        """
        while not self._stopped.is_set():
            try:
                self.step()
            except (SqsError, httpx.TransportError) as error:
                _log.warning("%s: %s; trying again", self._plan.name, error)
                self._stopped.wait(_TRIES_APART)

    def close(self) -> None:
        """Close the connections to both sides."""
        self._world.close()
        self._other.close()

    def step(self) -> None:
        """Take what has come, or see whether what was sent on is done."""
        if not self._ready:
            self._prepare()
        for message in self._world.receive(self._from, 0 if self._held else _IDLE_WAIT):
            self._other.send(self._to, message)
            self._held.append(message)
        if not self._held:
            return
        if self._other.empty(self._to):
            self._finish()
            return
        if time.monotonic() - self._renewed > _RENEW:
            self._renew()
        self._stopped.wait(_PAUSE)

    def _finish(self) -> None:
        while dead := self._other.receive(self._dead, 0):
            for message in dead:
                self._world.send(self._from_dead, message)
                self._other.delete(self._dead, message)
        while self._held:
            self._world.delete(self._from, self._held[0])
            del self._held[0]

    def _renew(self) -> None:
        self._renewed = time.monotonic()
        for message in self._held:
            self._world.call(
                "ChangeMessageVisibility",
                QueueUrl=self._from,
                ReceiptHandle=message["ReceiptHandle"],
                VisibilityTimeout=int(2 * _RENEW),
            )


def carry(world: str, localstack: str, stopped: threading.Event) -> None:
    """Carry the queues of both halves until `stopped` is set."""
    carriers = [
        Carrier(Sqs(world), Sqs(localstack), plan, stopped)
        for plan in PLANS
        if plan.owner != "dps"
    ]
    threads = [threading.Thread(target=carrier.run) for carrier in carriers]
    for thread in threads:
        thread.start()
    for carrier, thread in zip(carriers, threads, strict=True):
        thread.join()
        carrier.close()


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and carry until told to end."""
    parser = argparse.ArgumentParser(prog="python -m harness.localstack")
    parser.add_argument("--world", required=True, help="SQS of the world")
    parser.add_argument("--localstack", required=True, help="SQS of LocalStack")
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.WARNING)
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stopped.set())
    carry(given.world, given.localstack, stopped)


if __name__ == "__main__":
    main()
