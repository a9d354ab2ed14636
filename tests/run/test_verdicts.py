"""Pass, fail and unknown, and the exit codes by which CI tells them apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.results import FAIL, PASS, SKIP, RunResult, ScenarioResult
from tests.run.conftest import FAILS, PASSES, UNKNOWN, feature

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.run.conftest import Ended


@pytest.mark.parametrize(
    ("steps", "verdict", "code"),
    [(PASSES, "pass", 0), (FAILS, "fail", 1), (UNKNOWN, "unknown", 3)],
    ids=["pass", "fail", "unknown"],
)
def test_each_verdict_has_its_exit_code(
    simulated: Callable[..., Ended],
    tmp_path: Path,
    steps: str,
    verdict: str,
    code: int,
) -> None:
    """0 pass, 1 fail, 3 unknown: an unknown never passes for either."""
    ended = simulated(feature(tmp_path / "f.feature", "F", a_note=steps))
    assert ended.code == code
    assert f"verdict: {verdict}" in ended.out


def test_a_failure_outweighs_an_unknown(
    simulated: Callable[..., Ended], tmp_path: Path
) -> None:
    """A run with both has found a fault; the unknown is still listed."""
    ended = simulated(feature(tmp_path / "f.feature", "F", a=FAILS, b=UNKNOWN))
    assert ended.code == 1
    assert "1 scenario is unknown" in ended.out


def test_a_step_that_crashes_is_unknown_and_says_where(
    simulated: Callable[..., Ended], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unexpected error in the harness says nothing about the sync."""

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("planted")

    monkeypatch.setattr("features.users.write", broken)
    ended = simulated(feature(tmp_path / "f.feature", "F", a_note=PASSES))
    assert ended.code == 3
    assert "ZeroDivisionError: planted (in " in ended.out
    assert "at line 4: When a DPS user writes a case note in DPS" in ended.out


def test_a_capability_that_was_skipped_whole_is_no_pass(
    simulated: Callable[..., Ended], tmp_path: Path
) -> None:
    """What nobody played is not proven, unless the user allows it by name."""
    feature(tmp_path / "a.feature", "Played", a_note=PASSES)
    feature(tmp_path / "b.feature", "Skipped", sockets__a_note=PASSES)
    ended = simulated(".")
    assert ended.code == 3
    assert "nothing of the capability 'Skipped' was executed" in ended.out
    assert simulated(".", "--allow-skips").code == 0


def test_a_run_that_played_nothing_is_no_pass_whatever_is_allowed(
    simulated: Callable[..., Ended], tmp_path: Path
) -> None:
    """--allow-skips must not turn an empty run green."""
    file = feature(tmp_path / "b.feature", "Skipped", sockets__a_note=PASSES)
    ended = simulated(file, "--allow-skips")
    assert ended.code == 3
    assert "no scenario was executed" in ended.out


def test_tags_that_leave_nothing_are_no_pass(
    simulated: Callable[..., Ended], tmp_path: Path
) -> None:
    """An expression that no scenario fulfils ends unknown."""
    file = feature(tmp_path / "f.feature", "F", one__a=PASSES, two__b=PASSES)
    assert simulated(file, "--tags", "one and two").code == 3
    chosen = simulated(file, "--tags", "@two or nothing".replace(" or nothing", ""))
    assert chosen.code == 0
    assert "1 played" in chosen.out


def test_a_tag_that_is_left_out_need_not_exist(
    simulated: Callable[..., Ended], tmp_path: Path
) -> None:
    """A job that leaves out work in progress also runs on the day there is none."""
    file = feature(tmp_path / "f.feature", "F", smoke__a=PASSES)
    ended = simulated(file, "--tags", "smoke and not @wip")
    assert ended.code == 0, ended.out
    assert "1 played" in ended.out


def test_a_skip_that_is_not_ours_is_unknown(
    simulated: Callable[..., Ended], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Scenarios are skipped by name, for a trait or a tier, and for nothing else."""

    def skipping(*_: object, **__: object) -> None:
        pytest.skip("not today")

    monkeypatch.setattr("features.users.write", skipping)
    ended = simulated(feature(tmp_path / "f.feature", "F", a_note=PASSES))
    assert ended.code == 3
    assert "skipped by something that is not Tandem: not today" in ended.out


def test_a_scenario_is_chosen_by_its_name_whatever_letters_it_has(
    simulated: Callable[..., Ended], tmp_path: Path
) -> None:
    """Names may hold what node ids give a meaning to."""
    file = tmp_path / "f.feature"
    steps = "\n".join(f"    {line.strip()}" for line in PASSES.strip().splitlines())
    file.write_text(
        f"Feature: F\n  Scenario: a::b [c] 'd'\n{steps}\n  Scenario: other\n{steps}\n"
    )
    ended = simulated("f.feature::a::b [c] 'd'")
    assert ended.code == 0
    assert "1 played" in ended.out


def _result(verdict: str, number: int = 0) -> ScenarioResult:
    return ScenarioResult(f"id{number}", "f", "F", f"n{number}", [], verdict)


def test_a_run_that_played_less_than_planned_is_unknown() -> None:
    """Scenarios that a dead worker took with it must not go missing unseen."""
    result = RunResult([_result(PASS)], planned=2)
    assert result.exit_code == 3
    assert result.reasons_unknown() == ["1 scenarios were never played"]


def test_an_interrupted_run_is_unknown_and_says_how_far_it_came() -> None:
    """What was not played is not proven."""
    result = RunResult([_result(PASS)], planned=9, interrupted=True)
    assert result.exit_code == 3
    assert result.reasons_unknown() == ["interrupted after 1 of 9 scenarios"]


def test_a_usage_error_outweighs_all() -> None:
    """A run that was asked for wrongly has no verdict."""
    result = RunResult([_result(FAIL), _result(SKIP, 1)], usage_errors=["wrong"])
    assert result.exit_code == 2
