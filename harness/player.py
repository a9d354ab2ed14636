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
    from collections.abc import Callable, Sequence

    from harness.stack import Stack


@dataclass(frozen=True)
class Line:
    """One step: its kind (given, when, then), its words, and what stands below it.

    `below` is the text block (a str), or the rows of the table, or nothing.
    """

    kind: str
    text: str
    below: str | tuple[tuple[str, ...], ...] | None = None

    def __str__(self) -> str:
        return f"{self.kind.capitalize()} {self.text}"


@dataclass
class Outcome:
    """How a script ended: pass, fail or unknown, with the oracle's report.

    `line` is the line at which it ended, empty when it came to its end.
    """

    verdict: str
    message: str = ""
    report: dict[str, Any] | None = None
    timeline: str = ""
    line: str = ""

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
    at: list[Line] = []
    try:
        _play_lines(scene, lines, at)
        report = scene.conclude()
    except ScenarioUnknown as unknown:
        outcome = _after_unknown(scene, unknown)
    except ScenarioFailed as failed:
        outcome = Outcome("fail", str(failed), scene.judge_after(failed))
    except StepError as error:
        # A line that cannot be done (a note already gone, say) says nothing of the
        # sync, but what happened before it does.
        outcome = _after_step_error(scene, error)
    else:
        return Outcome("pass", report=report)
    finally:
        if not explain:
            scene.close()
    outcome.line = str(at[-1]) if at else ""
    if explain:
        outcome.timeline = scene.timeline()
        scene.close()
    return outcome


def _after_unknown(scene: Scene, unknown: ScenarioUnknown) -> Outcome:
    """Judge what never settled, too: a loop or a leak is true whatever still moves."""
    report = unknown.report or scene.judge()
    if report["verdict"] == "fail":
        return Outcome("fail", headline(report), report)
    return Outcome("unknown", str(unknown), report)


def _after_step_error(scene: Scene, error: StepError) -> Outcome:
    try:
        scene.settle()
    except ScenarioUnknown as unknown:
        return Outcome("unknown", str(unknown))
    report = scene.judge()
    if report["verdict"] == "fail":
        return Outcome("fail", headline(report), report)
    return Outcome("unknown", f"the script cannot go on: {error}", report)


def _play_lines(scene: Scene, lines: Sequence[Line], at: list[Line]) -> None:
    """Play line by line; `at` says which is being played, none after the last."""
    parsed = [(line.kind, *timing(line.text)) for line in lines]
    for position, (kind, text, crosses) in enumerate(parsed):
        at[:] = [lines[position]]
        if not crosses:
            scene.settle()
        if any(crossing for _, _, crossing in parsed[position : position + 2]):
            scene.hold()
        seq = scene.world.mark(f"{kind.capitalize()} {text}", scene.name)
        if kind == "when" and (position == 0 or parsed[position - 1][0] != "when"):
            scene.when_started = seq
        call(scene, _definition(kind, text), text, lines[position].below)
    at.clear()


def _definition(kind: str, text: str) -> StepDefinition:
    found = library().find(kind, text)
    if len(found) != 1:
        raise ValueError(f"{kind} {text!r} means {len(found)} steps")
    return found[0]


def call(
    scene: Scene,
    definition: StepDefinition,
    text: str,
    below: str | tuple[tuple[str, ...], ...] | None = None,
) -> None:
    """Call one step's function with what its pattern finds and what stands below."""
    context = definition.context
    wanted = _parameters(context.step_func)
    found = context.parser.parse_arguments(text) or {}
    arguments = {name: value for name, value in found.items() if name in wanted}
    if isinstance(below, str):
        arguments["docstring"] = below
    elif below is not None:
        arguments["datatable"] = [list(row) for row in below]
    context.step_func(scene=scene, **arguments)


@cache
def _parameters(step: Callable[..., Any]) -> frozenset[str]:
    return frozenset(inspect.signature(step).parameters)


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
