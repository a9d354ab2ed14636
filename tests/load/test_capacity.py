"""The search for the highest rate that holds, and what is said of it."""

from __future__ import annotations

from typing import Any

import pytest

from harness.loadrun.capacity import NOISE, limiter, measure, search, told
from harness.loadrun.plan import Plan


@pytest.mark.parametrize("limit", [3.0, 17.0, 140.0])
def test_the_search_finds_the_limit_from_below(limit: float) -> None:
    """Whatever holds up to a rate is found within 15 % below it, never above."""
    found = search(lambda rate: rate <= limit, start=10.0)
    assert found <= limit
    assert found * (1 + NOISE) >= limit


def test_nothing_held_is_nought() -> None:
    """When no rate holds, no rate is claimed."""
    assert search(lambda _: False, start=10.0) == 0.0


def test_only_the_syncs_own_limit_is_exact() -> None:
    """When fakes, generator or machine ran out first, the sync can do at least that."""
    assert told([20.0, 21.0, 20.0], ["sync"])["says"].startswith("20.0 changes/s")
    ours = told([20.0, 21.0, 20.0], ["fakes and bus"])
    assert ours["says"].startswith("at least 20.0 changes/s")


def test_rounds_that_disagree_are_called_noisy() -> None:
    """Rounds that differ by more than 15 % are no measurement, and it is said."""
    assert "too noisy" in told([20.0, 30.0, 21.0], ["sync"])["says"]
    assert "noisy" not in told([20.0, 22.0, 21.0], ["sync"])["says"]


def _verdict(**health: Any) -> dict[str, Any]:
    full = {"busiest": {}, "machine": 0.5, **health}
    return {"verdict": "fail", "health": full, "counts": {"by_rule": {"lost": 0}}}


def test_who_ran_out_is_named() -> None:
    """A part that used a whole core is the limiter; a full machine comes next."""
    parts = {"sync": 0.4, "generator": 0.97}
    assert limiter(_verdict(busiest=parts)) == "generator"
    assert limiter(_verdict(machine=0.99)) == "machine"
    assert limiter(_verdict()) == "sync"


class _Machine:
    """Plays trials on a sync that holds up to a rate, another one in each round."""

    def __init__(
        self, limits: list[float], others: float = 0.0, wrong: float | None = None
    ) -> None:
        self.limits = limits
        self.wrong = wrong
        self.kept: list[float] = []
        self.others = others
        self.said: list[str] = []
        self.tried = 0

    def say(self, line: str) -> None:
        self.said.append(line)

    def trial(self, plan: Plan, *_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        self.tried += 1
        number = sum(line.startswith("round") for line in self.said)
        lost = plan.rate == self.wrong
        holds = plan.rate <= self.limits[number - 1] and not lost
        verdict = {
            "verdict": "pass" if holds else "fail",
            "reasons": [] if holds else ["to-nomis lag p95 9.00 s (objective 5 s)"],
            "health": {
                "busiest": {"sync": 0.97, "generator": 0.2},
                "machine": 0.6 + self.others,
                "ours": 0.6,
            },
            "counts": {"by_rule": {"lost": int(lost)}},
        }
        return verdict, {}

    def keep(self, rate: float, *_: Any) -> None:
        self.kept.append(rate)

    def measure(self) -> dict[str, Any]:
        return measure(Plan(scale=2.0), {}, 3, self.say, self.trial, self.keep)


def test_a_steady_machine_gives_one_figure() -> None:
    """Three rounds agree within 15 %, the sync is named, and each trial is kept."""
    machine = _Machine([40.0, 40.0, 40.0])
    found = machine.measure()
    assert not found["noisy"]
    assert found["spread"] <= NOISE
    assert 40 / (1 + NOISE) <= found["held"] <= 40
    assert found["says"].startswith(f"{found['held']:.1f} changes/s held; limited by")
    assert found["limiter"] == "sync"
    assert sum(map(len, found["rounds"])) == machine.tried
    assert found["rounds"][0][-1]["reasons"] or found["rounds"][0][-2]["reasons"]


def test_later_rounds_begin_near_what_was_found() -> None:
    """They take fewer trials than the first, and still come from below."""
    machine = _Machine([90.0, 90.0, 90.0])
    first, second, _ = machine.measure()["rounds"]
    assert len(second) < len(first)
    assert second[0]["verdict"] == "pass"


def test_a_noisy_run_says_so() -> None:
    """Rounds that a busy machine pulls apart are no figure, and it is said."""
    found = _Machine([40.0, 25.0, 40.0]).measure()
    assert found["noisy"]
    assert "too noisy: the rounds differ by" in found["says"]


def test_who_else_used_the_machine_is_said() -> None:
    """Agreeing rounds prove nothing when others took the processors all along."""
    found = _Machine([40.0, 40.0, 40.0], others=0.4).measure()
    assert found["noisy"]
    assert "something else used up to 40% of it" in found["says"]


def test_a_note_that_went_wrong_is_told_with_its_evidence() -> None:
    """However much held in other trials, a lost note is said, and its trial kept."""
    machine = _Machine([40.0, 40.0, 40.0], wrong=15.0)
    found = machine.measure()
    assert found["wrong"] == [15.0] == machine.kept
    assert "notes went wrong at 15.0/s" in found["says"]
    assert not _Machine([40.0, 40.0, 40.0]).measure()["wrong"]
