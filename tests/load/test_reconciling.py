"""The profile `reconcile`: a report is held to what was planted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from harness.loadrun.plan import Plan
from harness.loadrun.planting import KINDS
from harness.loadrun.profiles import PROFILES
from harness.loadrun.reconciling import EACH, UNREADABLE, examine
from tests.load.playing import play

if TYPE_CHECKING:
    from pathlib import Path

_PLAN = Plan(profile=PROFILES["reconcile"], minutes=0.2, settle=60.0, seed=3)
_LISTED = [f"A{number:04d}BC" for number in range(10)]
_PLANTED = {"A0001BC": "missing in DPS", "A0002BC": "another text in NOMIS"}
_UNREADABLE = ["A0005BC"]


def _report(**changes: Any) -> dict[str, Any]:
    report = {
        "checked": 9,
        "unchecked": list(_UNREADABLE),
        "mismatches": sorted(_PLANTED),
        "complete": False,
        **changes,
    }
    report["mismatches"] = [{"offenderNo": who} for who in report["mismatches"]]
    return report


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({}, {}),
        ({"mismatches": ["A0002BC"]}, {"missed mismatches": 1}),
        ({"mismatches": [*_PLANTED, "A0003BC"]}, {"invented mismatches": 1}),
        ({"mismatches": [*_PLANTED, "B0001BC"]}, {}),
        ({"unchecked": [], "checked": 10}, {"unreadable called clean": 1}),
        ({"complete": True}, {"called complete": 1}),
        ({"checked": 5}, {"never looked at": 4}),
    ],
)
def test_a_report_is_held_to_the_truth(
    changes: dict[str, Any], wrong: dict[str, int]
) -> None:
    """Missed, invented, falsely clean and forgotten prisoners are counted."""
    outcome = examine(_report(**changes), _LISTED, _PLANTED, _UNREADABLE)
    assert outcome.wrong == wrong
    assert outcome.doubts == []


def test_a_report_about_nobody_is_no_pass() -> None:
    """When nobody was checked nothing was shown."""
    nobody = _report(checked=0, unchecked=_LISTED, mismatches=[])
    assert examine(nobody, _LISTED, _PLANTED, _UNREADABLE).doubts


@pytest.mark.sockets
@pytest.mark.long
def test_the_right_reconciliation_finds_what_was_planted(tmp_path: Path) -> None:
    """All mismatches found, none invented, nobody called clean who was not read."""
    verdict, _ = play(_PLAN, tmp_path)
    assert verdict["verdict"] == "pass", verdict["reasons"]
    figures = verdict["campaign"]["figures"]
    assert figures["found"] == figures["planted"] == EACH * len(KINDS)
    assert figures["checked"] >= _PLAN.share - UNREADABLE
    assert len(figures["unchecked"]) == UNREADABLE
    assert not figures["blind_round"]["complete"]


@pytest.mark.sockets
@pytest.mark.long
def test_a_wrong_reconciliation_is_counted(tmp_path: Path) -> None:
    """Left out of the report, or compared without text: each prisoner counts once."""
    verdict, _ = play(replace(_PLAN, defects=("REC-03", "REC-11")), tmp_path)
    assert verdict["verdict"] == "fail"
    assert verdict["campaign"]["wrong"] == {
        "missed mismatches": 2 * EACH,
        "unreadable called clean": UNREADABLE,
        "called complete": 1,
        "complete without a page": 1,
    }
