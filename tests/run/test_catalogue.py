"""`tandem steps`: what testers may write, what it means, and what is nearest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.catalogue import all_steps
from harness.wording import lost_keyword, nearest, plain_format, plain_regex

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.run.conftest import Ended


def test_every_step_has_a_meaning_and_an_example_that_is_that_step() -> None:
    """An example that another step would take, or none, misleads the tester."""
    wrong = []
    for step in all_steps():
        keyword, _, words = step.example.partition(" ")
        line = words.splitlines()[0] if words else ""
        kind = keyword.lower() if step.kind == "any" else step.kind
        if not step.meaning or not step.matches(kind, line):
            wrong.append(f"{step.pattern}: {step.example!r}")
    assert wrong == []


def test_all_steps_are_listed_and_words_filter_them(
    tandem: Callable[..., Ended],
) -> None:
    """Every word of the query stands in the step, its meaning or its example."""
    whole = tandem("steps")
    assert whole.code == 0
    assert f"{len(all_steps())} of {len(all_steps())} steps." in whole.out
    some = tandem("steps", "KILL", "sync")
    assert some.code == 0
    blocks = some.out.split("\n\n")
    assert all("kill" in block.lower() for block in blocks)


def test_a_query_that_finds_nothing_shows_the_nearest_steps(
    tandem: Callable[..., Ended],
) -> None:
    """A misspelt word still leads to the step."""
    ended = tandem("steps", "oficer delets note")
    assert ended.code == 1
    assert "No step has all the words of 'oficer delets note'" in ended.out
    assert "deletes the note" in ended.out.split("nearest are:")[1].splitlines()[2]


@pytest.mark.parametrize(
    ("pattern", "shown"),
    [
        (r"an? note", "a[n] note"),
        (r"(?:he|she) writes", "(he|she) writes"),
        (r"in (?P<side>NOMIS|DPS)", "in <NOMIS|DPS>"),
        (r'called "(?P<name>[^"]+)"', 'called "<name>"'),
        (r"note(?: about (?P<what>\w+))?", "note[ about <what>]"),
        (r"hold it(?P<where> in DPS| twice)?", "hold it[ in DPS| twice]"),
        (r"a\.b (?P<n>\d{1,3}) times?", "a.b <n> time[s]"),
        (r"one|two", "(one|two)"),
    ],
)
def test_patterns_are_shown_as_a_tester_would_write_them(
    pattern: str, shown: str
) -> None:
    """No tester has to read a regular expression."""
    assert plain_regex(pattern) == shown


def test_formats_are_shown_as_a_tester_would_write_them() -> None:
    """The same for steps that are no regular expressions."""
    assert plain_format("{count:d} notes by {who}") == "<count> notes by <who>"


def test_no_step_is_shown_as_a_regular_expression() -> None:
    """The whole library reads as plain words."""
    for step in all_steps():
        assert not set("\\^$*+?") & set(step.wording), step.wording


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("a prisonner", "Given a prisoner"),
        ("both side hold note", "both sides hold the note"),
        ("NOMIS is down", "NOMIS <goes down for the sync"),
    ],
)
def test_the_nearest_step_is_the_one_meant(line: str, meant: str) -> None:
    """A small mistake leads to the right step among the first three."""
    found = nearest(line, all_steps())
    assert any(meant in f"{step.kind.capitalize()} {step.wording}" for step in found)


def test_prose_is_not_taken_for_a_lost_step() -> None:
    """Scenarios may carry a description."""
    assert lost_keyword("Gven a prisoner")
    assert lost_keyword("  WHEN an officer writes")
    assert not lost_keyword("The officer has left the prison.")
    assert not lost_keyword("")
