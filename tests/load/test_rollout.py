"""Roll-out under load: waves move, one moves back, and nobody notices."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from harness.loadrun.plan import Plan
from harness.loadrun.profiles import PROFILES, Outage
from load.rollout import read
from tests.load.playing import missing, play

if TYPE_CHECKING:
    from pathlib import Path

_WAVE = Plan(profile=PROFILES["wave"], minutes=0.4, settle=40.0, seed=3)
_ROLLBACK = replace(
    _WAVE,
    profile=PROFILES["rollback"],
    scale=2.0,
    outages=(Outage("switch", "to-nomis"), Outage("switch", "from-nomis")),
)


def test_users_write_where_their_prison_is_just_then() -> None:
    """NOMIS before the first move, and again after a move back."""
    moves = {"LEI": [[20, "NOMIS"], [10, "DPS"]], "MDI": []}
    found = read({"homes": {"A": "LEI", "B": "MDI"}, "moves": moves})
    assert found is not None
    at = [found.system("A", moment) for moment in (0, 9.9, 10, 19.9, 20, 99)]
    assert at == ["NOMIS", "NOMIS", "DPS", "DPS", "NOMIS", "NOMIS"]
    assert found.system("B", 99) == "NOMIS"
    assert read({"prisoners": ["A"]}) is None


def _written(verdict: dict[str, Any]) -> list[dict[str, int]]:
    return [act["written"] for act in verdict["campaign"]["figures"]["done"]]


@pytest.mark.sockets
@pytest.mark.long
def test_waves_go_live_and_nobody_notices(tmp_path: Path) -> None:
    """First all write to NOMIS, in the end all in DPS; no list lacks a note."""
    verdict, tables = play(_WAVE, tmp_path)
    assert verdict["verdict"] == "pass", verdict["reasons"]
    assert missing(tables) == 0
    first, last = _written(verdict)[0], _written(verdict)[-1]
    assert "dps" not in first
    assert last["dps"] > 0
    found = verdict["campaign"]["figures"]["disruption"]
    assert found["shown"] > found["lists"] > 0
    assert {"nomis-screens", "prison-api"} <= set(found["written"])


@pytest.mark.sockets
@pytest.mark.long
def test_a_wave_goes_back_and_forward_without_disruption(tmp_path: Path) -> None:
    """Users move back, the sync is off for moments, and all of it is made good."""
    verdict, tables = play(_ROLLBACK, tmp_path)
    assert verdict["verdict"] == "pass", verdict["reasons"]
    assert missing(tables) == 0
    did = [act["did"] for act in verdict["campaign"]["figures"]["done"]]
    assert "wave 3 moves to NOMIS: dps-service off" in did
    assert did.count("off: switch:to-nomis") == did.count("on again: switch:to-nomis")
    assert verdict["lag"]["to-nomis"]["max"] > 1


@pytest.mark.sockets
@pytest.mark.long
def test_what_is_dropped_while_rolled_back_is_counted(tmp_path: Path) -> None:
    """Messages dropped while a direction was off: each note counts once."""
    verdict, tables = play(replace(_ROLLBACK, defects=("TOG-03",)), tmp_path)
    assert verdict["verdict"] == "fail"
    rules = verdict["counts"]["by_rule"]
    assert rules["lost"] + rules["stale"] == missing(tables) > 5
