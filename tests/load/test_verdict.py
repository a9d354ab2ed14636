"""The verdict: promises first, then the harness's own health, then objectives."""

from __future__ import annotations

from typing import Any

import pytest

from harness.loadrun import objectives
from harness.loadrun.page import render
from harness.loadrun.table import lines
from harness.loadrun.verdict import Findings, assess

_NONE = {"count": 0, "p50": None, "p95": None, "p99": None, "max": None}

_SUMS = {
    "arrived": 600, "accepted": 600, "refused": 0, "done": 600,
    "superseded": 0, "user_calls": 660, "sync_calls": 3000, "sync_writes": 600,
}  # fmt: skip


def _lag(p95: float, p99: float) -> dict[str, Any]:
    return {"count": 500, "p50": p95 / 4, "p95": p95, "p99": p99, "max": p99}


def _judged(verdict: str, **more: Any) -> dict[str, Any]:
    counts = {"limited_count": 0, "folded": 0, "from_disk": 0, "gaps": []}
    return {"verdict": verdict, "violations": [], **counts, **more}


def _found(**changes: Any) -> Findings:
    measured: dict[str, Any] = {
        "first": 2.0,
        "last": 122.0,
        "seconds": 130.0,
        "sums": _SUMS,
        "waiting": 0,
        "lag": {"to-nomis": _lag(0.1, 0.5), "from-nomis": _lag(0.2, 0.6)},
        "kinds": {},
        "troubled": {"to-nomis": _NONE, "from-nomis": _NONE},
        "backlog": {"peak": {"to-nomis": 5, "from-nomis": 5}, "drain": None,
                    "depth": {"to-nomis": 0, "from-nomis": 0}, "dead_letters": 0},
        "health": {"loop": _lag(0.01, 0.02), "sent_after": _lag(0.01, 0.02),
                   "late": 0.0},
        "journal": {"entries": 18000, "kept": 18000, "spooled": 0, "segments": 0,
                    "spooled_mb": 0.0, "spool": "", "folds": 0, "folded": 0,
                    "reopened": 0, "aside": 0},
        "distribution": {"to-nomis": [[0.1, 500]], "from-nomis": [[0.2, 500]]},
        "series": [], "series_span": 1.0, "trouble": [None, None],
    }  # fmt: skip
    measured.update(changes.pop("measured", {}))
    fields: dict[str, Any] = {
        "plan": {"profile": "peak", "minutes": 2, "seed": 1, "national_peak": 5.0,
                 "scale": 1.0, "rate": 5.0, "outages": [], "outage_seconds": None},
        "measured": measured,
        "judged": _judged("pass"),
        "settled": {"settled": True, "seconds": 0.1, "waiting": []},
        "tally": {"came": 660, "sent": 660, "late": 0},
        "machine": {"machine": 0.3, "ours": 0.2, "cores": 2, "cores_used": {},
                    "seconds_used": {"fakes and bus": 1.5, "sync": 1.8},
                    "memory_mb": {}},
        "objectives": objectives.read(),
    }  # fmt: skip
    return Findings(**{**fields, **changes})


def _violation(rule: str, note: str) -> dict[str, Any]:
    return {"rule": rule, "note": note, "owner": "to-nomis", "message": ""}


def test_all_held_passes_and_says_how_sure_it_is() -> None:
    """600 changes without a loss put the true share below a half per cent (95 %)."""
    verdict = assess(_found())
    assert (verdict["verdict"], verdict["exit_code"]) == ("pass", 0)
    assert verdict["counts"]["bound_95"] == pytest.approx(3 / 600)
    assert verdict["rate"]["times_national_peak"] == 1.0
    assert verdict["calls_per_change"] == 5.0


def test_each_broken_note_counts_once() -> None:
    """Three violations of two notes are two lost notes, and the run fails."""
    broken = [_violation("lost", "a"), _violation("lost", "a"), _violation("lost", "b")]
    verdict = assess(_found(judged=_judged("fail", violations=broken)))
    assert verdict["verdict"] == "fail"
    assert verdict["counts"]["by_rule"]["lost"] == 2


def test_a_lag_beyond_its_objective_fails() -> None:
    """One direction beyond five seconds is enough, and it is named."""
    lag = {"to-nomis": _lag(0.1, 0.5), "from-nomis": _lag(5.1, 9.0)}
    verdict = assess(_found(measured={"lag": lag}))
    assert verdict["exit_code"] == 1
    assert verdict["reasons"] == ["from-nomis lag p95 5.10 s (objective 5 s)"]


def test_a_slow_harness_is_no_verdict_on_the_sync() -> None:
    """When requests came late the broken lag may be ours: unknown."""
    slow = {**_found().measured["health"], "late": 0.2}
    lag = {"to-nomis": _lag(9.0, 40.0), "from-nomis": _lag(0.1, 0.2)}
    verdict = assess(_found(measured={"health": slow, "lag": lag}))
    assert (verdict["verdict"], verdict["exit_code"]) == ("unknown", 3)


def test_a_loss_stays_a_loss_on_a_slow_harness() -> None:
    """No slowness of ours excuses a note that is gone."""
    slow = {**_found().measured["health"], "late": 0.2}
    broken = _judged("fail", violations=[_violation("lost", "a")])
    assert assess(_found(measured={"health": slow}, judged=broken))["exit_code"] == 1


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"tally": {"came": 660, "sent": 600}}, "never sent"),
        ({"measured": {"sums": {**_SUMS, "refused": 200}}}, "were refused"),
        ({"tally": {"came": 330, "sent": 330, "silent": 1}}, "left no counts"),
        ({"notes": ["a fake broke its own contract"]}, "contract"),
        ({"judged": _judged("unknown", reasons=["vacuous"])}, "vacuous"),
    ],
)
def test_what_was_not_shown_is_unknown(changes: dict[str, Any], why: str) -> None:
    """Arrivals never sent, a fake at fault, a judgement not given: no pass."""
    verdict = assess(_found(**changes))
    assert verdict["exit_code"] == 3
    assert any(why in reason for reason in verdict["reasons"])


def test_a_dropped_segment_of_the_journal_is_unknown() -> None:
    """What is not in the journal was not judged, also when much is still under way."""
    gaps = ["segment 2 of 3 of the journal is dropped"]
    cut = _judged("unknown", reasons=gaps, gaps=gaps)
    assert assess(_found(judged=cut))["exit_code"] == 3
    moving = {"settled": False, "seconds": 120.0, "waiting": ["copy 1"]}
    verdict = assess(_found(judged=cut, settled=moving))
    assert verdict["exit_code"] == 3
    assert "segment 2 of 3" in verdict["reasons"][0]


def test_no_change_at_all_is_unknown() -> None:
    """A run in which nothing came over shows nothing."""
    sums = {**_found().measured["sums"], "done": 0, "accepted": 0}
    assert assess(_found(measured={"sums": sums}))["exit_code"] == 3


def test_an_outage_must_drain_in_its_own_length() -> None:
    """Half an hour off may take half an hour to work off, and no longer."""
    plan = {**_found().plan, "outages": ["half:to-nomis"], "outage_seconds": 1800.0}
    for drain, code in ((1799.0, 0), (1801.0, 1), (None, 1)):
        backlog = {**_found().measured["backlog"], "drain": drain}
        verdict = assess(_found(plan=plan, measured={"backlog": backlog}))
        assert verdict["exit_code"] == code, drain


def test_the_page_and_the_table_tell_the_same_verdict() -> None:
    """Whoever reads only one of them is not misled."""
    for violations, name in (([], "pass"), ([_violation("lost", "<a>")], "fail")):
        found = _found(judged=_judged(name, violations=violations))
        verdict = assess(found)
        page = render(verdict, found.measured)
        assert lines(verdict)[-1] == f"verdict: {name}"
        assert f'<p class="verdict {name}">' in page
        assert "<script" not in page
        assert page.count("<figure>") >= 1
