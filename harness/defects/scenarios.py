"""Scenarios ready to be played without pytest, and which fit a defect best."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harness.player import Line, Outcome, play
from harness.reading import read_feature
from harness.simulated import fresh_stack

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pytest_bdd.parser import Step

    from harness.defects.registry import Defect
    from harness.stack import Stack

_NOT_HERE = frozenset({"sockets"})

# Files of very many like scenarios: last, but for the groups at home there.
_WIDE = frozenset({"toggle-matrix.feature"})

# Where defects of a group show most likely: parts of feature file names.
HOME = {
    "LOOP": ("loop", "delivery", "edits"),
    "DUP": ("failures", "delivery", "dps-to-nomis", "nomis-to-dps"),
    "ORD": ("edits", "amendments", "delivery", "deletions"),
    "IDM": ("failures", "merges", "dps-to-nomis", "migration"),
    "TXT": ("text", "amendments", "edits", "merges"),
    "DAT": ("dates", "dps-to-nomis", "nomis-to-dps", "merges"),
    "DEL": ("deletions", "merges", "failures"),
    "MRG": ("merges", "migration"),
    "ALT": ("alerts",),
    "TOG": ("rollback", "dps-only", "toggle"),
    "RET": ("failures", "delivery"),
    "CFG": ("delivery", "loop", "failures"),
    "REC": ("reconciliation",),
}


@dataclass(frozen=True)
class Play:
    """One scenario (or outline row) with its lines."""

    feature: str
    capability: str
    name: str
    tags: frozenset[str]
    lines: tuple[Line, ...]

    @property
    def id(self) -> str:
        """Return what `tandem verify` calls it."""
        return f"{self.feature}::{self.name}"


FEATURES = Path(__file__).resolve().parents[2] / "features"


def feature_files(paths: Iterable[str] = ()) -> list[str]:
    """Return the feature files under the paths (default: ours), in order."""
    found: list[str] = []
    for path in map(Path, paths or [str(FEATURES)]):
        more = sorted(path.rglob("*.feature")) if path.is_dir() else [path]
        found += [str(one) for one in more if one.exists()]
    return found


def load(files: Iterable[str]) -> list[Play]:
    """Read the scenarios of feature files that the simulated tier can play."""
    found: list[Play] = []
    for path in map(Path, files):
        feature = read_feature(path)
        for template in feature.scenarios.values():
            rows = [row for table in template.examples for row in table.as_contexts()]
            tags = frozenset({*feature.tags, *template.tags})
            tags |= frozenset(template.rule.tags if template.rule else ())
            if tags & _NOT_HERE:
                continue
            for row in rows or [{}]:
                scenario = template.render(row)
                suffix = f"[{'-'.join(map(str, row.values()))}]" if row else ""
                found.append(
                    Play(
                        path.name,
                        feature.name,
                        scenario.name + suffix,
                        tags,
                        tuple(_line(step) for step in scenario.steps),
                    )
                )
    return found


def _line(step: Step) -> Line:
    if step.docstring is not None:
        return Line(step.type, step.name, step.docstring)
    if step.datatable:
        table = tuple(tuple(c.value for c in row.cells) for row in step.datatable.rows)
        return Line(step.type, step.name, table)
    return Line(step.type, step.name)


def seed_of(seed: int, play: Play) -> int:
    """Return the seed of the scenario's own stack, as `tandem verify` has it."""
    return zlib.crc32(f"{seed}/{play.name}".encode())


def play_simulated(scenario: Play, seed: int, defects: Sequence[str] = ()) -> Outcome:
    """Play on a fresh simulated stack with these defects planted."""
    stack = fresh_stack(seed=seed_of(seed, scenario), defects=defects)
    try:
        return play_on(stack, scenario)
    finally:
        stack.close()


def play_on(stack: Stack, scenario: Play) -> Outcome:
    """Play on a stack that stands already."""
    return play(stack, scenario.name, scenario.lines)


def likeliest_first(
    defect: Defect, plays: Sequence[Play], cost: Sequence[float]
) -> list[int]:
    """Order scenarios: those tagged with the entry, then of its home, then cheap."""
    home = HOME.get(defect.group, ())

    def key(index: int) -> tuple[int, float, int]:
        one = plays[index]
        if one.tags & set(defect.corpus):
            rank = 0
        else:
            rank = 1 + next(
                (n for n, word in enumerate(home) if one.feature.startswith(word)),
                len(home) + (one.feature in _WIDE),
            )
        return rank, cost[index], index

    order = sorted(range(len(plays)), key=key)
    # What takes longest comes last unless it is made for the defect.
    return sorted(
        order,
        key=lambda i: cost[i] > _DEAR and not plays[i].tags & set(defect.corpus),
    )


_DEAR = 1.5
