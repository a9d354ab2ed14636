"""From nothing to a ready world: every fake and the bus have answered a request."""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from pathlib import Path

import httpx

from harness.processes import Child
from tests.bench.report import figure
from tests.bench.worlds import COMMAND

STARTS = 5


def run() -> list[str]:
    """Measure; returns what was wrong."""
    with tempfile.TemporaryDirectory(prefix="tandem-bench-") as logs:
        taken = [_start(Path(logs) / f"world-{turn}.log") for turn in range(STARTS)]
    best, median = min(taken), statistics.median(taken)
    figure(
        f"ready world, best / median of {STARTS}", f"{best:.2f} / {median:.2f} s", "1 s"
    )
    return []


def _start(log: Path) -> float:
    began = time.perf_counter()
    child = Child("world", COMMAND, log, reads_output=True)
    try:
        line = child.output.readline()
        assert line, child.why_ended()
        told = json.loads(line)
        with httpx.Client(trust_env=False) as client:
            for url in (told["aws"], *told["services"].values()):
                # Any answer will do; a refused connection raises.
                client.get(f"{url}/health/ping")
        return time.perf_counter() - began
    finally:
        child.stop()
