"""A roll-out under load: what the profiles `wave` and `rollback` have in common.

Terms. A prison is *live* when its users write in DPS: the DPS service is on there and
the NOMIS screens are off. Before that its officers use the screens and its DPS users
the legacy path. A *wave* is the prisons that go live together. What users write in
changes in the middle of an overlap with both sides on, as ADR 003 has it, so that
nobody is ever without a system to write in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.loadrun.campaign import Campaign, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.loadrun.objectives import Objectives
    from harness.loadrun.plan import Plan
    from harness.stack import Stack

PRISONS = 12
NOMIS, DPS = "NOMIS", "DPS"
OVERLAP = 4.0
"""Seconds with both sides on."""


@dataclass(frozen=True)
class Move:
    """A wave's move: its number from 0 up, when (share of the run), to which system."""

    wave: int
    share: float
    system: str


@dataclass(frozen=True)
class Act:
    """Something that operators do at a moment, in seconds after the first arrival."""

    at: float
    says: str
    do: Callable[[], None]


class RollOut(Campaign):
    """Moves waves of prisons by the timetable of a profile."""

    moves: tuple[Move, ...] = ()

    def __init__(self, plan: Plan, stack: Stack, say: Callable[[str], None]) -> None:
        """Nobody is live yet."""
        super().__init__(plan, stack, say)
        self._waves: list[list[str]] = []
        self._acts: list[Act] = []
        self._done: list[dict[str, Any]] = []

    def watching(self, objectives: Objectives) -> dict[str, Any]:
        """Watch for disruption: lag counts from the objective for 99 of 100."""
        return {"disruption": objectives["lag"]["p99"]}

    def people(self) -> dict[str, Any]:
        """Have prisons that are not live; users are told when each one moves."""
        homes = self._estates() if self.plan.estate else self._fresh()
        prisons = sorted(set(homes.values()))
        for prison in prisons:
            self.stack.world.switch("dps-service", prison, False)
        number = 1 + max(move.wave for move in self.moves)
        self._waves = [prisons[first::number] for first in range(number)]
        self._acts = sorted(self.acts(), key=lambda act: act.at)
        moves = {
            prison: [
                (move.share * self.plan.seconds, move.system)
                for move in self.moves
                if move.wave == wave
            ]
            for wave, members in enumerate(self._waves)
            for prison in members
        }
        return {
            "staff": self.staff(),
            "prisoners": list(homes),
            "homes": homes,
            "moves": moves,
        }

    def _estates(self) -> dict[str, str]:
        chosen = self.stack.world.load("estate", prisoners=self.plan.prisoners)
        return {one["prisoner"]: one["prison"] for one in chosen["prisoners"]}

    def _fresh(self) -> dict[str, str]:
        world = self.stack.world
        prisons = [world.add_prison(dps_service=False)["code"] for _ in range(PRISONS)]
        return {
            world.add_prisoner(prison)["prisoner"]: prison
            for number in range(self.plan.prisoners)
            for prison in [prisons[number % PRISONS]]
        }

    def acts(self) -> list[Act]:
        """Return all that operators do; each move is two: on, and then off."""
        found = []
        for move in self.moves:
            at = move.share * self.plan.seconds
            first, then = ("dps-service", "nomis-screens")
            if move.system == NOMIS:
                first, then = then, first
            name = f"wave {move.wave + 1} moves to {move.system}"
            for moment, switch, on in (
                (at - OVERLAP / 2, first, True),
                (at + OVERLAP / 2, then, False),
            ):
                says = f"{name}: {switch} {'on' if on else 'off'}"
                found.append(Act(moment, says, self._flip(move.wave, switch, on=on)))
        return found

    def _flip(self, wave: int, switch: str, *, on: bool) -> Callable[[], None]:
        def do() -> None:
            for prison in self._waves[wave]:
                self.stack.world.switch(switch, prison, on)

        return do

    def follow(self, at: float, seen: dict[str, Any]) -> None:
        """Do what is due; note what users had written by then."""
        while self._acts and self._acts[0].at <= at:
            act = self._acts.pop(0)
            self.say(act.says)
            act.do()
            written = seen["disruption"]["written"]
            self._done.append({"at": round(at, 1), "did": act.says, "written": written})

    def outcome(self, measured: dict[str, Any]) -> Outcome:
        """Return the disruption; nothing of it may be."""
        found = measured["disruption"]
        wrong = {
            "user actions refused": sum(found["refused"].values()),
            "notes missing in a list": found["missing"],
            "notes doubled in a list": found["doubled"],
            "changes beyond the lag objective": found["late"],
        }
        written = found["written"]
        doubts = []
        if self._acts:
            doubts.append(f"the run ended before {len(self._acts)} acts of operators")
        if not found["shown"]:
            doubts.append("no user's list showed a note: disruption was not looked for")
        if not written.get("dps") or len(written) == 1:
            doubts.append(f"no prison moved while users wrote: {written}")
        return Outcome(
            figures={"done": self._done, "disruption": found},
            says=self._says(found),
            wrong={name: number for name, number in wrong.items() if number},
            doubts=doubts,
        )

    def _says(self, found: dict[str, Any]) -> list[str]:
        refused = ", ".join(f"{n} of {what}" for what, n in found["refused"].items())
        listed = ", ".join(f"{n} by {name}" for name, n in found["written"].items())
        return [
            *(f"{act['at']:6.1f} s  {act['did']}" for act in self._done),
            f"users wrote: {listed}",
            (
                f"{found['lists']} lists were read; {found['missing']} notes missing, "
                f"{found['doubled']} doubled"
            ),
            (
                f"refused: {refused or 'nothing'}; {found['screens_off']} officers "
                "found their screen off and turned to DPS"
            ),
            f"{found['late']} changes took longer than {found['limit']:g} s",
        ]
