"""The step catalogue: what each step means, with an example."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING

import click

from harness.forms import nearest
from harness.gherkin import StepDefinition, steps_of

if TYPE_CHECKING:
    from types import ModuleType

# The step library stands above the harness, which loads it by name: no module of the
# harness may import it.
STEP_LIBRARY = "features.steps"
ORDER = {"given": 0, "when": 1, "then": 2, "any": 3}
LEGEND = (
    "[...] may be left out; (a|b) and <a|b> are choices; <name> is yours to fill in."
)
NOTHING_FOUND = 1


def step_modules() -> list[ModuleType]:
    """Import and return the modules of the step library."""
    library = importlib.import_module(STEP_LIBRARY)
    return [
        importlib.import_module(f"{STEP_LIBRARY}.{found.name}")
        for found in pkgutil.iter_modules(library.__path__)
    ]


def all_steps() -> list[StepDefinition]:
    """Return the whole library, by kind and wording."""
    return sorted(
        steps_of(step_modules()),
        key=lambda step: (ORDER[step.kind], step.wording.lower(), step.pattern),
    )


def title(step: StepDefinition) -> str:
    """Return the line of a step as the catalogue shows it."""
    keyword = "Given or When" if step.kind == "any" else step.kind.capitalize()
    return f"{keyword} {step.wording}"


def matching(query: str, steps: list[StepDefinition]) -> list[StepDefinition]:
    """Return the steps that have every word of `query`."""
    words = query.lower().split()
    return [
        step
        for step in steps
        if all(
            word in f"{title(step)} {step.meaning} {step.example}".lower()
            for word in words
        )
    ]


def print_catalogue(query: str) -> int:
    """Print the steps that have every word of `query`; 1 and the nearest if none."""
    steps = all_steps()
    found = matching(query, steps)
    if not found:
        click.echo(f"No step has all the words of {query!r}. The nearest are:\n")
    for step in found or [near.step for near in nearest(query, steps)]:
        show(step)
    click.echo(f"{len(found)} of {len(steps)} steps. {LEGEND}")
    return 0 if found else NOTHING_FOUND


def show(step: StepDefinition) -> None:
    """Print a step with its meaning and example."""
    click.secho(title(step), bold=True)
    click.echo(f"    {step.meaning}")
    for line in step.example.splitlines():
        click.secho(f"    {line}", fg="cyan")
