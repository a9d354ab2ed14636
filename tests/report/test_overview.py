"""What stands above the list: counts, causes, and rows that can be searched."""

from __future__ import annotations

from typing import Any

from harness.oracle.severity import SEVERITY
from harness.report.overview import overview, row_of, split_name
from harness.report.rules import ASSERTION, MEANING
from harness.results import FAIL, PASS, UNKNOWN, ScenarioResult


def violation(rule: str, owner: str, detail: str) -> dict[str, Any]:
    """Return a violation as plain data."""
    return {
        "rule": rule,
        "owner": owner,
        "severity": SEVERITY[rule],
        "note": "note-1",
        "prisoner": "A1234BC",
        "message": "seen",
        "key": f"{rule}:{owner}:{detail}",
    }


def result(name: str, verdict: str = FAIL, *broken: dict[str, Any]) -> ScenarioResult:
    """Return a scenario of that name."""
    made = ScenarioResult(name, "f.feature", "Cap", name, ["loop"], verdict)
    made.violations = list(broken)
    return made


LOOP = violation("loop", "from-nomis", "writes to dps")
LOST = violation("lost", "to-nomis", "create to nomis")


def test_equal_causes_are_one_line_with_a_count() -> None:
    """Thirty scenarios that break in one way are one thing to mend."""
    seen = overview([result("a", FAIL, LOOP, LOOP), result("b", FAIL, LOST, LOOP)])
    assert [(c.rule, c.owner, c.what, c.scenarios) for c in seen.causes] == [
        ("loop", "from-nomis", "writes to dps", 2),
        ("lost", "to-nomis", "create to nomis", 1),
    ]
    assert all(cause.meaning for cause in seen.causes)


def test_a_line_that_does_not_hold_is_a_cause_too() -> None:
    """No rule broke, but the scenario did: it must not be missing above."""
    (cause,) = overview([result("a")]).causes
    assert (cause.rule, cause.owner) == (ASSERTION, "")


def test_expected_failures_are_no_causes() -> None:
    """A known deviation is listed as known and is nothing to mend today."""
    known = result("a", FAIL, LOOP)
    known.known = "issue 7"
    seen = overview([known])
    assert seen.causes == []
    assert seen.counts["known"] == 1
    assert seen.groups[0][0] == "known"


def test_what_needs_attention_stands_first() -> None:
    """Failed before unknown before passed; empty groups are not shown."""
    seen = overview([result("a", PASS), result("b", UNKNOWN), result("c", FAIL)])
    assert [verdict for verdict, _, _ in seen.groups] == ["fail", "unknown", "pass"]


def test_the_capability_with_most_failures_stands_first() -> None:
    """The reader starts where most is broken."""
    other = result("b", FAIL, LOOP)
    other.capability = "Another"
    names = [name for name, _ in overview([result("a", PASS), other]).capabilities]
    assert names == ["Another", "Cap"]


def test_the_search_knows_names_tags_rules_owners_notes_and_prisoners() -> None:
    """Whatever the reader has in hand finds the scenario."""
    words = row_of(result("A Name", FAIL, LOOP)).words
    for word in ("a name", "@loop", "from-nomis", "note-1", "a1234bc", "f.feature"):
        assert word in words


def test_a_row_of_an_outline_is_told_apart_from_its_name() -> None:
    """Long rows stand below the name they share."""
    assert split_name("Name <x>[one-two]") == ("Name <x>", "one-two")
    assert split_name("Name [not a row] of it") == ("Name [not a row] of it", "")


def test_every_rule_of_the_oracle_is_explained() -> None:
    """A reader who does not know a rule finds it in words."""
    from harness.oracle.compose import CHECKERS

    assert set(CHECKERS) | set(SEVERITY) <= set(MEANING)
