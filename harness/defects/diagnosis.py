"""A line that names a known defect, where its signature fits exactly and alone.

The signatures are learnt from a score: which rules were broken, by whom, in which
scenario. Anything but one exact match is no diagnosis, and nothing is said.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from harness.defects.registry import defects

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.defects.score import Score

Table = dict[str, list[str]]
_TABLE = Path(__file__).with_name("signatures.json")


def signature(violations: Iterable[dict[str, Any]]) -> str:
    """Return what was broken, by whom and how, without ids, in one string."""
    return "; ".join(sorted({str(one.get("key") or one["rule"]) for one in violations}))


def diagnose(scenario: str, violations: list[dict[str, Any]]) -> str | None:
    """Return the line, or None where no defect or more than one would fit.

    `scenario` is its name; only a defect seen to do just this in it fits.
    """
    if not violations:
        return None
    name = scenario.partition("[")[0]
    fitting = _known().get(f"{name} | {signature(violations)}", [])
    if len(fitting) != 1 or fitting[0] not in defects():
        return None
    one = defects()[fitting[0]]
    return f"same signature as {one.id}: {one.title[0].lower()}{one.title[1:]}"


@cache
def _known() -> Table:
    table: Table = msgspec.json.decode(_TABLE.read_bytes())
    return table


def learn(score: Score) -> Table:
    """Return the table of signatures that a full score knows."""
    table: Table = {}
    for row in score.rows:
        for seen in row.seen:
            if seen.signature:
                name = seen.scenario.partition("::")[2].partition("[")[0]
                known = table.setdefault(f"{name} | {seen.signature}", [])
                if row.id not in known:
                    known.append(row.id)
    return table


def write(table: Table, path: Path = _TABLE) -> int:
    """Write the table; returns how many of its signatures name one defect alone."""
    encoded = msgspec.json.format(msgspec.json.encode(dict(sorted(table.items()))))
    path.write_bytes(encoded + b"\n")
    _known.cache_clear()
    return sum(len(ids) == 1 for ids in table.values())
