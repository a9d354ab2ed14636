"""Two instances of each half on the same queues keep what one keeps."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.selection import FEATURES

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.run.conftest import Ended


@pytest.mark.sockets
@pytest.mark.long
def test_two_instances_killed_in_a_burst_lose_and_double_nothing(
    tandem: Callable[..., Ended],
) -> None:
    """Two hundred changes either way, both instances gone in the middle of them."""
    failures = str(FEATURES / "failures.feature")
    words = ("--tags", "needs-kill", "--instances", "2")
    ended = tandem("verify", failures, "--tier", "wire", *words)
    assert ended.code == 0, ended.out
    lines = Path("test-results/scenarios.ndjson").read_text(encoding="utf-8")
    names = [json.loads(line)["name"] for line in lines.splitlines()]
    bursts = [name for name in names if "middle of a burst" in name]
    assert len(bursts) == 2
    # A log's name begins with the worker of the run.
    logs = {path.name.partition("-")[2] for path in Path("test-results/logs").iterdir()}
    assert {"to-nomis-2.log", "from-nomis-2.log"} <= logs
