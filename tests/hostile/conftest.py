"""A world as a process of its own, so that its memory and its log can be watched."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import msgspec
import pytest

from harness import credentials
from harness.api import WorldApi
from harness.control import ControlClient
from harness.processes import Child

if TYPE_CHECKING:
    from collections.abc import Iterator


class Target:
    """The running world: addresses, control, memory, and what it wrote to its log."""

    def __init__(self, log: Path) -> None:
        """Start it and wait until it serves."""
        command = [sys.executable, "-m", "harness.worldprocess"]
        self.child = Child("world", command, log, reads_output=True)
        told = msgspec.json.decode(self.child.output.readline())
        self.urls: dict[str, str] = told["services"]
        self._client = ControlClient(told["control"])
        self.world = WorldApi(self._client.call)
        self.http = httpx.Client(timeout=60, trust_env=False)
        self._tokens: dict[str, str] = {}

    def token(self, service: str) -> str:
        """Return a token with the sync's role at a service."""
        if service not in self._tokens:
            client = credentials.FROM_NOMIS[service]
            answer = self.http.post(
                f"{self.urls['auth']}/auth/oauth/token",
                data={"grant_type": "client_credentials"},
                auth=(client.id, client.secret),
            )
            self._tokens[service] = answer.json()["access_token"]
        return self._tokens[service]

    def send(
        self,
        service: str,
        method: str,
        path: str,
        content: bytes = b"",
        **headers: str | None,
    ) -> httpx.Response:
        """Send raw bytes with the sync's token; a header of None is left out."""
        given: dict[str, str | None] = {
            "authorization": f"Bearer {self.token(service)}",
            "content-type": "application/json",
        }
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {name: value for name, value in given.items() if value is not None}
        return self.http.request(
            method, self.urls[service] + path, content=content, headers=sent
        )

    def megabytes(self) -> float:
        """Return the resident memory of the world."""
        status = Path(f"/proc/{self.child.pid}/status").read_text("utf-8")
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        assert found is not None
        return int(found.group(1)) / 1024

    def stop(self) -> None:
        """End it."""
        self.http.close()
        self._client.close()
        self.child.stop()


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """Return a running world; afterwards its log must hold no stack trace."""
    if not Path("/proc/self/status").exists():
        pytest.skip("memory is read from /proc, which this system does not have")
    log = tmp_path_factory.mktemp("hostile") / "world.log"
    made = Target(log)
    yield made
    broken = made.world.about()["broken"]
    made.stop()
    assert "Traceback" not in log.read_text("utf-8", "replace")
    assert broken == []


@pytest.fixture
def prisoner(target: Target) -> str:
    """Return a fresh prisoner's number."""
    prison = target.world.add_prison()["code"]
    return str(target.world.add_prisoner(prison)["prisoner"])


@pytest.fixture
def note(target: Target) -> dict[str, Any]:
    """Return a request that N2 accepts."""
    return {
        "caseNoteType": "KA",
        "caseNoteSubType": "KS",
        "occurrenceDateTime": "2025-03-04T09:15:00",
        "creationDateTime": "2025-03-04T09:20:31",
        "authorUsername": target.world.add_staff()["usernames"][0],
        "caseNoteText": "Met on the wing.",
    }
