"""The lines of a scenario as it was played: an outline's row filled in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from harness.reading import read_feature

if TYPE_CHECKING:
    from harness.results import ScenarioResult


def lines_of(result: ScenarioResult) -> list[str]:
    """Return the steps' lines of a result's scenario, background first."""
    feature = read_feature(Path(result.feature))
    found = [t for t in feature.scenarios.values() if t.line_number == result.line]
    if not found:
        return []
    (template,) = found
    lines = [step.name for step in template.steps]
    rows = (row for some in template.examples for row in some.as_contexts())
    for row in rows:
        # pytest names the row by its values, joined (pytest-bdd's parametrisation).
        if result.name == f"{template.name}[{'-'.join(map(str, row.values()))}]":
            for name, value in row.items():
                lines = [line.replace(f"<{name}>", str(value)) for line in lines]
    return lines
