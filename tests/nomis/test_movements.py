"""Transfer, release, admission, merge and booking move (http-contracts 7.6)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.nomis.conftest import (
    HERE,
    OFFICER,
    OTHER,
    PRISONER,
    THERE,
    Office,
)


def move(office: Office, path: str, body: Any = None, status: int = 200) -> Any:
    """Use a movement screen; returns the answer."""
    answered = office.screen("POST", path, body)
    assert answered.status == status, answered.json()
    return answered.json()


def test_a_transfer_writes_its_note_and_is_received(office: Office) -> None:
    """TRANSFER/FROMTOL, source AUTO, at the new prison."""
    made = move(office, f"/prisoners/{PRISONER}/transfer", {"prison": THERE})
    [note] = made["caseNotes"]
    row = office.row(note)
    assert (row.type, row.sub_type, row.source) == ("TRANSFER", "FROMTOL", "AUTO")
    assert (row.agency, row.create_user) == (THERE, OFFICER)
    assert made["prison"] == THERE
    received = office.client.events[-1]
    assert received.attributes == {"reason": "TRANSFERRED", "prisonId": THERE}


def test_a_release_writes_its_note_and_ends_the_booking(office: Office) -> None:
    """PRISON/RELEASE at the prison left; then the prisoner is out."""
    made = move(office, f"/prisoners/{PRISONER}/release")
    row = office.row(made["caseNotes"][0])
    assert (row.type, row.sub_type, row.agency) == ("PRISON", "RELEASE", HERE)
    found = office.api("GET", f"/prisoners/{PRISONER}").json()
    assert (found["location"], found["active"]) == ("OUT", False)
    again = office.screen("POST", f"/prisoners/{PRISONER}/release")
    assert again.status == 409
    assert "is not in prison" in again.json()["message"]


def test_automatic_notes_can_be_off(office: Office) -> None:
    """A scenario may do without them."""
    office.model.automatic_notes = False
    made = move(office, f"/prisoners/{PRISONER}/transfer", {"prison": THERE})
    assert made["caseNotes"] == []


def test_a_new_admission_opens_booking_one(office: Office) -> None:
    """The new booking has sequence 1, the old one moves back; old notes stay there."""
    note = office.write_note()
    refused = office.screen(
        "POST", f"/prisoners/{PRISONER}/admission", {"prison": THERE}
    )
    assert refused.status == 409
    move(office, f"/prisoners/{PRISONER}/release")
    made = move(office, f"/prisoners/{PRISONER}/admission", {"prison": THERE}, 201)
    assert made["bookingId"] != office.booking
    assert office.client.events[-1].attributes["reason"] == "NEW_ADMISSION"
    sequences = {
        row.booking_id: row.sequence
        for row in office.model.people.bookings_of(PRISONER)
    }
    assert sequences == {made["bookingId"]: 1, office.booking: 2}
    assert office.row(note).booking_id == office.booking
    assert office.row(office.write_note()).booking_id == made["bookingId"]


def test_readmission_on_an_old_booking(office: Office) -> None:
    """The same booking again, or a switch to an older one: other reasons."""
    where = f"/prisoners/{PRISONER}/admission"
    move(office, f"/prisoners/{PRISONER}/release")
    body = {"prison": HERE, "bookingId": office.booking}
    move(office, where, body, 201)
    assert office.client.events[-1].attributes["reason"] == "READMISSION"
    move(office, f"/prisoners/{PRISONER}/release")
    move(office, where, {"prison": HERE}, 201)
    move(office, f"/prisoners/{PRISONER}/release")
    made = move(office, where, body, 201)
    reason = office.client.events[-1].attributes["reason"]
    assert reason == "READMISSION_SWITCH_BOOKING"
    assert made["latestBookingId"] == office.booking
    move(office, f"/prisoners/{PRISONER}/release")
    body["bookingId"] = office.other_booking
    assert office.screen("POST", where, body).status == 409


def merge(office: Office, **options: Any) -> Any:
    """Merge OTHER into PRISONER; OTHER's booking is the newer one."""
    where = f"/prisoners/{PRISONER}/merge"
    return move(office, where, {"removed": OTHER, **options})


def other_note(office: Office) -> int:
    """Write a note for OTHER; returns its id."""
    body = {"type": "GEN", "subType": "HIS", "text": "Other's."}
    made = office.screen("POST", f"/prisoners/{OTHER}/case-notes", body).json()
    note: int = made["caseNoteId"]
    return note


def test_a_merge_hangs_bookings_and_notes_on_the_survivor(office: Office) -> None:
    """The removed number is unknown; the newest active booking is the latest."""
    mine, theirs = office.write_note(), other_note(office)
    office.events()
    made = merge(office)
    assert made["bookingId"] == office.other_booking
    assert made["caseNotes"] == []
    listed = office.api("GET", f"/prisoners/{PRISONER}/casenotes").json()["caseNotes"]
    assert [each["caseNoteId"] for each in listed] == [mine, theirs]
    assert office.api("GET", f"/prisoners/{OTHER}/casenotes").status == 404
    assert office.api("GET", f"/prisoners/{OTHER}").status == 404
    bookings = list(office.model.people.bookings_of(PRISONER))
    assert [row.sequence for row in bookings] == [1, 2]
    assert [row.active for row in bookings] == [True, False]
    assert office.events() == [
        (
            "BOOKING_NUMBER-CHANGED",
            {
                "eventType": "BOOKING_NUMBER-CHANGED",
                "eventDatetime": "2026-03-02T09:00:00",
                "bookingId": office.other_booking,
                "offenderId": 2_500_001,
                "bookingNumber": "B1200002",
                "previousBookingNumber": "P1200002",
                "type": "MERGE",
                "offenderIdDisplay": PRISONER,
                "previousOffenderIdDisplay": OTHER,
            },
        )
    ]


def test_merges_are_listed_from_a_date(office: Office) -> None:
    """N11 names who went and who stayed, for either number."""
    merge(office)
    expected = [
        {
            "deletedOffenderNo": OTHER,
            "activeBookingId": office.other_booking,
            "retainedOffenderNo": PRISONER,
            "previousBookingId": office.booking,
            "requestDateTime": "2026-03-02T09:00:00",
        }
    ]
    for number in (PRISONER, OTHER):
        assert office.api("GET", f"/prisoners/{number}/merges").json() == expected
    where = f"/prisoners/{PRISONER}/merges?fromDate="
    assert office.api("GET", f"{where}2026-03-02").json() == expected
    assert office.api("GET", f"{where}2026-03-03").json() == []
    assert office.api("GET", f"{where}yesterday").status == 400
    assert office.api("GET", f"{where}2026-02-30").status == 400


def test_a_merge_with_copies(office: Office) -> None:
    """Copies keep the business times, take a new stamp, and module MERGE."""
    office.model.seed_note(
        prisoner=PRISONER,
        text="Old.",
        occurred=datetime(2019, 5, 6, 7, 8),  # noqa: DTZ001
        inserted=datetime(2019, 5, 6, 7, 9),  # noqa: DTZ001
    )
    made = merge(office, copyNotes=True)
    [note] = made["caseNotes"]
    original, copy = office.model.notes.of_prisoner(PRISONER)
    assert copy.case_note_id == note
    assert copy.booking_id == office.other_booking
    assert (copy.text, copy.created_time) == (original.text, original.created_time)
    assert copy.inserted == datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001
    assert (copy.audit_module, original.audit_module) == ("MERGE", "OIDNOMIS")
    assert [kind for kind, _ in office.events()] == ["BOOKING_NUMBER-CHANGED"]


def test_copies_may_raise_inserted_and_be_stamped_earlier(office: Office) -> None:
    """Whether real copies raise events is unknown: an option (MRG-03, MRG-05)."""
    office.write_note()
    office.events()
    made = merge(office, copyNotes=True, emitInserted=True, copiesMinutesEarlier=31)
    kinds = [kind for kind, _ in office.events()]
    assert kinds == ["OFFENDER_CASE_NOTES-INSERTED", "BOOKING_NUMBER-CHANGED"]
    stamp = office.row(made["caseNotes"][0]).inserted
    now = office.client.clock.local()
    assert stamp == now - timedelta(minutes=31)


def test_a_merge_event_can_be_lost_and_a_number_change_is_none(office: Office) -> None:
    """Re-parented without an event (MRG-16); a new booking number alone (MRG-09)."""
    merge(office, emitEvent=False)
    assert office.events() == []
    move(office, f"/bookings/{office.booking}/number")
    [(kind, body)] = office.events()
    assert (kind, body["type"]) == ("BOOKING_NUMBER-CHANGED", "BOOK_NUMBER_CHANGE")
    assert "offenderIdDisplay" not in body


def test_merges_that_make_no_sense(office: Office) -> None:
    """Unknown numbers 404; oneself, or two without bookings, 409; nothing changes."""
    where = f"/prisoners/{PRISONER}/merge"
    for removed, status in (("Y0000ZZ", 404), (PRISONER, 409)):
        assert office.screen("POST", where, {"removed": removed}).status == status
    office.model.add_prisoner("Y5555EF", None)
    office.model.add_prisoner("Y6666GH", None)
    empty = office.screen("POST", "/prisoners/Y5555EF/merge", {"removed": "Y6666GH"})
    assert empty.status == 409
    assert office.api("GET", "/prisoners/Y6666GH/casenotes").status == 200


def test_a_chain_of_merges_keeps_every_note(office: Office) -> None:
    """Three prisoners into one, one after the other (MRG-12)."""
    office.model.add_prisoner("Y5555EF", HERE)
    notes = [office.write_note(), other_note(office)]
    move(office, f"/prisoners/{OTHER}/merge", {"removed": PRISONER})
    move(office, "/prisoners/Y5555EF/merge", {"removed": OTHER})
    found = office.model.notes.of_prisoner("Y5555EF")
    assert [row.case_note_id for row in found] == notes
    sequences = [row.sequence for row in office.model.people.bookings_of("Y5555EF")]
    assert sequences == [1, 2, 3]


def test_a_booking_move_takes_notes_and_alerts(office: Office) -> None:
    """The booking hangs on the other prisoner; both are renumbered."""
    note = office.write_note()
    office.screen("POST", f"/prisoners/{PRISONER}/alerts", {"code": "XA"})
    office.events()
    move(office, f"/bookings/{office.booking}/move", {"prisoner": OTHER})
    assert office.model.notes.prisoner_of(office.row(note)) == OTHER
    assert office.model.people.latest(PRISONER) is None
    sequences = [row.sequence for row in office.model.people.bookings_of(OTHER)]
    assert sequences == [1, 2]
    assert office.api("GET", f"/prisoners/{PRISONER}/casenotes").json() == {
        "caseNotes": []
    }
    [(kind, body)] = office.events()
    assert kind == "OFFENDER_BOOKING-REASSIGNED"
    assert body == {
        "eventType": kind,
        "eventDatetime": "2026-03-02T09:00:00",
        "bookingId": office.booking,
        "offenderId": 2_500_002,
        "previousOffenderId": 2_500_001,
        "offenderIdDisplay": OTHER,
        "previousOffenderIdDisplay": PRISONER,
        "bookingStartDateTime": "2026-03-02T09:00:00",
        "lastAdmissionDate": "2026-03-02",
    }
    back = office.screen(
        "POST", f"/bookings/{office.booking}/move", {"prisoner": OTHER}
    )
    assert back.status == 409


def test_a_deleted_booking_leaves_no_owner(office: Office) -> None:
    """Its notes' DELETED events find no prisoner (1.6); the oldest is latest again."""
    first = office.booking
    move(office, f"/prisoners/{PRISONER}/release")
    made = move(office, f"/prisoners/{PRISONER}/admission", {"prison": HERE}, 201)
    note = office.write_note()
    office.events()
    gone = office.screen("DELETE", f"/bookings/{made['bookingId']}")
    assert gone.json()["caseNotes"] == [note]
    assert [kind for kind, _ in office.events()] == [
        "OFFENDER_CASE_NOTES-DELETED",
        "BOOKING-DELETED",
    ]
    assert office.model.owner_of(made["bookingId"]) is None
    latest = office.model.people.latest(PRISONER)
    assert latest is not None
    assert (latest.booking_id, latest.sequence) == (first, 1)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/prisoners/Y0000ZZ/transfer", {"prison": HERE}),
        ("/prisoners/Y0000ZZ/release", None),
        ("/prisoners/Y0000ZZ/admission", {"prison": HERE}),
        ("/bookings/9/move", {"prisoner": PRISONER}),
        ("/bookings/9/number", None),
    ],
)
def test_unknown_prisoners_and_bookings(office: Office, path: str, body: Any) -> None:
    """404, whatever the movement."""
    assert office.screen("POST", path, body).status == 404


def test_a_prison_must_exist(office: Office) -> None:
    """Transfer and admission name a known prison."""
    for what in ("transfer", "admission"):
        refused = office.screen(
            "POST", f"/prisoners/{PRISONER}/{what}", {"prison": "?"}
        )
        assert refused.status == 400
