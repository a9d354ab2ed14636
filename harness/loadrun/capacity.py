"""The highest rate that holds: raised until an objective breaks, three times over.

Each trial is a short run of the profile peak on a fresh world. Rates rise by a half
until one breaks, then the gap is halved until it is within the noise that is allowed. A
later round begins below what the round before it found. What ran out first is named by
whose process filled a core; unless that is the sync, the sync could do more: *at
least*. Rounds that disagree, or a machine that others used, say *too noisy*. A trial in
which a note went wrong is told with its evidence: no rate excuses it.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from harness.loadrun.machine import OTHER
from harness.loadrun.running import play
from harness.results import FAIL, PASS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from harness.loadrun.objectives import Objectives
    from harness.loadrun.plan import Plan

    Play = Callable[
        [Plan, Objectives, Callable[[str], None]],
        tuple[dict[str, Any], dict[str, Any]],
    ]
    Keep = Callable[[float, dict[str, Any], dict[str, Any]], None]

GROWTH = 1.5
NOISE = 0.15
"""The share by which rounds may differ, and of the machine that others may use."""
_FULL = 0.85
_MOST = 2_000.0
_LEAST = 0.1


def search(trial: Callable[[float], bool], start: float) -> float:
    """Return the highest rate for which `trial` held; 0.0 when none did."""
    low, high = 0.0, start
    while high <= _MOST and trial(high):
        low, high = high, high * GROWTH
    while high > _LEAST and high - low > NOISE * low:
        middle = (low + high) / 2
        if trial(middle):
            low = middle
        else:
            high = middle
    return low


@dataclass
class _Round:
    """One search: every trial's verdict, and who ran out at the lowest that broke."""

    trials: list[dict[str, Any]] = field(default_factory=list)
    held: float = 0.0
    limiter: str | None = None
    others: float = 0.0
    wrong: list[float] = field(default_factory=list)

    def take(self, rate: float, verdict: dict[str, Any]) -> bool:
        """Take in one trial; says whether it held."""
        health = verdict["health"]
        self.others = max(self.others, health["machine"] - health["ours"])
        held: bool = verdict["verdict"] == PASS
        if not held:
            self.limiter = limiter(verdict)
        if _is_wrong(verdict):
            self.wrong.append(rate)
        self.trials.append(
            {
                "rate": round(rate, 2),
                "verdict": verdict["verdict"],
                "reasons": verdict["reasons"][:3],
            }
        )
        return held


def measure(
    plan: Plan,
    objectives: Objectives,
    rounds: int,
    say: Callable[[str], None],
    trial: Play = play,
    keep: Keep = lambda *_: None,
) -> dict[str, Any]:
    """Search so many times; returns rates, spread, limiter and a sentence.

    `keep` is given the rate, verdict and measurements of each trial in which notes went
    wrong.
    """
    found: list[_Round] = []
    start = plan.rate
    for number in range(1, rounds + 1):
        say(f"round {number} of {rounds}")
        this = _Round()

        def held(rate: float, this: _Round = this) -> bool:
            scaled = replace(plan, scale=rate / plan.peak)
            verdict, measured = trial(scaled, objectives, lambda _: None)
            why = "; ".join(verdict["reasons"][:1])
            say(f"  {rate:.1f} changes/s: {verdict['verdict']}{why and f' ({why})'}")
            if _is_wrong(verdict):
                keep(rate, verdict, measured)
            return this.take(rate, verdict)

        this.held = search(held, start)
        say(f"  held {this.held:.1f} changes/s")
        found.append(this)
        start = this.held / GROWTH or start
    told_of = told(
        [one.held for one in found],
        [one.limiter for one in found if one.limiter],
        max(one.others for one in found),
        [rate for one in found for rate in one.wrong],
    )
    return {**told_of, "rounds": [one.trials for one in found]}


def _is_wrong(verdict: dict[str, Any]) -> bool:
    return any(verdict["counts"]["by_rule"].values())


def limiter(verdict: dict[str, Any]) -> str:
    """Name what ran out in a run that did not hold."""
    if _is_wrong(verdict):
        return OTHER
    health = verdict["health"]
    full = {n: share for n, share in health["busiest"].items() if share > _FULL}
    if full:
        return str(max(sorted(full), key=lambda name: full[name]))
    if health["machine"] > _FULL:
        return "machine"
    return OTHER if verdict["verdict"] == FAIL else "machine"


def told(
    rates: list[float],
    limiters: list[str],
    others: float = 0.0,
    wrong: Sequence[float] = (),
) -> dict[str, Any]:
    """Return the result as data; a noisy machine is told, never hidden.

    `others` is the largest share of the machine that none of ours used in a trial,
    `wrong` the rates at which notes went wrong.
    """
    middle = statistics.median(rates)
    spread = (max(rates) - min(rates)) / middle if middle else 0.0
    name = statistics.mode(limiters) if limiters else "generator"
    sure = "" if name == OTHER else "at least "
    says = f"{sure}{middle:.1f} changes/s held; limited by the {name}"
    says += f"; {len(rates)} rounds within {spread:.0%}"
    noise = []
    if spread > NOISE:
        noise.append(f"the rounds differ by {spread:.0%}")
    if others > NOISE:
        noise.append(f"something else used up to {others:.0%} of it")
    if noise:
        says += f"; the machine was too noisy: {' and '.join(noise)}"
    if wrong:
        says += "; notes went wrong at " + ", ".join(f"{one:.1f}/s" for one in wrong)
    return {
        "wrong": [round(rate, 2) for rate in wrong],
        "rates": [round(rate, 2) for rate in rates],
        "held": round(middle, 2),
        "spread": round(spread, 3),
        "others": round(others, 3),
        "noisy": bool(noise),
        "limiter": name,
        "at_least": name != OTHER,
        "says": says,
    }
