"""The three verdicts: what passes, what fails and what nobody can tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.oracle import Evidence, Verdict, judge
from tests.oracle.story import Story

if TYPE_CHECKING:
    from harness.oracle.case import Case
    from harness.oracle.rules.result import Result


def _crash(case: Case) -> Result:
    raise RuntimeError(f"cannot count {len(case.notes)} notes")


def test_a_scope_in_which_nothing_was_seen_is_unknown() -> None:
    """Vacuous: no note and no change is not a pass."""
    verdict = Story().judged()
    assert verdict.verdict == "unknown"
    assert "vacuous" in verdict.reasons[0]


def test_an_empty_scope_on_purpose_passes() -> None:
    """A scenario may say that nothing should be there."""
    story = Story()
    story.expectations = {"empty": True}
    assert story.judged().verdict == "pass"


def test_a_checker_that_crashes_makes_the_verdict_unknown() -> None:
    """A rule that could not be checked was not kept."""
    story = Story()
    story.dps_create()
    story.sync()
    verdict = judge(story.evidence(), {"crashing": _crash})
    assert verdict.verdict == "unknown"
    assert (
        "'crashing' crashed: RuntimeError: cannot count 1 notes" in verdict.reasons[0]
    )


def test_evidence_that_cannot_be_read_is_unknown() -> None:
    """Rubbish in the journal must not look like health."""
    verdict = judge(Evidence(entries=[{"kind": "request"}]))
    assert verdict.verdict == "unknown"
    assert "could not be read" in verdict.reasons[0]


def test_what_still_moves_is_unknown_with_its_reasons() -> None:
    """Not settled: an absence proves nothing yet, and is shown as a finding."""
    story = Story()
    story.dps_create()
    story.settled = {"settled": False, "waiting": ["to-nomis holds 1 message"]}
    verdict = story.judged()
    assert verdict.verdict == "unknown"
    assert verdict.reasons == ["not settled: to-nomis holds 1 message"]
    assert {one.rule for one in verdict.findings} == {"lost"}


def test_a_loop_fails_even_though_it_never_settles() -> None:
    """What was written too often stays written, whatever still moves."""
    story = Story()
    note = story.dps_create()
    story.sync()
    story.loop_guard = story.source_filter = False
    story.dps_amend(note, "Round and round.")
    story.sync()
    story.settled = {"settled": False, "waiting": ["to-nomis holds 1 message"]}
    verdict = story.judged()
    assert verdict.verdict == "fail"
    assert "loop" in {one.rule for one in verdict.violations}


def test_a_verdict_is_plain_data_both_ways() -> None:
    """Verdict and evidence survive a round trip through JSON data."""
    story = Story()
    story.loop_guard = False
    story.dps_create()
    story.sync()
    evidence = story.evidence()
    verdict = judge(Evidence.from_dict(evidence.as_dict()))
    assert verdict.violations
    assert Verdict.from_dict(verdict.as_dict()) == verdict == judge(evidence)


def test_the_worst_violation_stands_first() -> None:
    """Reports list by severity, then by rule."""
    story = Story()
    story.loop_guard = False
    story.dps_create()
    story.sync()
    story.dps_create("Never carried over.")
    (copy,) = story.waiting
    story.receive(copy)
    story.fate(copy)
    severities = [one.severity for one in story.judged().violations]
    assert severities == sorted(severities)
    assert len(set(severities)) > 1
