"""The audit module that a write through the API leaves in the row.

Normally `DPS_SYNCHRONISATION`. Real NOMIS now and then leaves none, and history knows
foreign and suffixed ones (http-contracts 2.3, fault corpus LOOP-03, -04, -05, -07).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulators.nomis.rows import SYNC_MODULE

if TYPE_CHECKING:
    from simulators.clock import Clock


@dataclass(slots=True)
class _Planned:
    module: str | None
    left: int | None
    prisoner: str | None
    writes: frozenset[str] | None


class AuditStamp:
    """Decides the module of each write; planned faults first, then the null rate."""

    def __init__(self, clock: Clock) -> None:
        """Stamp truly until told otherwise."""
        self.null_rate = 0.0
        self._random = clock.stream("nomis-audit")
        self._planned: dict[int, _Planned] = {}
        self._next = 1

    def plan(
        self,
        module: str | None,
        times: int | None = 1,
        prisoner: str | None = None,
        writes: frozenset[str] | None = None,
    ) -> int:
        """Stamp `module` on the next `times` writes (None: until removed).

        `prisoner` narrows it to one prisoner, `writes` to insert or update. Returns an
        id for `remove`.
        """
        number = self._next
        self._next += 1
        self._planned[number] = _Planned(module, times, prisoner, writes)
        return number

    def remove(self, number: int) -> None:
        """Forget a planned stamp; one used up is already forgotten."""
        self._planned.pop(number, None)

    def module(self, prisoner: str | None, write: str) -> str | None:
        """Return the module for a write (`insert` or `update`) of the sync."""
        for number, plan in self._planned.items():
            if plan.prisoner not in (None, prisoner):
                continue
            if plan.writes is not None and write not in plan.writes:
                continue
            if plan.left is not None:
                plan.left -= 1
                if plan.left <= 0:
                    del self._planned[number]
            return plan.module
        if self.null_rate and self._random.random() < self.null_rate:
            return None
        return SYNC_MODULE
