"""The sync's own comparison tells the truth, and its one repair is safe."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sync.rig import Rig, play
from tests.sync.tiny import AUTHOR, MARKER, OTHER, PRISONER, Fault, dps_id


def rig() -> Rig:
    """Return a to-nomis half."""
    return Rig("to-nomis")


def check(it: Rig) -> Any:
    """Ask about the prisoner; None when both sides are equal."""
    path = f"/casenotes/reconciliation/{PRISONER}"
    status, body = play(it.half.admin("GET", path))
    assert status == 200
    return body


def test_equal_sides_are_reported_equal() -> None:
    """No difference, no body."""
    it = rig()
    it.services.synced()
    it.services.from_nomis("another")
    assert check(it) is None


@pytest.mark.parametrize(
    ("side", "field", "value", "name"),
    [
        ("nomis", "text", "other", "text"),
        ("nomis", "type", "GEN", "type"),
        ("nomis", "sub_type", "OSE", "type"),
        ("nomis", "occurred", "2026-01-01T00:00:00", "occurrence"),
        ("nomis", "created", "2026-01-01T00:00:00", "creation"),
        ("nomis", "username", "SOMEBODY_GEN", "author"),
        ("dps", "authorUsername", "OMS_OWNER", "author"),
    ],
)
def test_each_field_is_compared(side: str, field: str, value: str, name: str) -> None:
    """A difference in any shared field is told (REC-10, REC-11)."""
    it = rig()
    row, note = it.services.synced()
    if side == "nomis":
        it.services.nomis[row][field] = value
    else:
        it.services.dps[note][field] = value
    (found,) = check(it)["differences"]
    assert found.endswith(f": {name}")


@pytest.mark.parametrize("what", ["system", "alias", "fraction", "cut", "ancient"])
def test_lawful_differences_are_none(what: str) -> None:
    """System notes, aliases, fractions, cut texts and ancient years are equal."""
    it = rig()
    row, note = it.services.synced("x" * 5000 if what == "cut" else "x")
    stored, written = it.services.nomis[row], it.services.dps[note]
    if what == "system":
        written |= {"authorUsername": "OMS_OWNER", "systemGenerated": True}
    if what == "alias":
        stored |= {"username": "OTHER_ADM", "aliases": [AUTHOR]}
    if what == "fraction":
        written["creationDateTime"] += ".999999"
    if what == "cut":
        stored["text"] = "x" * 3975 + "... see DPS for full text"
    if what == "ancient":
        stored["occurred"] = "1752-09-01T00:00:00"
        written["occurrenceDateTime"] = "1752-09-12T00:01:15"
    assert check(it) is None


def test_a_missing_twin_is_seen() -> None:
    """Equal notes are compared by their mapping, not as a set (REC-01)."""
    it = rig()
    it.services.synced("same")
    row, _ = it.services.synced("same")
    del it.services.nomis[row]
    assert len(check(it)["differences"]) == 1


def test_balanced_numbers_hide_nothing() -> None:
    """A dead mapping and a gap on each side are three findings (REC-04)."""
    it = rig()
    row = it.services.nomis_writes("unmapped")
    it.services.dps_writes("unmapped too")
    dead = it.services.nomis_writes("x")
    it.services.pair(dead, dps_id(99))
    del it.services.nomis[dead]
    found = check(it)["differences"]
    assert len(found) == 4
    assert any(str(row) in line for line in found)


def test_a_twin_of_our_own_making_is_removed() -> None:
    """The unmapped row goes, and the next look is clean (DUP-01, DUP-02)."""
    it = rig()
    row, _ = it.services.synced("x")
    old = {"module": MARKER, "username": AUTHOR, "inserted": "2026-03-01T09:00:00"}
    twin = it.services.nomis_writes("x", **old)
    report = check(it)
    assert (report["differences"], report["repaired"]) == ([], [twin])
    assert set(it.services.nomis) == {row}
    assert check(it) is None


@pytest.mark.parametrize("why", ["officer", "in flight", "another note waits"])
def test_a_row_that_may_be_lawful_is_never_deleted(why: str) -> None:
    """An officer's row, a young one, or one that another note awaits (DUP-03)."""
    it = rig()
    it.services.synced("x")
    more: dict[str, Any] = {"module": MARKER, "username": AUTHOR}
    more["inserted"] = "2026-03-01T09:00:00"
    if why == "officer":
        more["module"] = "OIDCHKNT"
    if why == "in flight":
        more["inserted"] = "2026-03-02T08:59:30"
    if why == "another note waits":
        it.services.dps_writes("x")
    it.services.nomis_writes("x", **more)
    assert check(it)["differences"]
    assert len(it.services.nomis) == 2


def test_what_cannot_be_read_is_not_clean() -> None:
    """A failing service is an error, never an empty difference (CFG-07)."""
    it = rig()
    it.services.synced()
    for status in (403, 500):
        it.services.faults = [Fault("GET dps", status, times=9)]
        path = f"/casenotes/reconciliation/{PRISONER}"
        assert play(it.half.admin("GET", path))[0] == 500
    it.services.faults = []
    assert play(it.half.admin("GET", "/casenotes/reconciliation/X0000XX"))[0] == 404


def all_of(it: Rig) -> Any:
    """Compare everyone."""
    status, report = play(it.half.admin("POST", "/casenotes/reconciliation"))
    assert status == 200
    return report


def test_everyone_is_compared_page_by_page() -> None:
    """Each prisoner of each page is checked once, also after a full last page."""
    it = rig()
    it.services.prisoners = {f"A{n:04d}BC": n for n in range(60)}
    report = all_of(it)
    assert report["checked"] == 60
    assert report["complete"]
    assert report["mismatches"] == []


def test_one_failing_prisoner_is_counted_and_the_others_checked() -> None:
    """The run goes on and says that it is incomplete (REC-12)."""
    it = rig()
    row, _ = it.services.synced()
    it.services.nomis[row]["text"] = "other"
    it.services.faults = [Fault(f"GET nomis /prisoners/{OTHER}/", 500, times=99)]
    report = all_of(it)
    assert report["unchecked"] == [OTHER]
    assert [found["offenderNo"] for found in report["mismatches"]] == [PRISONER]
    assert not report["complete"]


@pytest.mark.parametrize("skip", [0, 1])
def test_a_failing_page_never_ends_as_success(skip: int) -> None:
    """Neither the first page nor a later one (REC-02, REC-03)."""
    it = rig()
    it.services.prisoners = {f"A{n:04d}BC": n for n in range(40)}
    it.services.faults = [Fault("GET nomis /prisoners/ids", 500, times=99, skip=skip)]
    report = all_of(it)
    assert not report["complete"]
    assert report["checked"] == 30 * skip


def test_a_page_that_fails_for_a_moment_is_asked_for_again() -> None:
    """A short failure costs nobody his check."""
    it = rig()
    it.services.faults = [Fault("GET nomis /prisoners/ids", 500, times=2)]
    report = all_of(it)
    assert report["complete"]
    assert report["checked"] == 2


def test_a_prisoner_with_very_many_notes_is_checked() -> None:
    """The answer of a large prisoner is read whole (CFG-06)."""
    it = rig()
    for number in range(2000):
        it.services.synced(f"note {number}")
    assert check(it) is None
    del it.services.nomis[max(it.services.nomis)]
    assert len(check(it)["differences"]) == 1
