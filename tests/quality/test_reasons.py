"""Killed for the right reason: what counts as a kill, and what is noise."""

from __future__ import annotations

from harness.defects.diagnosis import diagnose
from harness.defects.registry import defects
from harness.defects.score import NOISE, PASS, RIGHT, judged
from harness.player import Outcome

DUP = defects()["DUP-01"]
REC = defects()["REC-01"]


def failed(rule: str, owner: str, note: str = "n1", line: str = "") -> Outcome:
    """Return a failed outcome with one violation."""
    violation = {"rule": rule, "owner": owner, "note": note, "prisoner": ""}
    report = {"verdict": "fail", "violations": [violation]}
    return Outcome("fail", "words", report, line=line)


def test_the_expected_rule_owner_and_note_make_a_kill() -> None:
    """A violation that says just what the corpus says counts."""
    assert judged(DUP, failed("duplicate", "to-nomis"), "")[0] == RIGHT


def test_another_rule_another_owner_or_no_note_is_noise() -> None:
    """Failing for an unrelated reason proves nothing about the defect."""
    assert judged(DUP, failed("lost", "to-nomis"), "")[0] == NOISE
    assert judged(DUP, failed("duplicate", "from-nomis"), "")[0] == NOISE
    assert judged(DUP, failed("duplicate", "to-nomis", note=""), "")[0] == NOISE


def test_a_crash_a_time_out_and_an_unknown_verdict_are_noise() -> None:
    """What ends without a verdict has not seen the defect."""
    assert judged(DUP, None, "time-out after 12 s") == (NOISE, "time-out after 12 s")
    assert judged(DUP, None, "crash: ValueError: x")[0] == NOISE
    assert judged(DUP, Outcome("unknown", "did not settle"), "")[0] == NOISE
    assert judged(DUP, Outcome("pass"), "")[0] == PASS


def test_a_report_of_the_sync_is_seen_by_the_line_that_asks_for_it() -> None:
    """Where no rule looks, the `Then` line named beforehand must fail, no other."""
    right = Outcome("fail", "words", {}, line="Then it reports a difference")
    other = Outcome("fail", "words", {}, line="Then both sides agree")
    assert judged(REC, right, "")[0] == RIGHT
    assert judged(REC, other, "")[0] == NOISE


def test_an_unknown_signature_gets_no_diagnosis() -> None:
    """Silence rather than a guess."""
    assert diagnose("No such scenario", [{"rule": "lost", "key": "lost:x:y"}]) is None
    assert diagnose("No such scenario", []) is None
