"""Disruption: refused actions, notes missing from a list or doubled, late changes."""

from __future__ import annotations

from typing import Any

import pytest

from harness.loadrun.disruption import Disruption
from simulators.clock import Clock
from simulators.journal import Journal

WHO = "A1234BC"
DPS_ID = "0190c0de-0000-7000-8000-000000000001"
NOMIS_ID = 100_000_001
LIMIT = 30.0
TEXT = "Arrival 7 of the load with seed 1. He was settled."


class _Play:
    """A journal with a hand-turned stopwatch, and the reader of its disruption."""

    def __init__(self) -> None:
        self.now = 0.0
        self.journal = Journal(Clock(1, source=lambda: self.now))
        self.disruption = Disruption(LIMIT)
        self.journal.listen(self.disruption.hear)

    def call(self, at: float, what: str, body: Any, status: int, **more: Any) -> None:
        """Journal a call and its answer; `what` is `METHOD service operation path`."""
        self.now = at
        method, service, operation, path = what.split(" ")
        user = {"intended": str(at)} if more.get("client") is None else {}
        asked = self.journal.write(
            "request",
            service=service,
            operation=operation,
            method=method,
            path=path,
            client=more.get("client", "load-users"),
            body=body,
            **user,
        )
        self.journal.write(
            "response",
            request=asked.seq,
            status=status,
            sent=status,
            body=more.get("answer"),
            wrote=more.get("wrote", status < 400),
        )

    def write_in_dps(self, at: float = 1.0) -> None:
        path = f"POST dps create_case_note /case-notes/{WHO}"
        self.call(at, path, {"text": TEXT}, 201, answer={"caseNoteId": DPS_ID})

    def copy(self, at: float) -> None:
        path = f"POST nomis create_case_note /prisoners/{WHO}/casenotes"
        self.call(at, path, {"caseNoteText": TEXT}, 201, client="to-nomis-nomis")

    def list_in_nomis(self, at: float, *texts: str) -> None:
        rows = [
            {"caseNoteId": NOMIS_ID, "caseNoteText": text, "amendments": []}
            for text in texts
        ]
        path = f"GET nomis-screens list_notes /prisoners/{WHO}/case-notes"
        self.call(at, path, None, 200, answer={"caseNotes": rows}, wrote=False)

    def delete_in_nomis(self, at: float, status: int) -> None:
        path = f"DELETE nomis-screens delete_note /case-notes/{NOMIS_ID}"
        self.call(at, path, None, status)

    def told(self, *names: str) -> list[Any]:
        told = self.disruption.told()
        return [told[name] for name in names]


def test_a_note_that_has_come_over_must_be_listed() -> None:
    """Before its copy stands nobody misses it; afterwards every list must show it."""
    play = _Play()
    play.write_in_dps()
    play.list_in_nomis(1.5)
    play.copy(2.0)
    assert play.told("missing", "lists") == [0, 1]
    play.list_in_nomis(2.5, TEXT)
    assert play.told("missing", "shown") == [0, 1]
    play.list_in_nomis(3.0)
    play.list_in_nomis(3.5)
    assert play.told("missing") == [1]


def test_a_note_that_never_comes_is_missed_after_the_objective() -> None:
    """A list read within the objective may lack it, one read later may not."""
    play = _Play()
    play.write_in_dps()
    play.list_in_nomis(1.0 + LIMIT - 1)
    assert play.told("missing") == [0]
    play.list_in_nomis(1.0 + LIMIT + 1)
    assert play.told("missing") == [1]


def test_a_list_too_long_for_the_journal_is_not_read() -> None:
    """Nothing can be said of it; that the evidence has a hole is the oracle's word."""
    play = _Play()
    play.write_in_dps()
    play.copy(2.0)
    path = f"GET nomis-screens list_notes /prisoners/{WHO}/case-notes"
    cut = {"truncated": "a body of 30 bytes; the journal keeps 20 of one"}
    play.call(3.0, path, None, 200, answer=cut, wrote=False)
    assert play.told("missing", "lists") == [0, 0]


def test_a_note_listed_twice_is_doubled() -> None:
    """One list with two of it is enough; the note counts once."""
    play = _Play()
    play.write_in_dps()
    play.copy(2.0)
    play.list_in_nomis(3.0, TEXT, TEXT)
    play.list_in_nomis(4.0, TEXT, TEXT)
    assert play.told("doubled", "missing") == [1, 0]


def test_a_note_being_deleted_is_owed_to_nobody() -> None:
    """Neither is it missed, nor is it a refusal that it is gone for the next one."""
    play = _Play()
    play.write_in_dps()
    play.copy(2.0)
    play.list_in_nomis(3.0, TEXT)
    play.delete_in_nomis(4.0, 204)
    play.delete_in_nomis(4.5, 404)
    play.list_in_nomis(5.0)
    assert play.told("missing", "refused") == [0, {}]


@pytest.mark.parametrize(
    ("status", "answer", "refused", "screens_off", "own"),
    [
        (403, {"screen": "OIDNOMIS"}, 0, 1, 0),
        (403, {"status": 403}, 1, 0, 0),
        (503, {"status": 503}, 0, 0, 1),
        (500, {"status": 500}, 1, 0, 0),
        (0, None, 1, 0, 0),
    ],
)
def test_only_the_own_screen_may_refuse(
    status: int, answer: Any, refused: int, screens_off: int, own: int
) -> None:
    """A screen that is off says so; a service's own 503 is told apart."""
    play = _Play()
    path = f"POST nomis-screens create_note /prisoners/{WHO}/case-notes"
    play.call(1.0, path, {"text": TEXT}, status, answer=answer, wrote=False)
    found = play.told("refused", "screens_off", "services_own")
    assert [sum(found[0].values()), *found[1:]] == [refused, screens_off, own]
    play.list_in_nomis(LIMIT * 2)
    assert play.told("missing") == [0]


def test_a_lag_beyond_the_objective_is_counted() -> None:
    """The objective itself is still in time."""
    play = _Play()
    for seconds in (1.0, LIMIT, LIMIT + 0.1):
        play.disruption.lag(seconds)
    assert play.told("late") == [1]
