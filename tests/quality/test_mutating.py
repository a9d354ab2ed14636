"""Mechanical mutants: derived, put in place, noticed, and taken back."""

from __future__ import annotations

import importlib

import pytest

from harness.defects.mutating import mutants, mutated
from harness.defects.scenarios import feature_files, load, play_simulated
from simulators.sync import told

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
