"""A bus served on a free port by a loop in a thread of its own, and AWS clients."""

from __future__ import annotations

import asyncio
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from simulators.bus import Bus
from simulators.bus.server import BusServer
from simulators.clock import Clock
from simulators.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Served:
    """A running server: its bus, its URL, and calls into its loop."""

    def __init__(self) -> None:
        """Start the loop and the server; `stop` ends both."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.bus, self.server = self._wait(self._start())
        self.url = self.server.url

    def call(self, function: Callable[[], Any]) -> Any:
        """Run a plain function in the server's loop and return what it returns."""

        async def run() -> Any:
            return function()

        return self._wait(run())

    def stop(self) -> None:
        """Stop the server, then the loop."""
        self._wait(self.server.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _start(self) -> tuple[Bus, BusServer]:
        clock = Clock()
        bus = Bus(clock, Journal(clock))
        server = BusServer(bus)
        await server.start()
        return bus, server

    def _wait(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(30)


def client(service: str, url: str, key: str = "any") -> Any:
    """Return a boto3 client as it comes, but without retries."""
    return boto3.client(
        service,
        endpoint_url=url,
        region_name="eu-west-2",
        aws_access_key_id=key,
        aws_secret_access_key="any",
        config=Config(retries={"total_max_attempts": 1}, max_pool_connections=80),
    )


@contextmanager
def clients(url: str) -> Iterator[tuple[Any, Any]]:
    """Yield an SQS and an SNS client, closed at the end."""
    sqs, sns = client("sqs", url), client("sns", url)
    try:
        yield sqs, sns
    finally:
        sqs.close()
        sns.close()
