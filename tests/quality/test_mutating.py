"""Mechanical mutants: derived, put in place, noticed, and taken back."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

import pytest

from harness.defects.covering import Covered
from harness.defects.explained import EXPLAINED, is_explained
from harness.defects.fates import kept, print_mutants, write_mutants
from harness.defects.mutants import Fate, choose, chosen
from harness.defects.mutating import lines_of, mutants, mutated
from harness.defects.scenarios import feature_files, load, play_simulated
from simulators.sync import told

if TYPE_CHECKING:
    from pathlib import Path

ALL = mutants()


def test_all_kinds_of_change_are_derived() -> None:
    """Comparisons, calls, excepts, order and constants, with names of their own."""
    assert {one.kind for one in ALL} == {
        "comparison",
        "call",
        "except",
        "order",
        "constant",
    }
    assert len({one.id for one in ALL}) == len(ALL) > 400


@pytest.mark.parametrize("kind", ["comparison", "call", "except", "order", "constant"])
def test_a_mutant_changes_one_function_and_gives_its_code_back(kind: str) -> None:
    """The reference is as before when the mutant is gone."""
    one = next(m for m in ALL if m.kind == kind)
    function: object = importlib.import_module(one.module)
    for part in one.function.split("."):
        function = getattr(function, part)
    before = function.__code__  # type: ignore[attr-defined]
    with mutated(one):
        assert function.__code__ is not before  # type: ignore[attr-defined]
    assert function.__code__ is before  # type: ignore[attr-defined]


def test_an_inverted_source_test_is_noticed() -> None:
    """A sync that takes NOMIS for DPS fails the first scenario it plays."""
    one = next(
        m
        for m in ALL
        if m.module == told.__name__ and m.function == "from_dps" and "==" in m.words
    )
    scenario = next(
        s
        for s in load(feature_files())
        if s.name == "A note written in DPS appears in NOMIS once"
    )
    assert play_simulated(scenario, 1).verdict == "pass"
    with mutated(one):
        assert play_simulated(scenario, 1).verdict != "pass"


def test_a_sample_keeps_its_mutants_whatever_others_there_are() -> None:
    """A change of the sync must not draw quite another sample."""
    ids = [one.id for one in chosen(None, 40, 1)]
    assert ids[:20] == [one.id for one in chosen(None, 20, 1)]
    assert ids != [one.id for one in chosen(None, 40, 2)]
    merging = {one.id for one in chosen("merging.", None, 1)}
    assert merging == {one.id for one in ALL if "merging." in one.id}


def test_what_is_explained_is_a_mutant_with_these_words_and_a_reason() -> None:
    """An entry about text that is no longer there would excuse another place."""
    words = {one.id: one.words for one in ALL}
    assert {name: words.get(name) for name in EXPLAINED} == {
        name: of for name, (of, _) in EXPLAINED.items()
    }
    assert all(len(reason) > 30 for _, reason in EXPLAINED.values())
    assert not is_explained("calls.Caller.find:except:0", "other words")


def test_only_what_runs_the_line_is_played_the_likeliest_first() -> None:
    """A play that never comes to the change cannot notice it."""
    one = ALL[0]
    line = min(lines_of(one))
    here = frozenset({(one.module, line)})
    known = [Covered(3.0, here), None, Covered(0.1, frozenset()), Covered(1.0, here)]
    assert choose(known, one, 10) == [3, 0]
    assert choose(known, one, 10, {0}) == [0, 3]


def test_fates_are_taken_up_again_while_the_function_reads_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kill stays one; a survivor is played again unless told otherwise."""
    fates = [Fate(ALL[0], "a::A", 3), Fate(ALL[1], "", 9), Fate(ALL[2], "", -1)]
    write_mutants(fates, tmp_path)
    assert kept(tmp_path, "killed") == fates[:1]
    assert kept(tmp_path, "played") == fates[:2]
    monkeypatch.setattr("harness.defects.fates.digest_of", lambda _: "other")
    assert kept(tmp_path, "played") == []
    assert kept(tmp_path / "nowhere", "killed") == []


def test_a_survivor_that_is_explained_does_not_count(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The share is of those that could be killed; nothing played is no success."""
    name = next(iter(EXPLAINED))
    told = next(one for one in ALL if one.id == name)
    plain = [one for one in ALL if one.id not in EXPLAINED][:4]
    fates = [Fate(told, "", 60), *(Fate(one, "a::A", 1) for one in plain[:3])]
    assert print_mutants(fates) == 100.0
    assert print_mutants([*fates, Fate(plain[3], "", 60)]) == 75.0
    said = capsys.readouterr().out
    assert f"ALIVE {plain[3].id}" in said
    assert "what to do" in said
    assert f"ALIVE {name}" not in said
    assert print_mutants([]) == 0.0
