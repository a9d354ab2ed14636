"""The highest rate that holds: raised until an objective breaks, three times over.

Each trial is a short run of the profile peak on a fresh world. Rates rise by a half
until one breaks, then the gap is halved twice. What ran out first is named by who used
most of a core; unless that is the sync, the sync could do more: *at least*.
"""

from __future__ import annotations

import statistics
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from harness.loadrun.machine import OTHER
from harness.loadrun.running import play
from harness.results import FAIL, PASS

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.loadrun.objectives import Objectives
    from harness.loadrun.plan import Plan

GROWTH = 1.5
HALVINGS = 2
NOISE = 0.15
_FULL = 0.85
_MOST = 2_000.0


def search(trial: Callable[[float], bool], start: float) -> float:
    """Return the highest rate for which `trial` held; 0.0 when none did."""
    low, high = 0.0, start
    while high <= _MOST and trial(high):
        low, high = high, high * GROWTH
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if trial(middle):
            low = middle
        else:
            high = middle
    return low


def measure(
    plan: Plan, objectives: Objectives, rounds: int, say: Callable[[str], None]
) -> dict[str, Any]:
    """Search so many times; returns rates, spread, limiter and a sentence."""
    rates: list[float] = []
    limiters: list[str] = []
    for number in range(1, rounds + 1):
        broken: list[dict[str, Any]] = []

        def trial(rate: float, broken: list[dict[str, Any]] = broken) -> bool:
            scaled = replace(plan, scale=rate / plan.peak)
            verdict, _ = play(scaled, objectives, lambda _: None)
            held: bool = verdict["verdict"] == PASS
            if not held:
                broken.append(verdict)
            say(f"  {rate:.1f} changes/s: {verdict['verdict']}")
            return held

        say(f"round {number} of {rounds}")
        rates.append(search(trial, plan.rate))
        limiters += [limiter(verdict) for verdict in broken[-1:]]
        say(f"  held {rates[-1]:.1f} changes/s")
    return told(rates, limiters)


def limiter(verdict: dict[str, Any]) -> str:
    """Name what ran out in a run that did not hold."""
    if any(verdict["counts"]["by_rule"].values()):
        return OTHER
    health = verdict["health"]
    full = {n: share for n, share in health["cores_most"].items() if share > _FULL}
    if full:
        return str(max(sorted(full), key=lambda name: full[name]))
    if health["machine"] > _FULL:
        return "machine"
    return OTHER if verdict["verdict"] == FAIL else "machine"


def told(rates: list[float], limiters: list[str]) -> dict[str, Any]:
    """Return the result as data; a spread beyond 15 % says the machine was noisy."""
    middle = statistics.median(rates)
    spread = (max(rates) - min(rates)) / middle if middle else 0.0
    name = statistics.mode(limiters) if limiters else "generator"
    sure = "" if name == OTHER else "at least "
    says = f"{sure}{middle:.1f} changes/s held; limited by the {name}"
    if spread > NOISE:
        says += f"; the rounds differ by {spread:.0%}: the machine was too noisy"
    return {
        "rates": [round(rate, 2) for rate in rates],
        "held": round(middle, 2),
        "spread": round(spread, 3),
        "noisy": spread > NOISE,
        "limiter": name,
        "at_least": name != OTHER,
        "says": says,
    }
