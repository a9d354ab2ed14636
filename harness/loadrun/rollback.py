"""The profile `rollback`: a wave goes back to NOMIS and forward again, under peak.

While it moves, each direction of the sync is switched off for a moment and on again:
ADR 003 lets both groups of switches be flipped at any time. Longer than a moment would
be an outage, which is a profile of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.loadrun.outage import turn
from harness.loadrun.rollout import DPS, NOMIS, Act, Move, RollOut

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.loadrun.plan import Plan
    from harness.loadrun.profiles import Outage
    from harness.stack import Stack

BACK, FORWARD = 0.55, 0.8
PAUSE = 2.5
"""Seconds for which a direction is off."""


class RollBack(RollOut):
    """Three waves go live; the last goes back and forward again."""

    moves = (
        Move(0, 0.1, DPS),
        Move(1, 0.2, DPS),
        Move(2, 0.3, DPS),
        Move(2, BACK, NOMIS),
        Move(2, FORWARD, DPS),
    )

    def __init__(self, plan: Plan, stack: Stack, say: Callable[[str], None]) -> None:
        """Nothing is off yet."""
        super().__init__(plan, stack, say)
        self._off: list[Outage] = []

    def acts(self) -> list[Act]:
        """Return the moves, and the sync's switches off and on round two of them."""
        found = super().acts()
        for share in (BACK, FORWARD):
            at = share * self.plan.seconds - PAUSE / 2
            for one in self.plan.outages:
                off, on = self._turn(one, on=False), self._turn(one, on=True)
                found.append(Act(at, f"off: {one}", off))
                found.append(Act(at + PAUSE, f"on again: {one}", on))
        return found

    def _turn(self, what: Outage, *, on: bool) -> Callable[[], None]:
        def do() -> None:
            (self._off.remove if on else self._off.append)(what)
            turn(self.stack, what, on=on)

        return do

    def end(self) -> None:
        """Switch on what an interrupted run left off."""
        for one in self._off:
            self.say(f"on again: {one}")
            turn(self.stack, one, on=True)
        self._off.clear()
