"""`docker compose up` gives a synced world, `run tandem verify` a verdict on it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.containers.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.containers.conftest import Engine

pytestmark = pytest.mark.containers

_UP_WAIT = 120


def _free_ports(count: int) -> list[int]:
    lines = [socket.socket() for _ in range(count)]
    for line in lines:
        line.bind(("127.0.0.1", 0))
    ports = [line.getsockname()[1] for line in lines]
    for line in lines:
        line.close()
    return ports


class Compose:
    """Compose, in whichever of its two forms is here, on ports of our own."""

    def __init__(self, image: str) -> None:
        """Take free ports and a network of our own, so that others may be up too."""
        plugin = ["docker", "compose"]
        found = shutil.which("docker-compose")
        if os.environ.get("TANDEM_ENGINE") == "docker":
            found = None
        self.command = [found] if found else plugin
        self.aws, self.control, self.services = _free_ports(3)
        self.environment = {
            **os.environ,
            "COMPOSE_PROJECT_NAME": f"tandem-tested-{os.getpid()}",
            "NETWORK": f"hmpps-tested-{os.getpid()}",
            "TANDEM_IMAGE": image,
            "AWS_PORT": str(self.aws),
            "CONTROL_PORT": str(self.control),
            "SERVICES_PORT": str(self.services),
        }

    def __call__(self, *words: str, wait: float = _UP_WAIT) -> tuple[int, str]:
        """Run a command of compose; returns its status and all it said."""
        done = subprocess.run(
            [*self.command, *words],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=wait,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def compose(engine: Engine, image: str) -> Iterator[Compose]:
    """Return compose with nothing up; all that comes up goes afterwards."""
    before = engine.held()
    made = Compose(image)
    try:
        yield made
    finally:
        made("down", "--volumes", "--timeout", "5")
    assert engine.held() <= before


@pytest.fixture
def up(compose: Compose) -> Compose:
    """Return compose with its services up."""
    status, said = compose("up", "--detach", "--no-build")
    assert status == 0, said
    return compose


def test_world_without_halves_is_a_verdict_of_unknown(compose: Compose) -> None:
    """Without halves the composed world is not judged, and the queues are named."""
    compose("down", "--timeout", "5")
    status, said = compose("up", "--detach", "--no-build", "world")
    assert status == 0, said
    words = ("run", "--rm", "-T", "tandem", "verify", "--tags", "smoke")
    status, said = compose(*words, "--sync-wait", "1")
    assert "hmpps_prisoner_to_nomis_casenotes_queue" in said
    assert status == 3


def test_world_and_both_halves_are_up_on_loopback_only(
    engine: Engine, up: Compose
) -> None:
    """The world answers at its published port, which no other machine reaches."""
    answer = httpx.get(f"http://127.0.0.1:{up.control}/health", trust_env=False)
    assert answer.json() == {"status": "UP"}
    published = engine("port", "tandem-world").splitlines()
    assert len(published) == 3
    assert all("127.0.0.1:" in line for line in published)
    names = engine("ps", "--format", "{{.Names}}").splitlines()
    assert {"tandem-world", "to-nomis", "from-nomis"} <= set(names)


def test_composed_world_is_judged_over_the_smoke_set(up: Compose) -> None:
    """`docker compose run tandem verify` plays on the halves beside it."""
    words = ("run", "--rm", "-T", "tandem", "verify", "--tags", "smoke")
    status, said = up(*words, "--grace", "0.5")
    assert status == 0, said
    assert "to-nomis external, from-nomis external" in said
    assert "verdict: pass" in said


def test_composed_world_serves_a_run_from_this_machine(
    up: Compose, tmp_path: Path
) -> None:
    """A tester with Tandem attaches to the composed world by its control port."""
    done = subprocess.run(
        [
            *("tandem", "verify", "--tags", "smoke and dps-to-nomis"),
            *("--stack", f"http://127.0.0.1:{up.control}", "--sync", "external"),
            *("--report", str(tmp_path), "--grace", "0.5"),
        ],
        cwd=ROOT,
        env={**os.environ, "PATH": f"{ROOT}/.venv/bin:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
