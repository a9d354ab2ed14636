"""Worlds held up, builds started by hand, and runs of the command line."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
TANDEM = [sys.executable, "-m", "harness"]
HALVES = ("to-nomis", "from-nomis")
BOTH_WAYS = str(HERE / "both-ways.feature")
COMMANDS = {
    half: f"command:{sys.executable} -m tests.stranger {half}" for half in HALVES
}
_START_SECONDS = 30.0
_RUN_SECONDS = 240.0
# All that a build gets besides what `tandem env` prints.
_BARE = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}


@dataclass(frozen=True)
class Ended:
    """A run of the command line that has ended."""

    code: int
    out: str


def tandem(*arguments: str) -> Ended:
    """Run the command line to its end."""
    done = subprocess.run(
        [*TANDEM, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=_RUN_SECONDS,
        check=False,
    )
    return Ended(done.returncode, done.stdout + done.stderr)


def printed(port: int) -> dict[str, dict[str, str]]:
    """Return the variables that `tandem env` prints, by half; their own ports free."""
    documents = json.loads(tandem("env", "--format", "json", "--port", str(port)).out)
    return {
        half: {**documents[half]["variables"], "SERVER_PORT": str(free_port())}
        for half in HALVES
    }


def free_port() -> int:
    """Return a free port."""
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        port: int = line.getsockname()[1]
    return port


def three_free_ports() -> int:
    """Return the first of three neighbouring free ports."""
    for first in range(20_000 + os.getpid() % 9_000, 32_000, 3):
        try:
            for port in range(first, first + 3):
                with socket.socket() as line:
                    line.bind(("127.0.0.1", port))
        except OSError:
            continue
        return first
    raise AssertionError("no three free ports")


def wait_until(what: str, look: Callable[[], Any]) -> Any:
    """Return what `look` finds, as soon as it is true."""
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            found = look()
        except httpx.TransportError:
            found = None
        if found:
            return found
        assert time.monotonic() < deadline, f"no {what} after {_START_SECONDS} s"
        time.sleep(0.05)


def is_served(url: str) -> bool:
    """Tell whether an address answers."""
    return httpx.get(url, trust_env=False, timeout=5).status_code == 200


class Programs:
    """Processes of a test; all are ended with it."""

    def __init__(self, logs: Path) -> None:
        """Write what they say under `logs`."""
        self._logs = logs
        self._running: list[subprocess.Popen[bytes]] = []

    def start(
        self, command: list[str], variables: dict[str, str]
    ) -> subprocess.Popen[bytes]:
        """Start a program with these variables and nothing else."""
        log = self._logs / f"{len(self._running)}.log"
        with log.open("wb") as sink:
            program = subprocess.Popen(
                command, cwd=ROOT, env=variables, stdout=sink, stderr=sink
            )
        self._running.append(program)
        return program

    def start_builds(self, variables: dict[str, dict[str, str]]) -> None:
        """Start both builds as a person would, by hand."""
        for half in HALVES:
            command = [sys.executable, "-m", "tests.stranger", half]
            self.start(command, {**_BARE, **variables[half]})

    def end(self) -> None:
        """End them all."""
        for program in self._running:
            program.send_signal(signal.SIGTERM)
        for program in self._running:
            try:
                program.wait(15)
            except subprocess.TimeoutExpired:
                program.kill()
                program.wait()

    def logs(self) -> str:
        """Return what they said."""
        return "\n".join(log.read_text() for log in sorted(self._logs.glob("*.log")))


@pytest.fixture
def programs(tmp_path: Path) -> Iterator[Programs]:
    """Provide a starter of programs."""
    found = Programs(tmp_path)
    yield found
    found.end()
