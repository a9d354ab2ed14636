"""The machine's calendar: the one date that is not the world's.

Comparisons of a real environment and the end dates of known deviations belong to the
reader's own days, not to a scenario's. Tests replace `today` where it is used.
"""

from __future__ import annotations

from datetime import UTC, date, datetime


def today() -> date:
    """Return the date of today, UTC."""
    return datetime.now(UTC).date()
