"""Known deviations excuse what they name, until their date, and never what passes."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner

from harness import cli_rollout
from harness.cli import cli
from harness.known import Known, KnownError, load_known
from harness.options import RunOptions
from harness.results import RunResult, ScenarioResult
from harness.summary import summary
from harness.verify import verify

TODAY = date(2026, 11, 24)
NAME = "Both sides delete the note at the same moment"
REAL_BUILDS = Path(__file__).parents[2] / "known" / "real-builds.toml"


def known(folder: Path, entry: str, until: str = "2027-01-31") -> Known:
    """Read a file with one entry."""
    path = folder / "known.toml"
    path.write_text(
        f'[[known]]\n{entry}\nreason = "the build retries a 404"\n'
        f'link = "DEL-04"\nuntil = {until}\n',
        encoding="utf-8",
    )
    return load_known(path, TODAY)


def result(verdict: str, *rules: str, name: str = NAME) -> ScenarioResult:
    """Return how a scenario ended."""
    violations: list[dict[str, Any]] = [
        {"rule": rule, "owner": "to-nomis"} for rule in rules
    ]
    feature = "features/deletions.feature"
    return ScenarioResult(
        f"{feature}::{name}",
        feature,
        "deletions",
        name,
        ["DEL-04"],
        verdict,
        violations=violations,
    )


@pytest.mark.parametrize(
    ("entry", "rules", "expected"),
    [
        (f'scenario = "{NAME}"', ("lost",), True),
        ('scenario = "deletions.feature::Both sides*"', ("lost",), True),
        ('scenario = "Neither*"', ("lost",), False),
        ('tag = "DEL-04"', (), True),
        ('tag = "DEL-05"', ("lost",), False),
        ('rule = "conserved"', ("conserved",), True),
        ('rule = "conserved"', ("conserved", "lost"), False),
        ('rule = "conserved"', (), False),
        ('rule = "conserved"\nowner = "to-nomis"', ("conserved",), True),
        ('rule = "conserved"\nowner = "dps"', ("conserved",), False),
        ('tag = "DEL-04"\nrule = "conserved"', ("conserved",), True),
        ('tag = "DEL-05"\nrule = "conserved"', ("conserved",), False),
    ],
)
def test_an_entry_excuses_exactly_what_it_names(
    tmp_path: Path, entry: str, rules: tuple[str, ...], expected: bool
) -> None:
    """A failure that breaks anything more than is known stays a failure."""
    reason = known(tmp_path, entry).reason(result("fail", *rules))
    assert bool(reason) is expected
    assert (reason == "the build retries a 404 (DEL-04; until 2027-01-31)") is expected


def test_an_unknown_is_never_known(tmp_path: Path) -> None:
    """Nobody can expect not to know."""
    assert not known(tmp_path, f'scenario = "{NAME}"').reason(result("unknown"))


def test_a_known_one_that_passes_is_a_problem(tmp_path: Path) -> None:
    """The deviation has gone: the entry must go too."""
    found = known(tmp_path, f'scenario = "{NAME}"')
    assert found.reason(result("pass")) == ""
    assert found.problems(complete=False) == [
        f"known: {NAME}: {NAME!r} passes; take the entry out"
    ]


def test_a_race_may_also_pass(tmp_path: Path) -> None:
    """What depends on timing is excused when it fails and left alone when it passes."""
    found = known(tmp_path, f'scenario = "{NAME}"\nrace = true')
    assert found.reason(result("fail", "lost"))
    found.reason(result("pass"))
    assert found.problems(complete=True) == []


def test_an_entry_past_its_date_is_a_problem(tmp_path: Path) -> None:
    """On its last day an entry still holds, the day after it fails the run."""
    entry = f'scenario = "{NAME}"'
    for until, wrong in (("2026-11-24", False), ("2026-11-23", True)):
        found = known(tmp_path, entry, until)
        assert found.reason(result("fail", "lost"))
        assert bool(found.problems(complete=False)) is wrong


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ('scenario = "Nobody wrote this"', "there is no such scenario"),
        ('rule = "leaked"', "nothing broke it"),
    ],
)
def test_only_a_whole_run_can_say_that_an_entry_met_nothing(
    tmp_path: Path, entry: str, words: str
) -> None:
    """A run of one feature leaves the other entries in peace."""
    found = known(tmp_path, entry)
    found.reason(result("pass"))
    assert found.problems(complete=False) == []
    assert words in found.problems(complete=True)[0]


def _entry(members: str) -> str:
    return f'[[known]]\n{members}\nreason = "x"\nlink = "y"\nuntil = 2027-01-01'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[unknown]]", "unknown tables unknown"),
        ('[[known]]\nreason = "x"\nlink = "y"', "lacks until"),
        ('[[known]]\nreason = "x"\nlink = "y"\nuntil = "2027-01-01"', "as a date"),
        ('[[known]]\nreason = "x"\nlink = "y"\nuntil = 2027-01-01', "neither"),
        (
            (
                '[[known]]\nrule = "lost"\nowner = "me"\nreason = "x"\nlink = "y"\n'
                "until = 2027-01-01"
            ),
            "owners:",
        ),
        ("[[known", "Expected"),
        ("known = 5", r"begin each entry with a line \[\[known\]\]"),
        ('[known]\nrule = "lost"', r"begin each entry with a line \[\[known\]\]"),
        ('[[known]]\nscenaro = "x"', "members scenaro; there are: .*scenario"),
        (_entry('rule = "conservd"'), "no rule is called 'conservd'; rules: .*conserv"),
        (_entry("scenario = 5"), "scenario = 5: write a text in quotes"),
        (_entry('tag = "x"\nrace = 1'), "race = 1: write true or false"),
    ],
)
def test_a_wrong_file_is_refused_with_its_entry(
    tmp_path: Path, text: str, words: str
) -> None:
    """No entry without reason, link and date."""
    path = tmp_path / "known.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(KnownError, match=words):
        load_known(path, TODAY)


def run_of(*results: ScenarioResult, outdated: tuple[str, ...] = ()) -> RunResult:
    """Return a run of these results."""
    return RunResult(list(results), planned=len(results), outdated=list(outdated))


def test_a_run_with_known_failures_alone_passes(tmp_path: Path) -> None:
    """Known failures are counted and listed, and do not fail the run."""
    expected = result("fail", "lost")
    expected.known = "the build retries a 404"
    found = run_of(expected, result("pass", name="Another"))
    assert (found.verdict, found.count("known"), found.count("fail")) == ("pass", 1, 0)
    assert found.by_capability()["deletions"]["known"] == 1
    text = summary(found, RunOptions())
    assert "### Known deviations" in text
    assert "the build retries a 404" in text
    assert run_of(expected, outdated=("past",)).exit_code == 1


FEATURE = """@loop-prevention
Feature: Made for this test
  Scenario: Wrong on purpose
    Given a prisoner
    When an officer writes a case note in NOMIS
    Then the prisoner has 2 case notes in DPS

  Scenario: Right
    Given a prisoner
    When an officer writes a case note in NOMIS
    Then the prisoner has 1 case note in DPS
"""


def play(folder: Path, scenario: str, day: date) -> RunResult:
    """Play the feature above with one known scenario, on a day."""
    feature = folder / "made.feature"
    feature.write_text(FEATURE, encoding="utf-8")
    path = folder / "known.toml"
    path.write_text(
        f'[[known]]\nscenario = "{scenario}"\nreason = "counts double"\n'
        'link = "none"\nuntil = 2027-01-31\n',
        encoding="utf-8",
    )
    report = str(folder / "report")
    options = RunOptions(tier="simulated", report=report, skipped_ok=True)
    return verify(options, [str(feature)], 0, load_known(path, day))


def test_a_run_knows_the_expected_failure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """From the feature to table, JUnit and verdict: known, with its reason."""
    found = play(tmp_path, "made.feature::Wrong on purpose", TODAY)
    assert found.exit_code == 0
    assert "FAIL" not in capsys.readouterr().out
    suite = ET.parse(tmp_path / "report" / "tandem.xml").getroot()[0]  # noqa: S314
    assert (suite.get("failures"), suite.get("tests")) == ("0", "2")
    marked = suite.findall("testcase/properties/property[@name='known']")
    assert [one.get("value") for one in marked] == [
        "counts double (none; until 2027-01-31)"
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], True),
        (["--tags", "loop-prevention"], False),
        (["--shard", "1/2"], False),
    ],
)
def test_a_slip_in_a_name_is_said_of_a_file_that_was_played_whole(
    tmp_path: Path, words: list[str], said: bool
) -> None:
    """What a tag or a shard left out may be there; what no file has is not."""
    play(tmp_path, "made.feature::Wrong on purpse", TODAY)
    arguments = ["--known", str(tmp_path / "known.toml"), "--tier", "simulated"]
    arguments += ["--report", str(tmp_path / "report"), "--allow-skips", *words]
    made = str(tmp_path / "made.feature")
    found = CliRunner().invoke(cli, ["verify", made, *arguments])
    assert ("Wrong on purpse: there is no such scenario" in found.output) is said
    elsewhere = tmp_path / "other.feature"
    elsewhere.write_text(FEATURE, encoding="utf-8")
    found = CliRunner().invoke(cli, ["verify", str(elsewhere), *arguments])
    assert "no such scenario" not in found.output


@pytest.mark.parametrize(
    ("scenario", "day"),
    [("Right", TODAY), ("Wrong on purpose", date(2027, 2, 1))],
)
def test_a_run_with_an_outdated_entry_fails(
    tmp_path: Path, scenario: str, day: date
) -> None:
    """A known scenario that passes, or a date gone by, fails the run and JUnit."""
    found = play(tmp_path, scenario, day)
    assert found.exit_code == 1
    root = ET.parse(tmp_path / "report" / "tandem.xml").getroot()  # noqa: S314
    assert [s.get("failures") for s in root if s.get("name") == "known"] == ["1"]


def test_the_command_takes_the_date_from_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--known` reads the file with today's date of this machine."""
    monkeypatch.setattr(cli_rollout, "today", lambda: date(2099, 1, 1))
    parameter = next(p for p in cli.commands["verify"].params if p.name == "known")
    known(tmp_path, f'scenario = "{NAME}"')
    found = parameter.type.convert(tmp_path / "known.toml", None, None)
    assert "is past" in found.problems(complete=False)[0]


def test_the_shipped_file_names_scenarios_that_exist() -> None:
    """Each entry for the real builds meets a scenario of ours, and gives its source."""
    from harness.reading import read_feature

    found = load_known(REAL_BUILDS, TODAY)
    for path in sorted(Path("features").glob("*.feature")):
        for one in read_feature(path).scenarios.values():
            tags = sorted({*one.tags, *one.feature.tags})
            found.reason(
                ScenarioResult(one.name, str(path), "", one.name, tags, "fail")
            )
    assert [p for p in found.problems(complete=True) if "no such scenario" in p] == []
