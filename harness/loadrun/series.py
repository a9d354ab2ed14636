"""What happened when: one row of counts for each span of the run.

Spans grow with the run: when there are too many rows, neighbours are merged, so that an
eight-hour soak takes no more memory, and no more of the page, than two minutes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from harness.loadrun.histogram import Histogram
from harness.targets import HALVES

ROWS = 240


@dataclass(slots=True)
class Row:
    """One span: counts, lags of the changes done in it, highest depth and age."""

    arrivals: int = 0
    done: int = 0
    calls: int = 0
    late: int = 0
    lags: dict[str, Histogram] = field(
        default_factory=lambda: {half: Histogram() for half in HALVES}
    )
    depth: dict[str, int] = field(default_factory=lambda: dict.fromkeys(HALVES, 0))
    age: float = 0.0
    busy: float = 0.0

    def take(self, other: Row) -> None:
        """Merge the row of the next span into this one."""
        self.arrivals += other.arrivals
        self.done += other.done
        self.calls += other.calls
        self.late += other.late
        for half in HALVES:
            self.lags[half].merge(other.lags[half])
            self.depth[half] = max(self.depth[half], other.depth[half])
        self.age = max(self.age, other.age)
        self.busy = max(self.busy, other.busy)

    def told(self, at: float) -> dict[str, Any]:
        """Return the row as plain data, `at` seconds after the start."""
        return {
            "at": round(at, 3),
            "arrivals": self.arrivals,
            "done": self.done,
            "calls": self.calls,
            "late": self.late,
            "lag": {half: self.lags[half].told() for half in HALVES},
            "depth": dict(self.depth),
            "age": round(self.age, 3),
            "busy": round(self.busy, 3),
        }


class Series:
    """Rows from the start on, each `span` seconds wide."""

    def __init__(self) -> None:
        """Begin with rows of a second."""
        self.span = 1.0
        self._rows: list[Row] = []

    def at(self, seconds: float) -> Row:
        """Return the row of a moment after the start."""
        index = int(max(seconds, 0.0) / self.span)
        while index >= ROWS:
            self._merge()
            index = int(max(seconds, 0.0) / self.span)
        while len(self._rows) <= index:
            self._rows.append(Row())
        return self._rows[index]

    def _merge(self) -> None:
        for left, right in zip(self._rows[::2], self._rows[1::2], strict=False):
            left.take(right)
        self._rows = self._rows[::2]
        self.span *= 2

    def told(self) -> list[dict[str, Any]]:
        """Return all rows as plain data."""
        return [row.told(n * self.span) for n, row in enumerate(self._rows)]
