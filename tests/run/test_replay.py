"""The line printed under a failure plays that scenario again, with the same end."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from harness.options import RunOptions
from harness.replay import replay
from harness.results import FAIL, ScenarioResult
from tests.run.conftest import FAILS, PASSES, feature

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.run.conftest import Ended


def _again(out: str) -> list[list[str]]:
    lines = re.findall(r"^ *again: (.*)$", out, re.MULTILINE)
    return [shlex.split(line) for line in lines]


def test_a_planted_defect_fails_again_by_the_printed_line(
    simulated: Callable[..., Ended], tandem: Callable[..., Ended], tmp_path: Path
) -> None:
    """Same rule, same owner, same history: defect and seed are part of the line."""
    file = feature(tmp_path / "f.feature", "F", no_loop=PASSES, other=PASSES)
    first = simulated(file, "--defect", "LOOP-11", "--seed", "11")
    assert first.code == 1
    assert "LOST (owner: to-nomis)" in first.out
    command, *_ = _again(first.out)
    second = tandem(*command[1:])
    assert second.code == first.code
    assert "1 played" in second.out
    shown = first.out[first.out.index("FAIL  no loop") : first.out.index("again:")]
    assert shown in second.out


def test_options_of_the_fakes_hold_for_each_scenario_and_the_printed_line(
    tandem: Callable[..., Ended], tmp_path: Path
) -> None:
    """What one scenario puts back is set again for the next."""
    raised = (
        "Given alert notes are written by DPS\n    And a prisoner\n"
        "    When a DPS user raises an alert in DPS\n"
        "    Then there is 1 alert note on each side, born in DPS"
    )
    file = feature(tmp_path / "f.feature", "F", first=raised, second=raised)
    plain = tandem("verify", file, "--tier", "simulated")
    assert plain.code == 0, plain.out
    deaf = tandem(
        *("verify", file, "--tier", "simulated", "--option", "dps-hears-alerts=false")
    )
    assert deaf.code == 1
    assert "2 played" in deaf.out
    commands = _again(deaf.out)
    assert len(commands) == 2
    assert commands[0][-2:] == ["--option", "dps-hears-alerts=false"]
    assert tandem(*commands[0][1:]).code == 1


def test_a_row_of_an_outline_is_played_again_alone(
    simulated: Callable[..., Ended], tandem: Callable[..., Ended], tmp_path: Path
) -> None:
    """One row of many is one scenario."""
    (tmp_path / "f.feature").write_text(
        "Feature: F\n  Scenario Outline: rows of <count>\n    Given a prisoner\n"
        "    When a DPS user writes <count> case notes in DPS\n"
        "    Then the prisoner has 2 case notes in DPS\n"
        "    Examples:\n      | count |\n      | 2 |\n      | 3 |\n"
    )
    first = simulated("f.feature")
    (command,) = _again(first.out)
    assert command[2] == "f.feature::rows of <count>[3]"
    second = tandem(*command[1:])
    assert (first.code, second.code) == (1, 1)
    assert "1 played" in second.out


def test_the_printed_line_works_from_a_name_with_quotes_and_colons(
    simulated: Callable[..., Ended], tandem: Callable[..., Ended], tmp_path: Path
) -> None:
    """Copied into a shell it must mean the same scenario."""
    path = tmp_path / "f.feature"
    feature(path, "F", given_name=FAILS)
    path.write_text(
        path.read_text().replace(": given name", ": it's 'a' :: \"b\" $c [d]")
    )
    (command,) = _again(simulated("f.feature").out)
    assert tandem(*command[1:]).code == 1


def test_every_option_that_matters_is_in_the_line() -> None:
    """What differs from the defaults is repeated, what does not is left out."""
    result = ScenarioResult("i", "f.feature", "F", "n", [], FAIL)
    options = RunOptions(
        targets={"to-nomis": "command:./run it", "from-nomis": "reference"},
        seed=3,
        mode="as-intended",
        grace=2.5,
        instances=2,
        defects=("LOOP-01", "DUP-01"),
    )
    assert shlex.split(replay(options, result)) == [
        *("tandem", "verify", "f.feature::n", "--tier", "wire", "--seed", "3"),
        *("--to-nomis", "command:./run it", "--instances", "2"),
        *("--mode", "as-intended", "--grace", "2.5"),
        *("--defect", "LOOP-01", "--defect", "DUP-01"),
    ]
