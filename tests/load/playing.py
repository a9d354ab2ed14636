"""Playing a whole load run in a test, at a small scale."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from harness.loadrun import objectives
from harness.loadrun.running import play_on
from harness.options import RunOptions
from harness.starting import start_wire

if TYPE_CHECKING:
    from pathlib import Path

    from harness.loadrun.plan import Plan

_MARK = re.compile(r"Arrival \d+ of the load")


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


def missing(tables: dict[str, Any]) -> int:
    """Count the notes that lack one of their texts on one side, by the tables alone."""
    dps = {n["id"]: {n["text"], *(a["text"] for a in n["amendments"])}
           for n in tables["dps"]["notes"]}  # fmt: skip
    nomis = {n["id"]: {n["text"]} for n in tables["nomis"]["notes"]}
    pairs = {m["dps_id"]: m["nomis_id"] for m in tables["mapping"]["notes"]}
    lacking = 0
    for dps_id, texts in dps.items():
        there = _marks(nomis.get(pairs.get(dps_id, 0), set()))
        lacking += _marks(texts) != there
    # A row mapped to a note that is gone was not deleted with it.
    mapped = {nomis_id for dps_id, nomis_id in pairs.items() if dps_id in dps}
    return lacking + sum(nomis_id not in mapped for nomis_id in nomis)


def _marks(texts: set[str]) -> set[str]:
    return {mark for text in texts for mark in _MARK.findall(text)}
