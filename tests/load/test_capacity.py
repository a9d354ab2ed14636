"""The search for the highest rate that holds, and what is said of it."""

from __future__ import annotations

from typing import Any

import pytest

from harness.loadrun.capacity import limiter, search, told


@pytest.mark.parametrize("limit", [3.0, 17.0, 140.0])
def test_the_search_finds_the_limit_from_below(limit: float) -> None:
    """Whatever holds up to a rate is found within a seventh below it, never above."""
    found = search(lambda rate: rate <= limit, start=10.0)
    assert found <= limit
    if limit > 10:
        assert found == pytest.approx(limit, rel=1 / 7)


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
    full = {"cores_most": {}, "machine": 0.5, **health}
    return {"verdict": "fail", "health": full, "counts": {"by_rule": {"lost": 0}}}


def test_who_ran_out_is_named() -> None:
    """A part that used a whole core is the limiter; a full machine comes next."""
    parts = {"sync": 0.4, "generator": 0.97}
    assert limiter(_verdict(cores_most=parts)) == "generator"
    assert limiter(_verdict(machine=0.99)) == "machine"
    assert limiter(_verdict()) == "sync"
