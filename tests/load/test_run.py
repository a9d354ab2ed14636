"""Locust against a real world: the load is sent, settled and judged."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.options import RunOptions
from harness.starting import start_wire

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.stack import Stack

LOCUSTFILE = Path(__file__).parents[2] / "load" / "locustfile.py"
LIMIT = 60
CAME = re.compile(r"arrivals: (\d+) came, (\d+) sent, .*; (\d+) never sent")

pytestmark = [pytest.mark.sockets, pytest.mark.long]


def _locust(url: str, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--headless"]
    return subprocess.run(
        [*command, "--only-summary", "--host", url, *options],
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Provide a world and both reference halves as processes."""
    stack = start_wire(RunOptions(report=str(tmp_path_factory.mktemp("load"))))
    yield stack
    stack.close()


def test_a_right_sync_passes_under_load(stack: Stack) -> None:
    """The world saw what was sent, both sides agree in the end, exit code 0."""
    url = stack.world.about()["addresses"]["control"]
    since = stack.world.mark("before the load", "load")
    done = _locust(url, "-t", "4s", "--rate", "12", "--seed", "2", "--prisoners", "4")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "verdict: pass" in done.stdout
    told = CAME.search(done.stdout)
    assert told is not None, done.stdout
    assert int(told[1]) == int(told[2]) + int(told[3])
    sent = [
        entry
        for entry in stack.world.journal(since, kinds=["request"])
        if entry["client"] == "load-users"
    ]
    assert len(sent) == int(told[2]) > 5
    assert {entry["service"] for entry in sent} == {"dps", "nomis-screens"}


def test_what_never_arrives_fails(stack: Stack) -> None:
    """A sync that brings nothing over fails the load: the exit code is 1."""
    url = stack.world.about()["addresses"]["control"]
    held = stack.world.hold()
    try:
        done = _locust(url, "-t", "2s", "--rate", "10", "--prisoners", "4")
    finally:
        stack.world.release(held)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "lost by" in done.stdout


def test_a_load_without_users_is_unknown(stack: Stack) -> None:
    """When nobody came nothing was shown: the exit code is 3, not 0."""
    url = stack.world.about()["addresses"]["control"]
    done = _locust(url, "-t", "3s", "--rate", "0.001")
    assert done.returncode == 3, done.stdout + done.stderr
    assert "verdict: unknown" in done.stdout


def test_without_a_world_it_says_what_to_do() -> None:
    """A wrong address ends the run at once with status 2 and the way out."""
    done = _locust("http://127.0.0.1:9", "-t", "5s")
    assert done.returncode == 2, done.stdout + done.stderr
    assert "tandem up" in done.stdout
