"""Every service on a port of its own, and all of them under one port by prefix.

The server lives in the world's event loop. An outage closes a service's port, so that
clients get `connection refused` as from a machine that is down; the port number stays
reserved meanwhile and the service comes back under it.
"""

from __future__ import annotations

import asyncio
import errno
import gc
import socket
from typing import TYPE_CHECKING

from simulators.wire.application import Application
from simulators.wire.protocol import Connections

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulators.wire.wire import Wire

LOOPBACK = "127.0.0.1"
COMBINED = "all services"

_BACKLOG = 2048
_THRESHOLDS = (10_000, 3, 1_000_000)
"""Collector thresholds. Journal and notes only grow, so what survives once is not worth
walking again: young collections stay below 7 ms (33 ms at 20,000 and 5), and the full
ones, 120 ms over 60,000 notes by default, never come by themselves."""


class PortInUse(OSError):  # noqa: N818 - named for what the user has to change
    """A port that the server was told to use is taken."""

    def __init__(self, service: str, port: int) -> None:
        """Name the service and the port."""
        super().__init__(
            errno.EADDRINUSE,
            f"port {port} for {service} is in use; stop what listens there or choose "
            "another (0 takes a free one)",
        )
        self.service = service
        self.port = port

    def __str__(self) -> str:
        return str(self.strerror)


class _Listener:
    """One port: open, or closed by an outage and reserved."""

    def __init__(
        self, name: str, application: Application, service: str | None
    ) -> None:
        self.name = name
        self.port = 0
        self.connections = Connections(application, service)
        self._server: asyncio.Server | None = None
        self._reserved: socket.socket | None = None

    def reserve(self, host: str, port: int) -> None:
        """Bind the port without listening: clients are refused, others kept out."""
        self._reserved = _bound(host, port, self.name)
        # Only a socket that may not be shared keeps others off while it is silent.
        _share(self._reserved, on=False)
        self.port = self._reserved.getsockname()[1]

    async def open(self) -> None:
        """Listen on the reserved port."""
        line = self._reserved
        if line is None:
            return
        self._reserved = None
        _share(line, on=True)
        try:
            line.listen(_BACKLOG)
        except OSError as error:
            line.close()
            raise PortInUse(self.name, self.port) from error
        self._server = await asyncio.get_running_loop().create_server(
            self.connections.protocol, sock=line, backlog=_BACKLOG
        )

    async def close(self, host: str | None = None) -> None:
        """Close the port and cut its connections; `host` given: reserve it again."""
        if self._reserved is not None:
            if host is None:
                self._reserved.close()
                self._reserved = None
            return
        server, self._server = self._server, None
        if server is None:
            return
        server.close()
        if host is None:
            self.connections.close()
            return
        self.connections.reset()
        # uvloop gives the port back on its next turn; each turn is one try.
        for _turn in range(100):
            await asyncio.sleep(0)
            try:
                self.reserve(host, self.port)
            except PortInUse:
                continue
            return
        raise PortInUse(self.name, self.port)


class Server:
    """Serves a Wire over loopback sockets.

    `ports` gives fixed ports by service name, `combined` that of the port for all;
    absent or 0 means a free one. `start` raises `PortInUse`; afterwards `ports` and
    `combined` tell the real numbers.
    """

    def __init__(
        self,
        wire: Wire,
        ports: Mapping[str, int] | None = None,
        combined: int = 0,
        host: str = LOOPBACK,
    ) -> None:
        """Remember what to open; nothing is opened before `start`."""
        self.host = host
        self._wire = wire
        self._wanted = dict(ports or {})
        self._combined = combined
        self._listeners: dict[str, _Listener] = {}
        self._thresholds = gc.get_threshold()

    @property
    def ports(self) -> dict[str, int]:
        """The port of each service."""
        return {
            name: listener.port
            for name, listener in self._listeners.items()
            if name != COMBINED
        }

    @property
    def combined(self) -> int:
        """The port under which all services answer by prefix."""
        return self._listeners[COMBINED].port

    def url(self, service: str) -> str:
        """Return the root URL of a service, without a trailing slash."""
        return f"http://{self.host}:{self._listeners[service].port}"

    async def start(self) -> None:
        """Open all ports; on failure none stays open."""
        application = Application(self._wire)
        try:
            for name in sorted(self._wire.services):
                await self._open(name, application, name, self._wanted.get(name, 0))
            await self._open(COMBINED, application, None, self._combined)
        except BaseException:
            await self.stop()
            raise
        quieten_collector()

    async def stop(self) -> None:
        """Close all ports and connections and end what still runs, hung calls too."""
        for listener in self._listeners.values():
            await listener.close()
        # Connections learn that they are lost on the next turn of the loop.
        await asyncio.sleep(0)
        tasks = [
            task
            for listener in self._listeners.values()
            for task in listener.connections.tasks
        ]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._listeners.clear()
        gc.unfreeze()
        gc.set_threshold(*self._thresholds)

    async def outage(self, service: str, on: bool) -> None:
        """Take a service off the network, or bring it back under the same port."""
        listener = self._listeners[service]
        self._wire.outage(service, on)
        if on:
            await listener.close(self.host)
        else:
            await listener.open()

    async def _open(
        self, name: str, application: Application, service: str | None, port: int
    ) -> None:
        listener = _Listener(name, application, service)
        self._listeners[name] = listener
        listener.reserve(self.host, port)
        await listener.open()


def quieten_collector() -> None:
    """Keep the collector off what start-up built, and let it run less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)


def _share(line: socket.socket, *, on: bool) -> None:
    line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, int(on))


def _bound(host: str, port: int, service: str) -> socket.socket:
    # asyncio turns Nagle's 40 ms off only for sockets that name their protocol.
    line = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        # Ports of a run that just ended are free again; live listeners still refuse.
        _share(line, on=True)
        line.bind((host, port))
    except OSError as error:
        line.close()
        if error.errno == errno.EADDRINUSE:
            raise PortInUse(service, port) from error
        raise
    line.setblocking(False)
    return line
