"""A failure that looks like one known defect says so; any doubt is silence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from harness.defects import diagnosis, learning
from harness.defects.diagnosis import diagnose, learn, signature
from harness.defects.registry import defects
from harness.defects.scenarios import FEATURES, load, play_simulated
from harness.defects.score import RIGHT, Row, Score, Seen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME = "A note written in DPS appears in NOMIS once"
LOST = [{"rule": "lost", "key": "lost:to-nomis:never came"}]
TWICE = [*LOST, {"rule": "duplicate", "key": "duplicate:to-nomis:row"}]


@pytest.fixture
def _table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Know two signatures: one of one defect alone, one of two."""
    path = tmp_path / "signatures.json"
    monkeypatch.setattr(diagnosis, "_TABLE", path)
    table = {
        f"{NAME} | {signature(TWICE)}": ["LOOP-04"],
        f"{NAME} | {signature(LOST)}": ["LOOP-04", "RET-01"],
    }
    diagnosis.write(table, path)
    yield
    diagnosis._known.cache_clear()


@pytest.mark.usefixtures("_table")
def test_one_exact_match_names_the_defect() -> None:
    """The line begins as the reports print it, whatever row of an outline it is."""
    line = diagnose(f"{NAME}[DPS-NOMIS]", list(reversed(TWICE)))
    assert line is not None
    assert line.startswith("same signature as LOOP-04: ")


@pytest.mark.usefixtures("_table")
def test_two_matches_none_or_another_scenario_say_nothing() -> None:
    """A guess would send people to the wrong place."""
    assert diagnose(NAME, LOST) is None
    assert diagnose(NAME, [{"rule": "loop", "key": "loop:to-nomis:x"}]) is None
    assert diagnose("Another scenario", TWICE) is None


def test_a_full_score_is_learnt_with_all_who_show_a_signature() -> None:
    """Noise of another defect counts, too: it looks the same to who reads it."""
    rows = [
        Row("LOOP-04", seen=[Seen(f"a.feature::{NAME}[1]", RIGHT, "", 0.1, "s")]),
        Row("RET-01", seen=[Seen(f"a.feature::{NAME}[2]", "noise", "", 0.1, "s")]),
    ]
    assert learn(Score(rows, 1, 0.1, 1, full=True)) == {
        f"{NAME} | s": ["LOOP-04", "RET-01"]
    }


def test_what_is_learnt_is_recognised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A defect learnt in its own scenarios is named when it fails one again."""
    some = {name: defects()[name] for name in ("MRG-05", "MRG-06", "MRG-02")}
    monkeypatch.setattr(learning, "defects", lambda: some)
    files = [str(FEATURES / "rare-merges.feature"), str(FEATURES / "merges.feature")]
    table = learning.learnt(files, workers=1)
    assert table
    path = tmp_path / "signatures.json"
    monkeypatch.setattr(diagnosis, "_TABLE", path)
    alone = diagnosis.write(table, path)
    assert alone
    key, (name,) = next(item for item in table.items() if len(item[1]) == 1)
    scenario = next(s for s in load(files) if s.name.startswith(key.split(" | ")[0]))
    outcome = play_simulated(scenario, 1, (name,))
    report: dict[str, Any] = outcome.report or {}
    said = diagnose(scenario.name, report["violations"])
    diagnosis._known.cache_clear()
    assert said is not None
    assert name in said


@pytest.mark.parametrize("which", range(0, 100, 25))
def test_shipped_signatures_fit_today(which: int) -> None:
    """What is shipped was learnt from these scenarios; else `make signatures`."""
    alone = [
        (key.split(" | ")[0], ids[0])
        for key, ids in diagnosis._known().items()
        if len(ids) == 1
    ]
    name, defect = alone[which]
    said = set()
    for scenario in load(sorted(map(str, FEATURES.glob("*.feature")))):
        if scenario.name.partition("[")[0] == name:
            report: dict[str, Any] = play_simulated(scenario, 1, (defect,)).report or {}
            said.add(diagnose(scenario.name, report.get("violations", [])))
    assert f"same signature as {defect}: " in " ".join(map(str, said))
