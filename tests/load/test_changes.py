"""Lag counts from the intended moment to the copy that carries the change."""

from __future__ import annotations

from typing import Any

from harness.loadrun.changes import Change, Changes
from simulators.clock import Clock
from simulators.journal import Journal

DPS_ID = "0190c0de-0000-7000-8000-000000000001"
NOMIS_ID = "100000001"
_ACTIONS = {
    "create_case_note": "create",
    "amend_case_note": "amend",
    "delete_case_note": "delete",
}


class _Play:
    """A journal with a hand-turned stopwatch, and what the follower says of it."""

    def __init__(self) -> None:
        self.now = 0.0
        self.done: list[tuple[str, str, float]] = []
        self.journal = Journal(Clock(1, source=lambda: self.now))
        self.changes = Changes(
            lambda _, operation: _ACTIONS.get(operation),
            lambda epoch: epoch,
            lambda _: None,
            self._finished,
        )
        self.journal.listen(self.changes.hear)

    def _finished(self, change: Change, at: float) -> None:
        self.done.append((change.half, change.kind, at - change.intended))

    def call(
        self, at: float, client: str, what: str, body: Any = None, **more: Any
    ) -> None:
        """Journal a call; `what` is `METHOD service operation path`."""
        method, service, operation, path = what.split(" ")
        self.now = at
        intended = {"intended": str(more["intended"])} if "intended" in more else {}
        request = self.journal.write(
            "request",
            service=service,
            operation=operation,
            method=method,
            path=path,
            client=client,
            body=body,
            **intended,
        )
        self.journal.write(
            "response",
            request=request.seq,
            status=more.get("status", 200),
            body=more.get("answer"),
            wrote=more.get("wrote", True),
        )

    def create(self, number: int, at: float, intended: float) -> None:
        self.call(
            at,
            "load-users",
            "POST dps create_case_note /case-notes/A1234BC",
            {"text": _text(number)},
            intended=intended,
            answer={"caseNoteId": DPS_ID},
        )

    def copy(self, number: int, at: float, **more: Any) -> None:
        what = "POST nomis post_casenote /prisoners/A1234BC/casenotes"
        self.call(at, "to-nomis-nomis", what, {"caseNoteText": _text(number)}, **more)

    def map(self, at: float) -> None:
        self.call(
            at,
            "to-nomis-mapping",
            "POST mapping create /mapping/casenotes",
            {"dpsCaseNoteId": DPS_ID, "nomisCaseNoteId": int(NOMIS_ID)},
        )


def _text(number: int) -> str:
    return f"Arrival {number} of the load with seed 1. And more of it."


def test_lag_counts_from_the_intended_moment() -> None:
    """A user who was served two seconds late waited these two seconds too."""
    play = _Play()
    play.create(1, at=12.0, intended=10.0)
    play.copy(1, at=13.0)
    assert play.done == [("to-nomis", "create", 3.0)]
    assert play.changes.under_way == []


def test_a_refused_copy_is_none() -> None:
    """The copy stands only when the other side accepted the write."""
    play = _Play()
    play.create(1, at=1.0, intended=1.0)
    play.copy(1, at=2.0, status=503, wrote=False)
    assert len(play.changes.under_way) == 1
    play.copy(1, at=9.0)
    assert play.done == [("to-nomis", "create", 8.0)]


def test_a_refused_change_is_owed_to_nobody() -> None:
    """What the user's own side refused cannot be late."""
    play = _Play()
    play.call(
        1.0,
        "load-users",
        "POST dps create_case_note /case-notes/A1234BC",
        {"text": _text(1)},
        intended=1.0,
        status=400,
        wrote=False,
    )
    assert play.changes.under_way == []
    assert play.changes.sums.refused == 1


def test_one_write_may_carry_several_changes() -> None:
    """A create and its amendment that cross together are both done by one write."""
    play = _Play()
    play.create(1, at=1.0, intended=1.0)
    play.call(
        2.0,
        "load-users",
        f"PUT dps amend_case_note /case-notes/A1234BC/{DPS_ID}",
        {"text": _text(2)},
        intended=2.0,
    )
    body = {"text": _text(1), "amendments": [{"text": _text(2)}]}
    what = "POST nomis post_casenote /prisoners/A1234BC/casenotes"
    play.call(4.0, "to-nomis-nomis", what, body)
    assert play.done == [("to-nomis", "create", 3.0), ("to-nomis", "amend", 2.0)]


def test_a_deletion_is_done_when_the_copy_is_deleted() -> None:
    """The mapping tells which NOMIS row is the copy of the deleted DPS note."""
    play = _Play()
    play.create(1, at=1.0, intended=1.0)
    play.copy(1, at=2.0)
    play.map(2.1)
    where = f"DELETE dps delete_case_note /case-notes/A1234BC/{DPS_ID}"
    play.call(5.0, "load-users", where, intended=5.0)
    assert len(play.changes.under_way) == 1
    gone = f"DELETE nomis delete_casenote /casenotes/{NOMIS_ID}"
    play.call(7.0, "to-nomis-nomis", gone)
    assert play.done[-1] == ("to-nomis", "delete", 2.0)


def test_what_is_deleted_before_it_crossed_is_owed_no_more() -> None:
    """A note that its user deleted at once never needs a copy, nor a deleted one."""
    play = _Play()
    play.create(1, at=1.0, intended=1.0)
    where = f"DELETE dps delete_case_note /case-notes/A1234BC/{DPS_ID}"
    play.call(1.5, "load-users", where, intended=1.5)
    assert play.changes.under_way == []
    assert play.changes.sums.superseded == 1


def test_a_read_is_no_change() -> None:
    """Readers load the services but owe nothing."""
    play = _Play()
    what = f"GET dps get_case_note /case-notes/A1234BC/{DPS_ID}"
    play.call(1.0, "load-users", what, intended=1.0)
    assert play.changes.sums.user_calls == 1
    assert play.changes.sums.arrived == 0
