"""The profile `merges`: a survivor has the notes of both once all has settled."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from harness.loadrun.merging import EVERY
from harness.loadrun.plan import Plan
from harness.loadrun.profiles import PROFILES
from tests.load.playing import play

if TYPE_CHECKING:
    from pathlib import Path

_PLAN = Plan(profile=PROFILES["merges"], minutes=0.2, settle=40.0, seed=3)
_MERGES = int(0.8 * _PLAN.seconds / EVERY)


@pytest.mark.sockets
def test_a_right_sync_keeps_up_with_merges(tmp_path: Path) -> None:
    """All merges were made, with copies and without, and nothing is wrong."""
    verdict, tables = play(_PLAN, tmp_path)
    assert verdict["campaign"]["figures"] == {"merges": _MERGES}
    assert verdict["verdict"] == "pass", verdict["reasons"]
    holders = {note["prisoner"] for note in tables["dps"]["notes"]}
    assert holders == {note["prisoner"] for note in tables["nomis"]["notes"]}


@pytest.mark.sockets
def test_a_sync_without_merges_fails(tmp_path: Path) -> None:
    """The mappings keep the removed numbers (MRG-01)."""
    verdict, _ = play(replace(_PLAN, defects=("MRG-01",)), tmp_path)
    assert verdict["verdict"] == "fail", verdict
    assert verdict["counts"]["by_rule"]["mapping-sound"] >= _MERGES
