"""The reference passes random histories: the oracle raises no false alarm.

Ten by default; `TANDEM_HISTORIES=1000` per submission, 10,000 in the nightly run.
"""

from __future__ import annotations

import os

from harness.explore import explore


def test_random_histories_of_the_reference_pass() -> None:
    """No seeded history of changes, crossings and mishaps is called wrong."""
    histories = int(os.environ.get("TANDEM_HISTORIES", "10"))
    wrong = [found.feature() for found in explore(1, histories, changes=8)]
    assert not wrong, "\n\n".join(wrong)


def test_a_planted_defect_is_found_and_made_short() -> None:
    """Exploring finds a sync without look-before-create, in a handful of lines."""
    found = next(explore(1, 60, changes=8, defects=("RET-06",)), None)
    assert found is not None
    assert found.outcome.verdict == "fail"
    assert len(found.lines) <= 6
