"""A bus on a port of its own, in a thread, for programs that are not Python."""

from __future__ import annotations

import asyncio
import fcntl
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from simulators.bus import Bus
from simulators.bus.server import BusServer
from simulators.clock import Clock
from simulators.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def endpoint() -> Iterator[str]:
    """Return the URL of a fresh bus."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def begin() -> BusServer:
        clock = Clock(1)
        server = BusServer(Bus(clock, Journal(clock)))
        await server.start()
        return server

    server = asyncio.run_coroutine_threadsafe(begin(), loop).result(10)
    yield server.url
    asyncio.run_coroutine_threadsafe(server.stop(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()


@pytest.fixture(scope="module")
def cache() -> Iterator[Path]:
    """Provide a directory outside the repository that outlives the run, for us alone.

    Workers side by side must not install into it at the same time.
    """
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    path = Path(home) / "tandem-sdk"
    path.mkdir(parents=True, exist_ok=True)
    with (path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield path
