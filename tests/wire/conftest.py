"""Scenes on virtual time and scenes on real sockets."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import uvloop

from simulators.clock import virtual_loop
from simulators.wire.server import Server
from tests.wire.example import ALL, Shop

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable


@pytest.fixture
def play() -> Callable[[Callable[[Shop], Awaitable[None]]], None]:
    """Return a player of one scene in process: no sockets, virtual time."""

    def run(scene: Callable[[Shop], Awaitable[None]]) -> None:
        async def whole() -> None:
            await scene(Shop())

        loop = virtual_loop()
        try:
            loop.run_until_complete(whole())
        finally:
            loop.close()

    return run


class Street:
    """A shop served over real sockets, and a client of its own."""

    def __init__(self, shop: Shop, server: Server, client: httpx.AsyncClient) -> None:
        self.shop = shop
        self.server = server
        self.client = client

    def url(self, path: str, service: str = "example") -> str:
        """Return the full URL of a path on the service's own port."""
        return self.server.url(service) + path

    async def create(self, text: str = "Met on the wing.") -> httpx.Response:
        """Create a note for A1234BC over the socket."""
        return await self.client.post(
            self.url("/prisoners/A1234BC/notes"), json={"text": text}
        )

    async def get(self, path: str, **options: Any) -> httpx.Response:
        """Read a path of the example service over the socket."""
        return await self.client.get(self.url(path), **options)


@asynccontextmanager
async def street(**options: Any) -> AsyncIterator[Street]:
    """Open the shop's ports for a while."""
    shop = Shop()
    server = Server(shop.wire, **options)
    await server.start()
    try:
        async with httpx.AsyncClient(headers=shop.headers(*ALL), timeout=5) as client:
            yield Street(shop, server, client)
    finally:
        await server.stop()


@pytest.fixture
def on_street() -> Callable[[Callable[[Street], Awaitable[None]]], None]:
    """Return a player of one scene over sockets, in real time."""

    def run(scene: Callable[[Street], Awaitable[None]]) -> None:
        async def whole() -> None:
            async with street() as opened:
                await asyncio.wait_for(scene(opened), 8)

        uvloop.run(whole())

    return run
