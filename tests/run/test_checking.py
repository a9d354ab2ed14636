"""`tandem steps --check` and `--unused`: features understood without playing them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.selection import FEATURES
from tests.run.conftest import FAILS, PASSES, feature

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.run.conftest import Ended

USAGE = 2
START = 'Feature: F\n  Scenario: S\n    Given a prisoner called "Kept"\n'


def test_a_feature_that_is_understood_is_checked_without_playing(
    tandem: Callable[..., Ended], tmp_path: Path
) -> None:
    """Even one that would fail: 0 says that every line is a step, no more."""
    feature(tmp_path / "one.feature", "One", a_note=FAILS, another_note=PASSES)
    ended = tandem("steps", "--check", "one.feature")
    assert ended.code == 0
    assert "one.feature: 2 scenarios, 6 lines, all understood" in ended.out
    assert "verdict" not in ended.out
    assert not (tmp_path / "test-results").exists()


def test_each_line_that_is_wrong_is_named_with_what_is_right(
    tandem: Callable[..., Ended], tmp_path: Path
) -> None:
    """All mistakes of all files at once: file, line, and a line that can be copied."""
    (tmp_path / "a.feature").write_text(
        f"{START}    When an oficer deletes the note in NOMIS\n    Then al agree\n"
    )
    (tmp_path / "b.feature").write_text(
        "Feature: F\n  Scenario: S\n    When NOMIS releases the prisonner\n"
    )
    ended = tandem("steps", "--check", ".")
    assert ended.code == USAGE
    assert "a.feature:4: no step says When 'an oficer" in ended.out
    assert "      When an officer deletes the note in NOMIS\n" in ended.out
    assert "a.feature:5: no step says Then 'al agree'" in ended.out
    assert "b.feature:3:" in ended.out
    assert "3 to mend" in ended.out


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Given it is 25:00 on 1 July 2026", "'25:00' is no time of day"),
        ("Given it is 12:00 on 31 Juni 2026", "'31 Juni 2026' is no date"),
        ('When DPS itself writes a note of type "ACP"', "'ACP' is no kind of note"),
        ("Given NOMIS answers with status 200 2 times", "status 200 is no failure"),
        ("When a DPS user writes 0 case notes in DPS", "0 times is never"),
        ('When NOMIS merges "Gone" into "Kept"', "no prisoner is called 'Gone'"),
        ('When an officer deletes the note "x" in NOMIS', "no note is called 'x' here"),
        ('Then both sides hold the note "x"', "no note is called 'x' here"),
    ],
)
def test_a_value_that_a_step_cannot_take_is_named(
    tandem: Callable[..., Ended], tmp_path: Path, line: str, said: str
) -> None:
    """A step may be known and its value wrong: nothing has to be played for that."""
    (tmp_path / "f.feature").write_text(f"{START}    {line}\n")
    ended = tandem("steps", "--check", "f.feature")
    assert ended.code == USAGE
    assert "f.feature:4: " in ended.out
    assert said in ended.out


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("| tekst |\n | x |", "unknown column 'tekst'; the columns are called, about"),
        ("| booking |\n | earlier |", 'for notes "from before the migration"'),
        ("| type |\n | KA |", "'KA' is no kind of note; they are ACP/"),
        ("| occurred |\n | yesterday |", "occurred 'yesterday' is no time; write it"),
        ("| about |\n | Gone |", "no prisoner is called 'Gone' here; there are: Kept"),
        ("| text |", "a heading and no row"),
    ],
)
def test_a_table_with_a_mistake_is_named(
    tandem: Callable[..., Ended], tmp_path: Path, table: str, said: str
) -> None:
    """Each column and value of a table is looked at, and what is right is said."""
    (tmp_path / "f.feature").write_text(
        f"{START}    And these case notes in NOMIS:\n {table}\n"
    )
    ended = tandem("steps", "--check", "f.feature")
    assert ended.code == USAGE
    assert "f.feature:4: " in ended.out
    assert said in ended.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--check"], "name the feature files or folders"),
        (["--check", "--unused"], "one at a time"),
        (["--check", "none.feature"], "there is no such file"),
        (["--unused", "none.feature"], "there is no such file"),
    ],
)
def test_a_request_that_cannot_be_met_says_why(
    tandem: Callable[..., Ended], words: list[str], said: str
) -> None:
    """Neither checks nothing and calls it good."""
    ended = tandem("steps", *words)
    assert ended.code == USAGE
    assert said in ended.out


def test_steps_that_a_feature_does_not_use_are_listed(
    tandem: Callable[..., Ended], tmp_path: Path
) -> None:
    """What the feature uses is left out, in whatever of its forms it was written."""
    feature(tmp_path / "one.feature", "One", a_note=PASSES)
    ended = tandem("steps", "--unused", "one.feature")
    assert ended.code == 0
    assert "Then both sides agree\n" in ended.out
    assert "both sides hold the note[" not in ended.out
    assert "steps are in none of 1 feature." in ended.out


def test_our_features_use_every_step(tandem: Callable[..., Ended]) -> None:
    """A step that no scenario needs is one too many to read."""
    ended = tandem("steps", "--unused")
    assert ended.code == 0
    assert ended.out.startswith("0 of "), ended.out
    assert tandem("steps", "--check", str(FEATURES)).code == 0
