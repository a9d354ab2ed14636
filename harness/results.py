"""Results of a run: one record a scenario, and what they add up to."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

PASS, FAIL, UNKNOWN, SKIP = "pass", "fail", "unknown", "skip"
KNOWN = "known"
"""How a failure is shown that `--known` expects; its verdict stays fail."""
EXIT_CODES = {PASS: 0, FAIL: 1, UNKNOWN: 3}
USAGE_ERROR = 2


@dataclass
class ScenarioResult:
    """How one scenario ended, with all that explains it.

    `violations`, `limited` and `findings` are plain forms of the oracle's records;
    `timeline` is the text drawn for the notes concerned; `replay` the command that
    runs just this scenario again. `known` says why a failure is expected. `steps` are
    its lines as played (`harness.told`), `explained` is what `harness.oracle.explain`
    says of one that did not pass.
    """

    id: str
    feature: str
    capability: str
    name: str
    tags: list[str]
    verdict: str
    seconds: float = 0.0
    message: str = ""
    line: int = 0
    violations: list[dict[str, Any]] = field(default_factory=list)
    limited: list[dict[str, Any]] = field(default_factory=list)
    findings: list[dict[str, Any]] = field(default_factory=list)
    timeline: str = ""
    seed: int = 0
    replay: str = ""
    checked: dict[str, int] = field(default_factory=dict)
    known: str = ""
    steps: list[dict[str, Any]] = field(default_factory=list)
    explained: dict[str, Any] = field(default_factory=dict)

    @property
    def shown(self) -> str:
        """The verdict as reports show it: an expected failure is *known*."""
        return KNOWN if self.known else self.verdict

    def as_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)


@dataclass
class RunResult:
    """All scenarios of a run, and what stopped it, if anything did.

    `planned` is how many were to be played; a run that played fewer is no pass.
    `outdated` names known deviations that are past their date, or pass. `left_out` are
    the rows, by feature, that a pairwise subset of their table has no need of.
    """

    scenarios: list[ScenarioResult] = field(default_factory=list)
    usage_errors: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    interrupted: bool = False
    skipped_ok: bool = False
    planned: int = 0
    outdated: list[str] = field(default_factory=list)
    left_out: dict[str, list[str]] = field(default_factory=dict)

    def count(self, verdict: str) -> int:
        """Count the scenarios with that verdict."""
        return sum(1 for result in self.scenarios if result.shown == verdict)

    def by_capability(self) -> dict[str, dict[str, int]]:
        """Count verdicts per capability, in the order met."""
        table: dict[str, dict[str, int]] = {}
        for result in self.scenarios:
            row = table.setdefault(
                result.capability, dict.fromkeys((PASS, FAIL, UNKNOWN, SKIP, KNOWN), 0)
            )
            row[result.shown] += 1
        return table

    def limits(self) -> dict[tuple[str, str], int]:
        """Count what the real services do wrong by themselves, by limit and owner."""
        return Counter(
            (str(seen["limit"]), str(seen["owner"]))
            for result in self.scenarios
            for seen in result.limited
        )

    def reasons_unknown(self) -> list[str]:
        """Say why a run without failures is still no pass."""
        reasons = list(self.broken)
        done = len(self.scenarios)
        if self.interrupted:
            reasons.append(f"interrupted after {done} of {self.planned} scenarios")
        elif done < self.planned and not self.broken:
            reasons.append(f"{self.planned - done} scenarios were never played")
        if unknown := self.count(UNKNOWN):
            reasons.append(f"{_scenarios(unknown)} unknown")
        if not any(r.verdict != SKIP for r in self.scenarios):
            reasons.append("no scenario was executed")
        if not self.skipped_ok:
            reasons += [
                f"nothing of the capability {name!r} was executed (--allow-skips)"
                for name, row in self.by_capability().items()
                if sum(row.values()) == row[SKIP]
            ]
        return reasons

    @property
    def verdict(self) -> str:
        """Fail if any scenario failed, else unknown for any reason, else pass."""
        if self.count(FAIL) or self.outdated:
            return FAIL
        return UNKNOWN if self.reasons_unknown() else PASS

    @property
    def exit_code(self) -> int:
        """0 pass, 1 fail, 2 usage, 3 unknown."""
        if self.usage_errors:
            return USAGE_ERROR
        return EXIT_CODES[self.verdict]


def _scenarios(count: int) -> str:
    return "1 scenario is" if count == 1 else f"{count} scenarios are"
