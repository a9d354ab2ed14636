"""Whatever a right history ends with, one wrong thing in it makes the verdict a fail.

Random histories that the reference gets right are judged once more, each time with one
fact of the final state changed: what the oracle does not see here it would not see in
a broken build either.
"""

from __future__ import annotations

import copy
import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

import harness.oracle
from harness.explore.scripts import draw
from harness.explore.search import play_once
from tests.quality.tampering import TAMPERINGS, Unfit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.oracle import Evidence

HISTORIES = 40
# The real DPS loses these of a note that it makes anew, which excuses every sync.
_AS_IF_FIXED = {
    "fixed_limits": ["dps-amendment-ids-change-on-replace", "dps-replace-loses-system"]
}


@pytest.fixture(scope="module")
def right() -> list[Evidence]:
    """Return the evidence of histories that are right."""
    found: list[Evidence] = []
    judge = harness.oracle.judge

    def keep(evidence: Evidence) -> Any:
        found.append(evidence)
        return judge(evidence)

    patch = pytest.MonkeyPatch()
    patch.setattr(harness.oracle, "judge", keep)
    last: list[Evidence] = []
    for seed in range(1, HISTORIES + 1):
        found.clear()
        stream = random.Random(f"history/{seed}")  # noqa: S311 - no secret
        assert play_once(draw(stream, 10), seed).verdict == "pass"
        last.append(
            replace(found[-1], expectations=found[-1].expectations | _AS_IF_FIXED)
        )
    patch.undo()
    return [one for one in last if judge(one).verdict == "pass"]


def tampered(evidence: Evidence, side: str, name: str) -> Iterator[Evidence]:
    """Yield the evidence with each row of a side tampered with, where that is fit."""
    for index in range(len(evidence.snapshots[side]["notes"])):
        snapshots = copy.deepcopy(evidence.snapshots)
        rows = snapshots[side]["notes"]
        try:
            TAMPERINGS[side][name](rows, rows[index])
        except Unfit:
            continue
        yield replace(evidence, snapshots=snapshots)


@pytest.mark.parametrize(
    ("side", "name"), [(side, name) for side in TAMPERINGS for name in TAMPERINGS[side]]
)
def test_a_tampered_end_is_seen(right: list[Evidence], side: str, name: str) -> None:
    """Each tampering of each row is a violation."""
    tried = 0
    for history in right:
        for evidence in tampered(history, side, name):
            tried += 1
            verdict = harness.oracle.judge(evidence)
            assert verdict.verdict == "fail", (history.scope, verdict.as_dict())
    assert tried >= HISTORIES // 4
