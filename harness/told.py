"""The lines of a scenario as they were played, in the words of their author."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_bdd.parser import Step

LINES: pytest.StashKey[list[dict[str, Any]]] = pytest.StashKey()
"""What `lines_of` made, as long as the scenario is played."""
DONE: pytest.StashKey[int] = pytest.StashKey()
"""How many of its lines were played to their end."""
PASSED, BROKE, UNPLAYED = "passed", "broke", "not played"


def lines_of(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """Return `{"text", "line"}` of each step, and `below`: its block or table."""
    lines = []
    for step in steps:
        line = {
            "text": f"{step.keyword.strip()} {step.name}",
            "line": step.line_number,
        }
        if step.docstring is not None:
            line["below"] = step.docstring
        elif step.datatable is not None:
            rows = [[cell.value for cell in row.cells] for row in step.datatable.rows]
            line["below"] = "\n".join(f"| {' | '.join(row)} |" for row in rows)
        lines.append(line)
    return lines


def played(item: pytest.Item, broke: bool) -> list[dict[str, Any]]:
    """Return the lines, each with its `state`: passed, broke or not played.

    A scenario whose every line passed may still have broken: the oracle speaks last.
    """
    done = item.stash.get(DONE, 0)
    lines: list[dict[str, Any]] = item.stash.get(LINES, [])
    return [
        {**line, "state": _state(place, done, broke)}
        for place, line in enumerate(lines)
    ]


def _state(place: int, done: int, broke: bool) -> str:
    if place < done:
        return PASSED
    return BROKE if broke and place == done else UNPLAYED
