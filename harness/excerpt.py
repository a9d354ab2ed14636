"""A timeline cut to what fits on a screen, and where the whole of it is kept."""

from __future__ import annotations

import re
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.results import RunResult, ScenarioResult

# How a story begins says what was set up, how it ends says what went wrong.
_FIRST, _LAST = 8, 24
_WIDEST = 160


def excerpt(
    timeline: str, where: str, first: int = _FIRST, last: int = _LAST
) -> list[str]:
    """Return its first and last lines, and how many were left out between."""
    lines = [_cut(line) for line in timeline.splitlines()]
    left_out = len(lines) - first - last
    # One line that says "1 line left out" would save nothing.
    if left_out <= 1:
        return lines
    note = f"... {left_out} lines left out; all {len(lines)} are in {where}"
    return [*lines[:first], note, *lines[-last:]]


def _cut(line: str) -> str:
    return line if len(line) <= _WIDEST else line[: _WIDEST - 3] + "..."


def timeline_path(report: str | Path, result: ScenarioResult) -> Path:
    """Return where the whole timeline of a scenario is kept."""
    slug = re.sub(r"[^a-z0-9]+", "-", result.name.lower()).strip("-")[:60]
    mark = zlib.crc32(result.id.encode())
    return Path(report) / "timelines" / f"{slug}-{mark:08x}.txt"


def write_timelines(result: RunResult, report: Path) -> None:
    """Keep the whole timeline of each scenario that has one; earlier runs' go."""
    for old in (report / "timelines").glob("*.txt"):
        old.unlink()
    for scenario in result.scenarios:
        if not scenario.timeline:
            continue
        path = timeline_path(report, scenario)
        path.parent.mkdir(parents=True, exist_ok=True)
        head = f"{scenario.name}\n{scenario.message}\nagain: {scenario.replay}\n\n"
        path.write_text(f"{head}{scenario.timeline}\n", encoding="utf-8")
