"""The guides stay true: their commands run, their features play as they say."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from datetime import date
from typing import TYPE_CHECKING

import pytest
import yaml

from harness.fakeoptions import OPTIONS
from harness.known import load_known
from harness.lag.listening import read_settings
from tests.run import documents

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.run.conftest import Ended

CODES = {"pass": 0, "fail": 1, "usage": 2, "unknown": 3}
RUN = [c for c in documents.commands() if c not in documents.NOT_RUN]
FEATURES = [b for b in documents.blocks("gherkin") if b.text.startswith("Feature:")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a folder with what the guides suppose: our features, the first one."""
    (tmp_path / "features").symlink_to(documents.ROOT / "features")
    (tmp_path / "first.feature").write_text(FEATURES[0].text, encoding="utf-8")
    return tmp_path


@pytest.mark.sockets
@pytest.mark.parametrize("command", RUN)
def test_every_command_of_the_guides_runs(
    tandem: Callable[..., Ended],
    folder: Path,
    command: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Copied from a guide, a command ends well."""
    monkeypatch.setattr("sys.argv", ["tandem"])
    program, *words = shlex.split(command.partition(" > ")[0])
    loads = words[0] == "load"
    words = documents.cut_short(words) if loads else words
    assert program == "tandem", f"{command}: run it here, or say in NOT_RUN why not"
    python = shutil.which(sys.executable)
    ended = tandem(*(word.replace("python3", str(python)) for word in words))
    if loads:
        # So short a run on a busy machine may show nothing; it never fails.
        assert ended.code in (0, CODES["unknown"]), ended.out
        assert "verdict: " in ended.out
        return
    assert ended.code == 0, ended.out


def test_the_reasons_name_commands_that_the_guides_still_have() -> None:
    """A command that no guide has any more needs no excuse."""
    assert set(documents.NOT_RUN) <= set(documents.commands())
    assert all(documents.NOT_RUN.values())


@pytest.mark.parametrize(
    "block", FEATURES, ids=lambda b: b.text.splitlines()[0].removeprefix("Feature: ")
)
def test_every_feature_of_the_guides_plays_as_they_say(
    simulated: Callable[..., Ended], tmp_path: Path, block: documents.Block
) -> None:
    """What a tester copies first must work."""
    (tmp_path / "copied.feature").write_text(block.text, encoding="utf-8")
    ended = simulated("copied.feature")
    assert ended.code == CODES[block.plays], ended.out


def test_the_catalogue_of_steps_is_current() -> None:
    """docs/steps.md is what `make docs` makes of the step library."""
    made = documents.catalogue()
    assert documents.STEPS.read_text(encoding="utf-8") == made, "run `make docs`"


def test_the_picture_of_a_result_is_what_a_run_prints() -> None:
    """README.md shows today's output, but for ids, names and times."""
    text = documents.README.read_text(encoding="utf-8")
    made = documents.with_made(text, "picture", documents.picture())
    assert documents.shape(text) == documents.shape(made), "run `make docs`"
    assert "verdict: fail" in text


def test_the_conformance_cases_are_counted_as_they_are() -> None:
    """README.md says how many facts each fake is held to."""
    text = documents.README.read_text(encoding="utf-8")
    assert text == documents.with_made(text, "cases", documents.cases()), (
        "run `make docs`"
    )
    assert "| dps |" in documents.cases()


def test_the_sdks_that_were_run_are_those_of_the_readme() -> None:
    """README.md names the versions that tests/sdk runs."""
    text = documents.README.read_text(encoding="utf-8")
    sdk = documents.ROOT / "tests" / "sdk"
    java = re.search(r"<awssdk>(.+)</awssdk>", (sdk / "java" / "pom.xml").read_text())
    script = (sdk / "js" / "package.json").read_text()
    client = re.search(r'"@aws-sdk/client-sqs": "\D*([\d.]+)"', script)
    assert java is not None
    assert client is not None
    assert java[1] in text
    assert client[1] in text


def test_the_answer_to_a_slip_of_the_pen_is_what_a_check_prints() -> None:
    """docs/testers.md shows what `tandem steps --check` says today."""
    text = documents.TESTERS.read_text(encoding="utf-8")
    made = documents.with_made(text, "slip", documents.slip())
    assert text == made, "run `make docs`"
    assert 'When an officer deletes the note "mistake" in NOMIS' in text


def test_the_table_of_options_is_current() -> None:
    """docs/fakes.md lists every option, and each unknown has one there or a reason."""
    text = documents.FAKES.read_text(encoding="utf-8")
    assert text == documents.with_made(text, "options", documents.options()), (
        "run `make docs`"
    )
    unknowns = text.partition("## What nobody knows")[2]
    named = set(re.findall(r"`([a-z-]+)`", unknowns))
    beginnings = {name.rpartition("-")[0] for name in named}
    for name, option in OPTIONS.items():
        if option.unknown:
            shortened = f"-{name.rpartition('-')[2]}"
            assert name in named or (
                shortened in named and name.rpartition("-")[0] in beginnings
            ), name


def test_links_between_the_guides_lead_somewhere() -> None:
    """A reader who follows a link finds the page."""
    for guide in documents.GUIDES:
        prose = re.sub(r"`[^`\n]*`", "", guide.read_text("utf-8"))
        for target in re.findall(r"\]\(([^)#:]+)\)", prose):
            assert (guide.parent / target).exists(), f"{guide.name}: {target}"


def test_the_example_job_is_yaml_that_keeps_to_the_report_folder() -> None:
    """The job can be copied, and publishes what a run leaves."""
    (job,) = documents.blocks("yaml")
    steps = yaml.safe_load(job.text)["jobs"]["two-way-sync"]["steps"]
    assert steps[-1]["with"]["path"] == "test-results"
    assert "tandem verify" in steps[-2]["run"]


def test_every_option_of_verify_is_in_the_guide_for_ci(
    tandem: Callable[..., Ended],
) -> None:
    """An option that no guide explains is as good as none."""
    offered = set(
        re.findall(
            r"^ +(?:-n, )?(--?[a-z-]+)", tandem("verify", "--help").out, re.MULTILINE
        )
    )
    told = (documents.ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    assert {
        option for option in offered - {"--help", "-h"} if option not in told
    } == set()


def test_the_example_of_lag_settings_can_be_read(tmp_path: Path) -> None:
    """What the guide shows is what `tandem lag` takes."""
    (block,) = [one for one in documents.blocks("toml") if "[lag]" in one.text]
    (tmp_path / "token.txt").write_text("a token")
    path = tmp_path / "services.toml"
    path.write_text('token_file = "token.txt"\n' + block.text, encoding="utf-8")
    assert read_settings(path).topics.region == "eu-west-2"


def test_the_example_of_known_deviations_can_be_read(tmp_path: Path) -> None:
    """What the guide shows is what `--known` takes."""
    (block,) = [one for one in documents.blocks("toml") if "[lag]" not in one.text]
    path = tmp_path / "known.toml"
    path.write_text(block.text, encoding="utf-8")
    known = load_known(path, date(2026, 11, 24))
    (expired,) = load_known(path, date(2027, 4, 1)).problems(complete=False)
    assert known.problems(complete=False) == []
    assert "issue 123" in expired or "Both sides delete" in expired
