"""Whole load runs: what shows only under concurrency or backlog is counted right."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from harness.loadrun.plan import Plan
from harness.loadrun.profiles import PROFILES, Outage
from tests.load.playing import missing, play

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.sockets, pytest.mark.long]

_OUTAGE = Plan(profile=PROFILES["outage"], scale=2.0, minutes=0.35, settle=40.0, seed=3)


def _play(plan: Plan, folder: Path) -> tuple[dict[str, Any], int]:
    """Play a run; returns its verdict and how many notes lack one of their texts.

    That number is counted from the tables alone, without oracle or journal.
    """
    verdict, tables = play(plan, folder)
    return verdict, missing(tables)


def _count(verdict: dict[str, Any], *rules: str) -> int:
    return sum(verdict["counts"]["by_rule"][rule] for rule in rules)


def test_a_right_sync_outlives_an_outage_of_its_half(tmp_path: Path) -> None:
    """A half that was away works off its backlog, and nothing is missing after it."""
    plan = replace(_OUTAGE, outages=(Outage("half", "to-nomis"),))
    verdict, missing = _play(plan, tmp_path)
    assert verdict["verdict"] == "pass", verdict["reasons"]
    assert missing == 0
    assert verdict["backlog"]["peak"]["to-nomis"] > 20
    assert 0 < verdict["backlog"]["drain"] < 15
    assert verdict["lag_in_trouble"]["to-nomis"]["max"] > 5
    assert verdict["lag"]["to-nomis"]["max"] < 5


def test_what_a_switch_drops_is_counted(tmp_path: Path) -> None:
    """Changes dropped while a half was switched off are lost, each note once."""
    plan = replace(
        _OUTAGE, outages=(Outage("switch", "to-nomis"),), defects=("TOG-03",)
    )
    verdict, missing = _play(plan, tmp_path)
    assert verdict["verdict"] == "fail"
    assert _count(verdict, "lost", "stale") == missing > 10


def test_what_is_acknowledged_before_it_is_done_is_counted(tmp_path: Path) -> None:
    """With NOMIS away, whatever was acknowledged too early is lost."""
    plan = replace(_OUTAGE, outages=(Outage("service", "nomis"),), defects=("RET-01",))
    verdict, missing = _play(plan, tmp_path)
    assert verdict["verdict"] == "fail"
    assert _count(verdict, "lost", "stale") == missing > 10
    assert _count(verdict, "acknowledged-before-done") > 0


def test_retries_shorter_than_the_outage_are_counted(tmp_path: Path) -> None:
    """Five tries in five seconds fill the dead-letter queue, and notes are missing."""
    plan = replace(_OUTAGE, outages=(Outage("service", "nomis"),), defects=("RET-07",))
    verdict, missing = _play(plan, tmp_path)
    assert verdict["verdict"] == "fail"
    assert _count(verdict, "lost", "stale") == missing > 5
    assert verdict["backlog"]["dead_letters"] > 5


def test_two_workers_on_one_note_are_seen(tmp_path: Path) -> None:
    """Without a lock, concurrent amendments of one note do harm only under load.

    Each note whose later amendment the slower worker overwrote counts once.
    """
    slow = {"default": {"p50": 0.01, "p99": 0.05}, "nomis": {"p50": 0.1, "p99": 1.5}}
    plan = Plan(scale=5.0, minutes=0.3, seed=6, defects=("ORD-05-to",), latency=slow)
    verdict, missing = _play(plan, tmp_path)
    assert verdict["verdict"] == "fail", verdict["reasons"]
    assert _count(verdict, "lost", "stale") == missing > 0
    owners = {one["owner"] for one in verdict["oracle"]["violations"]}
    assert owners == {"to-nomis"}


def test_alert_bursts_are_judged_too(tmp_path: Path) -> None:
    """What NOMIS' trigger and DPS write of alerts crosses like any other note."""
    plan = Plan(scale=2.0, minutes=0.15, seed=2, bursts="2:8", settle=40.0)
    verdict, _ = _play(plan, tmp_path)
    assert verdict["verdict"] == "pass", verdict["reasons"]
    assert verdict["oracle"]["checked"]["alert-notes"] > 10


def test_interrupted_it_still_judges_what_ran(tmp_path: Path) -> None:
    """Ctrl-C ends the arrivals; the verdict stands on those that came."""
    command = [sys.executable, "-m", "harness", "load", "--minutes", "5"]
    command += ["--scale", "2", "--report", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        for line in run.stdout:
            if "changes came" in line:
                run.send_signal(signal.SIGINT)
                break
        printed = run.stdout.read()
    assert "interrupted" in printed
    assert run.returncode == 0, printed
    verdict = json.loads((tmp_path / "verdict.json").read_text())
    assert verdict["verdict"] == "pass"
    assert verdict["counts"]["of"] > 10
    assert "<svg" in (tmp_path / "load.html").read_text()


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--profile", "rollback", "--off", "service:nomis"], "switch:HALF alone"),
        (["--profile", "wave", "--minutes", "0.2"], "needs 0.4 at least"),
        (
            ["--profile", "migration", "--from-nomis", "command:true"],
            "needs a --from-nomis that migrates",
        ),
        (["--profile", "peek"], "the profiles are"),
        (["--off", "half:to-nomis"], "belongs to --profile outage"),
        (["--profile", "outage", "--off", "half:nomis"], "the halves are"),
        (["--scale", "0"], "above 0"),
        (["--bursts", "30"], "'30': write SECONDS:ALERTS"),
        (["--workers", "0"], "--workers"),
    ],
)
def test_what_means_nothing_is_refused(options: list[str], why: str) -> None:
    """A mistyped run ends at once with status 2, and says what is right."""
    command = [sys.executable, "-m", "harness", "load", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert why in done.stderr
