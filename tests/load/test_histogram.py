"""Streaming quantiles are right to a hundredth, whatever the size of the stream."""

from __future__ import annotations

import random

import pytest

from harness.loadrun.histogram import Histogram
from harness.loadrun.series import ROWS, Series


def test_quantiles_agree_with_sorting() -> None:
    """The p50, p95 and p99 of 20,000 long-tailed lags are those of the sorted list."""
    draw = random.Random(1)  # noqa: S311 - repeatable
    values = sorted(draw.lognormvariate(-3, 1.2) for _ in range(20_000))
    found = Histogram()
    for value in values:
        found.add(value)
    for share in (0.5, 0.95, 0.99):
        exact = values[int(share * len(values)) - 1]
        assert found.quantile(share) == pytest.approx(exact, rel=0.012)
    assert found.highest == values[-1]
    assert len(found.steps()) < 600


def test_merged_histograms_are_as_one() -> None:
    """Two halves of a stream, merged, tell what the whole stream tells."""
    left, right, whole = Histogram(), Histogram(), Histogram()
    for number in range(1, 1_001):
        (left if number % 2 else right).add(number / 100)
        whole.add(number / 100)
    left.merge(right)
    assert left.told() == whole.told()


def test_an_empty_histogram_tells_nothing() -> None:
    """Without a value there is no quantile: None, not 0."""
    assert Histogram().told() == {
        "count": 0, "p50": None, "p95": None, "p99": None, "max": None,
    }  # fmt: skip


def test_shares_beyond_a_limit() -> None:
    """One of four values lies above one second."""
    found = Histogram()
    for value in (0.1, 0.2, 0.3, 5.0):
        found.add(value)
    assert found.beyond(1.0) == 0.25


def test_a_long_run_keeps_few_rows_and_all_counts() -> None:
    """Eight hours fold into a bounded number of rows, and no arrival is dropped."""
    series = Series()
    for second in range(8 * 3600):
        series.at(second).arrivals += 1
    rows = series.told()
    assert len(rows) <= ROWS
    assert sum(row["arrivals"] for row in rows) == 8 * 3600
    assert rows[1]["at"] == series.span
