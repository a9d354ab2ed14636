"""What a benchmark prints: one line a figure, beside the number to reach."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def say(text: str) -> None:
    """Print a line at once: sections take minutes."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def heading(text: str) -> None:
    """Print a section's title."""
    say(f"\n== {text}")


def figure(what: str, value: str, reach: str = "") -> None:
    """Print one figure; `reach` is the design's number, when there is one."""
    say(f"  {what:<44} {value:<34} {f'reach {reach}' if reach else ''}".rstrip())


def ratio(ours: float, theirs: float) -> str:
    """Return how many times theirs ours is."""
    return f"{ours / theirs:.1f}x" if theirs else "no peer"


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` (0 to 1) of the values lie."""
    ordered = sorted(values)
    if not ordered:
        return float("nan")
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def milliseconds(seconds: float) -> str:
    """Return seconds as milliseconds with one decimal."""
    return f"{seconds * 1000:.1f} ms"
