"""The control API over HTTP, on a port of its own in the world's event loop.

One rule: `POST /control/<method>` with a JSON object of arguments answers 200 with the
JSON result, or 400 with `{"error": text}` when the caller asked for something that does
not exist. `GET /health` answers 200 once the world serves.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from harness.control import WorldError, dispatch
from simulators.wire.server import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    from harness.world import World

    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]

_log = logging.getLogger(__name__)
_encode = msgspec.json.Encoder().encode
_OK, _BAD, _ABSENT, _CRASHED = 200, 400, 404, 500
_KEEP_ALIVE = 600


class ControlServer:
    """Serves one world's control API; `start` and `stop` within the running loop."""

    def __init__(self, world: World, host: str, port: int = 0) -> None:
        """Bind to `host` only; port 0 takes a free one."""
        self.host = host
        self.port = port
        self._application = application(world)
        self._state = ServerState()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Bind and listen; an OSError names the port when it is taken."""
        config = uvicorn.Config(
            self._application,
            lifespan="off",
            log_config=None,
            access_log=False,
            ws="none",
            timeout_keep_alive=_KEEP_ALIVE,
        )
        config.load()
        line = _bound(self.host, self.port)
        self._server = await asyncio.get_running_loop().create_server(
            lambda: HttpToolsProtocol(config, server_state=self._state, app_state={}),
            sock=line,
        )
        self.port = line.getsockname()[1]

    async def stop(self) -> None:
        """Stop listening and hang up."""
        if self._server is None:
            return
        self._server.close()
        for connection in list(self._state.connections):
            connection.transport.abort()
        tasks = list(self._state.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._server.wait_closed()
        self._server = None


def _bound(host: str, port: int) -> socket.socket:
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        line.bind((host, port))
        line.listen()
    except OSError as error:
        line.close()
        if error.errno != errno.EADDRINUSE:
            raise
        raise OSError(
            errno.EADDRINUSE,
            f"port {port} for the control API is in use; another world may be up",
        ) from error
    line.setblocking(False)
    return line


def application(world: World) -> Callable[[Message, Receive, Send], Awaitable[None]]:
    """Return the ASGI application that serves `world`'s control API."""

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        status, document = await _answer(world, scope, await _body(receive))
        await send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [(b"content-type", b"application/json")],
            }
        )
        await send({"type": "http.response.body", "body": _encode(document)})

    return app


async def _body(receive: Receive) -> bytes:
    body: bytes = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return body


def _as_reached(about: dict[str, Any], scope: Message) -> dict[str, Any]:
    """Name addresses as the caller reaches us: by a container's name, say."""
    host = dict(scope["headers"]).get(b"host", b"").decode("ascii", "replace")
    name = urlsplit(f"//{host}").hostname
    if name in (None, LOOPBACK, "localhost"):
        return about
    addresses = _encode(about["addresses"]).replace(
        f"//{LOOPBACK}:".encode(), f"//{name}:".encode()
    )
    return {**about, "addresses": msgspec.json.decode(addresses)}


async def _answer(world: World, scope: Message, body: bytes) -> tuple[int, Any]:
    path: str = scope["path"]
    if path == "/health":
        return _OK, {"status": "UP"}
    if not path.startswith("/control/"):
        return _ABSENT, {"error": f"no {path}; POST /control/<method> or GET /health"}
    try:
        arguments = msgspec.json.decode(body or b"{}", type=dict[str, Any])
        method = path.removeprefix("/control/")
        result = await dispatch(world, method, arguments)
        return _OK, _as_reached(result, scope) if method == "about" else result
    except (WorldError, msgspec.DecodeError) as error:
        return _BAD, {"error": str(error)}
    except Exception as error:  # noqa: BLE001 - told to the caller as 500, and logged
        _log.exception("control call %s failed", path)
        return _CRASHED, {"error": f"{type(error).__name__}: {error}"}
