"""One table for an outline of three columns: each case of a matrix at one look.

The toggle matrix is such an outline: a row a switch, and a column for each way and
moment of switching it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from harness.reading import FeatureError, read_feature

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from harness.results import ScenarioResult

# Below so many rows a list reads as well.
_FEWEST = 12
_COLUMNS = 3
LEFT_OUT = "left out"


@dataclass
class Matrix:
    """How the rows of one outline ended: `cells` by row and column, in their order."""

    name: str
    axis: str
    columns: list[str] = field(default_factory=list)
    cells: dict[str, dict[str, str]] = field(default_factory=dict)

    def lines(self) -> Iterator[list[str]]:
        """Give the head, then a line for each row; a case not asked for is empty."""
        yield [self.axis, *self.columns]
        for row, cells in self.cells.items():
            yield [row, *(cells.get(column, "") for column in self.columns)]


def matrices(
    results: list[ScenarioResult], left_out: Mapping[str, Sequence[str]] | None = None
) -> list[Matrix]:
    """Return the matrices that were played, wholly or in part.

    `left_out` names, by feature, the rows that a pairwise subset did not need.
    """
    ended = {(one.feature, one.name): one.shown for one in results}
    played = {feature for feature, _ in ended}
    for feature, names in (left_out or {}).items():
        if feature in played:
            ended |= {(feature, name): LEFT_OUT for name in names}
    found = [m for path in sorted({f for f, _ in ended}) for m in _of(path, ended)]
    return [one for one in found if one.cells]


def _of(path: str, ended: dict[tuple[str, str], str]) -> Iterator[Matrix]:
    try:
        scenarios = read_feature(Path(path)).scenarios.values()
    except (FeatureError, OSError):
        return  # gone since it was played: its results stand in the other reports
    for outline in scenarios:
        rows = [row for table in outline.examples for row in table.as_contexts()]
        if len(rows) < _FEWEST or len(rows[0]) != _COLUMNS:
            continue
        matrix = Matrix(outline.name, next(iter(rows[0])))
        for row in rows:
            first, *others = (str(value) for value in row.values())
            # As pytest names a row: its values, joined.
            how = ended.get((path, f"{outline.name}[{'-'.join((first, *others))}]"))
            column = " ".join(others)
            if how is None:
                continue
            if column not in matrix.columns:
                matrix.columns.append(column)
            matrix.cells.setdefault(first, {})[column] = how
        yield matrix
