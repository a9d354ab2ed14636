"""The scenarios that break when nothing comes from NOMIS to DPS.

Derived, not written: the scenarios run on the simulated tier with `--from-nomis none`.
A scenario *breaks* when the oracle finds something lost, stale or doubled for want of
that half, or when one of its own `Then` lines shows it. Messages that wait in the
half's queues are no evidence: nobody reads those queues in such a run.
"""

from __future__ import annotations

import contextlib
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from harness.dependencies.lines import lines_of
from harness.options import RunOptions
from harness.results import FAIL, PASS, UNKNOWN, ScenarioResult
from harness.verify import verify

if TYPE_CHECKING:
    from harness.dependencies.register import Source

EVIDENCE = Path(__file__).with_name("evidence.json")
# Of all scenarios: the matrix switches the absent half, so it can say nothing here.
TAGS = "not toggle-matrix and not long"
_QUEUES = "conserved"


class EvidenceError(RuntimeError):
    """The scenarios could not be run, or their record cannot be read."""


def derive(sources: tuple[Source, ...], paths: list[str]) -> dict[str, list[str]]:
    """Run the scenarios without NOMIS to DPS; the broken ones by source id, sorted.

    What no source claims stands under "".
    """
    with tempfile.TemporaryDirectory(prefix="tandem-") as report:
        options = RunOptions(
            tier="simulated",
            targets={"to-nomis": "reference", "from-nomis": "none"},
            tags=None if paths else TAGS,
            report=report,
            skipped_ok=True,
        )
        # Standard output is the register's own.
        with contextlib.redirect_stdout(sys.stderr):
            result = verify(options, paths)
    if result.usage_errors or result.broken:
        raise EvidenceError("; ".join([*result.usage_errors, *result.broken]))
    if not any(one.verdict in (PASS, FAIL, UNKNOWN) for one in result.scenarios):
        raise EvidenceError("no scenario was played")
    return attribute(sources, result.scenarios)


def attribute(
    sources: tuple[Source, ...], results: list[ScenarioResult]
) -> dict[str, list[str]]:
    """Return the broken scenarios by the source that their lines or losses name."""
    found: dict[str, set[str]] = defaultdict(set)
    for result in results:
        if not breaks(result):
            continue
        owners = _owners(sources, result)
        for owner in owners or [""]:
            found[owner].add(result.id)
    return {owner: sorted(found[owner]) for owner in sorted(found)}


def breaks(result: ScenarioResult) -> bool:
    """Say whether a failed scenario shows what a user loses."""
    if result.verdict != FAIL:
        return False
    losses = [one for one in result.violations if one["rule"] != _QUEUES]
    return bool(losses) or not result.message.upper().startswith(_QUEUES.upper())


def _owners(sources: tuple[Source, ...], result: ScenarioResult) -> list[str]:
    kinds = {
        str(one["evidence"].get("kind"))
        for one in result.violations
        if one["rule"] != _QUEUES
    }
    named = [one.id for one in sources if kinds & set(one.kinds)]
    if named:
        return named
    lines = lines_of(result)
    return [s.id for s in sources if any(s.claims_line(line) for line in lines)]


def load_evidence(path: Path = EVIDENCE) -> dict[str, list[str]]:
    """Read what `derive` found last; raises EvidenceError."""
    try:
        record: dict[str, Any] = msgspec.json.decode(path.read_bytes())
        return {owner: list(names) for owner, names in record["scenarios"].items()}
    except (OSError, msgspec.DecodeError, KeyError, AttributeError) as error:
        raise EvidenceError(f"{path}: {error}; run with --derive") from error


def save_evidence(found: dict[str, list[str]], path: Path = EVIDENCE) -> None:
    """Keep what `derive` found."""
    record = {"run": "tandem dependencies --derive", "scenarios": found}
    text = msgspec.json.format(msgspec.json.encode(record), indent=2).decode()
    path.write_text(text + "\n", encoding="utf-8")
