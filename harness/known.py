"""Known deviations: failures of a real build that are expected, until a date.

A file of `[[known]]` entries turns expected failures into *known* ones, which do not
fail the run. It cannot rot: an entry past its date, and one whose scenario passes,
fail the run. Only a failure can be known; an unknown stays unknown.

    [[known]]
    scenario = "deletions.feature::Both sides delete*"   # or tag = "DEL-04"; * allowed
    rule = "conserved"          # optional: only when nothing else is broken
    owner = "to-nomis"          # optional, with rule
    reason = "..."
    link = "..."                # the dossier's section, or an issue
    until = 2027-03-31
    race = true                 # optional: it depends on timing, so it may also pass
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from datetime import date
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from harness.oracle.evidence import OWNERS
from harness.oracle.severity import SEVERITY
from harness.results import FAIL, PASS

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from harness.results import ScenarioResult

_NEEDED = ("reason", "link", "until")
_RIGHT: dict[type, str] = {
    date: "write it as a date, such as 2027-03-31",
    bool: "write true or false",
    str: "write a text in quotes",
}


class KnownError(ValueError):
    """The file cannot be used; names the entry and what is right."""


@dataclass(frozen=True)
class Deviation:
    """One known deviation; see the module's docstring."""

    reason: str
    link: str
    until: date
    scenario: str = ""
    tag: str = ""
    rule: str = ""
    owner: str = ""
    race: bool = False

    @property
    def name(self) -> str:
        """How messages call it."""
        parts = (self.scenario, self.tag and f"@{self.tag}", self.rule)
        return " ".join(part for part in parts if part)

    @property
    def words(self) -> str:
        """What a report says of a failure that it explains."""
        return f"{self.reason} ({self.link}; until {self.until})"

    def covers(self, result: ScenarioResult) -> bool:
        """Say whether the entry speaks of that scenario at all."""
        if self.tag and self.tag not in result.tags:
            return False
        if not self.scenario:
            return True
        where = f"{result.feature}::{result.name}"
        return fnmatchcase(where, f"*{_glob(self.scenario)}") or fnmatchcase(
            result.name, _glob(self.scenario)
        )

    def is_of(self, files: Collection[str]) -> bool:
        """Say whether it names a scenario of one of these feature files."""
        file, mark, _ = self.scenario.partition("::")
        return bool(mark) and any(fnmatchcase(f, f"*{_glob(file)}") for f in files)

    def explains(self, violation: dict[str, Any]) -> bool:
        """Say whether a broken rule is the expected one."""
        return (not self.rule or violation["rule"] == self.rule) and (
            not self.owner or violation["owner"] == self.owner
        )


def _glob(pattern: str) -> str:
    """Let only `*` mean something: outlines carry their row in brackets."""
    return pattern.replace("[", "[[]").replace("?", "[?]")


class Known:
    """The deviations of a run: asked of each result, and for the sum at the end."""

    def __init__(self, deviations: tuple[Deviation, ...], day: date) -> None:
        """Take the deviations; `day` is today."""
        self._all = deviations
        self._day = day
        self._used: set[Deviation] = set()
        self._met: set[Deviation] = set()
        self._passed: dict[Deviation, list[str]] = {}

    def reason(self, result: ScenarioResult) -> str:
        """Return why this failure is expected, "" when it is not."""
        covering = [one for one in self._all if one.covers(result)]
        self._met.update(covering)
        if result.verdict == PASS:
            for one in covering:
                if (one.scenario or one.tag) and not one.race:
                    self._passed.setdefault(one, []).append(result.name)
        if result.verdict != FAIL:
            return ""
        used = _explaining(covering, result)
        self._used.update(used)
        return "; ".join(dict.fromkeys(one.words for one in used))

    def problems(self, complete: bool, files: Collection[str] = ()) -> list[str]:
        """Say which entries are wrong now.

        Of a `complete` run, with nothing selected, also those that met nothing; of
        feature `files` that were played whole, those that name a scenario of them.
        """
        found = []
        for one in self._all:
            if one.until < self._day:
                found.append(f"known: {one.name}: its date, {one.until}, is past")
            found += [
                f"known: {one.name}: {name!r} passes; take the entry out"
                for name in self._passed.get(one, [])
            ]
            if one in self._passed or one in self._used:
                continue
            if one not in self._met and (complete or one.is_of(files)):
                found.append(f"known: {one.name}: there is no such scenario")
            elif complete and one in self._met and not (one.scenario or one.tag):
                found.append(f"known: {one.name}: nothing broke it; take it out")
        return found


def _explaining(covering: list[Deviation], result: ScenarioResult) -> list[Deviation]:
    """Return the entries that together explain all of a failure, none if they do not.

    An entry without a rule explains a scenario whole.
    """
    whole = [one for one in covering if not one.rule]
    if whole:
        return whole
    if not result.violations:
        return []
    used: list[Deviation] = []
    for violation in result.violations:
        fitting = [one for one in covering if one.explains(violation)]
        if not fitting:
            return []
        used += fitting[:1]
    return used


def load_known(path: Path, day: date) -> Known:
    """Read a file of known deviations; raises KnownError."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise KnownError(f"{path}: {error}") from error
    if strange := sorted(set(document) - {"known"}):
        raise KnownError(f"{path}: unknown tables {', '.join(strange)}; use [[known]]")
    entries = document.get("known", [])
    if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
        raise KnownError(f"{path}: begin each entry with a line [[known]]")
    return Known(
        tuple(
            _deviation(f"{path}: entry {n}", one) for n, one in enumerate(entries, 1)
        ),
        day,
    )


def _deviation(where: str, entry: dict[str, Any]) -> Deviation:
    members = [one.name for one in fields(Deviation)]
    if strange := sorted(set(entry) - set(members)):
        raise KnownError(
            f"{where} has unknown members {', '.join(strange)}; "
            f"there are: {', '.join(members)}"
        )
    if missing := [name for name in _NEEDED if entry.get(name) in (None, "")]:
        raise KnownError(f"{where} lacks {', '.join(missing)}")
    for name in members:
        kind = {"until": date, "race": bool}.get(name, str)
        # A date with a time of day is a date, too, by its class.
        if name in entry and type(entry[name]) is not kind:
            raise KnownError(f"{where}: {name} = {entry[name]!r}: {_RIGHT[kind]}")
    one = Deviation(**entry)
    if not one.name:
        raise KnownError(f"{where} names neither scenario, tag nor rule")
    if one.rule and one.rule not in SEVERITY:
        raise KnownError(
            f"{where}: no rule is called {one.rule!r}; rules: {', '.join(SEVERITY)}"
        )
    if one.owner and (not one.rule or one.owner not in OWNERS):
        raise KnownError(
            f"{where}: owner = {one.owner!r} goes with a rule; "
            f"owners: {', '.join(OWNERS)}"
        )
    return one
