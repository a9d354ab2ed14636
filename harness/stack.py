"""A stack: one world and the two halves of the sync, as steps use it.

`Stack` is what all tiers offer; `harness.simulated`, `harness.wirestack` and
`harness.containers` hold the three, `harness.starting` starts the ones on sockets.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from harness.targets import (
    HALVES,
    Target,
    TargetError,
    Traits,
    check_half,
    declared,
    parse,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from harness.api import WorldApi
    from harness.options import RunOptions


ADMIN_WAIT = 30.0
"""Seconds an operator waits for a half's answer, unless something long was asked."""


class StackError(RuntimeError):
    """A stack cannot be started or used so; says what, why and what to do."""


class NobodyPolls(StackError):  # noqa: N818 - says what is wrong
    """No consumer came for some queues of a target."""

    def __init__(self, queues: list[str], seconds: float, said: str = "") -> None:
        """Name the queues, how long we waited, and what a program of ours `said`."""
        listed = ", ".join(queues)
        todo = (
            "it runs, but does not take them: see which queue names and URL it reads"
            if said
            else "start the sync with the environment that `tandem env` prints"
        )
        super().__init__(
            f"nobody polls {listed} after {seconds:g} s: {todo}, or allow more time "
            "with --sync-wait" + (f"; {said}" if said else "")
        )
        self.queues = queues


class Stack(ABC):
    """World and halves. `world` offers every control method as a blocking call."""

    world: WorldApi
    tier: str

    def __init__(self, targets: Mapping[str, Target]) -> None:
        """`targets` gives each half's target."""
        self.targets = {half: targets[half] for half in HALVES}
        self.unfinished: list[str] = []

    def traits(self, half: str) -> Traits:
        """Return what the half's target can do."""
        return self.targets[check_half(half)].traits

    def backfilled(self) -> list[str]:
        """Return the halves for which what they drop while off is sent again."""
        return [
            half
            for half, target in self.targets.items()
            if target.traits.catches_up and not target.traits.parks
        ]

    def common_traits(self) -> frozenset[str]:
        """Return the names of what every half that runs can do."""
        running = [t.traits.names() for t in self.targets.values() if t.traits.runs]
        return frozenset.intersection(*running) if running else frozenset()

    @abstractmethod
    def kill(self, half: str) -> None:
        """End the half at once, as a crash: what it had in flight comes back."""

    @abstractmethod
    def stop(self, half: str) -> None:
        """End the half in good order."""

    @abstractmethod
    def start(self, half: str) -> None:
        """Start the half again, with nothing remembered."""

    @abstractmethod
    def admin(
        self,
        half: str,
        method: str,
        path: str,
        body: Any = None,
        wait: float = ADMIN_WAIT,
    ) -> dict[str, Any]:
        """Call the half's own operator endpoints; returns `{"status", "body"}`.

        `wait` is how many seconds an answer may take.
        """

    @abstractmethod
    def switch(self, half: str, event_type: str, on: bool) -> None:
        """Switch an event type (or `domain.event type`) of the half on or off."""

    def switch_all(self, half: str, event_types: Sequence[str], on: bool) -> None:
        """Switch several event types of the half, at one go where that is a restart."""
        for event_type in event_types:
            self.switch(half, event_type, on)

    @abstractmethod
    def close(self) -> None:
        """End everything this stack started."""

    @abstractmethod
    def running(self, half: str) -> bool:
        """Tell whether the half runs just now."""

    def pass_time(self, seconds: float) -> None:
        """Let so much time pass on everybody's stopwatch; virtual time only."""
        raise StackError(
            f"{seconds:.0f} seconds cannot be skipped: only the simulated tier has "
            "virtual time"
        )

    @abstractmethod
    def begin_old(self, half: str) -> None:
        """Put the half's old build in place of the one under test."""

    @abstractmethod
    def begin_new(self, half: str) -> None:
        """Start the build under test beside the half's old one."""

    @abstractmethod
    def renew(self, half: str) -> None:
        """End the half's old build; only the one under test stays."""

    def recover(self, scope: list[str], scenario: str) -> None:
        """Take an unsettled scenario's work away: the next one shall meet an idle sync.

        Halves that are ours to start begin afresh. Any other may go on with that work;
        then `unfinished` names the scenario, for what comes of it later.
        """
        running = [half for half, one in self.targets.items() if one.traits.runs]
        ours = [half for half in running if self.traits(half).killable]
        for half in ours:
            self.kill(half)
        self.world.quarantine(scope)
        for half in ours:
            self.start(half)
        if ours != running:
            self.unfinished.append(scenario)

    def ensure(self, half: str) -> None:
        """Start the half unless it runs."""
        if not self.running(half):
            self.start(half)

    def restart(self, half: str) -> None:
        """Stop the half in good order and start it again."""
        self.stop(half)
        self.start(half)

    def require(self, half: str, trait: str) -> None:
        """Raise TargetError when the half's target lacks a trait."""
        if trait not in self.traits(half).names():
            target = self.targets[half]
            raise TargetError(f"{half} is {target}, which lacks the trait {trait!r}")


def check_switched(half: str, event_type: str, answer: dict[str, Any]) -> None:
    """Raise StackError, with the half's own words, when it could not switch."""
    if answer["status"] != HTTPStatus.OK:
        raise StackError(f"{half} cannot switch {event_type}: {answer['body']}")


def targets_of(options: RunOptions | None) -> dict[str, Target]:
    """Return each half's target; the reference where the options say nothing."""
    wanted = options.targets if options is not None else {}
    when_off = options.when_off if options is not None else {}
    found = {half: wanted.get(half, "reference") for half in HALVES}
    return {
        half: declared(half, target, when_off[half])
        if half in when_off
        else parse(target)
        for half, target in found.items()
    }
