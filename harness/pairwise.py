"""A pairwise subset of a matrix: any two values that meet in it meet in a chosen row.

A sync that switches live plays every row of an outline's table. One that reads its
switches when it starts is restarted for each configuration, which costs a real build
half a minute: of a table tagged `@pairwise` it plays this subset, and what is left out
is named in the reports.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from harness.reading import FeatureError, read_feature
from harness.stack import targets_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from pytest_bdd.parser import Feature

    from harness.options import RunOptions

TAG = "pairwise"

Pairs = frozenset[tuple[int, str, int, str]]


def covering(rows: Sequence[Sequence[str]]) -> list[int]:
    """Return which rows hold, together, every pair of values that any row holds.

    Greedy: always the row with most pairs not met yet, the first of equal ones; so the
    same table gives the same rows.
    """
    pairs = [_pairs(row) for row in rows]
    missing: set[tuple[int, str, int, str]] = set().union(*pairs)
    chosen = []
    while missing:
        best = max(range(len(rows)), key=lambda at: (len(pairs[at] & missing), -at))
        chosen.append(best)
        missing -= pairs[best]
    return sorted(chosen)


def _pairs(row: Sequence[str]) -> Pairs:
    return frozenset(
        (one, row[one], other, row[other])
        for one, other in combinations(range(len(row)), 2)
    )


def by_restart(options: RunOptions) -> list[str]:
    """Return the halves whose switches are turned by a restart, and come to rest."""
    return [
        half
        for half, target in targets_of(options).items()
        if target.traits.catches_up and not target.traits.switches_live
    ]


def left_out(options: RunOptions, files: Iterable[Path]) -> dict[str, list[str]]:
    """Return the rows that this run leaves out, by file, as pytest names them.

    A row that was asked for by its own name is played.
    """
    if not by_restart(options):
        return {}
    found = {}
    for file in files:
        asked = options.names.get(str(file), [])
        rows = [row for row in _rest(file) if row not in asked]
        if rows:
            found[str(file)] = rows
    return found


def _rest(file: Path) -> list[str]:
    try:
        feature = read_feature(file)
    except FeatureError:
        return []  # said when the file is collected
    return rest_of(feature)


def rest_of(feature: Feature) -> list[str]:
    """Return the names of all rows of tables tagged `@pairwise` but the subset's."""
    names = []
    for outline in feature.scenarios.values():
        rows = [
            [str(value) for value in row.values()]
            for table in outline.examples
            if TAG in {*outline.tags, *table.tags}
            for row in table.as_contexts()
        ]
        kept = set(covering(rows))
        names += [
            f"{outline.name}[{'-'.join(row)}]"
            for at, row in enumerate(rows)
            if at not in kept
        ]
    return names
