"""Conserved: no message vanishes, and what is left over has a reason.

The ledger balances; *still queued* after settling fails; a dead letter must be
explained by the scenario; a parked message by a switch that is off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.oracle.evidence import Violation
from harness.oracle.rules.result import Result
from harness.oracle.severity import severity
from harness.oracle.who import is_dead_letter_queue, is_parking, queue_owner

if TYPE_CHECKING:
    from harness.oracle.case import Case

_PASSED_ON = frozenset({"dead-lettered", "moved", "parked"})


def conserved(case: Case) -> Result:
    """Every message copy has its fate, or a reason to wait."""
    result = Result(checked=len(case.history.messages))
    for copy in case.evidence.ledger:
        result.checked += 1
        _left_over(case, copy, result)
    parents = {message.parent for message in case.history.messages.values()}
    for message in case.history.messages.values():
        if message.fate in _PASSED_ON and message.copy not in parents:
            result.add(
                _violation(
                    "relay",
                    f"{message.type} was {message.fate} and arrived nowhere",
                    "went nowhere",
                    message.subjects,
                    [message.came, message.fate_seq],
                    copy=message.copy,
                )
            )
    return result


def _left_over(case: Case, copy: dict[str, Any], result: Result) -> None:
    queue, kind = copy["queue"], copy.get("type") or "message"
    owner = queue_owner(queue) or "configuration"
    message = case.history.messages.get(copy["copy"])
    seqs = [message.came, *message.received] if message is not None else []
    if is_parking(queue) or copy.get("state") == "parked":
        if not case.may_be_parked(owner, kind, queue):
            result.add(
                _violation(
                    owner,
                    f"{kind} is still parked though nothing is switched off",
                    f"parked {kind}",
                    copy.get("subjects") or [],
                    seqs,
                )
            )
        return
    if is_dead_letter_queue(queue) or copy.get("state") == "dead":
        if not _explained(case, kind):
            result.add(
                _violation(
                    owner,
                    f"{kind} ended in {queue}, which the scenario does not explain",
                    f"dead letter {kind}",
                    copy.get("subjects") or [],
                    seqs,
                    dead_letter=kind,
                    copy=copy["copy"],
                )
            )
        return
    if case.may_be_parked(owner, kind, queue):
        return  # the half is off: its messages wait for it
    if copy.get("state") == "held":
        result.reasons.append(f"{kind} is still held back by the scenario")
        return
    if case.settled:
        result.add(
            _violation(
                owner,
                f"{kind} is still in {queue} ({copy.get('state')}) after settling",
                f"still queued {kind}",
                copy.get("subjects") or [],
                seqs,
                state=copy.get("state"),
            )
        )


def _explained(case: Case, kind: str) -> bool:
    expected = case.evidence.expectations.get("dead_letters")
    if isinstance(expected, list):
        return kind in expected
    return bool(expected)


def _violation(
    owner: str,
    message: str,
    detail: str,
    subjects: list[str],
    seqs: list[int],
    **evidence: Any,
) -> Violation:
    prisoners = [s for s in subjects if s[:1].isupper()]
    notes = [s for s in subjects if not s[:1].isupper()]
    return Violation(
        rule="conserved",
        severity=severity("conserved"),
        owner=owner,
        note=notes[0] if notes else "",
        prisoner=prisoners[0] if prisoners else "",
        message=message,
        evidence={
            "seqs": sorted(set(seqs)),
            "subjects": sorted(subjects),
            **evidence,
        },
        key=f"conserved:{owner}:{detail}",
    )
