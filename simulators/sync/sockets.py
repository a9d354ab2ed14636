"""The ports over real sockets: aiohttp for HTTP, the AWS JSON protocol for SQS.

SQS is spoken plainly and unsigned, which every engine in use accepts.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING, Any

import aiohttp
import msgspec
from aiohttp import web

from simulators.sync.notes import LONDON
from simulators.sync.ports import (
    Answer,
    Attributes,
    CallFailed,
    CallRefused,
    Message,
    Terms,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulators.sync.program import Half

SQS_TIMEOUT = 30.0
ERROR = 400
# Emulators for many services (LocalStack, moto) tell which one is meant by the scope of
# the signature; they verify none, nor does our bus.
_SIGNATURE = (
    "AWS4-HMAC-SHA256 Credential=test/20240101/eu-west-2/sqs/aws4_request, "
    "SignedHeaders=host, Signature=test"
)
LOCALHOST = "127.0.0.1"


async def fetch(
    session: aiohttp.ClientSession,
    method: str,
    url: str,
    *,
    data: Any,
    headers: Mapping[str, str],
    seconds: float,
) -> tuple[int, bytes]:
    """Send a request; raises CallFailed with how it failed."""
    what = f"{method} {url}"
    try:
        async with session.request(
            method,
            url,
            data=data,
            headers=headers,
            timeout=aiohttp.ClientTimeout(total=seconds),
        ) as answer:
            return answer.status, await answer.read()
    except TimeoutError as error:
        raise CallFailed("timeout", what) from error
    except aiohttp.ClientConnectorError as error:
        raise CallFailed("refused", what) from error
    except (aiohttp.ClientError, OSError) as error:
        raise CallFailed("reset", what) from error


class SocketHttp:
    """`Http` over aiohttp, one connection pool for all services."""

    def __init__(
        self, session: aiohttp.ClientSession, base_urls: Mapping[str, str]
    ) -> None:
        self._session = session
        self._base_urls = base_urls

    async def request(
        self,
        service: str,
        method: str,
        path: str,
        *,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = 60.0,  # noqa: ASYNC109 - the port names it so
    ) -> Answer:
        """Send one request to a service."""
        sent = dict(headers or {})
        data: Any = None
        if form is not None:
            data = dict(form)
        elif json is not None:
            sent["Content-Type"] = "application/json"
            data = msgspec.json.encode(json)
        status, body = await fetch(
            self._session,
            method,
            self._base_urls[service] + path,
            data=data,
            headers=sent,
            seconds=timeout,
        )
        return Answer(status, _decode(body))


def _decode(body: bytes) -> Any:
    """Decode a JSON body; text that is none stays text, for the log."""
    if not body:
        return None
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError:
        return body.decode(errors="replace")


class SocketQueues:
    """`Queues` over the AWS JSON protocol."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url
        self._urls: dict[str, str] = {}

    async def receive(self, queue: str, limit: int, wait: float) -> list[Message]:
        """Long-poll for up to `limit` messages."""
        found = await self._call(
            "ReceiveMessage",
            {
                "QueueUrl": await self._queue_url(queue),
                "MaxNumberOfMessages": limit,
                "WaitTimeSeconds": int(wait),
                "MessageAttributeNames": ["All"],
                "AttributeNames": ["All"],
                "MessageSystemAttributeNames": ["All"],
            },
        )
        return [_message(entry) for entry in found.get("Messages") or []]

    async def delete(self, queue: str, receipt: str) -> None:
        """Acknowledge one delivery."""
        url = await self._queue_url(queue)
        await self._call("DeleteMessage", {"QueueUrl": url, "ReceiptHandle": receipt})

    async def change_visibility(self, queue: str, receipt: str, seconds: float) -> None:
        """Give a delivery back."""
        await self._call(
            "ChangeMessageVisibility",
            {
                "QueueUrl": await self._queue_url(queue),
                "ReceiptHandle": receipt,
                "VisibilityTimeout": int(seconds),
            },
        )

    async def send(
        self,
        queue: str,
        body: str,
        attributes: Attributes | None = None,
        delay: float = 0.0,
    ) -> str:
        """Put a message into the queue."""
        request: dict[str, Any] = {
            "QueueUrl": await self._queue_url(queue),
            "MessageBody": body,
        }
        if attributes:
            request["MessageAttributes"] = attributes
        if delay > 0:
            request["DelaySeconds"] = int(delay)
        sent = await self._call("SendMessage", request)
        return str(sent["MessageId"])

    async def ensure_queue(self, queue: str) -> None:
        """Create the queue unless it exists."""
        created = await self._call("CreateQueue", {"QueueName": queue})
        self._urls[queue] = created["QueueUrl"]

    async def terms(self, queue: str) -> Terms:
        """Read the lease and the number of receives."""
        found = await self._call(
            "GetQueueAttributes",
            {
                "QueueUrl": await self._queue_url(queue),
                "AttributeNames": ["VisibilityTimeout", "RedrivePolicy"],
            },
        )
        attributes = found.get("Attributes") or {}
        policy = msgspec.json.decode(attributes.get("RedrivePolicy") or "{}")
        default = Terms()
        return Terms(
            float(attributes.get("VisibilityTimeout") or default.visibility),
            int(policy.get("maxReceiveCount") or default.max_receives),
        )

    async def _queue_url(self, queue: str) -> str:
        if queue not in self._urls:
            found = await self._call("GetQueueUrl", {"QueueName": queue})
            self._urls[queue] = found["QueueUrl"]
        return self._urls[queue]

    async def _call(self, action: str, request: dict[str, Any]) -> dict[str, Any]:
        status, body = await fetch(
            self._session,
            "POST",
            f"{self._url}/",
            data=msgspec.json.encode(request),
            headers={
                "Content-Type": "application/x-amz-json-1.0",
                "X-Amz-Target": f"AmazonSQS.{action}",
                "Authorization": _SIGNATURE,
            },
            seconds=SQS_TIMEOUT,
        )
        answer = _decode(body)
        if status >= ERROR:
            raise CallRefused(status, f"SQS {action}", answer)
        return answer if isinstance(answer, dict) else {}


def _message(entry: dict[str, Any]) -> Message:
    system = entry.get("Attributes") or {}
    return Message(
        message_id=entry["MessageId"],
        receipt=entry["ReceiptHandle"],
        body=entry["Body"],
        attributes={
            name: {"DataType": value["DataType"], "StringValue": value["StringValue"]}
            for name, value in (entry.get("MessageAttributes") or {}).items()
            if "StringValue" in value
        },
        receive_count=int(system.get("ApproximateReceiveCount") or 1),
    )


class RealTime:
    """`Time` of the machine; the calendar is London's."""

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)

    def stopwatch(self) -> float:
        """Return the event loop's seconds."""
        return asyncio.get_running_loop().time()

    def now(self) -> datetime:
        """Return London time."""
        return datetime.now(LONDON)


async def serve(half: Half, port: int, host: str = LOCALHOST) -> web.AppRunner:
    """Serve the half's health and operators' requests; the caller cleans up."""

    async def handle(request: web.Request) -> web.Response:
        raw = await request.read()
        body = _decode(raw)
        status, document = await half.admin(request.method, request.path_qs, body)
        if document is None:
            return web.Response(status=status)
        return web.Response(
            status=status,
            body=msgspec.json.encode(document),
            content_type="application/json",
        )

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", handle)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, host, port).start()
    return runner
