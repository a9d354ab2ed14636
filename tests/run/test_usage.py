"""A request that cannot mean anything is refused at once, with what would be right."""

from __future__ import annotations

import fcntl
from typing import TYPE_CHECKING

import pytest

from harness.journals import FILE as JOURNAL
from tests.run.conftest import PASSES, feature

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.run.conftest import Ended

USAGE = 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--tier", "moon"], ["--tier", "moon", "simulated", "wire"]),
        (["--to-nomis", "docker:x"], ["docker:x", "command:CMD", "external"]),
        (["--sync", "command:"], ["lacks its argument"]),
        (["--defect", "LOOP-99"], ["unknown defect 'LOOP-99'", "LOOP-01"]),
        (["--option", "read-lagg=1"], ["unknown option 'read-lagg'", "read-lag'"]),
        (["--option", "dps-read-lag"], ["'dps-read-lag': write NAME=VALUE"]),
        (["--option", "dps-read-lag=soon"], ["option dps-read-lag cannot be 'soon'"]),
        (
            ["--option", "max-receive={}", "--tier", "simulated"],
            ["option max-receive cannot be {}: 'queue'"],
        ),
        (
            ["--option", "dps-read-lag=1", "--stack", "http://127.0.0.1:1"],
            ["--option and --stack", "tandem up"],
        ),
        (["--tags", "loop and ("], ["--tags 'loop and ('", "such as"]),
        (["--tags", "lop"], ["no scenario chosen has the tag 'lop'", "nearest: loop"]),
        (
            ["--tags", "not lop"],
            ["no scenario chosen has the tag 'lop'", "nearest: loop"],
        ),
        (["--tier", "simulated", "--to-nomis", "external"], ["--tier wire"]),
        (["--tier", "simulated", "--old-to-nomis", "reference"], ["--tier wire"]),
        (
            ["--old-to-nomis", "external"],
            ["--old-to-nomis external", "Tandem must start both"],
        ),
        (
            ["--old-to-nomis", "reference", "--to-nomis", "external"],
            ["--to-nomis external", "Tandem must start both"],
        ),
        (["--old-from-nomis", "container:x"], ["needs --tier containers"]),
        (
            ["--when-off-to-nomis", "kept", "--to-nomis", "command:x"],
            ["'kept' is not one of 'parked', 'backfilled', 'dropped'"],
        ),
        (
            ["--when-off-to-nomis", "dropped"],
            ["--when-off-to-nomis dropped is for command:CMD", "the reference parks"],
        ),
        (
            ["--when-off-from-nomis", "parked", "--from-nomis", "external"],
            ["not for external", "only of what it starts"],
        ),
        (["--sync", "external", "-n", "2"], ["leave out -n"]),
        (["--stack", "http://127.0.0.1:1", "-n", "2"], ["leave out -n"]),
        (["--stack", "http://"], ["--stack http://", "control API"]),
        (["--stack", "localhost"], ["control API", "http://127.0.0.1:4567"]),
        (["--nonsense"], ["--nonsense"]),
    ],
    ids=lambda value: " ".join(value) if value and value[0][0] == "-" else "",
)
def test_a_wrong_option_is_a_usage_error_that_says_what_is_right(
    tandem: Callable[..., Ended], tmp_path: Path, words: list[str], said: list[str]
) -> None:
    """Every wrong value ends with exit code 2 and names the value and the remedy."""
    file = feature(tmp_path / "one.feature", "One", loop__a_note=PASSES)
    ended = tandem("verify", file, *words)
    assert ended.code == USAGE
    for part in said:
        assert part in ended.out
    assert "Traceback" not in ended.out


def test_paths_that_hold_no_feature_are_refused(
    tandem: Callable[..., Ended], tmp_path: Path
) -> None:
    """A missing path, an empty folder and another kind of file each say so."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").write_text("Feature: no")
    ended = tandem("verify", "missing.feature", "empty", "notes.txt")
    assert ended.code == USAGE
    assert "missing.feature: there is no such file or folder" in ended.out
    assert "empty: no .feature file in this folder" in ended.out
    assert "notes.txt: not a feature file" in ended.out


def test_a_scenario_that_does_not_exist_names_the_nearest(
    tandem: Callable[..., Ended], tmp_path: Path
) -> None:
    """A misspelt scenario name must not end as a run of nothing."""
    file = feature(tmp_path / "one.feature", "One", a_note_is_written=PASSES)
    ended = tandem("verify", f"{file}::a note is writen")
    assert ended.code == USAGE
    assert "there is no scenario 'a note is writen'" in ended.out
    assert "a note is written" in ended.out
    far = tandem("verify", f"{file}::xyzzy")
    assert "there is no scenario 'xyzzy'; there are: a note is written" in far.out


def test_a_feature_of_ours_is_found_from_any_folder(
    tandem: Callable[..., Ended], tmp_path: Path
) -> None:
    """The guides write `features/...`; a file of that name that is there goes first."""
    one = "features/nomis-to-dps.feature"
    words = ("--tier", "simulated")
    name = "A note written in NOMIS appears in DPS once"
    ended = tandem("verify", f"{one}::{name}", *words)
    assert ended.code == 0, ended.out
    assert "1 played" in ended.out
    (tmp_path / "features").mkdir()
    feature(tmp_path / one, "One", mine=PASSES)
    assert tandem("verify", f"{one}::mine", *words).code == 0
    missing = tandem("verify", "features/none.feature", *words)
    assert "features/none.feature: there is no such file" in missing.out


def test_a_report_folder_that_cannot_be_made_is_refused(
    tandem: Callable[..., Ended], tmp_path: Path
) -> None:
    """Nothing is played when its report could not be kept."""
    file = feature(tmp_path / "one.feature", "One", a_note=PASSES)
    (tmp_path / "taken").write_text("")
    ended = tandem("verify", file, "--report", "taken")
    assert ended.code == USAGE
    assert "--report taken" in ended.out


def test_a_report_folder_that_another_run_writes_is_refused(
    tandem: Callable[..., Ended], tmp_path: Path
) -> None:
    """Two runs at once in one folder would mix their journals; neither is harmed."""
    file = feature(tmp_path / "one.feature", "One", a=PASSES)
    words = ("verify", file, "--tier", "simulated")
    (tmp_path / "test-results").mkdir()
    journal = tmp_path / "test-results" / JOURNAL
    with journal.open("ab") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        other.write(b"the other's\n")
        other.flush()
        refused = tandem(*words)
    assert refused.code == USAGE
    assert "test-results: another run is writing there" in refused.out
    assert journal.read_bytes() == b"the other's\n"
    assert tandem(*words).code == 0


def test_a_crash_of_tandem_itself_is_unknown(
    tandem: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our own failure must not look like a failed sync (1) nor a passed one."""

    def broken(*_: object) -> str:
        raise RuntimeError("planted")

    monkeypatch.setattr("harness.environment.render", broken)
    ended = tandem("env")
    assert ended.code == 3
    assert "says nothing about the sync" in ended.out


def test_ctrl_c_before_the_run_is_unknown(
    tandem: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An early Ctrl-C must not look like a failed sync (1)."""

    def interrupted(*_: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("harness.environment.render", interrupted)
    assert tandem("env").code == 3
