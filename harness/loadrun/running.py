"""Playing one load run: world, sync, generator, outages, settling, judging, verdict.

Ctrl-C ends the arrivals; what ran until then is settled and judged like any other run.
A second Ctrl-C ends everything without a verdict.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.loadrun.campaigns import campaign_of
from harness.loadrun.generator import Generator
from harness.loadrun.machine import Machine
from harness.loadrun.verdict import Findings, assess
from harness.options import RunOptions
from harness.starting import attach, start_wire

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.loadrun.objectives import Objectives
    from harness.loadrun.plan import Plan
    from harness.stack import Stack

_LOOK = 1.0
_TELL = 5.0


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
        self._campaign = campaign_of(plan, stack, say)
        self._told = 0.0

    def play(self, folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
        world = self._stack.world
        asked = self._campaign.watching(self._objectives)
        world.load("begin", latency=self._plan.latency, **asked)
        since = world.begin(f"load {self._plan.profile.name}, seed {self._plan.seed}")
        people = self._people(folder)
        url = world.about()["addresses"]["control"]
        generator = Generator(self._plan, url, folder, people)
        try:
            self._watch(generator)
        except KeyboardInterrupt:
            self._say("interrupted: no more arrivals; settling and judging what ran")
            self._campaign.interrupted()
        finally:
            generator.stop()
            self._campaign.end()
        tally = generator.counts()
        scope = self._campaign.judged(tally.pop("prisoners"))
        self._say(f"settling, at most {self._plan.settle:.0f} s ...")
        settled = world.settle(scope, self._plan.settle)
        measured = world.load("report")
        self._say(f"judging the notes of {len(scope)} prisoners ...")
        judged = world.judge_load(scope, since)
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
            campaign=self._campaign.outcome(measured),
        )
        return assess(found), measured

    def _people(self, folder: Path) -> Path | None:
        """Name who takes part, in a file; None: the generator makes them itself."""
        people = self._campaign.people()
        if people is None:
            return None
        path = folder / "people.json"
        path.write_text(json.dumps(people), encoding="utf-8")
        return path

    def _watch(self, generator: Generator) -> None:
        while generator.running():
            time.sleep(_LOOK)  # the pace of the samples; the generator ends it
            self._machine.look()
            seen = self._stack.world.load("look")
            if not seen["sums"]["arrived"]:
                continue
            at = seen["seconds"] - seen["first"]
            self._campaign.follow(at, seen)
            self._tell(seen, at)

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
