"""The AWS endpoint on a port of its own, in the world's event loop."""

from __future__ import annotations

import asyncio
import errno
import select
import socket
from typing import TYPE_CHECKING

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from simulators.bus.app import ALIVE, AwsApp

if TYPE_CHECKING:
    from simulators.bus.core import Bus

LOCALHOST = "127.0.0.1"
# SDK clients keep idle connections for a minute or more; a server that hangs up
# first makes the next request of the client fail.
_KEEP_ALIVE = 600
_BACKLOG = 2048


class PortInUseError(RuntimeError):
    """The port is taken, most often by LocalStack or another world."""

    def __init__(self, host: str, port: int) -> None:
        """Say what is taken and what to do."""
        super().__init__(
            f"cannot serve SNS and SQS on {host}:{port}: another process listens "
            f"there (LocalStack and ministack use 4566 too). Stop it, or choose "
            "another port"
        )
        self.host = host
        self.port = port


# What the kernel knows of a connection before our event loop has heard of it.
_HUNG_UP = getattr(select, "POLLRDHUP", 0) | select.POLLHUP | select.POLLERR


class _Protocol(HttpToolsProtocol):
    """uvicorn's protocol, which also tells the app whether the client still listens.

    A killed process hangs up in the very moment of a publish: a message must not go
    to it, or it would be in flight for a whole visibility timeout.
    """

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {ALIVE: {"ask": self._alive}}

    def _alive(self) -> bool:
        if self.transport.is_closing():
            return False
        poll = select.poll()
        poll.register(self.transport.get_extra_info("socket").fileno(), _HUNG_UP)
        return not poll.poll(0)


class BusServer:
    """Serves a bus; `start` and `stop` within the running loop.

    >>> server = BusServer(bus)                             # doctest: +SKIP
    >>> await server.start()                                # doctest: +SKIP
    >>> server.url                                          # doctest: +SKIP
    'http://127.0.0.1:41234'
    """

    def __init__(self, bus: Bus, host: str = LOCALHOST, port: int = 0) -> None:
        """Bind to `host` only; port 0 takes a free one."""
        self.host = host
        self.port = port
        self._app = AwsApp(bus)
        self._bus = bus
        self._server: asyncio.Server | None = None
        self._state = ServerState()

    @property
    def url(self) -> str:
        """The endpoint URL, without a trailing slash (the starter concatenates)."""
        return f"http://{self.host}:{self.port}"

    async def start(self) -> None:
        """Bind and listen; raises PortInUseError, or OSError for no place of ours."""
        config = uvicorn.Config(
            self._app,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            proxy_headers=False,
            ws="none",
            timeout_keep_alive=_KEEP_ALIVE,
        )
        config.load()
        self._state = ServerState()
        state = self._state
        listener = _bind(self.host, self.port)
        self._server = await asyncio.get_running_loop().create_server(
            lambda: _Protocol(config, server_state=state, app_state={}),
            sock=listener,
            backlog=_BACKLOG,
        )
        self.port = listener.getsockname()[1]

    async def stop(self) -> None:
        """Stop listening and hang up: a parked poll ends without an answer."""
        if self._server is None:
            return
        self._bus.skipper.stop()
        self._server.close()
        for connection in list(self._state.connections):
            connection.transport.abort()
        tasks = list(self._state.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._server.wait_closed()
        self._server = None


def _bind(host: str, port: int) -> socket.socket:
    # asyncio turns Nagle's delay off only where the protocol is named as TCP; without
    # it every answer waits 40 ms for the client's delayed acknowledgement.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise PortInUseError(host, port) from error
        raise OSError(
            error.errno,
            f"cannot serve SNS and SQS on {host}:{port}: {error.strerror}; is that an "
            "address of this machine, and the port above 1023?",
        ) from error
    listener.setblocking(False)
    return listener
