"""Which stack a scenario plays on, and which scenarios a run cannot play at all."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from harness.simulated import SimulatedStack
from harness.stack import Stack, attach, start_wire

if TYPE_CHECKING:
    from harness.options import RunOptions

# Tags that name what a scenario needs of the target, and the trait that gives it.
NEEDS = {
    "needs-migration": "migrates",
    "needs-reconciliation": "reconciles",
    "needs-kill": "killable",
    "needs-live-switch": "switches-live",
    "needs-parking": "parks",
}


class Stacks:
    """Lends stacks to the scenarios of one worker.

    Simulated: a fresh stack a scenario (it costs milliseconds), seeded by the run's
    seed and the scenario's name, so that a scenario replays alone. Otherwise one
    stack for all scenarios of the worker.
    """

    def __init__(self, options: RunOptions) -> None:
        """Start nothing yet."""
        self.options = options
        self._shared: Stack | None = None

    def lend(self, scenario: str) -> Stack:
        """Return a ready stack for the scenario."""
        options = self.options
        if options.tier == "simulated":
            name = scenario.rsplit("::", 1)[-1]
            seed = zlib.crc32(f"{options.seed}/{name}".encode())
            return SimulatedStack(seed=seed, defects=options.defects, options=options)
        if self._shared is None:
            self._shared = attach(options) if options.stack else start_wire(options)
        return self._shared

    def give_back(self, stack: Stack) -> None:
        """End a stack that only one scenario used."""
        if stack is not self._shared:
            stack.close()

    def cannot(self, tags: set[str]) -> str | None:
        """Say why this run cannot play a scenario with these tags, if it cannot."""
        tier = self.options.tier
        if "virtual-time" in tags and tier != "simulated":
            return (
                "@virtual-time: only the simulated tier can move the sync's own clock"
            )
        if "sockets" in tags and tier == "simulated":
            return "@sockets: needs real sockets"
        for tag, trait in NEEDS.items():
            if tag in tags and trait not in self.traits():
                return f"@{tag}: the target does not claim the trait {trait!r}"
        return None

    def traits(self) -> frozenset[str]:
        """Return what both halves' targets can do."""
        if self.options.reference:
            return frozenset(NEEDS.values())
        if self._shared is None:
            return frozenset()
        return self._shared.common_traits()

    def close(self) -> None:
        """End the shared stack."""
        if self._shared is not None:
            self._shared.close()
            self._shared = None
