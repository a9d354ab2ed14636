"""A build whose switches are read as it starts: its part of a matrix, its policy."""

from __future__ import annotations

import json
import random
import sys
from itertools import combinations, product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness.options import RunOptions
from harness.pairwise import covering, left_out, rest_of
from harness.reading import read_feature
from harness.selection import FEATURES
from harness.targets import HALVES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.run.conftest import Ended

_MATRIX = FEATURES / "toggle-matrix.feature"
_OUTLINE = """Feature: A matrix
  @needs-catch-up @pairwise
  Scenario Outline: When <switch> goes <way> <moment> a burst
    Given alert notes are written by NOMIS
    And a prisoner
    And a case note called "ours" written in DPS
    And a case note called "theirs" written in NOMIS
    And a case note called "doomed" written in NOMIS
    When <switch> is switched <way> <moment> a burst of changes
    Then nobody was disturbed

    Examples:
      | switch | way | moment |
"""
_SWITCHES = ("the sync from DPS to NOMIS", "the sync of updated events from NOMIS")
_TABLE = list(
    product(_SWITCHES, ("off", "off and on again"), ("before", "during", "after"))
)
# The reference reads its switches from the environment as any build does, and parks;
# with this defect it drops, as the real builds do.
_PARKS = {
    half: f"command:{sys.executable} -m simulators.sync {half}" for half in HALVES
}
_DROPS = {
    half: f"command:{sys.executable} -m harness.defects.run TOG-03 -- {half}"
    for half in HALVES
}


def _pairs(rows: Sequence[Sequence[str]]) -> set[tuple[int, str, int, str]]:
    return {
        (one, row[one], other, row[other])
        for row in rows
        for one, other in combinations(range(len(row)), 2)
    }


def test_any_two_values_that_meet_in_a_table_meet_in_its_subset() -> None:
    """Also where a table is no full product, and has columns of any size."""
    draw = random.Random(4)  # noqa: S311 - repeatable
    for _ in range(200):
        sizes = [draw.randint(1, 5) for _ in range(draw.randint(2, 5))]
        table = list(product(*([f"{at}" for at in range(size)] for size in sizes)))
        table = draw.sample(table, draw.randint(1, min(len(table), 40)))
        chosen = [table[at] for at in covering(table)]
        assert _pairs(chosen) == _pairs(table)
        assert len(set(chosen)) == len(chosen)


def test_the_toggle_matrix_has_its_smallest_subset() -> None:
    """Each of 8 switches meets each of 3 moments: 24 rows, and no fewer would do."""
    outline = next(iter(read_feature(_MATRIX).scenarios.values()))
    rest = rest_of(read_feature(_MATRIX))
    assert len(rest) == 24
    assert all("the sync " in name for name in rest)
    names = {
        f"{outline.name}[{'-'.join(row.values())}]": tuple(row.values())
        for table in outline.examples
        if "pairwise" in table.tags
        for row in table.as_contexts()
    }
    assert set(rest) < set(names)
    kept = [row for name, row in names.items() if name not in rest]
    assert _pairs(kept) == _pairs(list(names.values()))


def test_only_switches_that_turn_by_restart_make_a_subset() -> None:
    """The reference plays all; a build without a policy has nothing to be halved."""
    files = [_MATRIX]
    assert left_out(RunOptions(), files) == {}
    one = RunOptions(targets={**dict.fromkeys(HALVES, "reference"), **_only(_PARKS)})
    assert left_out(one, files) == {}
    declared = RunOptions(targets=one.targets, when_off={"to-nomis": "parked"})
    (rows,) = left_out(declared, files).values()
    asked = RunOptions(
        targets=one.targets,
        when_off=declared.when_off,
        names={str(_MATRIX): rows[:2]},
    )
    assert left_out(asked, files) == {str(_MATRIX): rows[2:]}


def _only(targets: dict[str, str]) -> dict[str, str]:
    return {"to-nomis": targets["to-nomis"]}


def _play(
    tandem: Callable[..., Ended], builds: dict[str, str], policy: str | None
) -> tuple[Ended, list[dict[str, Any]]]:
    lines = "".join(f"      | {' | '.join(row)} |\n" for row in _TABLE)
    Path("m.feature").write_text(_OUTLINE + lines, encoding="utf-8")
    words = [word for half in HALVES for word in (f"--{half}", builds[half])]
    if policy is not None:
        for half in HALVES:
            words += [f"--when-off-{half}", policy]
    ended = tandem("verify", "m.feature", *words, "--grace", "0.2")
    found = Path("test-results/scenarios.ndjson").read_text(encoding="utf-8")
    return ended, [json.loads(line) for line in found.splitlines()]


@pytest.mark.sockets
@pytest.mark.parametrize(
    ("builds", "policy"), [(_PARKS, "parked"), (_DROPS, "backfilled")]
)
def test_a_build_that_catches_up_plays_the_subset(
    tandem: Callable[..., Ended], builds: dict[str, str], policy: str
) -> None:
    """What it did not play is told as left out, neither skipped nor unknown."""
    ended, results = _play(tandem, builds, policy)
    assert ended.code == 0, ended.out
    assert [one["verdict"] for one in results] == ["pass"] * 6
    assert "6 rows left out by the pairwise subset" in ended.out
    summary = Path("test-results/summary.md").read_text(encoding="utf-8")
    cells = [line for line in summary.splitlines() if line.startswith("| the sync")]
    assert sum(line.count("| pass ") for line in cells) == 6
    assert sum(line.count("| left out ") for line in cells) == 6


@pytest.mark.sockets
def test_a_policy_that_a_build_does_not_keep_is_found_out(
    tandem: Callable[..., Ended],
) -> None:
    """Declared to park, it drops; what is off for good it seems to owe, too."""
    ended, results = _play(tandem, _DROPS, "parked")
    assert ended.code == 1, ended.out
    failed = [one for one in results if one["verdict"] == "fail"]
    assert any(one["name"].count("off and on again") for one in failed)
    assert "dropped while the switch of its event type was off" in failed[0]["message"]
    assert "--when-off-to-nomis parked" in failed[0]["replay"]


@pytest.mark.sockets
@pytest.mark.parametrize("policy", [None, "dropped"])
def test_a_build_that_drops_for_good_is_held_to_none_of_it(
    tandem: Callable[..., Ended], policy: str | None
) -> None:
    """That is what a build does unless it is declared otherwise; skipped by name."""
    ended, results = _play(tandem, _DROPS, policy)
    assert ended.code == 3, ended.out
    assert [one["verdict"] for one in results] == ["skip"] * len(_TABLE)
    assert "catches-up" in results[0]["message"]
    assert "--when-off-to-nomis" in results[0]["message"]
    assert "left out" not in ended.out
