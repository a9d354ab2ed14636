"""With LocalStack between, a message is delivered when the build has deleted it."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from harness.localstack import Carrier, Sqs
from harness.topology import TO_NOMIS_CASENOTES, lay_out
from simulators.bus import Bus
from simulators.bus.server import BusServer
from simulators.clock import Clock
from simulators.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.sockets

_NAME = TO_NOMIS_CASENOTES.name
_DEAD = TO_NOMIS_CASENOTES.dead_letters


@pytest.fixture
def sides() -> Iterator[tuple[Sqs, Sqs]]:
    """Return the world's bus, laid out, and an empty one that stands for LocalStack."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def begin(seed: int) -> BusServer:
        clock = Clock(seed)
        bus = Bus(clock, Journal(clock))
        if seed == 1:
            lay_out(bus)
        server = BusServer(bus)
        await server.start()
        return server

    def run(coroutine: object) -> BusServer:
        return asyncio.run_coroutine_threadsafe(coroutine, loop).result(10)  # type: ignore[arg-type]

    servers = [run(begin(1)), run(begin(2))]
    world, other = (Sqs(server.url) for server in servers)
    yield world, other
    world.close()
    other.close()
    for server in servers:
        run(server.stop())
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()


def _in_flight(sqs: Sqs, name: str) -> int:
    told = sqs.call(
        "GetQueueAttributes",
        QueueUrl=sqs.url(name),
        AttributeNames=["ApproximateNumberOfMessagesNotVisible"],
    )
    return int(told["Attributes"]["ApproximateNumberOfMessagesNotVisible"])


def test_original_is_held_until_the_build_has_deleted_its_copy(
    sides: tuple[Sqs, Sqs],
) -> None:
    """The world's queue is empty only when LocalStack's is, attributes kept."""
    world, other = sides
    carrier = Carrier(world, other, TO_NOMIS_CASENOTES, threading.Event())
    attribute = {
        "eventType": {
            "DataType": "String",
            "StringValue": "person.case-note.created",
        }
    }
    message = {"Body": '{"Message": "a note"}', "MessageAttributes": attribute}
    world.send(world.url(_NAME), message)
    carrier.step()
    (got,) = other.receive(other.url(_NAME), 0)
    assert got["Body"] == message["Body"]
    assert got["MessageAttributes"]["eventType"]["StringValue"].endswith(".created")
    carrier.step()
    assert _in_flight(world, _NAME) == 1
    other.delete(other.url(_NAME), got)
    carrier.step()
    assert world.empty(world.url(_NAME))


def test_message_that_the_build_let_fall_is_dead_in_the_world_too(
    sides: tuple[Sqs, Sqs],
) -> None:
    """What ends in LocalStack's dead-letter queue ends in the world's."""
    world, other = sides
    carrier = Carrier(world, other, TO_NOMIS_CASENOTES, threading.Event())
    world.send(world.url(_NAME), {"Body": "poison"})
    carrier.step()
    for _ in range(TO_NOMIS_CASENOTES.max_receive):
        (got,) = other.receive(other.url(_NAME), 0)
        other.call(
            "ChangeMessageVisibility",
            QueueUrl=other.url(_NAME),
            ReceiptHandle=got["ReceiptHandle"],
            VisibilityTimeout=0,
        )
    assert other.receive(other.url(_NAME), 0) == []
    carrier.step()
    assert world.empty(world.url(_NAME))
    assert [m["Body"] for m in world.receive(world.url(_DEAD), 0)] == ["poison"]


def test_localstack_may_come_up_after_the_carrier(
    sides: tuple[Sqs, Sqs],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Calls that nobody answers yet are logged and made again; nothing is lost."""
    world, other = sides
    monkeypatch.setattr("harness.localstack._TRIES_APART", 0.01)
    stopped = threading.Event()
    carrier = Carrier(world, other, TO_NOMIS_CASENOTES, stopped)
    real, refused, sent = other.call, iter(range(3)), threading.Event()

    def call(action: str, **body: Any) -> dict[str, Any]:
        if next(refused, None) is not None:
            raise httpx.ConnectError("no such host")
        told = real(action, **body)
        if action == "SendMessage":
            sent.set()
        return told

    monkeypatch.setattr(other, "call", call)
    world.send(world.url(_NAME), {"Body": "a note"})
    thread = threading.Thread(target=carrier.run)
    thread.start()
    assert sent.wait(20)
    stopped.set()
    thread.join(20)
    assert [m["Body"] for m in other.receive(other.url(_NAME), 0)] == ["a note"]
    assert caplog.text.count("no such host; trying again") == 3
