"""What the page shows of the run before anything is opened."""

from __future__ import annotations

import re
import zlib
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.report.rules import ASSERTION, MEANING
from harness.results import FAIL, KNOWN, PASS, SKIP, UNKNOWN, RunResult, ScenarioResult

if TYPE_CHECKING:
    from collections.abc import Sequence

# In the order in which a reader wants them.
VERDICTS = (FAIL, UNKNOWN, KNOWN, PASS, SKIP)
TITLES = {
    FAIL: "Failed",
    UNKNOWN: "Unknown",
    KNOWN: "Known deviations",
    PASS: "Passed",
    SKIP: "Skipped",
}
_MOST_WORDS = 240
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def anchor(scenario: str) -> str:
    """Return the page's anchor of a scenario, by its id."""
    return f"s-{zlib.crc32(scenario.encode()):08x}"


@dataclass
class Row:
    """One scenario in the list: `params` is the row of an outline, `head` one line."""

    anchor: str
    verdict: str
    name: str
    params: str
    capability: str
    seconds: float
    head: str
    rules: list[str]
    owners: list[str]
    keys: list[str]
    words: str


@dataclass
class Cause:
    """What broke, in one way, by one owner; in how many scenarios."""

    rule: str
    owner: str
    what: str
    key: str
    meaning: str
    severity: int
    scenarios: int = 0


@dataclass
class Overview:
    """Everything that stands above the list, and the list itself."""

    counts: dict[str, int]
    capabilities: list[tuple[str, dict[str, int]]]
    causes: list[Cause]
    groups: list[tuple[str, str, list[Row]]]
    limits: list[tuple[str, str, int]]
    seconds: list[float] = field(default_factory=list)

    @property
    def total(self) -> int:
        """The number of scenarios."""
        return sum(self.counts.values())

    @property
    def rules(self) -> list[str]:
        """The rules broken, in the order of the causes."""
        return list(dict.fromkeys(cause.rule for cause in self.causes))

    @property
    def owners(self) -> list[str]:
        """Who is at fault, sorted."""
        return sorted({cause.owner for cause in self.causes if cause.owner})


def overview(scenarios: Sequence[ScenarioResult]) -> Overview:
    """Sum up the scenarios."""
    result = RunResult(list(scenarios))
    counts = Counter(one.shown for one in scenarios)
    rows = [row_of(one) for one in scenarios]
    return Overview(
        counts={verdict: counts[verdict] for verdict in VERDICTS},
        capabilities=sorted(result.by_capability().items(), key=_worst_first),
        causes=_causes(scenarios),
        groups=[
            (verdict, TITLES[verdict], [r for r in rows if r.verdict == verdict])
            for verdict in VERDICTS
            if counts[verdict]
        ],
        limits=[(*pair, count) for pair, count in sorted(result.limits().items())],
        seconds=[one.seconds for one in scenarios if one.verdict != SKIP],
    )


def _worst_first(item: tuple[str, dict[str, int]]) -> tuple[int, int, str]:
    name, row = item
    return -row[FAIL], -row[UNKNOWN], name


def row_of(result: ScenarioResult) -> Row:
    """Return the row of one scenario; `words` is what the search looks in."""
    name, params = split_name(result.name)
    broken = _broken(result)
    notes = [
        str(v.get(k) or "") for v in result.violations for k in ("note", "prisoner")
    ]
    words = [
        *(result.name, result.capability, result.feature, result.verdict),
        *(f"@{tag}" for tag in result.tags),
        *(word for violation in broken for word in violation[:2]),
        *dict.fromkeys(notes),
        result.message[:_MOST_WORDS],
    ]
    return Row(
        anchor=anchor(result.id),
        verdict=result.shown,
        name=name,
        params=params,
        capability=result.capability,
        seconds=result.seconds,
        head=_head(result),
        rules=list(dict.fromkeys(rule for rule, _, _ in broken)),
        owners=list(dict.fromkeys(owner for _, owner, _ in broken if owner)),
        keys=list(dict.fromkeys(key for _, _, key in broken)),
        words=" ".join(" ".join(words).lower().split()),
    )


def split_name(name: str) -> tuple[str, str]:
    """Split `outline[one row]` into the outline's name and its row."""
    head, bracket, tail = name.partition("[")
    if not bracket or not tail.endswith("]"):
        return name, ""
    return head.strip(), tail[:-1]


def _broken(result: ScenarioResult) -> list[tuple[str, str, str]]:
    """Return rule, owner and key of all that broke."""
    if result.verdict != FAIL:
        return []
    found = [(v["rule"], v["owner"], v.get("key", "")) for v in result.violations]
    return found or [(ASSERTION, "", ASSERTION)]


def _head(result: ScenarioResult) -> str:
    if result.known:
        return result.known
    if result.violations:
        return _UUID.sub(_short, str(result.violations[0]["message"]))
    return result.message.partition("\n")[0]


def _short(uuid: re.Match[str]) -> str:
    return f"{uuid.group()[:8]}…{uuid.group()[-6:]}"


def _causes(scenarios: Sequence[ScenarioResult]) -> list[Cause]:
    found: dict[str, Cause] = {}
    for result in scenarios:
        if result.shown != FAIL:
            continue
        severities = {v.get("key", ""): v["severity"] for v in result.violations}
        for rule, owner, key in dict.fromkeys(_broken(result)):
            cause = found.get(key)
            if cause is None:
                what = key.split(":", 2)[2] if key.count(":") > 1 else ""
                meaning = MEANING.get(rule, "")
                severity = severities.get(key, 99)
                cause = found[key] = Cause(rule, owner, what, key, meaning, severity)
            cause.scenarios += 1
    return sorted(found.values(), key=lambda c: (-c.scenarios, c.severity, c.key))
