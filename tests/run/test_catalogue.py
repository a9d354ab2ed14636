"""`tandem steps`: what testers may write, what it means, and what is nearest."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from harness.catalogue import all_steps
from harness.forms import forms, nearest
from harness.wording import lost_keyword, plain_format, plain_regex

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
    ("wording", "lines"),
    [
        ("a note", ["a note"]),
        ("a note[ in <NOMIS|DPS>]", ["a note", "a note in NOMIS", "a note in DPS"]),
        ('(it|a note "<name>") fails', ["it fails", 'a note "<name>" fails']),
        ("once[ (<times> times|again)]", ["once", "once <times> times", "once again"]),
    ],
)
def test_a_wording_stands_for_plain_lines(wording: str, lines: list[str]) -> None:
    """Only what is the tester's own to fill in is left open."""
    assert list(forms(wording)) == lines


def test_no_form_of_a_step_has_brackets_left() -> None:
    """What is suggested can be copied: choices are made, only names are open."""
    for step in all_steps():
        lines = [re.sub(r"<\w+>", "", form) for form in forms(step.wording)]
        assert lines
        assert not set("[]<>|()") & set("".join(lines)), step.wording


@pytest.mark.parametrize(
    ("line", "kind", "meant"),
    [
        ("a prisonner", "given", "Given a prisoner"),
        ("both side hold note", "then", "Then both sides hold the note"),
        ("NOMIS is down", "when", "When NOMIS goes down for the sync"),
        (
            "an oficer writes case note in NOMIS saying 'Seen.'",
            "when",
            'When an officer writes a case note in NOMIS saying "<text>"',
        ),
        (
            'the DPS user ammends note "first" in DPS',
            "when",
            'When a DPS user amends the note "first" in DPS',
        ),
        (
            "both sides has the note with 2 amendments",
            "then",
            "Then both sides hold the note with 2 amendments",
        ),
        (
            "the mapping service failed 3 times",
            "given",
            "Given the mapping service fails 3 times",
        ),
        (
            "a case note called 'one' in DPS",
            "given",
            'Given a case note called "<name>" written in DPS',
        ),
    ],
)
def test_the_nearest_step_is_the_one_meant(line: str, kind: str, meant: str) -> None:
    """A mistake leads to a line that can be copied, among the first three."""
    found = [str(near) for near in nearest(line, all_steps(), kind)]
    assert meant in found


def test_prose_is_not_taken_for_a_lost_step() -> None:
    """Scenarios may carry a description."""
    assert lost_keyword("Gven a prisoner")
    assert lost_keyword("  WHEN an officer writes")
    assert not lost_keyword("The officer has left the prison.")
    assert not lost_keyword("")
