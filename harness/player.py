"""Playing a script: lines of Gherkin steps, on a stack, without pytest.

The rules of time are those of the plugin: each line settles before the next, unless
the next says *meanwhile*; then deliveries are held until the last crossing line is
done. A script is what exploring makes and shrinks, so a counterexample is a scenario.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from harness.catalogue import all_steps
from harness.gherkin import Matcher, StepDefinition, timing
from harness.scene import ScenarioFailed, ScenarioUnknown, Scene, StepError, headline

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.stack import Stack


@dataclass(frozen=True)
class Line:
    """One step: its kind (given, when, then) and its words."""

    kind: str
    text: str

    def __str__(self) -> str:
        return f"{self.kind.capitalize()} {self.text}"


@dataclass
class Outcome:
    """How a script ended: pass, fail or unknown, with the oracle's report."""

    verdict: str
    message: str = ""
    report: dict[str, Any] | None = None
    timeline: str = ""

    @property
    def signature(self) -> frozenset[tuple[str, str]]:
        """Which rules were broken, by whom: what shrinking keeps."""
        violations = (self.report or {}).get("violations", [])
        return frozenset((v["rule"], v["owner"]) for v in violations)


@cache
def library() -> Matcher:
    """Return the matcher over the step library, made once."""
    return Matcher(all_steps())


def play(
    stack: Stack, name: str, lines: Sequence[Line], *, explain: bool = False
) -> Outcome:
    """Play the lines as one scenario; never raises for what the sync does."""
    scene = Scene(stack, name)
    try:
        _play_lines(scene, lines)
        report = scene.conclude()
    except ScenarioUnknown as unknown:
        outcome = Outcome("unknown", str(unknown), unknown.report)
    except ScenarioFailed as failed:
        report = failed.report or scene.judge()
        outcome = Outcome("fail", str(failed), report)
    except StepError as error:
        # A line that cannot be done (a note already gone, say) says nothing of the
        # sync, but what happened before it does.
        outcome = _after_step_error(scene, error)
    else:
        return Outcome("pass", report=report)
    finally:
        if not explain:
            scene.close()
    if explain:
        outcome.timeline = scene.timeline()
        scene.close()
    return outcome


def _after_step_error(scene: Scene, error: StepError) -> Outcome:
    try:
        scene.settle()
    except ScenarioUnknown as unknown:
        return Outcome("unknown", str(unknown))
    report = scene.judge()
    if report["verdict"] == "fail":
        return Outcome("fail", headline(report), report)
    return Outcome("unknown", f"the script cannot go on: {error}", report)


def _play_lines(scene: Scene, lines: Sequence[Line]) -> None:
    parsed = [(line.kind, *timing(line.text)) for line in lines]
    for position, (kind, text, crosses) in enumerate(parsed):
        if not crosses:
            scene.settle()
        if any(crossing for _, _, crossing in parsed[position : position + 2]):
            scene.hold()
        seq = scene.world.mark(f"{kind.capitalize()} {text}", scene.name)
        if kind == "when" and (position == 0 or parsed[position - 1][0] != "when"):
            scene.when_started = seq
        call(scene, _definition(kind, text), text)


def _definition(kind: str, text: str) -> StepDefinition:
    found = library().find(kind, text)
    if len(found) != 1:
        raise ValueError(f"{kind} {text!r} means {len(found)} steps")
    return found[0]


def call(scene: Scene, definition: StepDefinition, text: str) -> None:
    """Call one step's function with the arguments its pattern finds in the line."""
    context = definition.context
    wanted = inspect.signature(context.step_func).parameters
    found = context.parser.parse_arguments(text) or {}
    arguments = {name: value for name, value in found.items() if name in wanted}
    context.step_func(scene=scene, **arguments)


def as_feature(name: str, lines: Sequence[Line], remark: str = "") -> str:
    """Write the script as a feature file."""
    text = [f"Feature: {name}"]
    text += [f"  {line}" for line in remark.splitlines()]
    text += ["", f"  Scenario: {name}"]
    former = ""
    for line in lines:
        word = "And" if line.kind == former else line.kind.capitalize()
        text.append(f"    {word} {line.text}")
        former = line.kind
    return "\n".join(text) + "\n"
