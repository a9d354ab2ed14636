"""Quirks of NOMIS that scenarios plant: stamps, lag, history, and the snapshot."""

from __future__ import annotations

from datetime import datetime

import pytest

import contracts
from simulators.clock import Clock
from simulators.nomis import Nomis, operations, prison_api, screens
from simulators.nomis.rows import SYNC_MODULE
from tests.nomis.conftest import OTHER, PRISONER, Office, new_alert, new_note

NOTES = f"/prisoners/{PRISONER}/casenotes"


def create(office: Office, number: str = PRISONER) -> int:
    """Create a note as the sync; returns its id."""
    made = office.api("POST", f"/prisoners/{number}/casenotes", new_note()).json()
    note: int = made["id"]
    return note


@pytest.mark.parametrize("module", [None, "", "UNKNOWN", f"{SYNC_MODULE}_X"])
def test_a_write_of_the_sync_can_be_stamped_otherwise(
    office: Office, module: str | None
) -> None:
    """Once, in row and event; the next write is stamped truly again."""
    office.model.audit.plan(module)
    first, second = create(office), create(office)
    assert office.row(first).audit_module == module
    assert office.row(second).audit_module == SYNC_MODULE
    bodies = [body for _, body in office.events()]
    assert bodies[0].get("auditModuleName") == module


def test_a_planned_stamp_is_for_one_prisoner_and_kind_of_write(office: Office) -> None:
    """Other prisoners and inserts are left alone; removed, it is over."""
    plan = office.model.audit.plan(
        None, times=None, prisoner=PRISONER, writes=frozenset({"update"})
    )
    other, mine = create(office, OTHER), create(office)
    for note in (other, mine):
        office.api("PUT", f"/casenotes/{note}", {"text": "Changed."})
    assert office.row(other).audit_module == SYNC_MODULE
    assert office.row(mine).audit_module is None
    office.model.audit.remove(plan)
    office.api("PUT", f"/casenotes/{mine}", {"text": "Again."})
    assert office.row(mine).audit_module == SYNC_MODULE


def test_a_rate_of_nulls_is_seeded() -> None:
    """Some writes leave none; the same seed leaves the same ones."""

    def modules(seed: int) -> list[str | None]:
        nomis = Nomis(Clock(seed))
        nomis.audit.null_rate = 0.3
        return [nomis.audit.module(PRISONER, "insert") for _ in range(50)]

    first = modules(7)
    assert first == modules(7)
    assert first != modules(8)
    assert 5 < first.count(None) < 30


def test_an_alert_write_can_lack_its_stamp(office: Office) -> None:
    """The same plan serves alerts."""
    office.model.audit.plan(None)
    office.api("POST", f"/prisoners/{PRISONER}/alerts", new_alert())
    assert office.model.alerts.get(office.booking, 1).audit_module is None


def test_reads_lag_behind_writes(office: Office) -> None:
    """Within the lag: 404 for a new note, the former text, the deleted note."""
    office.model.set_read_lag(5.0)
    note = office.write_note("First.")
    where = f"/casenotes/{note}"
    assert office.api("GET", where).status == 404
    assert office.api("GET", NOTES).json()["caseNotes"] == []
    office.client.pass_time(6)
    assert office.api("GET", where).json()["caseNoteText"] == "First."
    office.screen("PUT", where.replace("casenotes", "case-notes"), {"text": "Second."})
    assert office.api("GET", where).json()["caseNoteText"] == "First."
    office.client.pass_time(3)
    office.screen("PUT", where.replace("casenotes", "case-notes"), {"text": "Third."})
    office.client.pass_time(3)
    assert office.api("GET", where).json()["caseNoteText"] == "Second."
    office.client.pass_time(3)
    assert office.api("GET", where).json()["caseNoteText"] == "Third."
    office.screen("DELETE", f"/case-notes/{note}")
    assert office.api("GET", where).status == 200
    [seen] = office.api("GET", NOTES).json()["caseNotes"]
    assert seen["caseNoteText"] == "Third."
    office.client.pass_time(6)
    assert office.api("GET", where).status == 404


def test_lag_can_be_one_prisoners_and_never_a_screens(office: Office) -> None:
    """Others read at once; officers read the table itself; writes see it too."""
    office.model.set_read_lag(5.0, OTHER)
    assert office.api("GET", f"/casenotes/{create(office)}").status == 200
    note = create(office, OTHER)
    assert office.api("GET", f"/casenotes/{note}").status == 404
    shown = office.screen("GET", f"/prisoners/{OTHER}/case-notes").json()
    assert len(shown["caseNotes"]) == 1
    assert office.api("PUT", f"/casenotes/{note}", {"text": "x"}).status == 200
    office.model.set_read_lag(0, OTHER)
    assert office.api("GET", f"/casenotes/{create(office, OTHER)}").status == 200


def test_alert_reads_lag_too(office: Office) -> None:
    """The event of an alert may be ahead of its row."""
    office.model.set_read_lag(5.0)
    office.api("POST", f"/prisoners/{PRISONER}/alerts", new_alert())
    where = f"/prisoners/booking-id/{office.booking}/alerts"
    assert office.api("GET", f"{where}/1").status == 404
    assert office.api("GET", where).json() == {"alerts": []}
    office.client.pass_time(6)
    assert office.api("GET", f"{where}/1").status == 200


def test_seeded_notes_raise_nothing(office: Office) -> None:
    """Historic rows come in before a migration, on any booking, of any shape."""
    office.screen("POST", f"/prisoners/{PRISONER}/release")
    office.screen("POST", f"/prisoners/{PRISONER}/admission", {"prison": "ZNI"})
    office.events()
    row = office.model.seed_note(
        booking_id=office.booking,
        text="Old. ...[ABC updated the case note on 04/05/2006 07:08:09] More.",
        type="CNOTE",
        sub_type="OUTCOME",
        username="NQT40S_GEN",
        occurred=datetime(1847, 11, 30, 7, 8),  # noqa: DTZ001
        source="EXT",
        audit_module=None,
    )
    assert office.events() == []
    found = office.api("GET", f"/casenotes/{row.case_note_id}").json()
    assert found["bookingId"] == office.booking
    assert found["occurrenceDateTime"] == "1847-11-30T07:08:00"
    assert found["noteSourceCode"] == "EXT"
    assert found["amendments"][0]["createdDateTime"] == "2006-05-04T07:08:09"


def test_the_snapshot_is_of_the_prisoners_asked_for(office: Office) -> None:
    """Plain, sorted data; raw text; unknown numbers are left out."""
    note = office.write_note()
    office.api("POST", f"/prisoners/{OTHER}/alerts", new_alert(alertCode="XC"))
    mine = office.model.snapshot({PRISONER, "Y0000ZZ"})
    assert mine == {
        "notes": [
            {
                "id": note,
                "prisoner": PRISONER,
                "booking": office.booking,
                "type": "KA",
                "sub_type": "KS",
                "occurred": "2026-03-02T09:00:00",
                "created": "2026-03-02T09:00:00",
                "staff_id": 485_001,
                "staff_name": "NINA OKORO",
                "usernames": ["NQK21W_GEN", "NQK21W_ADM"],
                "text": "Met on the wing.",
                "source": "INST",
                "audit_module": "OIDNOMIS",
                "agency": "ZNI",
                "inserted": "2026-03-02T09:00:00",
                "create_user": "NQK21W_GEN",
                "amenders": {},
            }
        ],
        "alerts": [],
        "prisoners": [
            {
                "prisoner": PRISONER,
                "bookings": [office.booking],
                "latest": office.booking,
            }
        ],
    }
    everything = office.model.snapshot(None)
    assert len(everything["prisoners"]) == 2
    assert everything["alerts"][0]["code"] == "XC"


def test_an_unknown_limit_is_an_error() -> None:
    """A misspelt id would silently run as deployed."""
    with pytest.raises(ValueError, match="nomis-update-is-blind-replace"):
        Nomis(Clock(), ["nomis-blind"])


@pytest.mark.parametrize(
    ("service", "module"),
    [("nomis", operations), ("nomis-screens", screens), ("prison-api", prison_api)],
)
def test_each_operation_has_a_function(service: str, module: object) -> None:
    """The contract's ids and the functions are the same set."""
    assert set(contracts.load(service).by_id) == set(module.__all__)  # type: ignore[attr-defined]
