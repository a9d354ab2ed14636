"""Objectives and service times come from files that are checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.loadrun import objectives
from simulators.clock import Clock
from simulators.wire.pacing import Pace

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_overrides_what_it_names(tmp_path: Path) -> None:
    """Whoever wants 2 seconds keeps our other objectives."""
    mine = tmp_path / "mine.toml"
    mine.write_text("[lag]\np95 = 2\n")
    assert objectives.read(str(mine))["lag"] == {"p95": 2.0, "p99": 30.0}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[lags]\np95 = 2\n", "none of"),
        ("[lag]\np96 = 2\n", "has no p96"),
        ("[lag]\np95 = 0\n", "above 0"),
        ("[lag\n", "mine.toml"),
    ],
)
def test_a_mistyped_objective_is_refused(tmp_path: Path, text: str, why: str) -> None:
    """An objective that nobody reads would pass for ever."""
    mine = tmp_path / "mine.toml"
    mine.write_text(text)
    with pytest.raises(objectives.ObjectivesError, match=why):
        objectives.read(str(mine))


def test_our_service_times_are_as_declared() -> None:
    """Drawn NOMIS times have a median of 60 ms and a 99th percentile of 600 ms."""
    table = objectives.service_times("default")
    assert table is not None
    pace = Pace(Clock(1, source=lambda: 0.0), table)
    drawn = [pace.draw("nomis", "get_casenote") for _ in range(20_000)]
    seconds = sorted(draw.before + draw.after for draw in drawn)
    assert seconds[10_000] == pytest.approx(0.060, rel=0.05)
    assert seconds[19_800] == pytest.approx(0.600, rel=0.15)
    refused = sum(draw.status is not None for draw in drawn) / len(drawn)
    assert refused == pytest.approx(0.001, rel=0.5)


def test_service_times_that_cannot_be_are_refused() -> None:
    """A median above the 99th percentile, or a mistyped name, is said at once."""
    with pytest.raises(ValueError, match=r"\[nomis\].*p50 <= p99"):
        Pace(Clock(1, source=lambda: 0.0), {"nomis": {"p50": 1.0, "p99": 0.5}})
    with pytest.raises(ValueError, match="has no p5"):
        Pace(Clock(1, source=lambda: 0.0), {"nomis": {"p5": 1.0}})
