"""The miniature builds receive, acknowledge and give back as the real ones do."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.conformance.bus.serving import Served, client
from tests.stranger.listener import Listener
from tests.stranger.starter import LiveQueue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.sockets

_PATIENCE = 20.0


class Line:
    """A queue of a served bus, and the calls that a listener makes on it."""

    def __init__(self, served: Served, max_receives: int) -> None:
        self.client = client("sqs", served.url)
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.client.meta.events.register("provide-client-params.sqs", self._note)
        name = f"line-{max_receives}-{time.monotonic_ns()}"
        self.url = self.client.create_queue(QueueName=name)["QueueUrl"]
        self.queue = LiveQueue("line", name, self.client, self.url, name)
        self.queue.max_receives = max_receives

    def _note(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        self.calls.append((model.name, params))

    def send(self, count: int) -> None:
        """Put messages on the queue."""
        for number in range(count):
            self.client.send_message(QueueUrl=self.url, MessageBody=str(number))

    def called(self, operation: str) -> list[dict[str, Any]]:
        """Return the parameters of each call of an operation."""
        return [params for name, params in list(self.calls) if name == operation]


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """Provide a served bus."""
    made = Served()
    yield made
    made.stop()


def until(look: Callable[[], bool]) -> None:
    """Wait for something to become true."""
    deadline = time.monotonic() + _PATIENCE
    while not look():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.01)


def test_ten_are_in_flight_and_no_more(served: Served) -> None:
    """The eleventh waits on the queue until one of the ten is done (4.4)."""
    line = Line(served, 5)
    line.send(14)
    taken, most = [0], [0]
    ready, lock = threading.Event(), threading.Lock()

    def handle(message: dict[str, Any]) -> None:
        with lock:
            taken[0] += 1
            most[0] = max(most[0], taken[0])
        assert ready.wait(_PATIENCE)
        with lock:
            taken[0] -= 1

    listener = Listener(line.queue, handle)
    listener.start()
    until(lambda: taken[0] == 10)
    left = line.client.get_queue_attributes(
        QueueUrl=line.url, AttributeNames=["ApproximateNumberOfMessages"]
    )
    assert left["Attributes"]["ApproximateNumberOfMessages"] == "4"
    ready.set()
    until(lambda: deleted(line) == 14)
    listener.stop()
    assert most == [10]
    receives = line.called("ReceiveMessage")
    assert {one["WaitTimeSeconds"] for one in receives} == {10}
    assert max(one["MaxNumberOfMessages"] for one in receives) == 10
    assert all("VisibilityTimeout" not in one for one in receives)


def deleted(line: Line) -> int:
    """Count acknowledged messages."""
    return sum(len(one["Entries"]) for one in line.called("DeleteMessageBatch"))


def test_acknowledgements_leave_together(served: Served) -> None:
    """What is done within a second is deleted by one call, ten at most (4.4)."""
    line = Line(served, 5)
    line.send(4)
    listener = Listener(line.queue, lambda _: None)
    started = time.monotonic()
    listener.start()
    until(lambda: deleted(line) == 4)
    assert time.monotonic() - started >= 1.0
    line.send(10)
    until(lambda: deleted(line) == 14)
    listener.stop()
    batches = [len(one["Entries"]) for one in line.called("DeleteMessageBatch")]
    assert batches[0] == 4
    assert max(batches) <= 10
    assert line.called("DeleteMessage") == []


@pytest.mark.parametrize(
    ("receives", "allowed", "seconds"),
    [(1, 5, 1), (2, 5, 10), (3, 5, 60), (4, 5, 600), (5, 5, 0), (3, 3, 0), (6, 9, 600)],
)
def test_failures_come_back_after_1_10_60_and_600_seconds(
    served: Served, receives: int, allowed: int, seconds: int
) -> None:
    """The last value is repeated; the last receive gives back at once (4.6)."""
    line = Line(served, allowed)
    line.send(1)
    for _ in range(receives - 1):
        line.client.receive_message(QueueUrl=line.url, VisibilityTimeout=0)

    def handle(message: dict[str, Any]) -> None:
        raise ValueError(message["Body"])

    listener = Listener(line.queue, handle)
    listener.start()
    until(lambda: line.called("ChangeMessageVisibility") != [])
    listener.stop()
    first = line.called("ChangeMessageVisibility")[0]
    assert first["VisibilityTimeout"] == seconds
    assert line.called("DeleteMessageBatch") == []
