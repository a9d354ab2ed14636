"""What goes on beside the arrivals of a load run: an outage, a roll-out, a migration.

Terms. A *campaign* is what operators do, or suffer, while users go on. Each profile
that has one keeps it in a module of its own; `campaigns` knows them by name. A run asks
it who takes part, tells it the time, and in the end takes its *outcome* into the
verdict.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.loadrun.objectives import Objectives
    from harness.loadrun.plan import Plan
    from harness.stack import Stack

STAFF = 5


@dataclass
class Outcome:
    """What a campaign adds to the verdict.

    `figures` is plain data for `verdict.json`, `says` the same as lines of text.
    `wrong` counts what the sync did wrong, by name: any of it fails the run. `checks`
    are objectives, `{"name", "held", "says"}`; `doubts` say why nothing was shown.
    """

    figures: dict[str, Any] = field(default_factory=dict)
    says: list[str] = field(default_factory=list)
    wrong: dict[str, int] = field(default_factory=dict)
    checks: list[dict[str, Any]] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)


class Campaign:
    """Nothing beside the arrivals; others override what they need."""

    def __init__(self, plan: Plan, stack: Stack, say: Callable[[str], None]) -> None:
        """Do nothing yet; `stack` is up."""
        self.plan = plan
        self.stack = stack
        self.say = say

    def people(self) -> dict[str, Any] | None:
        """Return who takes part, as `load.session` reads it; None: the generator's."""
        if not self.plan.estate:
            return None
        chosen = self.stack.world.load("estate", prisoners=self.plan.prisoners)
        self.say(f"the estate's {chosen['estate']} prisoners are there")
        numbers = [one["prisoner"] for one in chosen["prisoners"]]
        return {"staff": self.staff(), "prisoners": numbers}

    def staff(self) -> list[str]:
        """Add staff known to both sides; returns their usernames."""
        world = self.stack.world
        return [world.add_staff()["usernames"][0] for _ in range(STAFF)]

    def watching(self, objectives: Objectives) -> dict[str, Any]:
        """Return what else is to be watched: fields of the desk's `begin`."""
        return {}

    def follow(self, at: float, seen: dict[str, Any]) -> None:
        """Do what is due `at` seconds after the first arrival; called each second.

        `seen` is what the watch measured so far.
        """

    def interrupted(self) -> None:
        """Hear that the run was cut short."""

    def end(self) -> None:
        """Leave everything on: nobody comes any more, and settling begins."""

    def judged(self, prisoners: list[str]) -> list[str]:
        """Return who of those written about is to be judged."""
        return prisoners

    def outcome(self, measured: dict[str, Any]) -> Outcome:
        """Return what was found; all has settled. `measured` is the watch's report."""
        return Outcome()
