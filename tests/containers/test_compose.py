"""`docker compose up` gives a synced world, `run tandem verify` a verdict on it."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.containers.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.containers.composing import Compose
    from tests.containers.conftest import Engine

pytestmark = pytest.mark.containers


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
