"""The catalogue of planted defects: complete, honest, and leaving no trace."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import pytest

import harness.simulated  # noqa: F401 - defects patch what a stack has loaded
from harness.defects import planted
from harness.defects.left_out import LEFT_OUT
from harness.defects.registry import defects
from harness.oracle.severity import SEVERITY

# Entries of the fault corpus, by group.
CORPUS = {
    "LOOP": 14,
    "DUP": 13,
    "ORD": 14,
    "IDM": 17,
    "TXT": 23,
    "DAT": 10,
    "DEL": 8,
    "MRG": 19,
    "ALT": 14,
    "TOG": 11,
    "RET": 9,
    "CFG": 7,
    "REC": 14,
}
ENTRIES = [f"{g}-{n:02d}" for g, count in CORPUS.items() for n in range(1, count + 1)]
OWNERS = {
    *("to-nomis", "from-nomis", "dps", "nomis", "mapping", "relay"),
    *("alerts", "configuration"),
}


def state() -> dict[tuple[str, str], Any]:
    """Return what every module and class of the simulators holds, by name."""
    held: dict[tuple[str, str], Any] = {}
    for module in list(sys.modules.values()):
        if not isinstance(module, ModuleType):
            continue
        if not module.__name__.startswith("simulators."):
            continue
        for name, value in vars(module).items():
            held[module.__name__, name] = value
            if isinstance(value, type) and value.__module__ == module.__name__:
                for inner, found in vars(value).items():
                    held[f"{module.__name__}.{name}", inner] = found
    return held


def test_every_corpus_entry_is_planted_or_left_out_with_a_reason() -> None:
    """No known defect of the field is forgotten; at least 140 are planted."""
    in_defects = {entry for one in defects().values() for entry in one.corpus}
    assert in_defects | set(LEFT_OUT) == set(ENTRIES)
    assert not in_defects & set(LEFT_OUT)
    assert len(in_defects) >= 140
    assert all(len(reason) > 30 for reason in LEFT_OUT.values())


@pytest.mark.parametrize("identifier", list(defects()))
def test_a_defect_says_what_must_show_it_and_leaves_no_trace(identifier: str) -> None:
    """Rule, owner or line are named beforehand; after planting all is as before."""
    one = defects()[identifier]
    assert set(one.rules) <= set(SEVERITY)
    assert one.rules or one.line
    assert set(one.owners) <= OWNERS
    assert one.wrong
    assert one.shows
    before = state()
    with one.apply():
        changed = {
            key for key, value in state().items() if before.get(key) is not value
        }
    assert state() == before
    assert changed or identifier == "RET-03", "the defect changes nothing"


def test_nested_defects_are_undone_in_order() -> None:
    """Two defects in one place, one over the other, leave the original behind."""
    before = state()
    with planted(["LOOP-04", "LOOP-01", "TOG-06", "LOOP-04"]):
        assert state() != before
    assert state() == before


def test_an_unknown_defect_is_refused_with_the_list() -> None:
    """A mistyped id must not run the reference and call it broken."""
    with pytest.raises(KeyError, match="LOOP-04"), planted(["LOOP-99"]):
        pass


def test_a_defect_of_the_world_is_not_planted_in_a_half() -> None:
    """In the wire tier each process plants only what is its own."""
    before = state()
    with planted(["TXT-01", "MRG-09"], where="half"):
        assert state() == before
