"""The step catalogue: what each step means, with an example."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING

import click

from harness.gherkin import StepDefinition, readable, steps_of

if TYPE_CHECKING:
    from types import ModuleType

# The step library stands above the harness, which loads it by name: no module of the
# harness may import it.
STEP_LIBRARY = "features.steps"
ORDER = {"given": 0, "when": 1, "then": 2, "any": 3}


def step_modules() -> list[ModuleType]:
    """Import and return the modules of the step library."""
    library = importlib.import_module(STEP_LIBRARY)
    return [
        importlib.import_module(f"{STEP_LIBRARY}.{found.name}")
        for found in pkgutil.iter_modules(library.__path__)
    ]


def all_steps() -> list[StepDefinition]:
    """Return the whole library, by kind and wording."""
    return sorted(steps_of(step_modules()), key=lambda s: (ORDER[s.kind], s.pattern))


def print_catalogue(query: str | None) -> int:
    """Print the steps whose text has every word of `query`; 1 when none has."""
    words = (query or "").lower().split()
    shown = 0
    for step in all_steps():
        text = f"{step.kind} {readable(step.pattern)} {step.meaning} {step.example}"
        if not all(word in text.lower() for word in words):
            continue
        shown += 1
        click.secho(f"{step.kind.capitalize()} {readable(step.pattern)}", bold=True)
        click.echo(f"    {step.meaning}")
        for line in step.example.splitlines():
            click.secho(f"    {line}", fg="cyan")
    if not shown:
        click.echo(f"no step has the words {query!r}; `tandem steps` lists all")
        return 1
    click.echo(f"{shown} steps")
    return 0
