"""The AWS endpoint as one ASGI callable: both protocols, any signature.

The queue URL is never trusted for more than its last segment, so the hard-wired
`<endpoint>/000000000000/<name>` of the starter works (events-and-config 4.4, call 5).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulators.bus import protocol_json, protocol_query, sns_operations, sqs_operations
from simulators.bus.asked import Asked
from simulators.bus.errors import BusError
from simulators.bus.sqs_operations import RECEIVE

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    from simulators.bus.core import Bus

    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]

# ASGI extension: {"ask": () -> bool}, whether the client of a request still listens.
ALIVE = "tandem.alive"
_CREDENTIAL = re.compile(rb"Credential=([^/,\s]+)/")
_SQS = "AmazonSQS"
_SNS = "AmazonSimpleNotificationService"
_UP = b'{"status":"UP","services":{"sqs":"running","sns":"running"}}'


@dataclass(slots=True)
class _Head:
    """What the endpoint reads of a request's headers."""

    target: str = ""
    host: str = "localhost"
    consumer: str | None = None
    cause: str | None = None


@dataclass(slots=True)
class _Job:
    """One operation asked for: which service and protocol, with what."""

    service: str
    action: str
    asked: Asked
    as_json: bool


class AwsApp:
    """SQS and SNS over HTTP."""

    def __init__(self, bus: Bus) -> None:
        """Serve `bus`."""
        self._bus = bus
        self._requests = 0

    async def __call__(
        self, scope: MutableMapping[str, Any], receive: Receive, send: Send
    ) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        self._requests += 1
        body = await _body(receive)
        if body is None:
            return
        if scope["method"] == "GET" and b"Action=" not in scope["query_string"]:
            await _answer(send, 200, _UP, (b"application/json", ""))
            return
        head = _head(scope["headers"])
        as_json = bool(head.target)
        request_id = f"{self._requests:08x}-0000-4000-8000-000000000000"
        service = head.target.split(".", 1)[0] if as_json else _SNS
        try:
            job = _job(scope, head, body)
            service = job.service
            result = await self._run(job, scope)
        except BusError as error:
            await _refuse(send, service, error, request_id, as_json=as_json)
            return
        if as_json:
            content, kind = protocol_json.write(result), protocol_json.CONTENT_TYPE
        else:
            space = _namespace(service)
            content = protocol_query.write(space, job.action, result, request_id)
            kind = protocol_query.CONTENT_TYPE
        await _answer(send, 200, content, (kind, request_id))

    async def _run(self, job: _Job, scope: MutableMapping[str, Any]) -> dict[str, Any]:
        if job.service == _SQS and job.action == RECEIVE:
            offered = scope.get("extensions", {}).get(ALIVE, {})
            return await sqs_operations.receive_message(
                self._bus, job.asked, offered.get("ask")
            )
        known = sqs_operations if job.service == _SQS else sns_operations
        operation = known.OPERATIONS.get(job.action)
        if operation is None:
            raise BusError(
                "UnknownOperationException" if job.as_json else "InvalidAction",
                f"The bus does not offer {job.service}.{job.action}.",
            )
        result: dict[str, Any] = operation(self._bus, job.asked)
        return result


def _job(scope: MutableMapping[str, Any], head: _Head, body: bytes) -> _Job:
    if head.target:
        service, _, action = head.target.partition(".")
        asked = Asked(protocol_json.read(body), head.host, head.consumer, head.cause)
        return _Job(_SQS if service == _SQS else _SNS, action, asked, as_json=True)
    parameters = protocol_query.read(body, scope["query_string"])
    action = str(parameters.get("Action", ""))
    service = _SQS if _is_sqs(action, parameters) else _SNS
    if service == _SQS:
        parameters = protocol_query.for_sqs(parameters)
        parameters.setdefault("QueueUrl", scope["path"])
    asked = Asked(parameters, head.host, head.consumer, head.cause)
    return _Job(service, action, asked, as_json=False)


def _is_sqs(action: str, parameters: dict[str, Any]) -> bool:
    """Tell the two services apart: AddPermission and the like exist in both."""
    if action in sns_operations.OPERATIONS:
        return str(parameters.get("Version", "")).startswith("2012")
    return action == RECEIVE or action in sqs_operations.OPERATIONS


def _namespace(service: str) -> str:
    if service == _SQS:
        return protocol_query.SQS_NAMESPACE
    return protocol_query.SNS_NAMESPACE


def _head(headers: list[tuple[bytes, bytes]]) -> _Head:
    head = _Head()
    for name, value in headers:
        if name == b"x-amz-target":
            head.target = value.decode("latin-1")
        elif name == b"host":
            head.host = value.decode("latin-1")
        elif name == b"authorization":
            found = _CREDENTIAL.search(value)
            head.consumer = found.group(1).decode("latin-1") if found else None
        elif name == b"x-tandem-cause":
            head.cause = value.decode("latin-1")
    return head


async def _body(receive: Receive) -> bytes | None:
    """Return the whole body, None when the client is gone."""
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return parts[0] if len(parts) == 1 else b"".join(parts)


async def _refuse(
    send: Send, service: str, error: BusError, request_id: str, *, as_json: bool
) -> None:
    if as_json:
        content = protocol_json.write_error(service, error)
        extra = protocol_json.error_headers(error)
        kind = protocol_json.CONTENT_TYPE
    else:
        content = protocol_query.write_error(_namespace(service), error, request_id)
        extra, kind = [], protocol_query.CONTENT_TYPE
    await _answer(send, error.status, content, (kind, request_id), extra)


async def _answer(
    send: Send,
    status: int,
    content: bytes,
    labels: tuple[bytes, str],
    extra: list[tuple[bytes, bytes]] | None = None,
) -> None:
    kind, request_id = labels
    headers = [
        (b"content-type", kind),
        (b"content-length", str(len(content)).encode()),
        (b"x-amzn-requestid", request_id.encode()),
        *(extra or ()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})
