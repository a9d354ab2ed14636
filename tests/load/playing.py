"""Playing a whole load run in a test, at a small scale."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from harness.loadrun import objectives
from harness.loadrun.running import play_on
from harness.options import RunOptions
from harness.starting import start_wire

if TYPE_CHECKING:
    from pathlib import Path

    from harness.loadrun.plan import Plan


def play(plan: Plan, folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Play a run on a stack of its own; returns its verdict and the world's tables.

    Tests share their machine: that the harness was slow is no matter here.
    """
    plan = replace(plan, report=str(folder))
    options = RunOptions(report=plan.report, defects=plan.defects, seed=plan.seed)
    patient = objectives.read()
    patient["health"] = {"late_share": 1.0, "unsent_share": 0.5, "loop_p99": 30.0}
    stack = start_wire(options)
    said: list[str] = []
    try:
        verdict, _ = play_on(stack, plan, patient, said.append)
        tables = stack.world.snapshot()
    finally:
        stack.close()
    assert any("settling" in line for line in said)
    return verdict, tables
