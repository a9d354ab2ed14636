"""prison-api: the switches DPS reads, and the legacy way into NOMIS."""

from __future__ import annotations

from tests.nomis.conftest import (
    HERE,
    OFFICER,
    OTHER_OFFICER,
    PRISONER,
    THERE,
    Office,
)

SWITCHES = "/api/agency-switches/ALERTS_CASE_NOTES"
NOTES = f"/api/offenders/{PRISONER}/case-notes"
BODY = {"type": "KA", "subType": "KS", "text": "Met on the wing."}


def test_a_switch_is_told_in_both_shapes(office: Office) -> None:
    """The DPS client reads one pair, prison-api means the other; 404 is off."""
    assert office.legacy("GET", SWITCHES).status == 404
    assert office.legacy("POST", f"{SWITCHES}/agency/{HERE}").status == 201
    name = "North Island (HMP)"
    row = {"prisonId": HERE, "prison": name, "agencyId": HERE, "name": name}
    assert office.legacy("GET", SWITCHES).json() == [row]
    gone = office.legacy("DELETE", f"{SWITCHES}/agency/{HERE}")
    assert (gone.status, gone.body) == (204, b"")
    assert office.legacy("DELETE", f"{SWITCHES}/agency/{HERE}").status == 204
    assert office.legacy("GET", SWITCHES).status == 404


def test_the_switch_is_one_with_the_nomis_apis(office: Office) -> None:
    """Both services stand on one table."""
    office.model.set_alert_writer(THERE, "dps")
    [row] = office.legacy("GET", SWITCHES).json()
    assert row["prisonId"] == THERE
    assert office.legacy("POST", f"{SWITCHES}/agency/NOPE").status == 404
    unknown = f"/api/agency-switches/NOPE/agency/{HERE}"
    assert office.legacy("POST", unknown).status == 404


def test_a_legacy_note_is_stamped_and_told(office: Office) -> None:
    """Module PRISON_API; NOMIS tells the sync, as of any row change (TOG-08)."""
    made = office.legacy("POST", NOTES, BODY)
    assert made.status == 200
    note = made.json()
    assert note["authorName"] == "OKORO, NINA"
    assert (note["source"], note["agencyId"]) == ("INST", HERE)
    assert note["occurrenceDateTime"] == "2026-03-02T09:00:00"
    row = office.row(note["caseNoteId"])
    assert (row.audit_module, row.create_user) == ("PRISON_API", OFFICER)
    [(kind, body)] = office.events()
    assert kind == "OFFENDER_CASE_NOTES-INSERTED"
    assert body["auditModuleName"] == "PRISON_API"
    found = office.api("GET", f"/casenotes/{note['caseNoteId']}").json()
    assert found["sourceSystem"] == "DPS"


def test_a_legacy_amendment_is_the_authors_own(office: Office) -> None:
    """Appended behind a marker; another user is 403 and changes nothing."""
    note = office.legacy("POST", NOTES, BODY).json()["caseNoteId"]
    office.events()
    barred = office.legacy("PUT", f"{NOTES}/{note}", {"text": "No."}, OTHER_OFFICER)
    assert barred.status == 403
    assert office.events() == []
    made = office.legacy("PUT", f"{NOTES}/{note}", {"text": "More."})
    assert made.status == 200
    assert made.json()["originalNoteText"] == "Met on the wing."
    assert made.json()["amendments"] == [
        {
            "creationDateTime": "2026-03-02T09:00:00",
            "authorName": "OKORO, NINA",
            "additionalNoteText": "More.",
        }
    ]
    [(kind, _)] = office.events()
    assert kind == "OFFENDER_CASE_NOTES-UPDATED"
    found = office.api("GET", f"/casenotes/{note}").json()
    assert found["amendments"][0]["sourceSystem"] == "DPS"


def test_the_screens_of_nomis_may_be_off(office: Office) -> None:
    """The legacy path is no screen: its switch is the DPS service's."""
    office.model.set_screens(HERE, on=False)
    assert office.legacy("POST", NOTES, BODY).status == 200


def test_the_list_is_of_the_latest_booking(office: Office) -> None:
    """Newest contact first."""
    office.legacy("POST", NOTES, {**BODY, "occurrenceDateTime": "2026-03-01T08:00:00"})
    office.legacy("POST", NOTES, {**BODY, "text": "Later."})
    texts = [note["text"] for note in office.legacy("GET", NOTES).json()]
    assert texts == ["Later.", "Met on the wing."]
    assert office.legacy("GET", "/api/offenders/Y0000ZZ/case-notes").status == 404


def test_what_the_legacy_path_refuses(office: Office) -> None:
    """Unknown prisoner, user, pair or note, and what does not fit."""
    unknown = "/api/offenders/Y0000ZZ/case-notes"
    assert office.legacy("POST", unknown, BODY).status == 404
    assert office.legacy("POST", NOTES, BODY, "DPS_ONLY").status == 404
    assert office.legacy("POST", NOTES, {**BODY, "subType": "SOU"}).status == 400
    assert office.legacy("POST", NOTES, {**BODY, "text": " "}).status == 400
    assert office.legacy("POST", NOTES, {**BODY, "text": "x" * 4001}).status == 400
    assert office.legacy("PUT", f"{NOTES}/100000999", {"text": "x"}).status == 404
    assert office.events() == []


def test_an_amendment_must_fit_what_is_left(office: Office) -> None:
    """The 4000 bytes hold the marker too; the note stays as it was."""
    note = office.legacy("POST", NOTES, {**BODY, "text": "x" * 3950}).json()
    path = f"{NOTES}/{note['caseNoteId']}"
    refused = office.legacy("PUT", path, {"text": "More."})
    assert refused.status == 400
    assert refused.json()["userMessage"] == "Length should not exceed 50 characters"
    assert office.row(note["caseNoteId"]).text == "x" * 3950
