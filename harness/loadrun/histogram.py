"""Quantiles of a stream in constant memory.

Values fall into buckets whose width grows with the value (as HdrHistogram's do): each
bucket spans 2 %, so a quantile is right to 1 %, from a tenth of a millisecond to days.
"""

from __future__ import annotations

import math
from collections import Counter

_LOWEST = 1e-4
_GROWTH = math.log(1.02)


class Histogram:
    """Counts of values in seconds; `highest` and `total` are exact."""

    __slots__ = ("_buckets", "count", "highest", "total")

    def __init__(self) -> None:
        """Start empty."""
        self._buckets: Counter[int] = Counter()
        self.count = 0
        self.highest = 0.0
        self.total = 0.0

    def add(self, value: float) -> None:
        """Count one value; negative ones count as 0."""
        value = max(value, 0.0)
        self._buckets[_bucket(value)] += 1
        self.count += 1
        self.total += value
        self.highest = max(self.highest, value)

    def merge(self, other: Histogram) -> None:
        """Take in all values of another."""
        self._buckets.update(other._buckets)
        self.count += other.count
        self.total += other.total
        self.highest = max(self.highest, other.highest)

    def quantile(self, share: float) -> float | None:
        """Return the value below which `share` (0 to 1) of all lie; None if empty."""
        if not self.count:
            return None
        wanted = max(math.ceil(share * self.count), 1)
        seen = 0
        for bucket in sorted(self._buckets):
            seen += self._buckets[bucket]
            if seen >= wanted:
                return min(_middle(bucket), self.highest)
        return self.highest

    def beyond(self, limit: float) -> float:
        """Return the share of values above `limit` (to the width of a bucket)."""
        if not self.count:
            return 0.0
        edge = _bucket(limit)
        return sum(n for b, n in self._buckets.items() if b > edge) / self.count

    def steps(self) -> list[tuple[float, int]]:
        """Return (value, count) of each bucket in use, ascending: to be drawn."""
        return [(_middle(b), self._buckets[b]) for b in sorted(self._buckets)]

    def told(self) -> dict[str, float | int | None]:
        """Return count, p50, p95, p99 and max as plain data."""
        rounded = {
            name: None if value is None else round(value, 4)
            for name, value in (
                ("p50", self.quantile(0.50)),
                ("p95", self.quantile(0.95)),
                ("p99", self.quantile(0.99)),
            )
        }
        highest = round(self.highest, 4) if self.count else None
        return {"count": self.count, **rounded, "max": highest}


def _bucket(value: float) -> int:
    if value <= _LOWEST:
        return 0
    return 1 + int(math.log(value / _LOWEST) / _GROWTH)


def _middle(bucket: int) -> float:
    if bucket == 0:
        return _LOWEST / 2
    return _LOWEST * math.exp((bucket - 0.5) * _GROWTH)
