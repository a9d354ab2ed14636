"""The AWS endpoint itself: parked polls, dead connections, URLs, ports."""

from __future__ import annotations

import asyncio
import json
import time
import urllib.request
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from simulators.bus import Bus
from simulators.bus.server import BusServer, PortInUseError
from simulators.clock import Clock
from simulators.journal import Journal
from tests.conformance.bus.serving import Served, client, clients

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Iterator

pytestmark = pytest.mark.sockets

POLLERS = 64


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """Return one running server for the tests of this module."""
    running = Served()
    yield running
    running.stop()


class Line:
    """One HTTP connection that speaks the JSON protocol plainly."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Use `Line.open`."""
        self._reader = reader
        self.writer = writer

    @classmethod
    async def open(cls, port: int) -> Line:
        """Connect to the server on loopback."""
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    def ask(self, operation: str, key: str = "any", **parameters: Any) -> None:
        """Send a request, signed (badly) by `key`."""
        body = json.dumps(parameters).encode()
        head = (
            f"POST / HTTP/1.1\r\nHost: aws.test:4566\r\n"
            f"X-Amz-Target: AmazonSQS.{operation}\r\n"
            f"Authorization: AWS4-HMAC-SHA256 Credential={key}/20260302/x/sqs/y\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        self.writer.write(head.encode() + body)

    async def answer(self) -> tuple[int, dict[str, str], Any]:
        """Read an answer: status, headers, decoded body."""
        raw = (await self._reader.readuntil(b"\r\n\r\n")).decode()
        status, *lines = raw.strip().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines)
        body = await self._reader.readexactly(int(headers["content-length"]))
        return int(status.split()[1]), headers, json.loads(body)

    async def call(self, operation: str, **parameters: Any) -> Any:
        """Ask and return the decoded body of the answer."""
        self.ask(operation, **parameters)
        return (await self.answer())[2]

    async def close(self) -> None:
        """Hang up."""
        self.writer.close()
        await self.writer.wait_closed()


class Open:
    """A server in the running loop, and lines to it."""

    def __init__(self, bus: Bus, server: BusServer) -> None:
        """Remember what is open."""
        self.bus = bus
        self.server = server
        self.lines: list[Line] = []

    async def line(self) -> Line:
        """Open one more line."""
        self.lines.append(await Line.open(self.server.port))
        return self.lines[-1]

    async def parked(self, queue: str, polls: int) -> None:
        """Wait until so many polls wait on a queue; fails after two seconds."""
        waiters = self.bus.queue(queue).waiters
        async with asyncio.timeout(2):
            while len(waiters) != polls:  # noqa: ASYNC110 - the server has no event to offer
                await asyncio.sleep(0)


@asynccontextmanager
async def opened() -> AsyncIterator[Open]:
    """Yield an open server with the queue `notes`."""
    clock = Clock()
    bus = Bus(clock, Journal(clock))
    bus.create_queue("notes")
    server = BusServer(bus)
    await server.start()
    here = Open(bus, server)
    try:
        yield here
    finally:
        for line in here.lines:
            await line.close()
        await server.stop()
    assert bus.ledger.balance() == []


def run(story: Callable[[Open], Coroutine[Any, Any, None]]) -> None:
    """Run a story against a fresh server in this thread's loop."""

    async def told() -> None:
        async with opened() as here:
            await story(here)

    asyncio.run(told())


def test_sixty_four_parked_polls_do_not_slow_a_publisher() -> None:
    """The pair of real builds keeps 61 ten-second polls open (events-and-config 6.5).

    While they are parked, sends to another queue stay quick and each poll is still
    answered by its own message.
    """

    async def story(here: Open) -> None:
        lines = [await here.line() for _ in range(POLLERS)]
        for number, line in enumerate(lines):
            name = f"queue-{number}"
            here.bus.create_queue(name)
            line.ask("ReceiveMessage", QueueUrl=name, WaitTimeSeconds=20)
        for number in range(POLLERS):
            await here.parked(f"queue-{number}", 1)
        sender = await here.line()
        began = time.perf_counter()
        for number in range(200):
            await sender.call("SendMessage", QueueUrl="notes", MessageBody=str(number))
        assert (time.perf_counter() - began) / 200 < 0.02
        for number in range(POLLERS):
            here.bus.send(f"queue-{number}", f"for {number}")
        for number, line in enumerate(lines):
            _, _, body = await line.answer()
            assert [m["Body"] for m in body["Messages"]] == [f"for {number}"]

    run(story)


def test_a_poll_whose_client_hung_up_takes_nothing() -> None:
    """A killed process must not swallow the next message."""

    async def story(here: Open) -> None:
        dying, living = await here.line(), await here.line()
        dying.ask("ReceiveMessage", QueueUrl="notes", WaitTimeSeconds=20)
        await here.parked("notes", 1)
        living.ask("ReceiveMessage", QueueUrl="notes", WaitTimeSeconds=20)
        await here.parked("notes", 2)
        await dying.close()
        here.lines.remove(dying)
        here.bus.send("notes", "x")
        _, _, body = await living.answer()
        assert [message["Body"] for message in body["Messages"]] == ["x"]
        [copy] = here.bus.ledger.open()
        assert copy.count == 1

    run(story)


def test_a_message_sent_as_the_client_dies_is_not_lost() -> None:
    """Hang-up and message in the same moment: given to the next, or back at once."""

    async def story(here: Open) -> None:
        living = await here.line()
        for number in range(20):
            queue = here.bus.create_queue(f"queue-{number}")
            dying = await here.line()
            dying.ask("ReceiveMessage", QueueUrl=queue.name, WaitTimeSeconds=20)
            await here.parked(queue.name, 1)
            dying.writer.transport.abort()
            # No turn of the loop between: the server has not heard of the hang-up.
            here.bus.send(queue.name, str(number))
            await here.parked(queue.name, 0)
            body = await living.call("ReceiveMessage", QueueUrl=queue.name)
            assert [m["Body"] for m in body["Messages"]] == [str(number)]
        assert {copy.count for copy in here.bus.ledger.open()} == {1}

    run(story)


def test_queue_urls_follow_the_host_header_and_any_url_is_understood() -> None:
    """The starter hard-wires `<endpoint>/000000000000/<name>` (4.4, call 5)."""

    async def story(here: Open) -> None:
        line = await here.line()
        made = await line.call("CreateQueue", QueueName="other")
        assert made["QueueUrl"] == "http://aws.test:4566/000000000000/other"
        for url in ("http://elsewhere/000000000000/other", "/1/other", "other"):
            sent = await line.call("SendMessage", QueueUrl=url, MessageBody="x")
            assert sent["MD5OfMessageBody"] == "9dd4e461268c8034f5c8564e155c67a6"

    run(story)


def test_a_refusal_carries_the_query_protocols_code_in_a_header() -> None:
    """`x-amzn-query-error`, from which the SDKs take the error code."""

    async def story(here: Open) -> None:
        line = await here.line()
        line.ask("GetQueueUrl", QueueName="gone")
        status, headers, body = await line.answer()
        assert status == 400
        assert body["__type"] == "com.amazonaws.sqs#QueueDoesNotExist"
        wanted = "aws.simplequeueservice.nonexistentqueue;sender"
        assert headers["x-amzn-query-error"] == wanted
        line.ask("FlyToTheMoon")
        assert (await line.answer())[0] == 400
        line.writer.write(
            b"POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: AmazonSQS.ListQueues\r\n"
            b"Content-Length: 1\r\n\r\n{"
        )
        assert "Serialization" in (await line.answer())[2]["__type"]

    run(story)


def test_consumers_are_known_by_their_access_key() -> None:
    """So that the harness can say whose messages a killed process held."""

    async def story(here: Open) -> None:
        here.bus.send("notes", "x")
        line = await here.line()
        line.ask("ReceiveMessage", key="to-nomis-1", QueueUrl="notes")
        await line.answer()
        assert here.bus.ledger.open()[0].consumer == "to-nomis-1"

    run(story)


def test_idle_skip_brings_a_back_off_forward_over_sockets() -> None:
    """A build that gave a message back for 600 s gets it again at once."""

    async def story(here: Open) -> None:
        here.bus.idle_skip = True
        here.bus.send("notes", "x")
        line = await here.line()
        ask = {"QueueUrl": "notes", "WaitTimeSeconds": 5}
        [first] = (await line.call("ReceiveMessage", **ask))["Messages"]
        began = time.perf_counter()
        await line.call(
            "ChangeMessageVisibility",
            QueueUrl="notes",
            ReceiptHandle=first["ReceiptHandle"],
            VisibilityTimeout=600,
        )
        [second] = (await line.call("ReceiveMessage", **ask))["Messages"]
        assert second["MessageId"] == first["MessageId"]
        assert time.perf_counter() - began < 0.5

    run(story)


def test_a_taken_port_is_said_in_words() -> None:
    """Which port, who may hold it, what to do."""

    async def story(here: Open) -> None:
        second = BusServer(here.bus, port=here.server.port)
        with pytest.raises(PortInUseError, match=f":{here.server.port}: another"):
            await second.start()

    run(story)


def test_the_server_listens_on_loopback_only(served: Served) -> None:
    """Nobody else's machine can reach a test's queues by accident."""
    assert served.server.host == "127.0.0.1"
    with urllib.request.urlopen(served.url + "/health") as answer:  # noqa: S310
        assert json.loads(answer.read())["status"] == "UP"


def test_a_stopped_server_hangs_up_on_parked_polls() -> None:
    """The end of a run waits for nobody's twenty seconds."""

    async def story(here: Open) -> None:
        line = await here.line()
        line.ask("ReceiveMessage", QueueUrl="notes", WaitTimeSeconds=20)
        await here.parked("notes", 1)
        async with asyncio.timeout(2):
            await here.server.stop()
        with pytest.raises(asyncio.IncompleteReadError):
            await line.answer()
        line.writer.close()
        here.lines.clear()

    run(story)


def test_faults_show_through_the_sdk(served: Served) -> None:
    """A lost acknowledgement is a success for boto3, and the message returns."""
    from simulators.bus import Match

    with clients(served.url) as (sqs, _):
        url = sqs.create_queue(
            QueueName="lossy", Attributes={"VisibilityTimeout": "0"}
        )["QueueUrl"]
        served.call(lambda: served.bus.faults.lose_ack(Match(queue="lossy", times=1)))
        sqs.send_message(QueueUrl=url, MessageBody="x")
        for expected in ("1", "2"):
            [message] = sqs.receive_message(QueueUrl=url, AttributeNames=["All"])[
                "Messages"
            ]
            assert message["Attributes"]["ApproximateReceiveCount"] == expected
            entry = {"Id": "0", "ReceiptHandle": message["ReceiptHandle"]}
            answer = sqs.delete_message_batch(QueueUrl=url, Entries=[entry])
            assert [done["Id"] for done in answer["Successful"]] == ["0"]
        assert "Messages" not in sqs.receive_message(QueueUrl=url)


def test_another_key_is_another_consumer(served: Served) -> None:
    """Any signature is accepted, and remembered by its key."""
    sqs = client("sqs", served.url, key="from-nomis-1")
    url = sqs.create_queue(QueueName="keys")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="x")
    sqs.receive_message(QueueUrl=url)
    sqs.close()
    assert served.call(lambda: served.bus.orphan("from-nomis-1")) == 1
