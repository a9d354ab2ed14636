"""Making a counterexample short: the fewest lines that still break the same rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from harness.player import Line


def shrink(
    lines: Sequence[Line], breaks: Callable[[Sequence[Line]], bool], budget: int = 200
) -> list[Line]:
    """Leave out lines, then crossings, while `breaks` stays true.

    Delta debugging over the step list: halves first, single lines last; at most
    `budget` plays. The result breaks as the first did.
    """
    best = list(lines)
    left = budget
    size = max(len(best) // 2, 1)
    while size >= 1 and left > 0:
        position = 0
        shorter = False
        while position < len(best) and left > 0:
            trial = best[:position] + best[position + size :]
            left -= 1
            if trial and breaks(trial):
                best = trial
                shorter = True
            else:
                position += size
        if not shorter or size > 1:
            size = size // 2 if size > 1 else 0
    return _without_crossings(best, breaks, left)


def _without_crossings(
    lines: list[Line], breaks: Callable[[Sequence[Line]], bool], left: int
) -> list[Line]:
    from harness.player import Line

    for position, line in enumerate(lines):
        if not line.text.startswith("meanwhile ") or left <= 0:
            continue
        plain = Line(line.kind, line.text.removeprefix("meanwhile "))
        trial = [*lines[:position], plain, *lines[position + 1 :]]
        left -= 1
        if breaks(trial):
            lines = trial
    return lines
