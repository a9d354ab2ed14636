"""Read lag: for a while after a write, readers of the API see the row before it.

Fault corpus ORD-04 (event before readable data). Screens read the table itself.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulators.clock import Clock

K = TypeVar("K")
V = TypeVar("V")


class LaggingView(Generic[K, V]):
    """What a reader sees of a table whose replica is some seconds behind."""

    def __init__(self, clock: Clock) -> None:
        """Start without lag: every reader sees the table itself."""
        self._clock = clock
        self._seconds: dict[str, float] = {}
        self._changes: dict[K, list[tuple[float, V | None]]] = {}

    def lag(self, seconds: float, prisoner: str = "") -> None:
        """Lag by `seconds` on the stopwatch for one prisoner, or ("") for all."""
        if seconds > 0:
            self._seconds[prisoner] = seconds
        else:
            self._seconds.pop(prisoner, None)

    def note(self, key: K, prisoner: str | None, before: V | None) -> None:
        """Remember what the row was before a write; None when it was not there."""
        seconds = self._seconds.get(prisoner or "", self._seconds.get("", 0.0))
        if seconds <= 0:
            return
        until = self._clock.passed() + seconds
        self._changes.setdefault(key, []).append((until, copy.copy(before)))

    def read(self, key: K, current: V | None) -> V | None:
        """Return the row a reader sees now; `current` is the row as it is."""
        changes = self._changes.get(key)
        if changes is None:
            return current
        now = self._clock.passed()
        for until, before in changes:
            if until > now:
                return before
        del self._changes[key]
        return current

    def pending(self) -> Iterator[K]:
        """Yield keys of rows that readers may see otherwise than they are."""
        return iter(list(self._changes))
