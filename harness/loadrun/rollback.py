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

    from harness.loadrun.profiles import Outage

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
        return lambda: turn(self.stack, what, on=on)

    def end(self) -> None:
        """Switch on what an interrupted run left off."""
        left = [act for act in self._acts if act.says.startswith("on again")]
        for act in left:
            self.say(act.says)
            act.do()
            self._acts.remove(act)
