"""What a rule returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from harness.oracle.evidence import Violation
from harness.oracle.severity import severity

if TYPE_CHECKING:
    from harness.oracle.notes import LogicalNote


@dataclass
class Result:
    """`checked` counts what was looked at; `reasons` make the verdict unknown."""

    checked: int = 0
    violations: list[Violation] = field(default_factory=list)
    findings: list[Violation] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)

    def add(self, violation: Violation | None) -> None:
        """Take a violation, if there is one."""
        if violation is not None:
            self.violations.append(violation)


def broken(
    rule: str,
    owner: str,
    note: LogicalNote,
    message: str,
    detail: str,
    **evidence: Any,
) -> Violation:
    """Make a violation about a note; `detail` makes the key tell kinds apart."""
    evidence["seqs"] = sorted(set(evidence.get("seqs", ())))
    evidence["kind"] = note.kind
    evidence["born"] = note.side
    return Violation(
        rule=rule,
        severity=severity(rule),
        owner=owner,
        note=note.id,
        prisoner=note.prisoner,
        message=message,
        evidence=evidence,
        key=f"{rule}:{owner}:{detail}",
    )
