"""What a run leaves behind: JUnit, one record a scenario, a summary, timelines."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from harness.excerpt import excerpt
from harness.junit import write_junit
from harness.options import RunOptions
from harness.progress import table
from harness.results import FAIL, PASS, RunResult, ScenarioResult
from harness.summary import summary
from tests.run.conftest import FAILS, PASSES, UNKNOWN, feature

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from tests.run.conftest import Ended


def _failure() -> ScenarioResult:
    violation = {
        "rule": "loop",
        "owner": "to-nomis",
        "note": "note-7",
        "message": "three writes, one owed",
    }
    return ScenarioResult(
        *("f.feature::a", "f.feature", "No loops", "a <b> | `c`", ["loop"], FAIL),
        message="LOOP (owner: to-nomis) note note-7: three writes, one owed",
        line=3,
        violations=[violation],
        timeline="\n".join(f"line {number}" for number in range(100)),
        seed=7,
        replay="tandem verify f.feature::a --seed 7",
    )


def test_junit_says_rule_owner_seed_history_and_how_to_replay(tmp_path: Path) -> None:
    """CI shows nothing but this file: all that explains a failure is in it."""
    path = tmp_path / "tandem.xml"
    write_junit(RunResult([_failure()]), path)
    case = ET.parse(path).getroot().find(".//testcase")  # noqa: S314 - our own file
    assert case is not None
    assert case.get("classname") == "No loops"
    properties = {p.get("name"): p.get("value") for p in case.iter("property")}
    assert properties == {"seed": "7", "violation": "loop owner=to-nomis note=note-7"}
    text = case.findtext("failure") or ""
    for part in ("owner: to-nomis", "line 0", "line 99", "seed 7", "again: tandem"):
        assert part in text


def test_an_unknown_is_an_error_in_junit_and_never_skipped(
    simulated: Callable[..., Ended], tmp_path: Path
) -> None:
    """CI that counts failures and errors must see an unknown."""
    file = feature(tmp_path / "f.feature", "F", a=UNKNOWN, b=FAILS, sockets__c=PASSES)
    simulated(file, "--report", "out")
    suite = ET.parse(tmp_path / "out/tandem.xml").getroot()[0]  # noqa: S314 - ours
    counts = {k: suite.get(k) for k in ("tests", "errors", "failures", "skipped")}
    assert counts == {"tests": "3", "errors": "1", "failures": "1", "skipped": "1"}
    assert suite[0].find("error") is not None


def test_a_usage_error_reaches_junit(
    simulated: Callable[..., Ended], tmp_path: Path
) -> None:
    """A CI job that only publishes JUnit must not show an empty green run."""
    (tmp_path / "f.feature").write_text("Feature: F\n")
    simulated("f.feature", "--report", "out")
    root = ET.parse(tmp_path / "out/tandem.xml").getroot()  # noqa: S314 - ours
    assert "has no scenario" in (root.findtext(".//error") or "")


def test_each_scenario_has_a_record_with_all_that_is_known(
    simulated: Callable[..., Ended], tmp_path: Path
) -> None:
    """Other tools read scenarios.ndjson: one JSON object a line."""
    simulated(feature(tmp_path / "f.feature", "F", a=PASSES, b=FAILS), "--seed", "5")
    lines = (tmp_path / "test-results/scenarios.ndjson").read_text().splitlines()
    first, second = map(json.loads, lines)
    assert (first["verdict"], second["verdict"]) == ("pass", "fail")
    assert second["feature"] == "f.feature"
    assert second["seed"] == 5
    assert second["replay"].startswith("tandem verify f.feature::b ")
    assert second["timeline"]


def test_the_summary_goes_to_the_job_page_too(
    simulated: Callable[..., Ended], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GitHub shows what is appended to the file that it names; it may hold more."""
    page = tmp_path / "page.md"
    page.write_text("# before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(page))
    simulated(feature(tmp_path / "f.feature", "F", a=FAILS))
    shown = page.read_text()
    assert shown.startswith("# before\n")
    assert "## Tandem: fail" in shown
    assert shown.endswith((tmp_path / "test-results/summary.md").read_text() + "\n")


def test_the_summary_shows_rule_owner_note_and_keeps_markup_out() -> None:
    """A scenario's name and a note's text must not become markup of the page."""
    text = summary(RunResult([_failure()]), RunOptions(report="out"))
    assert "| loop | to-nomis | note-7 |" in text
    assert "### fail: a &lt;b> \\| \\`c\\`" in text
    assert "tandem verify f.feature::a --seed 7" in text
    fenced = ScenarioResult("i", "f", "F", "n", [], FAIL, message="```\nescape")
    assert "````text\n```\nescape\n````" in summary(RunResult([fenced]), RunOptions())


def test_the_summary_lists_what_was_skipped_and_why(
    simulated: Callable[..., Ended], tmp_path: Path
) -> None:
    """Skipped is not passed: each name and its reason stand in the summary."""
    simulated(feature(tmp_path / "f.feature", "F", a=PASSES, sockets__b=PASSES))
    text = (tmp_path / "test-results/summary.md").read_text()
    assert "- b: @sockets: needs real sockets" in text


def test_a_failure_shows_the_rule_first_then_the_line_then_a_cut_history(
    simulated: Callable[..., Ended], tmp_path: Path
) -> None:
    """Who reads the first lines knows what broke; the whole history is kept."""
    long = FAILS.replace(
        "When a DPS user writes a case note in DPS",
        "When a DPS user writes 5 case notes in DPS",
    )
    ended = simulated(feature(tmp_path / "f.feature", "F", many_notes=long))
    lines = [line.strip() for line in ended.out.splitlines()]
    start = lines.index("FAIL  many notes")
    assert lines[start + 1] == "f.feature:2"
    assert "at line 5: Then the prisoner has 3 case notes in DPS" in lines[start:]
    (cut,) = (line for line in lines if "lines left out" in line)
    found = re.search(r"(\d+) lines left out; all (\d+) are in (\S+)", cut)
    assert found
    kept = (tmp_path / found[3]).read_text()
    whole = kept.split("\n\n", 1)[1].splitlines()
    assert len(whole) == int(found[2]) == int(found[1]) + 8 + 24
    assert "again: tandem verify 'f.feature::many notes'" in kept


def test_a_short_history_is_not_cut() -> None:
    """A note that lines were left out must stand for more than one line."""
    text = "\n".join(map(str, range(7)))
    assert excerpt(text, "file", first=2, last=4) == text.splitlines()
    assert excerpt(text, "file", first=2, last=3) == [
        *("0", "1"),
        "... 2 lines left out; all 7 are in file",
        *("4", "5", "6"),
    ]


def test_the_table_is_aligned_and_cut_not_wrapped() -> None:
    """Each capability is one line, its counts below their verdicts."""
    results = [
        ScenarioResult("1", "f", "C" * 90, "a", [], PASS),
        ScenarioResult("2", "f", "Short", "b", [], FAIL),
    ]
    head, cut, short = table(RunResult(results))
    assert cut.startswith("C" * 63 + "\N{HORIZONTAL ELLIPSIS}")
    assert len(cut) == head.index("pass") + len("pass")
    assert len(short) == head.index("fail") + len("fail")


LIMITED = """
    Given alert notes are written by DPS
    And a prisoner
    And the next alert event is delivered to DPS twice
    When a DPS user raises an alert in DPS
    Then the duplicate is shown as a limit of DPS, not as a failure of the sync
"""


def test_limits_of_the_real_services_are_counted_in_a_pass(
    simulated: Callable[..., Ended], tmp_path: Path
) -> None:
    """What no sync can put right is shown with its owner and fails nothing."""
    ended = simulated(feature(tmp_path / "f.feature", "F", a=LIMITED))
    assert ended.code == 0, ended.out
    assert "limit dps-alert-handler-does-not-deduplicate of dps: 1 times" in ended.out
    text = (tmp_path / "test-results/summary.md").read_text()
    assert "limit dps-alert-handler-does-not-deduplicate of dps" in text
    (line,) = (tmp_path / "test-results/scenarios.ndjson").read_text().splitlines()
    assert json.loads(line)["limited"][0]["owner"] == "dps"
