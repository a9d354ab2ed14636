"""Memory does not grow with the run, and the verdict is that of everything kept."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from tests.load.longrun import LongRun, broken

if TYPE_CHECKING:
    from collections.abc import Iterator

_LIMIT = 800
_ALL = 10**9


@contextmanager
def _run(*arguments: Any, **more: Any) -> Iterator[LongRun]:
    run = LongRun(*arguments, **more)
    try:
        yield run
    finally:
        run.stack.close()


@pytest.mark.parametrize("notes", [80, 320])
def test_what_is_kept_does_not_grow_with_the_changes(notes: int) -> None:
    """Four times the changes keep no more entries and message copies than one time."""
    with _run(_LIMIT) as run:
        most = max(run.play(notes))
        ledger = run.stack.inner.fakes.bus.ledger
        kept = len(ledger.copies())
        assert ledger.balance() == []
        verdict = run.judge()
        told = run.folding.told()
    assert most < 1.3 * _LIMIT
    assert kept < 150
    assert told["folds"] > notes / 10
    assert told["entries"] > 35 * notes
    assert verdict["verdict"] == "pass", verdict["reasons"]


def test_without_folding_it_would_grow() -> None:
    """The bound is folding's doing: with room for all, all is kept."""
    with _run(_ALL) as run:
        assert max(run.play(80)) > 3 * _LIMIT
        assert len(run.stack.inner.fakes.bus.ledger.copies()) > 200


def test_a_late_change_of_a_folded_note_is_judged() -> None:
    """Amended after it was folded and not carried over: lost, each note once."""
    with _run(_LIMIT, defects=["TOG-03"]) as run:
        list(run.play(40))
        run.rest()
        assert run.folding.told()["folded"] == len(run.scope)
        before = run.folding.reopened
        run.lose_amendments(5)
        assert run.folding.reopened > before
        verdict = run.judge()
    assert verdict["verdict"] == "fail"
    assert broken(verdict) == {"lost": 5}


def test_a_late_change_that_comes_over_stays_right() -> None:
    """A folded note may be amended, and folded again, as often as one likes."""
    with _run(_LIMIT) as run:
        list(run.play(24))
        for number in range(3):
            run.rest()
            run.amend(0, f"Once more: {number}.")
        assert run.judge()["verdict"] == "pass"
        run.rest()
        assert run.folding.told()["folded"] == len(run.scope)
        assert run.judge()["verdict"] == "pass"


def _lossy(most_kept: int, quiet: float) -> tuple[dict[str, Any], dict[str, Any]]:
    with _run(most_kept, defects=["TOG-03"]) as run:
        run.folding.quiet = quiet
        list(run.play(60))
        run.lose_amendments(9)
        list(run.play(60))
        return run.judge(), run.folding.told()


def test_folded_or_kept_the_counts_are_the_same() -> None:
    """Losses between foldings are counted as if everything had been kept."""
    whole, _ = _lossy(_ALL, 10.0)
    folded, told = _lossy(_LIMIT, 10.0)
    assert told["folds"] > 10
    assert broken(folded) == broken(whole)
    assert broken(whole)["lost"] > 0


def test_who_is_never_quiet_is_judged_from_disk() -> None:
    """Prisoners with no pause are set aside; nothing of theirs is left out."""
    whole, _ = _lossy(_ALL, 10.0)
    aside, told = _lossy(_LIMIT, 1e9)
    assert told["folds"] == 0
    assert told["aside"] > 0
    assert aside["from_disk"] == told["aside"]
    assert broken(aside) == broken(whole)


def test_what_changes_behind_the_journals_back_is_unknown() -> None:
    """A folded row that no entry explains makes the verdict unknown, not pass."""
    with _run(_LIMIT) as run:
        list(run.play(24))
        run.rest()
        nomis = run.stack.inner.fakes.nomis.notes
        next(iter(nomis.rows.values())).text = "Somebody else's words."
        verdict = run.judge()
    assert verdict["verdict"] == "unknown"
    assert "while nothing was journalled" in verdict["reasons"][0]


@pytest.mark.parametrize("damage", ["gone", "cut", "altered"])
def test_a_damaged_segment_makes_the_verdict_unknown(damage: str) -> None:
    """Whatever was found right: with a part of the journal gone it is no pass."""
    with _run(_LIMIT) as run:
        list(run.play(40))
        run.rest()
        assert run.judge()["verdict"] == "pass"
        path = run.folding.spool.segments[0].path
        content = path.read_bytes()
        if damage == "gone":
            path.unlink()
        elif damage == "cut":
            path.write_bytes(content[:-10])
        else:
            path.write_bytes(content[:-10] + b"x" + content[-9:])
        verdict = run.judge()
    assert verdict["verdict"] == "unknown"
    assert "segment 1 of" in verdict["reasons"][0]


def test_nobody_is_accused_on_half_the_evidence() -> None:
    """Who would be judged from a damaged disk is not judged: unknown, never a fail."""
    with _run(_LIMIT) as run:
        run.folding.quiet = 1e9
        list(run.play(60))
        assert run.folding.told()["aside"] > 0
        run.folding.spool.close()
        run.folding.spool.segments[0].path.unlink()
        verdict = run.judge()
    assert verdict["verdict"] == "unknown"
    assert verdict["violations"] == []
    assert "cannot be judged" in verdict["reasons"][-1]
