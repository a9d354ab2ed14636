"""From what was measured to a verdict: pass, fail or unknown.

A broken promise of the sync is a fail whatever else happened. When the harness itself
was the bottleneck, a broken objective says nothing about the sync: unknown. Unknown is
never a pass.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from harness.loadrun.campaign import Outcome
from harness.loadrun.machine import WORLD
from harness.results import EXIT_CODES, FAIL, PASS, UNKNOWN
from harness.targets import HALVES

SCHEMA = 1
COUNTED = {
    "lost": ("lost",),
    "duplicated": ("duplicate",),
    "looped": ("loop",),
    "stale": ("stale",),
    "misplaced": ("misplaced", "leaked"),
}
"""The verdict's counts, by the oracle's rules; other rules stand under their name."""
_BUSY, _OURS = 0.95, 0.6
_UNTRACED = 0.01
_UNMEANT = 0.1
"""The share of changes that users may be refused (a note is gone, a screen is off)."""
_BOUND = 3.0
"""With 0 of N seen, the true share is below 3/N with 95 % confidence."""


@dataclass
class Findings:
    """What a run left behind.

    `measured` is the watch's report; `judged` the oracle's verdict as data; `settled`
    as settling says; `tally` the generator's counts; `plan` what was asked for;
    `machine` the processors' use; `notes` anything that makes the run doubtful;
    `campaign` what went on beside the arrivals, and was found of it.
    """

    plan: dict[str, Any]
    measured: dict[str, Any]
    judged: dict[str, Any]
    settled: dict[str, Any]
    tally: dict[str, Any]
    machine: dict[str, Any]
    objectives: dict[str, dict[str, float]]
    notes: list[str] = field(default_factory=list)
    campaign: Outcome = field(default_factory=Outcome)


def assess(found: Findings) -> dict[str, Any]:
    """Return the verdict as plain data, as `verdict.json` keeps it."""
    checks = [*_lags(found), *_backlog(found), *found.campaign.checks]
    counts = _counts(found)
    broken = [check["says"] for check in checks if not check["held"]]
    wrong = {rule: n for rule, n in counts["by_rule"].items() if n}
    doubts = _doubts(found)
    reasons = []
    if wrong or found.campaign.wrong:
        verdict, reasons = FAIL, [*_wrong(found, wrong), *broken]
    elif doubts:
        verdict, reasons = UNKNOWN, doubts + broken
    elif broken:
        verdict, reasons = FAIL, broken
    else:
        verdict = PASS
    sums = found.measured["sums"]
    return {
        "schema": SCHEMA,
        "verdict": verdict,
        "exit_code": EXIT_CODES[verdict],
        "reasons": reasons,
        "doubts": doubts,
        "plan": found.plan,
        "campaign": {
            "figures": found.campaign.figures,
            "says": found.campaign.says,
            "wrong": found.campaign.wrong,
        },
        "objectives": checks,
        "assumed": found.objectives["assumed"],
        "rate": _rate(found),
        "lag": found.measured["lag"],
        "lag_by_kind": found.measured.get("kinds", {}),
        "lag_in_trouble": found.measured.get("troubled", {}),
        "backlog": found.measured["backlog"],
        "settled": found.settled,
        "journal": found.measured["journal"],
        "calls_per_change": _per(sums["sync_calls"], sums["done"]),
        "writes_per_change": _per(sums["sync_writes"], sums["done"]),
        "changes": sums,
        "counts": counts,
        "processor": _processor(found),
        "arrivals": found.tally,
        "health": {**found.measured["health"], **found.machine},
        "oracle": {
            "verdict": found.judged.get("verdict"),
            "reasons": found.judged.get("reasons", []),
            "checked": found.judged.get("checked", {}),
            "limited": found.judged["limited_count"],
            "folded": found.judged["folded"],
            "from_disk": found.judged["from_disk"],
            "violations": found.judged.get("violations", [])[:50],
        },
    }


def _wrong(found: Findings, counted: dict[str, int]) -> list[str]:
    """Say what the sync did wrong, by the oracle and beside the arrivals."""
    said = []
    for whose, counts in (
        ("the oracle counts notes", counted),
        (f"the {found.plan['profile']} counts", found.campaign.wrong),
    ):
        listed = ", ".join(f"{n} {rule}" for rule, n in counts.items() if n)
        said += [f"{whose}: {listed}"] if listed else []
    return said


def _lags(found: Findings) -> list[dict[str, Any]]:
    checks = []
    for half in HALVES:
        lag = found.measured["lag"][half]
        if not lag["count"]:
            continue
        for name, limit in sorted(found.objectives["lag"].items()):
            value = lag[name]
            says = f"{half} lag {name} {value:.2f} s (objective {limit:g} s)"
            checks.append(
                {"name": f"{half} {name}", "held": value <= limit, "says": says}
            )
    return checks


def _backlog(found: Findings) -> list[dict[str, Any]]:
    checks = []
    outage = found.plan.get("outage_seconds")
    if outage:
        allowed = found.objectives["backlog"]
        limit = max(allowed["drain"] * outage, allowed["least"])
        drain = found.measured["backlog"]["drain"]
        told = "never" if drain is None else f"after {drain:.1f} s"
        says = f"backlog of the outage drained {told} (objective {limit:.0f} s)"
        held = drain is not None and drain <= limit
        checks.append({"name": "drain", "held": held, "says": says})
    settled, waiting = found.settled["settled"], found.measured["waiting"]
    says = "nothing moved any more at the end"
    if not settled:
        says = (
            f"{waiting} changes had not come over {found.settled['seconds']:.0f} s "
            "after the last arrival"
        )
    checks.append({"name": "settled", "held": settled, "says": says})
    return checks


def _counts(found: Findings) -> dict[str, Any]:
    """Count the notes that each rule finds broken, each note once a rule."""
    notes: dict[str, set[str]] = {}
    for violation in found.judged.get("violations", []):
        notes.setdefault(violation["rule"], set()).add(violation["note"])
    named = {
        name: len(set().union(*(notes.pop(rule, set()) for rule in rules)))
        for name, rules in COUNTED.items()
    }
    others = {rule: len(found_notes) for rule, found_notes in sorted(notes.items())}
    changes = found.measured["sums"]["accepted"]
    return {
        "of": changes,
        "by_rule": {**named, **others},
        "bound_95": _BOUND / changes if changes else None,
    }


def _doubts(found: Findings) -> list[str]:
    """Return why the run says nothing about the sync, worst first."""
    limits, health = found.objectives["health"], found.measured["health"]
    doubts = [*found.notes, *found.campaign.doubts]
    sums = found.measured["sums"]
    if not sums["done"]:
        doubts.append("no change came over: nothing was shown")
    doubts += _unoffered(found)
    if health["late"] > limits["late_share"]:
        doubts.append(
            f"{health['late']:.1%} of the requests came more than 0.5 s after their "
            "moment: the generator or the fakes were the bottleneck"
        )
    lateness = health["loop"]["p99"] or 0.0
    if lateness > limits["loop_p99"]:
        doubts.append(
            f"the world's event loop woke {lateness:.2f} s late (p99): the fakes or "
            "the bus were the bottleneck"
        )
    untraced = found.measured["waiting"] if found.settled["settled"] else 0
    if untraced > _UNTRACED * max(sums["accepted"], 1):
        # A text that NOMIS cut off has lost its number: the oracle still judges it.
        doubts.append(f"the copies of {untraced} changes were not recognised")
    judged = found.judged
    if judged.get("verdict") == UNKNOWN and found.settled["settled"]:
        doubts += judged.get("reasons") or ["the oracle cannot tell"]
    else:
        doubts += judged["gaps"]
    machine = found.machine.get("machine") or 0.0
    if machine > _BUSY and found.machine.get("ours", 1.0) < _OURS * machine:
        broken = [c for c in (*_lags(found), *_backlog(found)) if not c["held"]]
        if broken:
            doubts.append("the machine was busy with something else")
    return doubts


def _unoffered(found: Findings) -> list[str]:
    """Return why the load was not the one that was meant."""
    sums, tally, doubts = found.measured["sums"], found.tally, []
    if sums["refused"] > _UNMEANT * max(sums["arrived"], 1):
        doubts.append(
            f"{sums['refused']} of {sums['arrived']} changes were refused: this is not "
            "the load that was meant"
        )
    came = tally.get("came", 0)
    unsent = came - tally.get("sent", 0)
    if unsent > found.objectives["health"]["unsent_share"] * max(came, 1):
        doubts.append(f"{unsent} arrivals were never sent: the generator was too slow")
    if silent := tally.get("silent"):
        doubts.append(f"{silent} of the generator's workers left no counts")
    return doubts


def _rate(found: Findings) -> dict[str, Any]:
    measured = found.measured
    sums = measured["sums"]
    seconds = max(measured["last"] - measured["first"], 1e-9)
    offered = sums["arrived"] / seconds
    peak = found.objectives["assumed"]["national_peak"]
    # What came over only afterwards was not sustained.
    rows = [row for row in measured["series"] if row["at"] < measured["last"]]
    done = sum(row["done"] for row in rows)
    return {
        "changes_a_second": round(offered, 2),
        "done_a_second": round(done / seconds, 2),
        "times_national_peak": round(offered / peak, 2),
        "seconds": round(seconds, 1),
    }


def _processor(found: Findings) -> dict[str, Any]:
    """Return the milliseconds of one core that a change takes, by part and in all.

    `carries`: the changes a second at which the first of two things runs out: one core
    for the fakes and the bus, which are one process, or all cores for everything.
    """
    changes = found.measured["sums"]["accepted"]
    used = found.machine["seconds_used"]
    if not changes or not used:
        return {"ms_a_change": {}, "all": None, "carries": None}
    each = {part: 1000 * seconds / changes for part, seconds in used.items()}
    whole = sum(each.values())
    first = max(whole / found.machine["cores"], each.get(WORLD, 0.0), 1e-9)
    return {
        "ms_a_change": {part: round(ms, 2) for part, ms in sorted(each.items())},
        "all": round(whole, 2),
        "carries": round(1000 / first, 1),
    }


def _per(number: int, changes: int) -> float | None:
    return round(number / changes, 2) if changes else None
