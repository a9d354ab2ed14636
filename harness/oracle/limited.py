"""Limits applied: a violation that carries a limit's signature is *limited*.

The signature is declared in `contracts/limits.toml`; the journal checks that it names
are in `limited_dps` and `limited_nomis`. Each looks for the real service's own doing
in the evidence: without it the violation stands, however much it looks like the
limit's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.limits import Limit, limits
from harness.oracle import limited_dps, limited_nomis

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.oracle.case import Case
    from harness.oracle.evidence import Violation
    from harness.oracle.notes import LogicalNote

    Check = Callable[[Case, Violation, LogicalNote | None], bool]

CHECKS: dict[str, Check] = {**limited_dps.CHECKS, **limited_nomis.CHECKS}


def apply(
    case: Case, found: list[Violation]
) -> tuple[list[Violation], list[Violation]]:
    """Split violations into those that stand and those that a limit excuses."""
    in_force = _in_force(case)
    if not in_force or not found:
        return found, []
    notes = {note.id: note for note in case.notes}
    standing: list[Violation] = []
    excused: list[Violation] = []
    for violation in found:
        note = notes.get(violation.note)
        limit = next((o for o in in_force if _carries(case, o, violation, note)), None)
        if limit is None:
            standing.append(violation)
        else:
            violation.limit, violation.owner = limit.id, limit.owner
            excused.append(violation)
    return standing, excused


def _in_force(case: Case) -> list[Limit]:
    """Return the limits that the judged world has: none when run as intended."""
    if case.evidence.limits == "as-intended":
        return []
    fixed = set(case.evidence.expectations.get("fixed_limits") or ())
    return [limit for limit in limits() if limit.id not in fixed]


def _carries(
    case: Case, limit: Limit, violation: Violation, note: LogicalNote | None
) -> bool:
    if violation.rule not in limit.rules:
        return False
    facts = violation.evidence
    if limit.fields and facts.get("field") not in limit.fields:
        return False
    if limit.sides and facts.get("side") not in limit.sides:
        return False
    return CHECKS[limit.evidence](case, violation, note)
