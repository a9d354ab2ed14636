"""A world process as `tandem verify` starts it, but on the server's core."""

from __future__ import annotations

import json
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

from harness.api import WorldApi
from harness.control import ControlClient
from harness.processes import Child
from tests.bench.cores import pinned
from tests.bench.lines import Server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.credentials import Client

COMMAND = [sys.executable, "-m", "harness.worldprocess"]


class BenchWorld:
    """A running world: its control API, ports and people to act on."""

    def __init__(self, told: dict[str, Any], pid: int) -> None:
        """Read the addresses the world told when it was ready."""
        self.addresses = told
        self.pid = pid
        self._client = ControlClient(told["control"])
        self.api = WorldApi(self._client.call)

    def server(self, service: str) -> Server:
        """Return a service, or the bus (`aws`), as a goal for load."""
        url = self.addresses.get(service) or self.addresses["services"][service]
        port = urlsplit(url).port
        assert port is not None
        return Server(port, self.pid)

    def token(self, client: Client) -> str:
        """Return a token by client credentials, as a build would get it."""
        answer = httpx.post(
            f"{self.addresses['services']['auth']}/auth/oauth/token",
            auth=(client.id, client.secret),
            data={"grant_type": "client_credentials"},
            trust_env=False,
        )
        token: str = answer.raise_for_status().json()["access_token"]
        return token

    def close(self) -> None:
        """Close the connection to the control API."""
        self._client.close()


@contextmanager
def world() -> Iterator[BenchWorld]:
    """Hold up a world pinned to the server's core."""
    with tempfile.TemporaryDirectory(prefix="tandem-bench-") as logs:
        log = Path(logs) / "world.log"
        child = Child("world", pinned(COMMAND), log, reads_output=True)
        try:
            line = child.output.readline()
            assert line, child.why_ended()
            held = BenchWorld(json.loads(line), child.pid)
            yield held
            held.close()
        finally:
            child.stop()
