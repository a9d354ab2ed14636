"""How bad each broken promise is: 1 is worst. Reports list the worst first."""

from __future__ import annotations

SEVERITY = {
    "leaked": 1,
    "misplaced": 1,
    "lost": 2,
    "resurrected": 2,
    "corrupt": 2,
    "overwritten": 2,
    "stale": 3,
    "loop": 3,
    "duplicate": 3,
    "acknowledged-before-done": 3,
    "altered": 4,
    "converged": 4,
    "mapping-sound": 5,
    "visible": 5,
    "conserved": 6,
}


def severity(rule: str) -> int:
    """Return the rule's severity; raises KeyError for a rule that is not listed."""
    return SEVERITY[rule]
