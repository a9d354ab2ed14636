"""The profile `outage`: something is off for a while, and its backlog must drain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.loadrun.campaign import Campaign, Outcome

if TYPE_CHECKING:
    from harness.loadrun.profiles import Outage
    from harness.stack import Stack

_EVENTS = {
    "to-nomis": tuple(
        f"person.case-note.{e}" for e in ("created", "updated", "deleted")
    ),
    "from-nomis": tuple(
        f"OFFENDER_CASE_NOTES-{e}" for e in ("INSERTED", "UPDATED", "DELETED")
    ),
}


class SwitchedOff(Campaign):
    """Turns the plan's outages off and on again at their time."""

    _off = False
    _cut = False

    def follow(self, at: float, seen: dict[str, Any]) -> None:
        """Begin and end the outage when its time has come."""
        if self.plan.outage is None:
            return
        begins, ends = self.plan.outage
        if not self._off and begins <= at < ends:
            self._off = True
            self.stack.world.load("trouble", on=True)
            for outage in self.plan.outages:
                self.say(f"off: {outage}")
                turn(self.stack, outage, on=False)
        elif self._off and at >= ends:
            self.end()

    def interrupted(self) -> None:
        """Doubt an outage that was cut off: it shows nothing about draining."""
        self._cut = True

    def end(self) -> None:
        """Turn on what is off."""
        if not self._off:
            return
        self._off = False
        # Before it is on again: its start belongs to the time of draining.
        self.stack.world.load("trouble", on=False)
        for outage in self.plan.outages:
            self.say(f"on again: {outage}")
            turn(self.stack, outage, on=True)

    def outcome(self, measured: dict[str, Any]) -> Outcome:
        """Return doubts alone: draining is measured by the watch in every run."""
        if not self._cut:
            return Outcome()
        cut = "the run was interrupted before its outage was over and drained"
        return Outcome(doubts=[cut])


def turn(stack: Stack, outage: Outage, *, on: bool) -> None:
    """Turn a service, a half or a half's event switches off or on."""
    if outage.kind == "service":
        stack.world.outage(outage.name, not on)
    elif outage.kind == "half":
        (stack.start if on else stack.stop)(outage.name)
    else:
        for event in _EVENTS[outage.name]:
            stack.switch(outage.name, event, on)
