"""Exploring: histories of 10 changes a second, simulated, on one core.

As `tandem explore` plays them: a fresh stack each, with tokens, contract checks,
journal and oracle.
"""

from __future__ import annotations

import logging
import random
import time

from harness.explore.scripts import draw
from harness.explore.search import play_once
from tests.bench import cores
from tests.bench.report import figure

HISTORIES, CHANGES = 40, 10


def run() -> list[str]:
    """Measure; returns what was wrong."""
    problems: list[str] = []
    # What the sync logs of planned mishaps would bury the figures.
    logging.disable(logging.CRITICAL)
    with cores.on(cores.SERVER):
        _play(0)  # what is loaded or compiled once is not measured
        began, cpu = time.perf_counter(), time.process_time()
        for seed in range(1, HISTORIES + 1):
            verdict = _play(seed)
            if verdict != "pass":
                problems.append(f"the reference got history {seed} {verdict}")
        wall, cpu = time.perf_counter() - began, time.process_time() - cpu
    figure(
        f"histories of {CHANGES} changes",
        f"{HISTORIES / wall:.1f}/s, {HISTORIES / cpu:.1f} a core",
        "100/s, then 300/s",
    )
    return problems


def _play(seed: int) -> str:
    stream = random.Random(f"history/{seed}")  # noqa: S311 - repeatable, not secret
    return play_once(draw(stream, CHANGES), seed).verdict
