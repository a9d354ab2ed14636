"""Case notes through the NOMIS API, N1 to N6 (http-contracts 2.1)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.nomis.conftest import (
    HERE,
    OFFICER,
    PRISONER,
    Office,
    new_note,
    words,
)


def create(office: Office, **members: Any) -> int:
    """Post a note; returns its id."""
    made = office.api("POST", f"/prisoners/{PRISONER}/casenotes", new_note(**members))
    assert made.status == 201, made.json()
    note: int = made.json()["id"]
    return note


def read(office: Office, note: int) -> dict[str, Any]:
    """Get a note."""
    found: dict[str, Any] = office.api("GET", f"/casenotes/{note}").json()
    return found


def test_a_created_note_reads_as_written(office: Office) -> None:
    """Fractions of a second are lost, the source is INST, the stamp is the sync's."""
    note = create(office)
    found = read(office, note)
    created = found.pop("createdDatetime")
    assert created.startswith("2026-03-02T09:00:00")
    assert found == {
        "caseNoteId": note,
        "bookingId": office.booking,
        "caseNoteType": {"code": "KA", "description": "Key Worker Activity"},
        "caseNoteSubType": {"code": "KS", "description": "Key Worker Session"},
        "noteSourceCode": "INST",
        "occurrenceDateTime": "2026-03-01T09:15:00",
        "creationDateTime": "2026-03-01T09:20:31",
        "authorStaffId": 485_001,
        "authorUsername": "NQK21W_GEN",
        "authorFirstName": "NINA",
        "authorLastName": "OKORO",
        "authorUsernames": ["NQK21W_GEN", "NQK21W_ADM"],
        "prisonId": HERE,
        "caseNoteText": "Met on the wing.",
        "amendments": [],
        "createdUsername": "NOMIS_API",
        "auditModuleName": "DPS_SYNCHRONISATION",
        "sourceSystem": "NOMIS",
    }


def test_create_answers_ids_and_raises_inserted(office: Office) -> None:
    """Note ids have nine digits, bookings seven; the event carries the module."""
    made = office.api("POST", f"/prisoners/{PRISONER}/casenotes", new_note())
    assert made.json() == {"id": 100_000_001, "bookingId": 1_200_001}
    assert "location" not in made.headers
    assert office.events() == [
        (
            "OFFENDER_CASE_NOTES-INSERTED",
            {
                "eventType": "OFFENDER_CASE_NOTES-INSERTED",
                "eventDatetime": "2026-03-02T09:00:00",
                "bookingId": 1_200_001,
                "recordDeleted": False,
                "caseNoteId": 100_000_001,
                "auditModuleName": "DPS_SYNCHRONISATION",
                "caseNoteType": "KA",
                "caseNoteSubType": "KS",
            },
        )
    ]


@pytest.mark.parametrize(
    ("number", "members", "status", "message"),
    [
        (
            "Y0000ZZ",
            {"caseNoteType": "XX", "authorUsername": "NOBODY"},
            404,
            "Prisoner Y0000ZZ not found with a booking",
        ),
        (
            PRISONER,
            {"caseNoteType": "XX", "caseNoteSubType": "YY"},
            400,
            "CaseNote caseNoteType XX is not valid",
        ),
        (
            PRISONER,
            {"caseNoteSubType": "YY", "authorUsername": "NOBODY"},
            400,
            "CaseNote caseNoteSubType YY is not valid",
        ),
        (
            PRISONER,
            {
                "caseNoteType": "GEN",
                "caseNoteSubType": "SOU",
                "authorUsername": "NOBODY",
            },
            400,
            "CNOTE (type,subtype)=(GEN,SOU) does not exist in the Works table",
        ),
        (
            PRISONER,
            {"authorUsername": "nqk21w_gen"},
            400,
            "Username nqk21w_gen not found",
        ),
    ],
)
def test_the_first_failing_check_answers(
    office: Office, number: str, members: dict[str, Any], status: int, message: str
) -> None:
    """Prisoner, type, sub type, pair, author: in this order, and nothing is written."""
    made = office.api("POST", f"/prisoners/{number}/casenotes", new_note(**members))
    prefix = "Not Found: " if status == 404 else "Bad request: "
    assert made.status == status
    assert made.json() == {
        "status": status,
        "errorCode": None,
        "userMessage": prefix + message,
        "developerMessage": message,
        "moreInfo": None,
    }
    assert office.events() == []


def test_a_prisoner_without_booking_has_no_place_for_a_note(office: Office) -> None:
    """Such a prisoner: N2 404, N5 200 and empty (catalogue 16)."""
    office.model.add_prisoner("Y5555EF", None)
    assert office.api("POST", "/prisoners/Y5555EF/casenotes", new_note()).status == 404
    listed = office.api("GET", "/prisoners/Y5555EF/casenotes")
    assert listed.status == 200
    assert listed.json() == {"caseNotes": []}


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"caseNoteText": "  "}, "caseNoteText must not be blank"),
        ({"caseNoteType": ""}, "caseNoteType must not be blank"),
        ({"authorUsername": None}, "JSON parse error: authorUsername"),
        ({"occurrenceDateTime": "2026-03-01T09:15:00+01:00"}, "JSON parse error"),
        ({"occurrenceDateTime": "2026-13-01T09:15:00"}, "month must be in 1..12"),
    ],
)
def test_a_body_that_does_not_fit_is_refused(
    office: Office, members: dict[str, Any], message: str
) -> None:
    """Blank, missing and unreadable members are 400."""
    made = office.api("POST", f"/prisoners/{PRISONER}/casenotes", new_note(**members))
    assert made.status == 400
    assert message in words(made)


def test_seconds_may_be_left_out(office: Office) -> None:
    """`2024-06-01T15:00` is a date-time to this API."""
    note = create(office, occurrenceDateTime="2024-06-01T15:00")
    assert read(office, note)["occurrenceDateTime"] == "2024-06-01T15:00:00"


def test_the_same_note_twice_is_two_notes(office: Office) -> None:
    """There is no duplicate detection."""
    headers = {"x-tandem-cause": "m-1"}
    path = f"/prisoners/{PRISONER}/casenotes"
    ids = {
        office.api("POST", path, new_note(), headers=headers).json()["id"]
        for _ in range(2)
    }
    assert len(ids) == 2


def test_a_repeated_create_is_one_note_as_intended(intended: Office) -> None:
    """With the fault fixed, the same message or key finds its first note."""
    path = f"/prisoners/{PRISONER}/casenotes"

    def post(created: str = "2026-03-01T09:20:31", *, headers: dict[str, str]) -> int:
        body = new_note(creationDateTime=created)
        made = intended.api("POST", path, body, headers=headers)
        note: int = made.json()["id"]
        return note

    first = post(headers={"x-tandem-cause": "m-1"})
    assert post(headers={"x-tandem-cause": "m-1"}) == first
    assert post(headers={"x-tandem-cause": "m-2"}) != first
    assert post("2026-03-01T10:00:00", headers={"x-tandem-cause": "m-1"}) != first
    keyed = post(headers={"idempotency-key": "dps-1", "x-tandem-cause": "m-3"})
    assert post(headers={"idempotency-key": "dps-1", "x-tandem-cause": "m-4"}) == keyed


def test_only_the_staff_id_is_kept(office: Office) -> None:
    """The first account is shown, the one posted is in the list (TXT-18)."""
    found = read(office, create(office, authorUsername="NQK21W_ADM"))
    assert found["authorUsername"] == "NQK21W_GEN"
    assert "NQK21W_ADM" in found["authorUsernames"]


def test_update_replaces_the_text_and_nothing_else(office: Office) -> None:
    """Amendments go into the text in request order; unknown usernames pass."""
    note = create(office)
    office.events()
    body = {
        "text": "Changed.",
        "amendments": [
            {
                "text": "Later.",
                "authorUsername": "NOBODY",
                "createdDateTime": "2026-03-05T10:01:02.118",
            },
            {
                "text": "",
                "authorUsername": OFFICER,
                "createdDateTime": "2026-03-04T10:01:02",
            },
        ],
    }
    answered = office.api("PUT", f"/casenotes/{note}", body)
    assert (answered.status, answered.body) == (200, b"")
    assert office.row(note).text == (
        "Changed. ...[NOBODY updated the case notes on 2026/03/05 10:01:02] Later."
        " ...[NQK21W_GEN updated the case notes on 2026/03/04 10:01:02] "
    )
    found = read(office, note)
    assert found["caseNoteText"] == "Changed."
    assert found["amendments"] == [
        {
            "text": "Later.",
            "authorUsername": "NOBODY",
            "createdDateTime": "2026-03-05T10:01:02",
            "sourceSystem": "NOMIS",
        },
        {
            "text": "",
            "authorUsername": OFFICER,
            "authorStaffId": 485_001,
            "authorFirstName": "NINA",
            "authorLastName": "OKORO",
            "createdDateTime": "2026-03-04T10:01:02",
            "sourceSystem": "NOMIS",
        },
    ]
    assert [event for event, _ in office.events()] == ["OFFENDER_CASE_NOTES-UPDATED"]


def test_update_without_amendments_removes_them(office: Office) -> None:
    """The list defaults to empty on the server (http-contracts 12)."""
    note = office.write_note()
    office.screen("POST", f"/case-notes/{note}/amendments", {"text": "More."})
    assert office.api("PUT", f"/casenotes/{note}", {"text": "Only."}).status == 200
    assert office.row(note).text == "Only."


def test_an_update_without_effect_leaves_no_trace(office: Office) -> None:
    """Equal text: no event, and the screen's module stays (catalogue 15)."""
    note = office.write_note("Same.")
    office.events()
    assert office.api("PUT", f"/casenotes/{note}", {"text": "Same."}).status == 200
    assert office.events() == []
    assert office.row(note).audit_module == "OIDNOMIS"
    assert office.row(note).modified is None


def test_an_update_takes_the_screens_stamp_away(office: Office) -> None:
    """After the sync's write the row carries its module (ORD-06)."""
    note = office.write_note("Before.")
    office.api("PUT", f"/casenotes/{note}", {"text": "After."})
    assert office.row(note).audit_module == "DPS_SYNCHRONISATION"


def test_update_ignores_all_but_text(office: Office) -> None:
    """Type and occurrence cannot travel this way (ORD-11)."""
    note = create(office)
    body = {"text": "New.", "caseNoteType": "GEN", "caseNoteSubType": "HIS"}
    office.api("PUT", f"/casenotes/{note}", body)
    assert (office.row(note).type, office.row(note).sub_type) == ("KA", "KS")


def test_as_intended_update_takes_type_and_occurrence(intended: Office) -> None:
    """With the fault fixed the three fields travel, and are checked."""
    note = create(intended)
    body = {
        "text": "New.",
        "caseNoteType": "GEN",
        "caseNoteSubType": "HIS",
        "occurrenceDateTime": "2026-02-01T08:00",
    }
    assert intended.api("PUT", f"/casenotes/{note}", body).status == 200
    found = read(intended, note)
    assert found["caseNoteType"]["code"] == "GEN"
    assert found["occurrenceDateTime"] == "2026-02-01T08:00:00"
    body["caseNoteSubType"] = "SOU"
    assert intended.api("PUT", f"/casenotes/{note}", body).status == 400


def test_a_blind_update_wipes_what_the_officer_wrote(office: Office) -> None:
    """An unsynced NOMIS amendment is lost to the next DPS push (ORD-07)."""
    note = create(office)
    office.screen("POST", f"/case-notes/{note}/amendments", {"text": "Officer."})
    office.api("PUT", f"/casenotes/{note}", {"text": "Met on the wing."})
    assert "Officer." not in office.row(note).text


def test_as_intended_an_unseen_amendment_survives(intended: Office) -> None:
    """What no reader of the API has seen yet is kept; what it saw may be removed."""
    note = create(intended)
    intended.screen("POST", f"/case-notes/{note}/amendments", {"text": "Officer."})
    body = {
        "text": "Met on the wing.",
        "amendments": [
            {
                "text": "Manager.",
                "authorUsername": OFFICER,
                "createdDateTime": "2026-03-02T08:00:00",
            }
        ],
    }
    intended.api("PUT", f"/casenotes/{note}", body)
    texts = [each["text"] for each in read(intended, note)["amendments"]]
    assert texts == ["Manager.", "Officer."]
    intended.api("PUT", f"/casenotes/{note}", {"text": "Met on the wing."})
    assert intended.row(note).text == "Met on the wing."


def test_as_intended_a_stale_version_is_refused(intended: Office) -> None:
    """A writer who read an older version is told so, and changes nothing."""
    note = create(intended)
    version = read(intended, note)["version"]
    intended.screen("PUT", f"/case-notes/{note}", {"text": "Officer's."})
    body = {"text": "Manager's.", "expectedVersion": version}
    refused = intended.api("PUT", f"/casenotes/{note}", body)
    assert refused.status == 409
    assert refused.json()["moreInfo"] == {"version": version + 1}
    assert intended.row(note).text == "Officer's."
    body["expectedVersion"] = version + 1
    assert intended.api("PUT", f"/casenotes/{note}", body).status == 200


@pytest.mark.parametrize("text", ["", "   "])
def test_a_blank_update_is_refused(office: Office, text: str) -> None:
    """Text of spaces is blank."""
    refused = office.api("PUT", f"/casenotes/{create(office)}", {"text": text})
    assert refused.status == 400
    assert words(refused) == "text must not be blank"


def test_a_long_text_is_truncated_on_both_ways_in(office: Office) -> None:
    """N2 and N3 cut the complete string at 4000 bytes."""
    note = create(office, caseNoteText="b" * 5000)
    assert office.row(note).text == "b" * 3975 + "... see DPS for full text"
    office.api("PUT", f"/casenotes/{note}", {"text": "c" * 4001})
    assert office.row(note).text == "c" * 3975 + "... see DPS for full text"


def test_delete_is_not_idempotent(office: Office) -> None:
    """204, then 404; the event says deleted and by whom."""
    note = create(office)
    office.events()
    gone = office.api("DELETE", f"/casenotes/{note}")
    assert (gone.status, gone.body) == (204, b"")
    [(kind, body)] = office.events()
    assert kind == "OFFENDER_CASE_NOTES-DELETED"
    assert body["recordDeleted"] is True
    assert body["auditModuleName"] == "DPS_SYNCHRONISATION"
    again = office.api("DELETE", f"/casenotes/{note}")
    assert again.status == 404
    assert words(again) == f"Case note not found for caseNoteId={note}"
    assert office.events() == []


def test_delete_twice_as_intended(intended: Office) -> None:
    """With the fault fixed a second delete is fine and says nothing."""
    note = create(intended)
    intended.api("DELETE", f"/casenotes/{note}")
    intended.events()
    assert intended.api("DELETE", f"/casenotes/{note}").status == 204
    assert intended.events() == []


def test_a_linked_note_can_be_deleted_unless_history_is_planted(
    office: Office,
) -> None:
    """The link goes with the note; before 2025-12-23 it blocked (DEL-07)."""
    note = office.model.seed_note(prisoner=PRISONER, text="Linked.", linked=True)
    office.model.notes.links_block_delete = True
    refused = office.api("DELETE", f"/casenotes/{note.case_note_id}")
    assert refused.status == 500
    assert "child record found" in words(refused)
    office.model.notes.links_block_delete = False
    assert office.api("DELETE", f"/casenotes/{note.case_note_id}").status == 204


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_an_unknown_note_is_404_and_a_word_400(office: Office, method: str) -> None:
    """Ids are numbers."""
    body = {"text": "x"} if method == "PUT" else None
    assert office.api(method, "/casenotes/100000999", body).status == 404
    bad = office.api(method, "/casenotes/abc", body)
    assert bad.status == 400
    assert bad.json()["userMessage"].startswith("Invalid Argument: ")
