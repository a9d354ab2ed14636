"""The oracle: what a two-way sync owes its users, and whether it was kept.

It reads plain evidence and knows neither a fake nor the sync. See `DESIGN` terms in
each module: a term stands before the rule that uses it.
"""

from __future__ import annotations

from harness.oracle.compose import judge
from harness.oracle.evidence import Evidence, Verdict, Violation

__all__ = ["Evidence", "Verdict", "Violation", "judge"]
