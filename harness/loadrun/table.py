"""The verdict as a table for the terminal, and as `verdict.json`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


def write(verdict: dict[str, Any], folder: Path) -> Path:
    """Write `verdict.json`; returns its path."""
    path = folder / "verdict.json"
    path.write_text(json.dumps(verdict, indent=1, default=str) + "\n", encoding="utf-8")
    return path


def lines(verdict: dict[str, Any]) -> list[str]:
    """Return the verdict as lines of text, the verdict itself last."""
    plan, rate = verdict["plan"], verdict["rate"]
    told = [
        f"profile     {plan['profile']}, {plan['minutes']:g} min, seed {plan['seed']}",
        f"assumed     national peak {plan['national_peak']:g} changes/s (--peak)",
        f"offered     {rate['changes_a_second']:g} changes/s for {rate['seconds']:g} s",
        f"sustained   {rate['done_a_second']:g} changes/s came over meanwhile",
        f"headroom    {headroom(verdict)}",
        "lag             count     p50     p95     p99     max  (seconds)",
        *(_lag(half, lag) for half, lag in verdict["lag"].items()),
        *(
            _lag(f"  {name}", lag)
            for name, lag in verdict["lag_by_kind"].items()
            if lag["count"]
        ),
        *(
            _lag(f"  {half} in trouble", lag)
            for half, lag in verdict["lag_in_trouble"].items()
            if lag["count"]
        ),
        _backlog(verdict["backlog"]),
        _calls(verdict),
        _processor(verdict),
        f"arrivals    {_pairs(verdict['arrivals'])}",
        f"harness     {_health(verdict['health'])}",
        _journal(verdict["journal"]),
        *_counted(verdict["counts"]),
        *(f"{plan['profile']:<12}{said}" for said in verdict["campaign"]["says"]),
    ]
    told += [f"{_mark(c['held'])}  {c['says']}" for c in verdict["objectives"]]
    told += [f"because     {reason}" for reason in verdict["reasons"]]
    told.append(f"verdict: {verdict['verdict']}")
    return told


def headroom(verdict: dict[str, Any]) -> str:
    """Say how many times the assumed peak was held, and what that means."""
    times = verdict["rate"]["times_national_peak"]
    if verdict["verdict"] != "pass":
        return f"{times:g} times the assumed peak was offered; not shown to hold"
    return f"at least {times:g} times the assumed national peak"


def _backlog(backlog: dict[str, Any]) -> str:
    return (
        f"backlog     peak {_pairs(backlog['peak'])}; "
        f"drain {_seconds(backlog['drain'])}; dead letters {backlog['dead_letters']}"
    )


def _calls(verdict: dict[str, Any]) -> str:
    return (
        f"calls       {verdict['calls_per_change']} a change, of them writes "
        f"{verdict['writes_per_change']}"
    )


def _processor(verdict: dict[str, Any]) -> str:
    used = verdict["processor"]
    if used["all"] is None:
        return "processor   -"
    parts = ", ".join(f"{name} {ms:g}" for name, ms in used["ms_a_change"].items())
    return (
        f"processor   {used['all']:g} ms of a core a change ({parts}): "
        f"{verdict['health']['cores']} idle cores carry some {used['carries']:g} "
        "changes/s"
    )


def _journal(journal: dict[str, Any]) -> str:
    told = f"journal     {journal['entries']} entries, {journal['kept']} in memory"
    if journal["segments"]:
        told += (
            f"; {journal['spooled_mb']:g} MB in {journal['segments']} segments on disk,"
            f" {journal['folds']} times a prisoner was folded"
        )
    return told


def _counted(counts: dict[str, Any]) -> list[str]:
    found = counts["by_rule"]
    bound = counts["bound_95"]
    told = f"oracle      {_pairs(found)} of {counts['of']} changes"
    if not any(found.values()) and bound is not None:
        told += f" (true share below {bound:.2g} with 95 % confidence)"
    return [told]


def _lag(name: str, lag: dict[str, Any]) -> str:
    values = [lag[key] for key in ("p50", "p95", "p99", "max")]
    shown = "".join("       -" if v is None else f"{v:8.3f}" for v in values)
    return f"  {name:<18}{lag['count']:>6}{shown}".rstrip()


def _pairs(values: dict[str, Any]) -> str:
    return ", ".join(f"{value} {name}" for name, value in values.items())


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f} s"


def _health(health: dict[str, Any]) -> str:
    used = ", ".join(f"{n} {share:.2f}" for n, share in health["cores_used"].items())
    lateness = health["loop"]["p99"] or 0.0
    return (
        f"cores used: {used} of {health['cores']} (machine {health['machine']:.0%}); "
        f"loop late {lateness * 1000:.0f} ms (p99); "
        f"late sends {health['late']:.2%}; memory {_pairs(health['memory_mb'])} MB"
    )


def _mark(held: bool) -> str:
    return "held      " if held else "BROKEN    "
