"""`run.json`: what a run was asked to do, and what it came to."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from harness import today

if TYPE_CHECKING:
    from pathlib import Path

    from harness.options import RunOptions
    from harness.results import RunResult

FILE = "run.json"
PAGE = "report.html"


@dataclass
class RunRecord:
    """The run as a whole; its scenarios stand in `scenarios.ndjson`.

    `verdict` is pass, fail, unknown, or none when the run could not be made; `reasons`
    say why it is no pass; `targets` gives each half's; `date` is the day, ISO, UTC.
    """

    verdict: str
    reasons: list[str] = field(default_factory=list)
    targets: dict[str, str] = field(default_factory=dict)
    tier: str = ""
    seed: int = 0
    mode: str = ""
    instances: int = 1
    defects: list[str] = field(default_factory=list)
    planned: int = 0
    date: str = ""


def record(result: RunResult, options: RunOptions) -> RunRecord:
    """Return the record of a run that has ended."""
    unmade = bool(result.usage_errors)
    return RunRecord(
        verdict="none" if unmade else result.verdict,
        reasons=[*result.usage_errors]
        if unmade
        else [*result.outdated, *result.reasons_unknown()],
        targets=dict(options.targets),
        tier=options.tier,
        seed=options.seed,
        mode=options.mode,
        instances=options.instances,
        defects=list(options.defects),
        planned=result.planned,
        date=today.today().isoformat(),
    )


def write_record(run: RunRecord, folder: Path) -> None:
    """Write `run.json` into the report's folder."""
    encoded = msgspec.json.format(msgspec.json.encode(asdict(run)), indent=1)
    (folder / FILE).write_bytes(encoded + b"\n")


def read_record(folder: Path) -> RunRecord:
    """Read it back; FileNotFoundError when no run left one there."""
    data: dict[str, Any] = msgspec.json.decode((folder / FILE).read_bytes())
    return RunRecord(**data)
