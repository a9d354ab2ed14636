"""The one ASGI callable behind every port: from a socket's bytes to the Wire."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from simulators.wire.message import Dropped, Request, Response, answer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    from simulators.wire.protocol import Connection
    from simulators.wire.wire import Wire

    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]

LIMIT = 20 * 1024 * 1024
"""Largest request body in bytes."""

_NO_LENGTH = frozenset({204, 304})

log = logging.getLogger(__name__)


class TooLarge(Exception):  # noqa: N818 - the client's mistake
    """The request body exceeds `LIMIT`."""


class Left(Exception):  # noqa: N818 - the client's choice
    """The client closed the connection before its request was whole."""


class Application:
    """Turns ASGI messages into calls on a `Wire` and its answers back."""

    def __init__(self, wire: Wire) -> None:
        """Serve `wire`."""
        self._wire = wire

    async def __call__(
        self, scope: MutableMapping[str, Any], receive: Receive, send: Send
    ) -> None:
        """Answer one request, or cut or keep the line as a fault demands."""
        connection: Connection = scope["state"]["connection"]
        try:
            response = await self._respond(scope, receive, connection)
        except Left:
            return
        except Dropped as dropped:
            if dropped.how != "hang":
                connection.reset()
            await _until_gone(receive)
            return
        await _send(response, send)

    async def _respond(
        self,
        scope: MutableMapping[str, Any],
        receive: Receive,
        connection: Connection,
    ) -> Response:
        service: str | None = scope["state"]["service"]
        path: str = scope["raw_path"].decode("latin-1")
        if service is None:
            service, path = _by_prefix(path)
            if service not in self._wire.services:
                return self._no_service(service)
        headers = {
            name.decode("latin-1"): value.decode("latin-1")
            for name, value in scope["headers"]
        }
        try:
            body = await _body(receive, headers)
        except TooLarge:
            return _too_large()
        request = Request(
            scope["method"],
            path,
            scope["query_string"].decode("latin-1"),
            headers,
            body,
        )
        try:
            return await self._wire.handle(service, request, connection.gone)
        except Dropped:
            raise
        except Exception as error:
            log.exception("%s %s failed in the Wire", scope["method"], path)
            self._wire.broken.append(error)
            return answer(500, {"status": 500, "developerMessage": str(error)})

    def _no_service(self, name: str) -> Response:
        known = ", ".join(f"/{known}/" for known in sorted(self._wire.services))
        text = f"No service under /{name}/; this port serves {known}"
        return answer(404, {"status": 404, "developerMessage": text})


def _by_prefix(path: str) -> tuple[str, str]:
    service, _, rest = path[1:].partition("/")
    return service, f"/{rest}"


async def _body(receive: Receive, headers: dict[str, str]) -> bytes:
    declared = headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > LIMIT and "expect" in headers:
        # The client asks first: it need not send what will be refused.
        raise TooLarge
    message = await receive()
    if not message.get("more_body") and message["type"] == "http.request":
        first: bytes = message["body"]
        if len(first) > LIMIT:
            raise TooLarge
        return first
    parts: list[bytes] = []
    size = 0
    while message["type"] == "http.request":
        size += len(message["body"])
        # Too large: read on without keeping, or the client could not hear the answer.
        if size <= LIMIT:
            parts.append(message["body"])
        if not message.get("more_body"):
            break
        message = await receive()
    else:
        raise Left
    if size > LIMIT:
        raise TooLarge
    return b"".join(parts)


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send(response: Response, send: Send) -> None:
    body = response.body
    headers = [
        (name.encode("latin-1"), value.encode("latin-1"))
        for name, value in response.headers.items()
    ]
    if response.status not in _NO_LENGTH:
        headers.append((b"content-length", b"%d" % len(body)))
    await send(
        {
            "type": "http.response.start",
            "status": response.status,
            "headers": headers,
        }
    )
    await send({"type": "http.response.body", "body": body})


def _too_large() -> Response:
    text = f"Request body exceeds {LIMIT // 1024 // 1024} MB"
    return answer(413, {"status": 413, "developerMessage": text}, connection="close")
