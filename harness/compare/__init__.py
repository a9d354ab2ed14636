"""Comparing NOMIS and DPS on any environment, read-only, for weeks (ADR 003).

    the list of prisoners (a file, a sample, all)
      -> services.Reader    GET only: NOMIS N5 and N9, DPS C2, mapping M6
      -> rules.differences  the oracle's comparison of each pair, and of what has none
      -> state.State        NDJSON: what is done, so that a run resumes; one day a run
      -> report             table, JSON, NDJSON, and the trend over the days

It shares nothing with the sync and does not believe the mapping: counts that balance
hide a gap (fault corpus REC-04), equal copies may be one note twice. No note text, no
name and no username leaves this package: findings carry ids, places and lengths.
"""

from harness.compare.findings import REMARKS, RULES, Finding
from harness.compare.rules import differences
from harness.compare.run import Comparison, compare

__all__ = ["REMARKS", "RULES", "Comparison", "Finding", "compare", "differences"]
