"""Which stack a scenario plays on, and which scenarios a run cannot play at all."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from harness.control import WorldError
from harness.processes import ChildError
from harness.simulated import fresh_stack
from harness.stack import Stack, StackError, targets_of
from harness.starting import attach, for_scenarios, start_wire
from harness.targets import TargetError

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.options import RunOptions
    from harness.scene import Scene

# Tags that name what a scenario needs of the target, and the trait that gives it.
NEEDS = {
    "needs-migration": "migrates",
    "needs-reconciliation": "reconciles",
    "needs-reconciliation-of-everyone": "reconciles-everyone",
    "needs-kill": "killable",
    "needs-live-switch": "switches-live",
    "needs-parking": "parks",
    "needs-catch-up": "catches-up",
}
# What a target cannot be seen to do; whoever knows it says so.
_TO_DECLARE = {
    "parks": "; if it parks, say --when-off-{} parked",
    "catches-up": "; if it does, say --when-off-{} parked or backfilled",
}
# Errors that already say what is wrong and what to do.
_SPOKEN = (StackError, ChildError, TargetError, WorldError)


class StackTrouble(Exception):  # noqa: N818 - named as people say it
    """No stack can be had: the run ends here, with one message."""


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
        """Return a ready stack for the scenario; raises StackTrouble.

        The run's options of the fakes are set each time: the scenario before may have
        put one of them back.
        """
        stack = self._ready(scenario)
        for name, value in self.options.fake_options.items():
            stack.world.option(name, value)
        return stack

    def _ready(self, scenario: str) -> Stack:
        options = self.options
        if options.tier == "simulated":
            seed = zlib.crc32(f"{options.seed}/{scenario}".encode())
            return _started(
                lambda: fresh_stack(seed=seed, defects=options.defects, options=options)
            )
        if self._shared is None:
            start = attach if options.stack else start_wire
            self._shared = _started(lambda: start(for_scenarios(options)))
        return self._shared

    def give_back(self, stack: Stack, scene: Scene) -> None:
        """End a stack that only one scenario used; else leave an idle one behind."""
        if stack is not self._shared:
            stack.close()
        elif scene.unsettled:
            try:
                stack.recover(scene.scope, scene.name)
            except _SPOKEN as error:
                raise StackTrouble(
                    f"{scene.name!r} never settled, and no further scenario can be "
                    f"played: {error}"
                ) from error

    def gone(self) -> str | None:
        """Say why the shared world can play no further scenario, if so."""
        if self._shared is None:
            return None
        try:
            self._shared.world.about()
        except WorldError as error:
            return str(error)
        return None

    def cannot(self, tags: set[str]) -> str | None:
        """Say why this run cannot play a scenario with these tags, if it cannot."""
        tier = self.options.tier
        if "virtual-time" in tags and tier != "simulated":
            return (
                "@virtual-time: only the simulated tier can move the sync's own clock"
            )
        if "sockets" in tags and tier == "simulated":
            return "@sockets: needs real sockets"
        targets = targets_of(self.options)
        for tag, trait in NEEDS.items():
            if tag not in tags:
                continue
            for half, target in targets.items():
                if target.traits.runs and trait not in target.traits.names():
                    what = f"@{tag}: {half} is {target}, which lacks {trait!r}"
                    return what + _TO_DECLARE.get(trait, "").format(half)
        return None

    def close(self) -> None:
        """End the shared stack."""
        if self._shared is not None:
            self._shared.close()
            self._shared = None


def _started(start: Callable[[], Stack]) -> Stack:
    try:
        return start()
    except _SPOKEN as error:
        raise StackTrouble(str(error)) from error
    except Exception as error:
        raise StackTrouble(
            f"the stack cannot start: {type(error).__name__}: {error}"
        ) from error
