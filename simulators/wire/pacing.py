"""How long a service takes, how many calls it serves at once, how often it refuses.

Off unless a load run asks for it. A call's time is drawn from a lognormal distribution
that its median and 99th percentile define; a random part passes before the operation
and the rest between it and its answer, so that what a reader was told may be outdated
when the answer arrives. Calls beyond the cap wait for their turn.
"""

from __future__ import annotations

import asyncio
import math
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from simulators.clock import Clock

_Z99 = 2.3263478740408408
"""The 99th percentile of the standard normal distribution."""
LOCKED, UNAVAILABLE = 423, 503


@dataclass(frozen=True)
class Times:
    """Service times in seconds; `concurrent` calls at once (0: no cap).

    `locked` and `unavailable` are the shares of calls answered 423 and 503.
    """

    p50: float = 0.015
    p99: float = 0.150
    concurrent: int = 0
    locked: float = 0.0
    unavailable: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what no distribution has."""
        if not 0 < self.p50 <= self.p99:
            raise ValueError(f"p50 {self.p50} and p99 {self.p99}: 0 < p50 <= p99")
        if self.locked + self.unavailable > 1 or min(self.locked, self.unavailable) < 0:
            raise ValueError("locked and unavailable are shares between 0 and 1")


@dataclass(frozen=True, slots=True)
class Draw:
    """One call: seconds before and after the operation; a status refuses it."""

    before: float
    after: float
    status: int | None


class Pace:
    """Service times by `service.operation`, `service` or `default`, in that order."""

    def __init__(self, clock: Clock, table: Mapping[str, Mapping[str, Any]]) -> None:
        """Read the table; ValueError names what is wrong with it."""
        self._clock = clock
        self._random = clock.stream("service times")
        self._table = {name: _times(name, given) for name, given in table.items()}
        self._table.setdefault("default", Times())
        self._turns: dict[str, asyncio.Semaphore] = {}

    def draw(self, service: str, operation: str) -> Draw:
        """Return what one call meets."""
        _, times = self._find(service, operation)
        spread = math.log(times.p99 / times.p50) / _Z99
        seconds = self._random.lognormvariate(math.log(times.p50), spread)
        before = seconds * self._random.random()
        chance = self._random.random()
        status = None
        if chance < times.locked:
            status = LOCKED
        elif chance < times.locked + times.unavailable:
            status = UNAVAILABLE
        return Draw(before, seconds - before, status)

    @asynccontextmanager
    async def turn(self, service: str, operation: str) -> AsyncIterator[None]:
        """Wait until the service has room for the call, and keep its place."""
        name, times = self._find(service, operation)
        if not times.concurrent:
            yield
            return
        gate = self._turns.setdefault(name, asyncio.Semaphore(times.concurrent))
        async with gate:
            yield

    def _find(self, service: str, operation: str) -> tuple[str, Times]:
        for name in (f"{service}.{operation}", service):
            if name in self._table:
                return name, self._table[name]
        return "default", self._table["default"]


def _times(name: str, given: Mapping[str, Any]) -> Times:
    known = {field.name for field in fields(Times)}
    unknown = set(given) - known
    if unknown:
        raise ValueError(
            f"[{name}] has no {', '.join(sorted(unknown))}; it may have "
            f"{', '.join(sorted(known))}"
        )
    try:
        return Times(**given)
    except (TypeError, ValueError) as error:
        raise ValueError(f"[{name}]: {error}") from error
