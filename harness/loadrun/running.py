"""Playing one load run: world, sync, generator, outages, settling, judging, verdict.

Ctrl-C ends the arrivals; what ran until then is settled and judged like any other run.
A second Ctrl-C ends everything without a verdict.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.loadrun.generator import Generator
from harness.loadrun.machine import Machine
from harness.loadrun.verdict import Findings, assess
from harness.options import RunOptions
from harness.starting import attach, start_wire

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.loadrun.objectives import Objectives
    from harness.loadrun.plan import Plan
    from harness.loadrun.profiles import Outage
    from harness.stack import Stack

_LOOK = 1.0
_STAFF = 5
_TELL = 5.0
_EVENTS = {
    "to-nomis": tuple(
        f"person.case-note.{e}" for e in ("created", "updated", "deleted")
    ),
    "from-nomis": tuple(
        f"OFFENDER_CASE_NOTES-{e}" for e in ("INSERTED", "UPDATED", "DELETED")
    ),
}


def play(
    plan: Plan, objectives: Objectives, say: Callable[[str], None]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Play the run; returns verdict and the watch's whole report, as plain data."""
    options = RunOptions(
        targets=plan.targets,
        stack=plan.stack,
        instances=plan.instances,
        seed=plan.seed,
        report=plan.report,
        defects=plan.defects,
        mode=plan.mode,
    )
    stack = attach(options) if plan.stack else start_wire(options)
    try:
        return play_on(stack, plan, objectives, say)
    finally:
        stack.close()


def play_on(
    stack: Stack, plan: Plan, objectives: Objectives, say: Callable[[str], None]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Play the run on a stack that is up, and leave it up."""
    folder = Path(plan.report)
    folder.mkdir(parents=True, exist_ok=True)
    return _Run(plan, objectives, stack, say).play(folder)


class _Run:
    """One run on a stack that is up."""

    def __init__(
        self,
        plan: Plan,
        objectives: Objectives,
        stack: Stack,
        say: Callable[[str], None],
    ) -> None:
        self._plan = plan
        self._objectives = objectives
        self._stack = stack
        self._say = say
        self._machine = Machine()
        self._notes: list[str] = []
        self._off = False
        self._outage = plan.outage
        self._told = 0.0

    def play(self, folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
        world = self._stack.world
        world.load("begin", latency=self._plan.latency)
        since = world.begin(f"load {self._plan.profile.name}, seed {self._plan.seed}")
        people = self._people(folder) if self._plan.estate else None
        url = world.about()["addresses"]["control"]
        generator = Generator(self._plan, url, folder, people)
        try:
            self._watch(generator)
        except KeyboardInterrupt:
            self._say("interrupted: no more arrivals; settling and judging what ran")
            self._notes += self._shortened()
        finally:
            generator.stop()
            self._end_outage()
        tally = generator.counts()
        scope = tally.pop("prisoners")
        self._say(f"settling, at most {self._plan.settle:.0f} s ...")
        settled = world.settle(scope, self._plan.settle)
        measured = world.load("report")
        self._say(f"judging the notes of {len(scope)} prisoners ...")
        judged = world.judge(scope, since=since)
        broken = world.about()["broken"]
        if broken:
            self._notes.append(f"a fake broke its own contract: {broken[0]}")
        found = Findings(
            plan=self._plan.told(),
            measured=measured,
            judged=judged,
            settled={**settled, "waiting": settled["waiting"][:20]},
            tally=tally,
            machine=self._machine.told(),
            objectives=self._objectives,
            notes=self._notes,
        )
        return assess(found), measured

    def _people(self, folder: Path) -> Path:
        """Have the estate behind the fakes; names who takes part, in a file."""
        world = self._stack.world
        chosen = world.load("estate", prisoners=self._plan.prisoners)
        self._say(f"the estate's {chosen['estate']} prisoners are there")
        staff = [world.add_staff()["usernames"][0] for _ in range(_STAFF)]
        people = {"staff": staff, "prisoners": chosen["prisoners"]}
        path = folder / "people.json"
        path.write_text(json.dumps(people), encoding="utf-8")
        return path

    def _shortened(self) -> list[str]:
        """Doubt an outage that was cut off: it shows nothing about draining."""
        if self._outage is None:
            return []
        return ["the run was interrupted before its outage was over and drained"]

    def _watch(self, generator: Generator) -> None:
        began: float | None = None
        while generator.running():
            time.sleep(_LOOK)
            self._machine.look()
            seen = self._stack.world.load("look")
            if began is None:
                began = time.monotonic() if seen["sums"]["arrived"] else None
                continue
            self._follow(time.monotonic() - began)
            self._tell(seen, time.monotonic() - began)

    def _follow(self, at: float) -> None:
        """Begin and end the outage when its time has come."""
        if self._outage is None:
            return
        begins, ends = self._outage
        if not self._off and begins <= at < ends:
            self._off = True
            self._stack.world.load("trouble", on=True)
            for outage in self._plan.outages:
                self._say(f"off: {outage}")
                self._turn(outage, on=False)
        elif self._off and at >= ends:
            self._end_outage()

    def _end_outage(self) -> None:
        if not self._off:
            return
        self._off = False
        # Before it is on again: its start belongs to the time of draining.
        self._stack.world.load("trouble", on=False)
        for outage in self._plan.outages:
            self._say(f"on again: {outage}")
            self._turn(outage, on=True)

    def _turn(self, outage: Outage, *, on: bool) -> None:
        if outage.kind == "service":
            self._stack.world.outage(outage.name, not on)
        elif outage.kind == "half":
            (self._stack.start if on else self._stack.stop)(outage.name)
        else:
            for event in _EVENTS[outage.name]:
                self._stack.switch(outage.name, event, on)

    def _tell(self, seen: dict[str, Any], at: float) -> None:
        if at - self._told < _TELL:
            return
        self._told = at
        sums, depth = seen["sums"], seen["backlog"]["depth"]
        lags = " and ".join(
            f"{half} {lag['p95']:.2f} s"
            for half, lag in seen["lag"].items()
            if lag["p95"] is not None
        )
        self._say(
            f"{int(at) // 60}:{int(at) % 60:02d}  {sums['arrived']} changes came, "
            f"{sums['done']} are over, {seen['waiting']} wait; lag p95 {lags or '-'}; "
            f"queues {sum(depth.values())}"
        )
