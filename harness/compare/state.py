"""The state file of comparisons: NDJSON, one line an event, appended and flushed.

    {"kind": "run", "run": 3, "day": "2026-11-24", "asked": {..}, "prisoners": [..]}
    {"kind": "prisoner", "run": 3, "prisoner": .., "outcome": .., "findings": [..]}
    {"kind": "end", "run": 3}

A run without an end that asked the same is taken up where it stopped; who could not
be checked is checked again. A last line cut short by a crash is ignored.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from harness.compare.findings import Finding

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

EQUAL, DIFFERS, UNCHECKED = "equal", "differs", "unchecked"
_BEGINS = b'{"kind":"'
"""How each line begins that we write."""


class StateError(ValueError):
    """The state file cannot be used; says where and why."""


@dataclass
class Outcome:
    """What came of one prisoner: `reason` when unchecked."""

    prisoner: str
    outcome: str
    findings: list[Finding] = field(default_factory=list)
    reason: str = ""
    notes: int = 0

    @property
    def differences(self) -> list[Finding]:
        """The findings that are no remarks."""
        return [one for one in self.findings if not one.remark]

    def as_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "prisoner": self.prisoner,
            "outcome": self.outcome,
            "reason": self.reason,
            "notes": self.notes,
            "findings": [one.as_dict() for one in self.findings],
        }


@dataclass
class Run:
    """One comparison: the day it began (ISO), what was asked, whom, and what came."""

    number: int
    day: str
    asked: dict[str, Any]
    prisoners: list[str]
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    ended: bool = False

    def count(self, outcome: str) -> int:
        """Count the prisoners with that outcome."""
        return sum(one.outcome == outcome for one in self.outcomes.values())

    @property
    def unchecked(self) -> int:
        """The prisoners that were to be checked and were not."""
        return len(self.prisoners) - self.count(EQUAL) - self.count(DIFFERS)

    def findings(self) -> list[Finding]:
        """Return all findings, sorted."""
        return sorted(f for one in self.outcomes.values() for f in one.findings)

    def by_rule(self) -> dict[str, int]:
        """Count the findings by rule."""
        return dict(sorted(Counter(one.rule for one in self.findings()).items()))

    def waiting(self) -> list[str]:
        """Return whom to check still: also those that could not be, earlier."""
        return [
            who
            for who in self.prisoners
            if who not in self.outcomes or self.outcomes[who].outcome == UNCHECKED
        ]


class State:
    """All runs so far, kept in a file, or in memory alone when there is no path."""

    def __init__(self, path: Path | None = None) -> None:
        """Read the file, or make it: StateError or OSError comes before any work."""
        self.runs: list[Run] = []
        self._path = path
        self._file: BinaryIO | None = None
        if path is None:
            return
        if path.exists():
            self._load(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.open("ab").close()

    def _load(self, path: Path) -> None:
        data = path.read_bytes()
        lines = data.split(b"\n")
        for number, line in enumerate(lines[:-1], 1):
            try:
                self._take(msgspec.json.decode(line))
            except (msgspec.DecodeError, KeyError, TypeError, IndexError) as error:
                raise _no_line(path, number, repr(error)) from error
        if lines[-1]:
            # Whatever is no state file is somebody's own: nothing is cut off there.
            if lines[-1][: len(_BEGINS)] != _BEGINS[: len(lines[-1])]:
                raise _no_line(path, len(lines), "its last line is none of ours")
            # The crash that cut this line also cut its result: check again.
            with path.open("r+b") as file:
                file.truncate(len(data) - len(lines[-1]))

    def _take(self, line: dict[str, Any]) -> None:
        if line["kind"] == "run":
            self.runs.append(
                Run(line["run"], line["day"], line["asked"], line["prisoners"])
            )
        elif line["kind"] == "end":
            self.runs[-1].ended = True
        else:
            findings = [Finding(**one) for one in line["findings"]]
            outcome = Outcome(
                line["prisoner"],
                line["outcome"],
                findings,
                line["reason"],
                line["notes"],
            )
            self.runs[-1].outcomes[outcome.prisoner] = outcome

    def resumable(self, asked: dict[str, Any]) -> Run | None:
        """Return the last run when it did not end and asked the same of somebody."""
        last = self.runs[-1] if self.runs else None
        # A run that never got its list has nobody to go on with.
        if last is None or last.ended or last.asked != asked or not last.prisoners:
            return None
        return last

    def begin(self, day: str, asked: dict[str, Any], prisoners: list[str]) -> Run:
        """Begin a run."""
        run = Run(len(self.runs) + 1, day, asked, prisoners)
        self.runs.append(run)
        self._write(
            {
                "kind": "run",
                "run": run.number,
                "day": day,
                "asked": asked,
                "prisoners": prisoners,
            }
        )
        return run

    def keep(self, run: Run, outcome: Outcome) -> None:
        """Keep what came of one prisoner."""
        run.outcomes[outcome.prisoner] = outcome
        self._write({"kind": "prisoner", "run": run.number, **outcome.as_dict()})

    def end(self, run: Run) -> None:
        """Mark the run as done."""
        run.ended = True
        self._write({"kind": "end", "run": run.number})

    def _write(self, line: dict[str, Any]) -> None:
        if self._path is None:
            return
        if self._file is None:
            self._file = self._path.open("ab")
        self._file.write(msgspec.json.encode(line) + b"\n")
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None


@dataclass(frozen=True)
class Day:
    """One line of the trend: counts of a run, and how it changed since the last.

    `new`, `same` and `gone` count differences of prisoners checked in both runs.
    """

    run: int
    day: str
    checked: int
    differing: int
    unchecked: int
    by_rule: dict[str, int]
    new: int
    same: int
    gone: int


def _no_line(path: Path, number: int, why: str) -> StateError:
    return StateError(
        f"{path}:{number} is no line of a comparison ({why}); give another --state file"
    )


def trend(runs: list[Run]) -> list[Day]:
    """Return a line for each run that ended, oldest first."""
    days: list[Day] = []
    before: Run | None = None
    for run in runs:
        if not run.ended:
            continue
        mine, theirs = _keys(run, before), _keys(before, run) if before else set()
        differing, equal = run.count(DIFFERS), run.count(EQUAL)
        days.append(
            Day(
                run.number,
                run.day,
                differing + equal,
                differing,
                run.unchecked,
                run.by_rule(),
                len(mine - theirs),
                len(mine & theirs),
                len(theirs - mine),
            )
        )
        before = run
    return days


def _keys(run: Run, other: Run | None) -> set[str]:
    """Return the keys of a run's differences, of prisoners that both checked."""
    shared = {
        who
        for who, one in run.outcomes.items()
        if one.outcome != UNCHECKED and (other is None or _checked(other, who))
    }
    return {f.key for who in shared for f in run.outcomes[who].differences}


def _checked(run: Run, who: str) -> bool:
    outcome = run.outcomes.get(who)
    return outcome is not None and outcome.outcome != UNCHECKED
