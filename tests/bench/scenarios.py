"""Scenarios in both tiers: a fixed set of features against the reference sync."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.report import figure, quantile

ROOT = Path(__file__).resolve().parents[2]
FEATURES = ("nomis-to-dps", "dps-to-nomis", "amendments", "loop-prevention", "edits")
REACH = {"simulated": "65 ms, then half", "wire": "600 ms, then half"}
LIMIT = 3.0
"""Seconds above which only scenarios tagged @long may take in the wire tier."""


def run() -> list[str]:
    """Measure; returns what was wrong."""
    problems: list[str] = []
    for tier, reach in REACH.items():
        with tempfile.TemporaryDirectory(prefix="tandem-bench-") as report:
            began = time.perf_counter()
            status = _verify(tier, report)
            wall = time.perf_counter() - began
            lines = (Path(report) / "scenarios.ndjson").read_text().splitlines()
        played = [json.loads(line) for line in lines]
        played = [one for one in played if one["verdict"] != "skip"]
        taken = [one["seconds"] for one in played]
        mean = sum(taken) / len(taken)
        figure(
            f"{tier}: mean of {len(taken)} scenarios", f"{mean * 1000:.0f} ms", reach
        )
        figure(
            f"{tier}: p90, with start and report",
            f"{quantile(taken, 0.9) * 1000:.0f} ms, {len(taken) / wall:.1f}/s",
        )
        if tier == "wire":
            slow = [one for one in played if one["seconds"] > LIMIT]
            slow = [one["name"] for one in slow if "long" not in one["tags"]]
            figure(f"{tier}: over {LIMIT:g} s and not @long", f"{len(slow)}", "0")
        if status:
            problems.append(f"tandem verify --tier {tier} ended with {status}")
    return problems


def _verify(tier: str, report: str) -> int:
    paths = [str(ROOT / "features" / f"{name}.feature") for name in FEATURES]
    command = [str(Path(sys.executable).parent / "tandem"), "verify", *paths]
    command += ["--tier", tier, "--report", report]
    return subprocess.run(command, capture_output=True, check=False).returncode
