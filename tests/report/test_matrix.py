"""An outline of three columns is shown as one table, cell by cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.options import RunOptions
from harness.report.matrix import matrices
from harness.results import RunResult, ScenarioResult
from harness.summary import summary

if TYPE_CHECKING:
    from pathlib import Path

LINES = [
    (switch, way, moment)
    for switch in ("the screens", "the on-off switch")
    for way in ("off", "off and on again")
    for moment in ("before", "during", "after")
]
FEATURE = """Feature: Switches
  Scenario Outline: <switch> goes <way> <moment>
    Given a prisoner in "<switch> <way> <moment>"

    Examples:
      | switch | way | moment |
"""


def write(folder: Path, lines: list[tuple[str, str, str]]) -> str:
    """Write an outline with these rows."""
    path = folder / "switches.feature"
    rows = "".join(f"      | {' | '.join(line)} |\n" for line in lines)
    path.write_text(FEATURE + rows, encoding="utf-8")
    return str(path)


def result(feature: str, verdict: str, *line: str) -> ScenarioResult:
    """Return how a row of the outline ended."""
    name = f"<switch> goes <way> <moment>[{'-'.join(line)}]"
    return ScenarioResult(f"{feature}::{name}", feature, "Switches", name, [], verdict)


def test_each_case_stands_in_its_cell(tmp_path: Path) -> None:
    """A row a switch, a column a way and moment; what was not played is empty."""
    feature = write(tmp_path, LINES)
    (found,) = matrices(
        [
            result(feature, "pass", *LINES[0]),
            result(feature, "fail", *LINES[4]),
            result(feature, "skip", *LINES[6]),
        ]
    )
    assert list(found.lines()) == [
        ["switch", "off before", "off and on again during"],
        ["the screens", "pass", "fail"],
        ["the on-off switch", "skip", ""],
    ]


def test_a_row_not_needed_by_a_subset_is_left_out(tmp_path: Path) -> None:
    """An empty cell was not asked for; what was not played at all makes no table."""
    feature = write(tmp_path, LINES)
    played = [result(feature, "pass", *LINES[0])]
    rest = {feature: [result(feature, "", *line).name for line in LINES[1:3]]}
    (found,) = matrices(played, rest)
    assert [*found.cells["the screens"].values()] == ["pass", "left out", "left out"]
    assert matrices([], rest) == []


def test_the_summary_has_the_table(tmp_path: Path) -> None:
    """Without markup of its own in a name."""
    feature = write(tmp_path, LINES)
    results = [result(feature, "pass", *line) for line in LINES]
    text = summary(RunResult(results), RunOptions())
    assert text.count("| pass | pass | pass | pass | pass | pass |") == 2
    assert "### &lt;switch> goes &lt;way> &lt;moment>" in text


def test_a_short_outline_and_a_lost_feature_make_none(tmp_path: Path) -> None:
    """A list reads as well; and a report does not fail for a file that is gone."""
    feature = write(tmp_path, LINES[:3])
    played = [result(feature, "pass", *line) for line in LINES[:3]]
    assert matrices(played) == []
    gone = str(tmp_path / "gone.feature")
    assert matrices([result(gone, "pass", *LINES[0])]) == []
