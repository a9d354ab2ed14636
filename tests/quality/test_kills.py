"""The defects that show only in rare orders are killed on virtual time."""

from __future__ import annotations

import pytest

from harness.defects.registry import defects
from harness.defects.scenarios import Play, feature_files, load, play_simulated
from harness.defects.score import RIGHT, judged

RARE = ("DUP-06", "ORD-05", "ORD-05-to", "IDM-03", "RET-03")
PLAYS = load(feature_files())


def tagged(entry: str) -> list[Play]:
    """Return the scenarios that say they look at a corpus entry."""
    return [one for one in PLAYS if entry in one.tags]


@pytest.mark.parametrize("identifier", RARE)
def test_a_rare_order_is_met_without_real_time(identifier: str) -> None:
    """Overlaps, slow answers and broken leases are played, not waited for."""
    one = defects()[identifier]
    scenarios = tagged(one.corpus[0])
    assert all(play_simulated(s, 1).verdict == "pass" for s in scenarios)
    seen = [judged(one, play_simulated(s, 1, (identifier,)), "") for s in scenarios]
    assert RIGHT in [result for result, _ in seen], seen


def test_every_tag_names_an_entry_that_is_planted_or_explained() -> None:
    """A tag that no catalogue entry has would be a promise nobody checks."""
    from harness.defects.left_out import LEFT_OUT

    groups = tuple(f"{one.group}-" for one in defects().values())
    known = {entry for one in defects().values() for entry in one.corpus}
    used = {tag for one in PLAYS for tag in one.tags if tag.startswith(groups)}
    assert used <= known | set(LEFT_OUT)
