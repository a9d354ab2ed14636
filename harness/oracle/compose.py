"""Named checkers run one by one, and their results made one verdict.

A **checker** is a function from a case to a `Result`. One that crashes makes the
verdict *unknown*, never *pass*. **Vacuous** is a scope in which nothing was checked.
"""

from __future__ import annotations

import gc
import traceback
from typing import TYPE_CHECKING

from harness.oracle.case import Case
from harness.oracle.consequences import without_consequences
from harness.oracle.evidence import FAIL, PASS, UNKNOWN, Verdict
from harness.oracle.limited import apply
from harness.oracle.rules.alert_notes import alert_notes
from harness.oracle.rules.conserved import conserved
from harness.oracle.rules.content import converged, corrupt, lost, stale
from harness.oracle.rules.duplicate import duplicate
from harness.oracle.rules.effort import acknowledged_before_done
from harness.oracle.rules.identity import altered, misplaced, resurrected
from harness.oracle.rules.loop import loop
from harness.oracle.rules.mapping import mapping_sound
from harness.oracle.rules.overwritten import overwritten
from harness.oracle.rules.privacy import leaked
from harness.oracle.rules.visible import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from harness.oracle.evidence import Evidence, Violation
    from harness.oracle.rules.result import Result

    Checker = Callable[[Case], Result]

CHECKERS: dict[str, Checker] = {
    "converged": converged,
    "lost": lost,
    "stale": stale,
    "duplicate": duplicate,
    "loop": loop,
    "misplaced": misplaced,
    "corrupt": corrupt,
    "altered": altered,
    "resurrected": resurrected,
    "leaked": leaked,
    "mapping-sound": mapping_sound,
    "overwritten": overwritten,
    "acknowledged-before-done": acknowledged_before_done,
    "visible": visible,
    "alert-notes": alert_notes,
    "conserved": conserved,
}
# True whatever still moves: what was written too often or leaked stays so.
_FINAL = frozenset({"loop", "leaked", "acknowledged-before-done"})


def judge(evidence: Evidence, checkers: Mapping[str, Checker] | None = None) -> Verdict:
    """Judge one scope: run every checker, then weigh what they found."""
    # A judgement makes many small records and no cycles worth collecting: the
    # collector would walk over all of them again and again.
    collecting = gc.isenabled()
    gc.disable()
    try:
        return _judge(evidence, checkers or CHECKERS)
    finally:
        if collecting:
            gc.enable()


def _judge(evidence: Evidence, checkers: Mapping[str, Checker]) -> Verdict:
    verdict = Verdict(PASS)
    try:
        case = Case(evidence)
    except Exception as error:  # noqa: BLE001 - a crashed oracle must not say pass
        verdict.reasons.append(f"the evidence could not be read: {_summary(error)}")
        verdict.verdict = UNKNOWN
        return verdict
    found: list[Violation] = []
    for name, check in checkers.items():
        try:
            result = check(case)
        except Exception as error:  # noqa: BLE001 - unknown, never pass
            verdict.reasons.append(f"the rule {name!r} crashed: {_summary(error)}")
            continue
        verdict.checked[name] = result.checked
        found += result.violations
        verdict.findings += result.findings
        verdict.reasons += result.reasons
    _weigh(case, verdict, found)
    return verdict


def _weigh(case: Case, verdict: Verdict, found: list[Violation]) -> None:
    settled = case.evidence.settled
    if not settled.get("settled", True):
        waiting = settled.get("waiting") or ["settling gave no reason"]
        verdict.reasons += [f"not settled: {reason}" for reason in waiting]
        verdict.findings += [v for v in found if v.rule not in _FINAL]
        found = [v for v in found if v.rule in _FINAL]
    if gaps := _gaps(case):
        # Whose change was left out, nobody knows: nothing found rests on firm ground.
        verdict.reasons += [f"the evidence is incomplete: {gap}" for gap in gaps]
        verdict.findings += found
        found = []
    if not case.notes and not case.evidence.expectations.get("empty"):
        verdict.reasons.append("vacuous: the scope holds no note and saw no change")
    found = _allow(case, verdict, found)
    found, excused = apply(case, found)
    found, consequences = without_consequences(case, found)
    verdict.findings += consequences
    verdict.limited = sorted(excused, key=_order)
    verdict.violations = sorted(found, key=_order)
    if verdict.violations:
        verdict.verdict = FAIL
    elif verdict.reasons:
        verdict.verdict = UNKNOWN


def _gaps(case: Case) -> list[str]:
    """Say what the journal does not hold though something rests on it.

    What the sync merely read may be cut: no rule looks at it.
    """
    gaps = []
    if orphans := case.history.orphans:
        named = ", ".join(map(str, orphans[:5]))
        gaps.append(f"it holds answers of writes without their requests ({named})")
    gaps += [
        f"call {call.seq} ({call.operation}) has {body['truncated']}"
        for call in case.history.calls
        if call.writes or call.by_user
        for body in (call.body, call.answer)
        if isinstance(body, dict) and "truncated" in body
    ]
    return gaps


def _allow(case: Case, verdict: Verdict, found: list[Violation]) -> list[Violation]:
    """Make findings of what the scenario said beforehand that it brings about."""
    allowed = case.evidence.expectations.get("allowed") or []
    standing = []
    for violation in found:
        plain = violation.as_dict()
        if any(all(plain.get(k) == v for k, v in one.items()) for one in allowed):
            verdict.findings.append(violation)
        else:
            standing.append(violation)
    return standing


def _order(violation: Violation) -> tuple[int, str, str]:
    return violation.severity, violation.rule, violation.note


def _summary(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    where = f" in {frames[-1].name}, line {frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}: {error}{where}"
