"""One client's connection: HTTP by uvicorn's parser, and the socket's hard ends.

Reset and hang are faults of the socket, not of HTTP, so the application is handed the
connection itself (`scope["state"]["connection"]`). ASGI alone cannot cut a line.

A client that half-closes counts as gone: on TCP it looks the same as one that gave up
waiting, and telling that an answer was lost matters more here.
"""

from __future__ import annotations

import socket
import struct
from typing import TYPE_CHECKING, Any

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER on, 0 seconds: closing sends RST in place of FIN."""

_KEEP_ALIVE = 600
"""Seconds an idle connection stays. Pooled clients of the real builds keep theirs for
minutes; a shorter limit would close one just as a write goes out on it."""


class Connection(HttpToolsProtocol):
    """A connection that can be reset and that knows whether its client has left."""

    def on_message_begin(self) -> None:
        """Hand this connection to the application with each request."""
        super().on_message_begin()
        self.scope["state"]["connection"] = self

    def reset(self) -> None:
        """Cut the line: the client sees `connection reset by peer`."""
        if self.transport.is_closing():
            return
        line = self.transport.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.transport.abort()

    def gone(self) -> bool:
        """Tell whether the client has closed the connection."""
        return bool(self.transport.is_closing())


class Connections:
    """The open connections of one port and their running requests."""

    def __init__(self, application: Any, service: str | None) -> None:
        """Serve `application`; `service` None means the port of all services."""
        self._config = Config(
            application,
            http=Connection,
            ws="none",
            lifespan="off",
            interface="asgi3",
            proxy_headers=False,
            server_header=False,
            date_header=False,
            access_log=False,
            log_config=None,
            # The application answers its own failures; what is left is clients that
            # went away or sent no HTTP, which these tests do on purpose.
            log_level="critical",
            timeout_keep_alive=_KEEP_ALIVE,
        )
        self._config.load()
        self._state = ServerState()
        self._given = {"service": service}

    def protocol(self) -> asyncio.Protocol:
        """Make the protocol of a new connection."""
        return Connection(self._config, self._state, self._given)

    def reset(self) -> None:
        """Cut every open connection."""
        self._each(Connection.reset)

    def close(self) -> None:
        """Close every open connection, at once but in the ordinary way."""
        self._each(lambda connection: connection.transport.abort())

    @property
    def tasks(self) -> set[asyncio.Task[None]]:
        """Requests that are still running."""
        return self._state.tasks

    def _each(self, act: Callable[[Connection], None]) -> None:
        for connection in list(self._state.connections):
            if isinstance(connection, Connection):
                act(connection)
