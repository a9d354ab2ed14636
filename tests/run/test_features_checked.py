"""A feature that could not be played as written is refused, with file and line."""

from __future__ import annotations

import types
from typing import TYPE_CHECKING

import pytest
from pytest_bdd import given, parsers, when

from harness.gherkin import Matcher, steps_of
from harness.reading import FeatureError, read_feature

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.run.conftest import Ended

USAGE = 2
SHORT = "Feature: F\n  Scenario: S\n"
GOOD = "    Given a prisoner\n    When a DPS user writes a case note in DPS\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"Feature: F\n  Scenario: S\n{GOOD}    Thn all agree\n", ["f.feature:5:"]),
        ("Scenario: S\n    Given a prisoner\n", ["f.feature:1: Misplaced"]),
        (
            f"Funktion: F\n{GOOD}",
            ["f.feature:1: 'Funktion: F' cannot stand here; a file holds one"],
        ),
        (
            f"{SHORT}{GOOD}    Then the table:\n    | a | b |\n    | one |\n",
            ["f.feature:7: inconsistent cell count"],
        ),
        (
            f"Feature: F\n  Scenario: S\n\n    Gven a prisoner\n{GOOD}",
            ["f.feature:4:", "'Gven a prisoner' would be read as a description"],
        ),
        (
            f"Feature: F\n  Background:\n    given a cell\n{GOOD}  Scenario: S\n{GOOD}",
            ["f.feature:3:", "'given a cell' would be read as a description"],
        ),
        (
            "Feature: F\n  Scenario: S\n    Given a prisonner\n",
            ["f.feature:3:", "Given 'a prisonner'", "nearest", "Given a prisoner"],
        ),
        (
            f"Feature: F\n  Scenario: S\n{GOOD}  Scenario: S\n{GOOD}",
            ["f.feature:5:", "second scenario called 'S'", "line 2"],
        ),
        (
            "Feature: F\n  Scenario Outline: S\n   Given <w>\n   Examples:\n   | w |\n",
            ["f.feature:2:", "no example row"],
        ),
        ("", ["f.feature:1:", "no feature"]),
        ("Feature: F\n", ["f.feature:1:", "no scenario"]),
        (
            f"Feature: F\n  @skip\n  Scenario: S\n{GOOD}",
            ["f.feature:3:", "@skip", "--tags"],
        ),
        (
            f"{SHORT}    Then meanwhile both sides hold the note\n",
            ["f.feature:3:", "looks when all has settled"],
        ),
        (
            f"{SHORT}    When a DPS user writes a case note in DPS with the text:\n",
            ["f.feature:3:", 'needs a text between lines of """ below it'],
        ),
        (
            f"{SHORT}    Given a prisoner\n      | text |\n",
            ["f.feature:3:", "takes no table; it would be passed over"],
        ),
    ],
    ids=[
        "syntax",
        "no-feature",
        "foreign",
        "cells",
        "keyword",
        "background",
        "unknown",
        "twice",
        "no-rows",
        "empty",
        "no-scenario",
        "reserved",
        "timing",
        "no-text",
        "needless-table",
    ],
)
def test_a_broken_feature_is_refused_with_file_and_line(
    simulated: Callable[..., Ended], tmp_path: Path, text: str, said: list[str]
) -> None:
    """Nothing is played; the message names the place and the remedy."""
    (tmp_path / "f.feature").write_text(text, encoding="utf-8")
    ended = simulated("f.feature")
    assert ended.code == USAGE
    for part in said:
        assert part in ended.out
    assert "verdict: none" in ended.out
    assert "Traceback" not in ended.out


def test_text_that_is_not_utf8_is_refused(
    simulated: Callable[..., Ended], tmp_path: Path
) -> None:
    """A file in another encoding would be read as other words than were written."""
    (tmp_path / "f.feature").write_bytes(
        "Feature: caf\N{LATIN SMALL LETTER E WITH ACUTE}".encode("latin-1")
    )
    ended = simulated("f.feature")
    assert ended.code == USAGE
    assert "f.feature:1: not UTF-8" in ended.out


def test_a_byte_order_mark_and_crlf_are_read(
    simulated: Callable[..., Ended], tmp_path: Path
) -> None:
    """Some editors save a text so; it is the same feature."""
    text = f"{SHORT}{GOOD}    Then both sides hold the note\n"
    path = tmp_path / "f.feature"
    path.write_bytes(text.replace("\n", "\r\n").encode("utf-8-sig"))
    assert simulated("f.feature").code == 0


def test_one_broken_feature_of_several_stops_the_run(
    simulated: Callable[..., Ended], tmp_path: Path
) -> None:
    """A good feature beside a broken one must not make the run a pass."""
    (tmp_path / "a.feature").write_text(f"Feature: A\n  Scenario: S\n{GOOD}")
    (tmp_path / "b.feature").write_text("Feature: B\n  Scenario: S\n    Given x y\n")
    ended = simulated(".")
    assert ended.code == USAGE
    assert "b.feature:3:" in ended.out


def _module(**steps: object) -> types.ModuleType:
    module = types.ModuleType("local_steps")
    vars(module).update(steps)
    return module


def _defined(decorator: object, function: object) -> object:
    """Decorate as in a module: pytest-bdd puts the step beside the function."""
    holder: dict[str, object] = {}
    exec(  # noqa: S102 - the decorator writes into its caller's namespace
        "decorator(function)", {"decorator": decorator, "function": function}, holder
    )
    return next(value for name, value in holder.items() if "pytestbdd" in name)


def test_a_line_that_two_steps_could_mean_is_refused(tmp_path: Path) -> None:
    """The words must say which step is meant; we do not choose for the tester."""

    def one() -> None:
        """Do one thing."""

    def other(who: str) -> None:
        """Do another."""

    module = _module(
        a=_defined(when("the officer waits"), one),
        b=_defined(when(parsers.parse("the {who} waits")), other),
    )
    path = tmp_path / "f.feature"
    path.write_text("Feature: F\n  Scenario: S\n    When the officer waits\n")
    (problem,) = Matcher(steps_of([module])).problems(path, read_feature(path))
    assert f"{path}:3:" in problem
    assert "could mean 2 steps" in problem
    assert "the <who> waits" in problem


def test_a_coroutine_step_is_refused() -> None:
    """pytest-bdd would never await it: it could not fail."""

    async def never_awaited() -> None:
        """Look as if something were checked."""

    module = _module(a=_defined(given("all is well"), never_awaited))
    with pytest.raises(FeatureError, match="never be awaited"):
        steps_of([module])
