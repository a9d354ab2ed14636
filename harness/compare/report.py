"""The comparison's report: table, JSON, NDJSON, and the trend over the days."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import msgspec

from harness.compare.findings import REMARKS, RULES
from harness.compare.state import DIFFERS, EQUAL, UNCHECKED
from harness.compare.tables import columns

if TYPE_CHECKING:
    from pathlib import Path

    from harness.compare.run import Comparison

_SHOWN = 20
"""Findings and unchecked prisoners that the table names; the files name all."""


def document(found: Comparison) -> dict[str, Any]:
    """Return the whole report as plain data."""
    run = found.run
    return {
        "verdict": found.verdict,
        "run": run.number,
        "day": run.day,
        "asked": run.asked,
        "prisoners": len(run.prisoners),
        "equal": run.count(EQUAL),
        "differing": run.count(DIFFERS),
        "unchecked": run.unchecked,
        "notes": sum(one.notes for one in run.outcomes.values()),
        "by_rule": run.by_rule(),
        "findings": [one.as_dict() for one in run.findings()],
        "unchecked_prisoners": [
            {"prisoner": who, "reason": reason} for who, reason in _unchecked(found)
        ],
        "trouble": found.trouble,
        "trend": [asdict(day) for day in found.days],
    }


def as_json(found: Comparison) -> str:
    """Return the report as one JSON document."""
    return msgspec.json.format(msgspec.json.encode(document(found)), indent=2).decode()


def as_ndjson(found: Comparison) -> str:
    """Return one line a prisoner, in order of their numbers."""
    outcomes = sorted(found.run.outcomes.values(), key=lambda one: one.prisoner)
    return "".join(msgspec.json.encode(o.as_dict()).decode() + "\n" for o in outcomes)


def as_table(found: Comparison) -> str:
    """Return the report for reading."""
    run = found.run
    total = document(found)
    lines = [
        (
            f"Comparison {run.number} of {run.day}: {total['prisoners']} prisoners, "
            f"{total['notes']} DPS notes"
        ),
        (
            f"  equal {total['equal']}, differing {total['differing']}, "
            f"unchecked {total['unchecked']}"
        ),
    ]
    if found.resumed:
        lines.append(f"  taken up again; {found.resumed} were checked before")
    lines += [f"  {trouble}" for trouble in found.trouble]
    lines += _rules(found)
    lines += _named(found)
    lines += _trend(found)
    lines.append(f"verdict: {found.verdict}")
    return "\n".join(lines) + "\n"


def write(found: Comparison, folder: Path) -> None:
    """Write compare.json and compare.ndjson into a directory."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "compare.json").write_text(as_json(found) + "\n", encoding="utf-8")
    (folder / "compare.ndjson").write_text(as_ndjson(found), encoding="utf-8")


def _rules(found: Comparison) -> list[str]:
    counts = found.run.by_rule()
    if not counts:
        return []
    rows = [
        [rule, str(counts[rule]), words]
        for rule, words in {**RULES, **REMARKS}.items()
        if rule in counts
    ]
    return ["", *columns(["rule", "count", "meaning"], rows)]


def _named(found: Comparison) -> list[str]:
    lines: list[str] = []
    findings = [one for one in found.run.findings() if not one.remark]
    if findings:
        rows = [[f.prisoner, f.rule, f.nomis, f.dps, f.detail] for f in findings]
        head = ["prisoner", "rule", "NOMIS", "DPS", "what"]
        lines += ["", *columns(head, rows[:_SHOWN]), *_more(len(rows))]
    unchecked = _unchecked(found)
    if unchecked:
        rows = [[who, reason] for who, reason in unchecked]
        head = ["unchecked", "why"]
        lines += ["", *columns(head, rows[:_SHOWN]), *_more(len(rows))]
    return lines


def _more(count: int) -> list[str]:
    return [f"... and {count - _SHOWN} more"] if count > _SHOWN else []


def _unchecked(found: Comparison) -> list[tuple[str, str]]:
    outcomes = found.run.outcomes
    return [
        (who, outcomes[who].reason if who in outcomes else "not reached")
        for who in found.run.prisoners
        if who not in outcomes or outcomes[who].outcome == UNCHECKED
    ]


def _trend(found: Comparison) -> list[str]:
    rows = [
        [
            day.day,
            str(day.checked),
            str(day.differing),
            str(day.unchecked),
            str(day.new),
            str(day.same),
            str(day.gone),
            ", ".join(f"{rule} {count}" for rule, count in day.by_rule.items()),
        ]
        for day in found.days
    ]
    if not rows:
        return []
    head = ["day", "checked", "differing", "unchecked", "new", "same", "gone", "rules"]
    return ["", "Trend", *columns(head, rows)]
