"""What the oracle reads, and what it answers: plain data both ways.

**Evidence** is all that a verdict may rest on: the journal, snapshots of the four
services' stored state, the open part of the ledger and the settling result. Nothing
in it comes from the sync under test. **Violation** is one broken promise, typed, with
the seqs of the journal entries that prove it. **Verdict** has three values; *unknown*
is never a pass.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

PASS, FAIL, UNKNOWN = "pass", "fail", "unknown"
_plain: Callable[[Any], dict[str, Any]] = msgspec.to_builtins
OWNERS = (
    "to-nomis",
    "from-nomis",
    "dps",
    "nomis",
    "mapping",
    "relay",
    "configuration",
)


@dataclass
class Evidence:
    """The plain data of one judged scope.

    `entries` are journal entries (`simulators.journal.Entry.as_dict`), in order, at
    least all that name a subject of the scope. `scope` lists prisoner numbers; empty
    means every prisoner of the snapshots. `snapshots` has the keys nomis, dps,
    mapping, alerts, taken after settling. `ledger` lists message copies without an
    end. `baseline`, when the scenario started from notes that no journal entry
    explains (seeded, or to be migrated), holds `{"seq": n, "snapshots": {..}}` as
    they stood when the Given part ended: its mappings are the harness's own, so they
    may be believed. `limits` is `as-deployed` or `as-intended`.
    `clients` maps further client ids to programs (external targets).

    Expectations the harness may declare: `dead_letters` (list of event types, or
    true) the scenario brings about; `parked` (true, or list of event types) while a
    switch is off; `backfilled` (list of halves) whose drops an operator sends again
    once the switch is on; `empty` (true) the scope holds no notes on purpose; `winner`
    ("later" | "dps" | "nomis") a target's stricter rule for concurrent edits;
    `alert_writer` ({prison: value}) when no switch entry says it; `merge_copies`
    (bool) when a merge's own request does not say whether NOMIS copies notes.
    """

    entries: list[dict[str, Any]]
    scope: list[str] = field(default_factory=list)
    snapshots: dict[str, dict[str, Any]] = field(default_factory=dict)
    ledger: list[dict[str, Any]] = field(default_factory=list)
    settled: dict[str, Any] = field(
        default_factory=lambda: {"settled": True, "waiting": []}
    )
    expectations: dict[str, Any] = field(default_factory=dict)
    baseline: dict[str, Any] | None = None
    limits: str = "as-deployed"
    clients: dict[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return _plain(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Evidence:
        """Read back what `as_dict` gave; unknown members are refused."""
        return cls(**data)


@dataclass
class Violation:
    """One broken promise.

    `severity` is 1 (worst) upward, see `harness.oracle.severity`; `note` names the
    logical note by the id its user got; `evidence` carries `seqs` (journal) and the
    facts compared; `key` is stable over runs: it holds no ids and no times.
    `limit` is set once a limit excuses it.
    """

    rule: str
    severity: int
    owner: str
    note: str
    prisoner: str
    message: str
    evidence: dict[str, Any]
    key: str
    limit: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return _plain(self)


@dataclass
class Verdict:
    """The answer: `verdict` is pass, fail or unknown.

    `violations` fail the scope, worst first; `limited` are excused by a limit of the
    real services; `findings` are worth reading and excuse or fail nothing; `checked`
    counts what each rule looked at; `reasons` say why a verdict is unknown.
    """

    verdict: str
    violations: list[Violation] = field(default_factory=list)
    limited: list[Violation] = field(default_factory=list)
    findings: list[Violation] = field(default_factory=list)
    checked: dict[str, int] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return _plain(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Verdict:
        """Read back what `as_dict` gave."""
        lists = ("violations", "limited", "findings")
        read = {name: [Violation(**item) for item in data[name]] for name in lists}
        return cls(**{**data, **read})
