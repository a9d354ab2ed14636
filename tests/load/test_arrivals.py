"""Arrivals are open, repeatable and of the rate that was asked for."""

from __future__ import annotations

import re
from itertools import islice, pairwise

import pytest

from load.arrivals import (
    ACTIONS,
    ALERT,
    SIDES,
    Arrival,
    Bursts,
    arrivals,
    mixed,
    parse_bursts,
)
from load.shape import Shape


def _first(count: int, rate: float = 20.0, seed: int = 1) -> list[Arrival]:
    return list(islice(arrivals(rate, seed), count))


def test_same_seed_same_arrivals() -> None:
    """Two runs with one seed offer the same changes at the same moments."""
    assert _first(500, seed=3) == _first(500, seed=3)
    assert _first(500, seed=3) != _first(500, seed=4)


def test_the_rate_is_kept_on_average() -> None:
    """Ten thousand arrivals at 20 a second take 500 seconds, give or take 3 %."""
    assert _first(10_000)[-1].at == pytest.approx(500, rel=0.03)


def test_gaps_are_those_of_independent_users() -> None:
    """Gaps scatter as much as their mean (Poisson): users come in clumps, too."""
    times = [arrival.at for arrival in _first(10_000)]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    mean = sum(gaps) / len(gaps)
    spread = (sum((gap - mean) ** 2 for gap in gaps) / len(gaps)) ** 0.5
    assert spread == pytest.approx(mean, rel=0.05)
    assert min(gaps) >= 0


def test_each_prison_has_a_poisson_stream_of_its_own() -> None:
    """Counts of a window scatter as much as their mean; no prison waits its turn.

    Dealt out in turn, the counts of a prison would scatter far less.
    """
    drawn = _first(40_000)
    edges = (0.0, 0.1, 0.35, 1.0)
    counts = []
    for low, high in pairwise(edges):
        mine = [int(a.at) for a in drawn if low <= (a.whom or 0.0) < high]
        assert len(mine) / len(drawn) == pytest.approx(high - low, rel=0.05)
        per_second = [mine.count(second) for second in range(int(drawn[-1].at))]
        mean = sum(per_second) / len(per_second)
        spread = sum((each - mean) ** 2 for each in per_second) / len(per_second)
        assert spread == pytest.approx(mean, rel=0.1)
        counts.append([each - mean for each in per_second])
    for one, other in ((0, 1), (0, 2), (1, 2)):
        together = zip(counts[one], counts[other], strict=True)
        norm = sum(a * a for a in counts[one]) * sum(b * b for b in counts[other])
        assert abs(sum(a * b for a, b in together)) / norm**0.5 < 0.08


def test_everybody_comes_as_often_as_declared() -> None:
    """Sides and actions are drawn by their weights."""
    drawn = _first(10_000)
    for field, weights in (("side", SIDES), ("action", ACTIONS)):
        for name, weight in weights.items():
            share = sum(getattr(arrival, field) == name for arrival in drawn)
            assert share == pytest.approx(weight * 100, rel=0.1), name


def test_nobody_comes_at_rate_nought() -> None:
    """A rate that offers nothing is refused, or the run would pass vacuously."""
    with pytest.raises(ValueError, match="above 0"):
        next(arrivals(0.0, 1))


def test_alerts_come_in_bursts_among_the_others() -> None:
    """So many at a time, all of them numbered, in the order of their moments."""
    shape = Shape(((0.0, 5.0),), ends=600.0)
    found = list(mixed(shape, 7, Bursts(every=30.0, size=12)))
    assert [one.number for one in found] == list(range(len(found)))
    assert all(left.at <= right.at for left, right in pairwise(found))
    alerts = [one for one in found if one.action == ALERT]
    assert len(alerts) % 12 == 0
    assert 8 * 12 < len(alerts) < 32 * 12
    for first in range(0, len(alerts), 12):
        burst = alerts[first : first + 12]
        assert burst[-1].at - burst[0].at < 2
        assert len({one.side for one in burst}) == 1
    # Whoever writes notes comes as if there were no alerts.
    alone = [(one.at, one.side, one.action) for one in arrivals(shape, 7)]
    assert alone == [
        (one.at, one.side, one.action) for one in found if one.action != ALERT
    ]


@pytest.mark.parametrize("text", ["20", "0:5", "5:0", "5:x", "-1:3"])
def test_bursts_that_mean_nothing_are_refused(text: str) -> None:
    """And the right form is told with the value that was given."""
    with pytest.raises(ValueError, match=re.escape(f"{text!r}: write SECONDS:ALERTS")):
        parse_bursts(text)
