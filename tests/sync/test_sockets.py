"""The same half over real sockets: HTTP, SQS, health and operators' requests."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import TYPE_CHECKING, Any, Self

import aiohttp
import pytest
from aiohttp import web

from simulators.sync import settings, sockets
from simulators.sync.ports import CallFailed, CallRefused, Terms
from simulators.sync.program import Half
from tests.sync.rig import Rig, dps_event, environment

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

pytestmark = pytest.mark.sockets


class TinyServer:
    """An aiohttp server that answers as a test says and notes what came."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str, Any, dict[str, str]]] = []
        self.answer: Callable[[web.Request, Any], Awaitable[web.Response]]
        self.url = ""

    async def __aenter__(self) -> Self:
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(application, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _handle(self, request: web.Request) -> web.Response:
        raw = await request.read()
        kind = request.content_type
        body = json.loads(raw) if raw and "json" in kind else raw.decode()
        self.seen.append((request.method, request.path_qs, body, dict(request.headers)))
        return await self.answer(request, body)


def run(coroutine: Any) -> Any:
    """Run a test's coroutine in real time."""
    return asyncio.run(coroutine)


def answering(status: int, document: Any = None) -> Any:
    """Return an answer that is always the same."""

    async def answer(_: web.Request, __: Any) -> web.Response:
        if document is None:
            return web.Response(status=status)
        return web.json_response(document, status=status)

    return answer


def test_calls_reach_the_service_as_json() -> None:
    """Path, query, body and headers go out, and any status comes back."""

    async def play() -> None:
        async with TinyServer() as server, aiohttp.ClientSession() as session:
            http = sockets.SocketHttp(session, {"nomis": server.url + "/base"})
            server.answer = answering(404, {"status": 404})
            answer = await http.request(
                "nomis", "POST", "/a?b=1", json={"c": "é"}, headers={"X-A": "1"}
            )
            assert (answer.status, answer.body) == (404, {"status": 404})
            method, path, body, headers = server.seen[0]
            assert (method, path, body) == ("POST", "/base/a?b=1", {"c": "é"})
            assert headers["X-A"] == "1"
            server.answer = answering(204)
            assert (await http.request("nomis", "DELETE", "/a")).body is None

    run(play())


def test_a_token_is_asked_for_with_a_form() -> None:
    """`grant_type` travels url-encoded, as hmpps-auth wants it."""

    async def play() -> None:
        async with TinyServer() as server, aiohttp.ClientSession() as session:
            http = sockets.SocketHttp(session, {"auth": server.url + "/auth"})
            server.answer = answering(200, {"access_token": "t"})
            form = {"grant_type": "client_credentials"}
            await http.request("auth", "POST", "/oauth/token", form=form)
            _, path, body, headers = server.seen[0]
            assert (path, body) == (
                "/auth/oauth/token",
                "grant_type=client_credentials",
            )
            assert headers["Content-Type"] == "application/x-www-form-urlencoded"

    run(play())


@pytest.mark.parametrize("how", ["timeout", "reset", "refused"])
def test_a_failing_connection_says_how(how: str) -> None:
    """No answer in time, a broken connection, or nobody there (RET-05)."""

    async def hang(request: web.Request, _: Any) -> web.Response:
        if how == "reset" and request.transport is not None:
            request.transport.abort()
        await asyncio.sleep(0.3)
        return web.Response()

    async def play() -> None:
        async with TinyServer() as server, aiohttp.ClientSession() as session:
            server.answer = hang
            url = "http://127.0.0.1:1" if how == "refused" else server.url
            http = sockets.SocketHttp(session, {"nomis": url})
            with pytest.raises(CallFailed) as caught:
                await http.request("nomis", "GET", "/x", timeout=0.1)
            assert caught.value.how == how

    run(play())


class TinySqs:
    """SQS's JSON protocol, as far as a consumer speaks it."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Any]] = []
        self.messages: list[dict[str, Any]] = []

    async def answer(self, request: web.Request, body: Any) -> web.Response:
        """Answer one action."""
        action = request.headers["X-Amz-Target"].removeprefix("AmazonSQS.")
        self.asked.append((action, body))
        policy = {"deadLetterTargetArn": "arn", "maxReceiveCount": "4"}
        answers: dict[str, Any] = {
            "GetQueueUrl": {"QueueUrl": "http://q/1"},
            "CreateQueue": {"QueueUrl": "http://q/2"},
            "ReceiveMessage": {"Messages": self.messages} if self.messages else {},
            "SendMessage": {"MessageId": "m9"},
            "GetQueueAttributes": {
                "Attributes": {
                    "VisibilityTimeout": "120",
                    "RedrivePolicy": json.dumps(policy),
                }
            },
        }
        if action == "ReceiveMessage":
            await asyncio.sleep(0 if self.messages else 0.05)
            self.messages = []
        return web.json_response(answers.get(action, {}))


def test_sqs_is_spoken_as_the_json_protocol() -> None:
    """Every action carries what the contract says, and answers are read."""

    async def play() -> None:
        async with TinyServer() as server, aiohttp.ClientSession() as session:
            sqs = TinySqs()
            server.answer = sqs.answer
            queues = sockets.SocketQueues(session, server.url)
            sqs.messages = [
                {
                    "MessageId": "m1",
                    "ReceiptHandle": "r1",
                    "Body": "b",
                    "Attributes": {"ApproximateReceiveCount": "3"},
                    "MessageAttributes": {
                        "eventType": {"DataType": "String", "StringValue": "e"}
                    },
                }
            ]
            assert await queues.terms("q") == Terms(120, 4)
            (message,) = await queues.receive("q", 7, 10)
            assert (message.message_id, message.receive_count) == ("m1", 3)
            assert message.attributes["eventType"]["StringValue"] == "e"
            assert await queues.receive("q", 7, 0) == []
            await queues.change_visibility("q", "r1", 60.0)
            await queues.delete("q", "r1")
            sent = await queues.send("q", "b", message.attributes, 5)
            assert sent == "m9"
            await queues.ensure_queue("q_parked")
            asked = dict(sqs.asked)
            assert [action for action, _ in sqs.asked].count("GetQueueUrl") == 1
            assert asked["ReceiveMessage"]["MaxNumberOfMessages"] == 7
            assert asked["ChangeMessageVisibility"]["VisibilityTimeout"] == 60
            assert asked["DeleteMessage"]["ReceiptHandle"] == "r1"
            assert asked["SendMessage"]["DelaySeconds"] == 5
            assert asked["CreateQueue"] == {"QueueName": "q_parked"}

    run(play())


def test_a_refused_sqs_call_is_told() -> None:
    """An unknown queue is an error that names the action."""

    async def play() -> None:
        async with TinyServer() as server, aiohttp.ClientSession() as session:
            server.answer = answering(400, {"__type": "QueueDoesNotExist"})
            queues = sockets.SocketQueues(session, server.url)
            with pytest.raises(CallRefused, match="GetQueueUrl"):
                await queues.receive("q", 1, 0)

    run(play())


def test_operators_reach_the_half_on_loopback() -> None:
    """Health, switches and unknown paths answer over HTTP."""

    async def play() -> None:
        rig = Rig("to-nomis")
        runner = await sockets.serve(rig.half, 0)
        address = runner.addresses[0]
        assert address[0] == "127.0.0.1"
        base = f"http://127.0.0.1:{address[1]}"
        async with aiohttp.ClientSession() as session:
            ping = await session.get(f"{base}/health/ping")
            assert (ping.status, await ping.json()) == (200, {"status": "UP"})
            name = "person.case-note.created"
            put = f"{base}/switches/{name}"
            assert (await session.put(put, json={"on": False})).status == 200
            assert (await session.put(put, json={"on": "no"})).status == 400
            wrong = await session.put(f"{base}/switches/x", json={"on": True})
            assert wrong.status == 404
            info = await (await session.get(f"{base}/info")).json()
            assert info["event-feature-switches"] == {name: False}
            assert (await session.get(f"{base}/nowhere")).status == 404
            assert (await (await session.get(f"{base}/idle")).json())["idle"] is True
        await runner.cleanup()

    run(play())


def test_the_half_consumes_over_sockets() -> None:
    """A message goes from SQS to its acknowledgement through real sockets."""

    async def play() -> None:
        async with TinyServer() as server, aiohttp.ClientSession() as session:
            sqs = TinySqs()
            server.answer = sqs.answer
            given = environment(settings.TO_NOMIS)
            given["HMPPS_SQS_LOCALSTACK_URL"] = server.url
            configuration = settings.read(settings.TO_NOMIS, given)
            rig = Rig("to-nomis")
            queues = sockets.SocketQueues(session, server.url)
            half = Half(configuration, rig.services, queues, sockets.RealTime())
            note = rig.services.dps_writes("x")
            body = dps_event("created", note)
            await half.start()
            sqs.messages = [{"MessageId": "m", "ReceiptHandle": "r", "Body": body}]
            for _ in range(500):
                if any(action == "DeleteMessage" for action, _ in sqs.asked):
                    break
                await asyncio.sleep(0.01)
            await half.stop()
            assert len(rig.services.nomis) == 1
            assert (
                "DeleteMessage",
                {"QueueUrl": "http://q/1", "ReceiptHandle": "r"},
            ) in sqs.asked

    run(play())


@pytest.mark.parametrize("half", ["to-nomis", "from-nomis", "sideways"])
def test_the_program_says_what_it_lacks(half: str) -> None:
    """Without its environment the program ends at once, naming what is missing."""

    async def play() -> tuple[int | None, str]:
        program = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "simulators.sync",
            half,
            stderr=asyncio.subprocess.PIPE,
            env={"PATH": os.environ.get("PATH", "")},
        )
        _, errors = await program.communicate()
        return program.returncode, errors.decode()

    code, errors = run(play())
    assert code == 2
    assert errors.startswith(f"{half} cannot start:")
    if half != "sideways":
        assert "API_BASE_URL_NOMIS" in errors
