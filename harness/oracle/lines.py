"""A timeline as data: lanes, lines, and what they carry.

A **line** is one thing that happened: when, in which lane, in words, and its cause
(certain, inferred or unknown). Lanes run from the officers' screens on the left to the
DPS users on the right, as a change travels. A **cycle** is the run of writes and echoes
that a loop violation names; its lines are marked.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

SCENARIO = "scenario"
"""The lane of what stands outside: steps, faults, switches, time that passed."""
LANES = (
    SCENARIO,
    "NOMIS screens",
    "NOMIS",
    "relay",
    "topic",
    "queue",
    "to-nomis",
    "from-nomis",
    "mapping",
    "DPS",
    "DPS users",
    "alerts",
)


@dataclass
class Line:
    """One thing that happened to a note.

    `kind` is step, fault, switch, half, time, user, read, write, event, wait, take,
    back or end. `at` is seconds after the timeline's first line, `to` the lane a call
    goes to, `took` the seconds until its answer. `cause` is the seq of the line that
    led to it, if known, `lag` the seconds since then; `certainty` certain, inferred or
    unknown; `cycle` marks the lines of a loop.
    """

    seq: int
    at: float
    lane: str
    kind: str
    text: str
    cause: int | None = None
    certainty: str = "unknown"
    cycle: bool = False
    to: str | None = None
    took: float | None = None
    lag: float | None = None


@dataclass
class Timeline:
    """The lines of one logical note, in order; `start` is the first one's stopwatch."""

    note: str
    born: str
    prisoner: str
    copies: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    start: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Timeline:
        """Read back what `as_dict` gave."""
        return cls(**{**data, "lines": [Line(**line) for line in data["lines"]]})
