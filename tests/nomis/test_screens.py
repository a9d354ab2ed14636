"""What officers do in the screens, and what NOMIS tells the world about it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.nomis.conftest import (
    HERE,
    OFFICER,
    OTHER_OFFICER,
    PRISONER,
    THERE,
    Office,
)


def test_a_written_note_carries_officer_and_screen(office: Office) -> None:
    """Author is the officer, source INST, module the note screen's."""
    row = office.row(office.write_note("Seen.", occurredAt="2026-03-01T08:00"))
    assert (row.staff_id, row.create_user) == (485_001, OFFICER)
    assert (row.source, row.audit_module) == ("INST", "OIDNOMIS")
    assert row.occurred_time == datetime(2026, 3, 1, 8, 0)  # noqa: DTZ001
    assert row.created_time == datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001
    [(kind, body)] = office.events()
    assert kind == "OFFENDER_CASE_NOTES-INSERTED"
    assert body["auditModuleName"] == "OIDNOMIS"
    assert "offenderIdDisplay" not in body


def test_amend_writes_the_officers_marker(office: Office) -> None:
    """Current layout, calendar time, the officer's username; UPDATED follows."""
    note = office.write_note("Main.")
    office.events()
    made = office.screen(
        "POST",
        f"/case-notes/{note}/amendments",
        {"text": "More."},
        OTHER_OFFICER,
    )
    assert made.json() == {
        "caseNoteId": note,
        "bookingId": office.booking,
        "prisoner": PRISONER,
        "text": "Main. ...[NQT40S_GEN updated the case notes on "
        "2026/03/02 09:00:00] More.",
    }
    [(kind, body)] = office.events()
    assert kind == "OFFENDER_CASE_NOTES-UPDATED"
    assert body["recordDeleted"] is False


@pytest.mark.parametrize(
    ("era", "stamp"),
    [("oldest", "04/05/2006 07:08:00"), ("dashed", "04-05-2006 07:08:00")],
)
def test_an_older_era_can_be_written(office: Office, era: str, stamp: str) -> None:
    """For old data: layout and time of long ago."""
    note = office.write_note("Main.")
    body = {"text": "More.", "era": era, "writtenAt": "2006-05-04T07:08"}
    office.screen("POST", f"/case-notes/{note}/amendments", body)
    assert stamp in office.row(note).text
    found = office.api("GET", f"/casenotes/{note}").json()
    assert found["amendments"][0]["createdDateTime"] == "2006-05-04T07:08:00"


def test_edit_keeps_amendments(office: Office) -> None:
    """The main text changes, the markers stay; type and occurrence may change too."""
    note = office.write_note("Main.")
    office.screen("POST", f"/case-notes/{note}/amendments", {"text": "More."})
    body = {
        "text": "Changed.",
        "type": "GEN",
        "subType": "HIS",
        "occurredAt": "2026-02-01T08:00:00",
    }
    assert office.screen("PUT", f"/case-notes/{note}", body).status == 200
    found = office.api("GET", f"/casenotes/{note}").json()
    assert found["caseNoteText"] == "Changed."
    assert [each["text"] for each in found["amendments"]] == ["More."]
    assert found["caseNoteType"]["code"] == "GEN"
    assert found["occurrenceDateTime"] == "2026-02-01T08:00:00"


def test_an_edit_of_the_raw_text_may_remove_amendments(office: Office) -> None:
    """An officer can shorten or remove what stands in the text (TXT-11)."""
    note = office.write_note("Main.")
    office.screen("POST", f"/case-notes/{note}/amendments", {"text": "More."})
    office.screen("PUT", f"/case-notes/{note}", {"rawText": "Main."})
    assert office.row(note).text == "Main."


def test_an_edit_of_nothing_raises_nothing(office: Office) -> None:
    """Saving what stands there is no row change."""
    note = office.write_note("Main.")
    office.events()
    assert office.screen("PUT", f"/case-notes/{note}", {"text": "Main."}).status == 200
    assert office.events() == []


def test_delete_says_deleted(office: Office) -> None:
    """The row is gone and the event says so, with the screen's module."""
    note = office.write_note()
    office.events()
    assert office.screen("DELETE", f"/case-notes/{note}").status == 204
    [(kind, body)] = office.events()
    assert (kind, body["recordDeleted"]) == ("OFFENDER_CASE_NOTES-DELETED", True)
    assert body["auditModuleName"] == "OIDNOMIS"
    assert office.api("GET", f"/casenotes/{note}").status == 404


@pytest.mark.parametrize(
    "module", [None, "", "UNKNOWN", "OIDCXXXX", "DPS_SYNCHRONISATION_X", "MERGE"]
)
def test_any_module_can_be_planted(office: Office, module: str | None) -> None:
    """Null, foreign, variant and stale stamps reach row and event."""
    note = office.write_note(auditModule=module)
    assert office.row(note).audit_module == module
    [(_, body)] = office.events()
    assert body.get("auditModuleName") == module
    shown = office.api("GET", f"/casenotes/{note}").json()
    assert shown.get("auditModuleName") == module


def test_events_before_june_2026_carry_no_module(office: Office) -> None:
    """The row has one, the event has not (LOOP-06)."""
    office.model.emitter.with_audit_module = False
    note = office.write_note()
    [(_, body)] = office.events()
    assert "auditModuleName" not in body
    assert office.row(note).audit_module == "OIDNOMIS"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"type": "GEN", "subType": "SOU", "text": "x"}, "GEN/SOU is not a case-note"),
        ({"type": "GEN", "subType": "HIS", "text": "x" * 4001}, "4001 bytes"),
        ({"type": "GEN", "subType": "HIS", "text": " "}, "must not be blank"),
        ({"type": "GEN", "text": "x"}, "subType is missing"),
        (
            {
                "type": "GEN",
                "subType": "HIS",
                "text": "x",
                "occurredAt": "2026-02-30T10:00",
            },
            "day is out of range",
        ),
    ],
)
def test_the_screen_refuses_what_nomis_cannot_hold(
    office: Office, body: dict[str, Any], message: str
) -> None:
    """Unknown pairs, texts over 4000 bytes and bad dates are 400."""
    refused = office.screen("POST", f"/prisoners/{PRISONER}/case-notes", body)
    assert refused.status == 400
    assert message in refused.json()["message"]


def test_an_amendment_must_fit_as_well(office: Office) -> None:
    """4000 bytes hold main text and markers together; the note stays as it was."""
    note = office.write_note("x" * 3990)
    body = {"text": "More."}
    refused = office.screen("POST", f"/case-notes/{note}/amendments", body)
    assert refused.status == 400
    assert office.row(note).text == "x" * 3990


def test_an_officer_needs_a_nomis_account(office: Office) -> None:
    """A user of DPS only cannot sign on to NOMIS."""
    refused = office.screen(
        "POST",
        f"/prisoners/{PRISONER}/case-notes",
        {"type": "KA", "subType": "KS", "text": "x"},
        "DPS_ONLY",
    )
    assert refused.status == 400
    assert "DPS_ONLY has no NOMIS account" in refused.json()["message"]


def act_on_note(office: Office, note: int, action: str) -> Any:
    """Do one action of the note screen."""
    match action:
        case "create":
            body = {"type": "KA", "subType": "KS", "text": "x"}
            return office.screen("POST", f"/prisoners/{PRISONER}/case-notes", body)
        case "amend":
            body = {"text": "x"}
            return office.screen("POST", f"/case-notes/{note}/amendments", body)
        case "edit":
            return office.screen("PUT", f"/case-notes/{note}", {"text": "x"})
    return office.screen("DELETE", f"/case-notes/{note}")


@pytest.mark.parametrize("action", ["create", "amend", "edit", "delete"])
def test_a_screen_that_is_off_refuses_and_names_itself(
    office: Office, action: str
) -> None:
    """403 with screen and prison, nothing written; on again, it works."""
    note = office.write_note("Main.")
    office.events()
    office.model.set_screens(HERE, on=False)
    refused = act_on_note(office, note, action)
    assert refused.status == 403
    assert refused.json()["screen"] == "OIDNOMIS"
    assert refused.json()["prison"] == HERE
    assert "OIDNOMIS is switched off at ZNI" in refused.json()["message"]
    assert office.events() == []
    office.model.set_screens(HERE, on=True)
    assert act_on_note(office, note, action).status < 300


def test_the_switch_is_that_of_the_present_prison(office: Office) -> None:
    """After a transfer the screens of the new prison count."""
    note = office.write_note("Main.")
    office.model.set_screens(THERE, on=False)
    assert act_on_note(office, note, "amend").status == 200
    office.screen("POST", f"/prisoners/{PRISONER}/transfer", {"prison": THERE})
    assert act_on_note(office, note, "amend").status == 403


def test_every_prison_can_be_off_at_once(office: Office) -> None:
    """The condition `**ALL**` blocks the screen everywhere."""
    office.model.set_screens("**ALL**", on=False)
    assert act_on_note(office, 0, "create").status == 403
    raised = office.screen("POST", f"/prisoners/{PRISONER}/alerts", {"code": "XA"})
    assert raised.status == 201


def test_the_list_is_what_the_screen_shows(office: Office) -> None:
    """Newest contact first, an unparsable marker as plain text, at any switch."""
    bad = "Main. ...[ABC updated the case notes on 2024-07-19 10:00:00] More."
    office.model.seed_note(
        prisoner=PRISONER,
        text=bad,
        occurred=datetime(2020, 1, 1, 8, 0),  # noqa: DTZ001
    )
    note = office.write_note("New.")
    office.model.set_screens(HERE, on=False)
    shown = office.screen("GET", f"/prisoners/{PRISONER}/case-notes").json()
    texts = [each["caseNoteText"] for each in shown["caseNotes"]]
    assert texts == ["New.", bad]
    assert shown["caseNotes"][0]["caseNoteId"] == note
    assert office.screen("GET", "/prisoners/Y0000ZZ/case-notes").status == 404


def test_unknown_notes_and_prisoners_are_404(office: Office) -> None:
    """Each action says what it did not find."""
    for action in ("amend", "edit", "delete"):
        assert act_on_note(office, 100_000_999, action).status == 404
    body = {"type": "KA", "subType": "KS", "text": "x"}
    refused = office.screen("POST", "/prisoners/Y0000ZZ/case-notes", body)
    assert refused.status == 404


def test_equal_notes_are_two_rows(office: Office) -> None:
    """Two equal notes of one second stay two."""
    assert office.write_note("Same.") != office.write_note("Same.")
