"""`tandem steps --check` and `--unused`: features read, and every line understood."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.catalogue import LEGEND, all_steps, show
from harness.gherkin import Matcher
from harness.reading import read_feature
from harness.results import USAGE_ERROR
from harness.selection import select, shown_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_bdd.parser import Feature
    from pytest_bdd.parser import Step as GherkinStep

    from harness.gherkin import StepDefinition


def check(paths: list[str]) -> int:
    """Print all that is wrong in the features at `paths`: 0 if nothing is, else 2."""
    if not paths:
        raise click.UsageError(
            "--check: name the feature files or folders to check, such as "
            "tandem steps --check first.feature"
        )
    selection = select(paths)
    if selection.problems:
        for problem in selection.problems:
            click.echo(problem, err=True)
        click.echo(f"{len(selection.problems)} to mend", err=True)
        return USAGE_ERROR
    for file in selection.files:
        feature = read_feature(Path(file))
        lines = sum(1 for _ in _lines(feature))
        click.echo(
            f"{shown_path(file)}: {_count(len(feature.scenarios), 'scenario')}, "
            f"{_count(lines, 'line')}, all understood"
        )
    return 0


def print_unused(paths: list[str]) -> int:
    """Print the steps that no feature at `paths` uses: 0, or 2 if one is wrong."""
    selection = select(paths)
    if selection.problems:
        for problem in selection.problems:
            click.echo(problem, err=True)
        return USAGE_ERROR
    features = [read_feature(Path(file)) for file in selection.files]
    used = uses(features)
    steps = all_steps()
    unused = [step for step in steps if not used[step.fixture, step.pattern]]
    for step in unused:
        show(step)
    click.echo(
        f"{len(unused)} of {len(steps)} steps are in none of "
        f"{_count(len(features), 'feature')}. {LEGEND if unused else ''}".rstrip()
    )
    return 0


def uses(features: list[Feature]) -> Counter[tuple[str, str]]:
    """Count how often each step is used, by fixture and pattern, outline rows apart."""
    matcher = Matcher(all_steps())
    found: Counter[tuple[str, str]] = Counter()
    for feature in features:
        for line in _lines(feature):
            step: StepDefinition
            for step in matcher.find(line.type, line.name):
                found[step.fixture, step.pattern] += 1
    return found


def _lines(feature: Feature) -> Iterator[GherkinStep]:
    """Yield every line as it would be played: each row of an outline has its own."""
    for template in feature.scenarios.values():
        rows = [row for table in template.examples for row in table.as_contexts()]
        for row in rows or [{}]:
            yield from template.render(row).steps


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
