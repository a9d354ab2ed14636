"""A world of our own to run the cases against: all fakes on sockets, in one thread."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import TYPE_CHECKING, Any

import uvloop

from harness import environment
from harness.api import WorldApi
from harness.composition import Settings
from harness.control import dispatch
from harness.world import World
from simulators.bus.server import BusServer
from simulators.clock import Clock
from simulators.wire.server import LOOPBACK, Server

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterable

_PATIENCE = 60.0
CLIENT = "conformance"


class OwnWorld:
    """A running world; `urls` by service, `aws` the bus, `api` its control.

    It shares this process, so that a case may ask its auth fake for a token with any
    roles, which no network API gives.
    """

    def __init__(self) -> None:
        """Start it; returns when all services answer."""
        # The loop of the world's own process; asyncio's leaves Nagle's delay on.
        self._loop = uvloop.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="world", daemon=True
        )
        self._thread.start()
        # Signing takes longer than answering; tokens outlive the run.
        self._tokens: dict[tuple[tuple[str, ...], str | None], str] = {}
        self._wait(self._start())
        self.urls = {name: self._fakes.url(name) for name in self._fakes.ports}
        self.aws = self._bus.url
        self.api = WorldApi(
            lambda name, arguments: self._wait(dispatch(self.world, name, arguments))
        )
        # No sync runs here: nobody is waited for when a case settles.
        self.api.set_targets({"to-nomis": "none", "from-nomis": "none"}, {}, 0.0)

    def mint(self, roles: Iterable[str] | None, user: str | None) -> str:
        """Return a token with exactly `roles` (None: none), linked to `user`."""
        key = tuple(sorted(roles or ())), user
        if key not in self._tokens:
            self._tokens[key] = self.sign(*key)
        return self._tokens[key]

    def sign(
        self, roles: Iterable[str], user: str | None, lifetime: int = 86400
    ) -> str:
        """Sign a fresh token that lives for `lifetime` seconds."""

        async def sign() -> str:
            return self.world.fakes.auth.mint(
                user or CLIENT, CLIENT, sorted(roles), user, lifetime
            )

        token: str = self._wait(sign())
        return token

    def stop(self) -> None:
        """Close the ports and end the thread."""
        self._wait(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _start(self) -> None:
        self.world = World(Clock(1), Settings(epoch=time.time))
        ports = environment.FREE_PORTS
        self._bus = BusServer(self.world.fakes.bus, LOOPBACK, ports["aws"])
        self._fakes = Server(self.world.fakes.wire, host=LOOPBACK)
        self.world.server = self._fakes
        await self._bus.start()
        await self._fakes.start()
        await self.world.start()

    async def _stop(self) -> None:
        await self.world.stop()
        await self._fakes.stop()
        await self._bus.stop()

    def _wait(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        return future.result(_PATIENCE)
