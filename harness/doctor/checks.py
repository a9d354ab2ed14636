"""One check's outcome, and how outcomes are shown."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

OK, WARN, FAIL, SKIP = "ok", "warn", "fail", "skip"


@dataclass(frozen=True)
class Check:
    """What was looked at, its state (ok, warn, fail, skip), what was seen.

    `do` says what to do, and is there for warn and fail. A warning is something that
    only some runs need; a skip is a check that another fault made impossible.
    """

    name: str
    state: str
    seen: str
    do: str = ""


def render(checks: list[Check], form: str) -> str:
    """Return all checks as lines for people (`table`) or as JSON."""
    if form == "json":
        return json.dumps([asdict(check) for check in checks], indent=2)
    lines = []
    for check in checks:
        lines.append(f"{check.state:<5} {check.name}: {check.seen}")
        if check.do:
            lines.append(f"      -> {check.do}")
    count = {state: sum(c.state == state for c in checks) for state in (FAIL, WARN)}
    lines.append(f"{len(checks)} checks, {count[FAIL]} failed, {count[WARN]} warnings")
    return "\n".join(lines)
