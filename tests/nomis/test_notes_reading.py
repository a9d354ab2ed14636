"""How the NOMIS API shows case notes, odd rows as well (http-contracts 2.1)."""

from __future__ import annotations

from datetime import datetime

import pytest

from simulators.nomis.people import SCHEMA_OWNER
from tests.nomis.conftest import (
    HERE,
    OFFICER,
    OTHER,
    PRISONER,
    THERE,
    Office,
    new_note,
    words,
)
from tests.nomis.test_notes_api import create, read

BAD_MARKER = "Main. ...[ABC updated the case notes on 2024-07-19 10:00:00] More."


def test_the_list_spans_bookings_in_order_of_id(office: Office) -> None:
    """All bookings of the number, ascending, and only its own."""
    first = create(office)
    office.api("POST", f"/prisoners/{OTHER}/casenotes", new_note())
    office.screen("POST", f"/prisoners/{PRISONER}/release")
    office.screen("POST", f"/prisoners/{PRISONER}/admission", {"prison": THERE})
    second = create(office)
    notes = office.api("GET", f"/prisoners/{PRISONER}/casenotes").json()["caseNotes"]
    ids = [each["caseNoteId"] for each in notes]
    assert ids == sorted(ids)
    assert {first, second} < set(ids)
    assert len({each["bookingId"] for each in notes}) == 2
    unknown = office.api("GET", "/prisoners/Y0000ZZ/casenotes")
    assert (unknown.status, words(unknown)) == (404, "offender Y0000ZZ not found")


def test_reconciliation_sees_the_raw_text(office: Office) -> None:
    """Markers and all, and no amendments (N6)."""
    note = office.write_note()
    office.screen("POST", f"/case-notes/{note}/amendments", {"text": "More."})
    path = f"/prisoners/{PRISONER}/casenotes/reconciliation"
    [found] = office.api("GET", path).json()["caseNotes"]
    assert found["caseNoteText"] == office.row(note).text
    assert found["amendments"] == []


def test_one_impossible_marker_fails_note_and_list(office: Office) -> None:
    """A date in no layout is a 500, also for all other notes of the prisoner."""
    note = office.model.seed_note(prisoner=PRISONER, text=BAD_MARKER)
    create(office)
    for path in (f"/casenotes/{note.case_note_id}", f"/prisoners/{PRISONER}/casenotes"):
        failed = office.api("GET", path)
        assert failed.status == 500
        assert failed.json()["userMessage"].startswith("Unexpected error: ")
    raw = office.api("GET", f"/prisoners/{PRISONER}/casenotes/reconciliation")
    assert raw.status == 200


def test_as_intended_an_impossible_marker_is_text(intended: Office) -> None:
    """With the fault fixed the note reads, its marker left in place."""
    note = intended.model.seed_note(prisoner=PRISONER, text=BAD_MARKER)
    assert read(intended, note.case_note_id)["caseNoteText"] == BAD_MARKER


def test_a_missing_creation_time_falls_back_to_midnight(office: Office) -> None:
    """Legacy rows have a date only (DAT-01)."""
    note = office.model.seed_note(
        prisoner=PRISONER,
        text="Old.",
        occurred=datetime(2004, 5, 6, 7, 8),  # noqa: DTZ001
        created=datetime(2004, 5, 7).date(),  # noqa: DTZ001
    )
    found = read(office, note.case_note_id)
    assert found["creationDateTime"] == "2004-05-07T00:00:00"


@pytest.mark.parametrize(
    ("fixture", "shown"),
    [("office", "1970-01-01T07:08:00"), ("intended", "2004-05-06T07:08:00")],
)
def test_rubbish_in_a_time_column(
    request: pytest.FixtureRequest, fixture: str, shown: str
) -> None:
    """As deployed the time column is shown; as intended the date column dates it."""
    office: Office = request.getfixturevalue(fixture)
    note = office.model.seed_note(
        prisoner=PRISONER,
        text="Old.",
        occurred=datetime(1970, 1, 1, 7, 8),  # noqa: DTZ001
        occurred_date=datetime(2004, 5, 6).date(),  # noqa: DTZ001
    )
    assert read(office, note.case_note_id)["occurrenceDateTime"] == shown


def test_a_note_without_agency_follows_the_booking(office: Office) -> None:
    """Before 2017 none was recorded: the present location stands in (catalogue 17)."""
    note = office.model.seed_note(prisoner=PRISONER, text="Old.", agency=None)
    assert read(office, note.case_note_id)["prisonId"] == HERE
    office.screen("POST", f"/prisoners/{PRISONER}/transfer", {"prison": THERE})
    assert read(office, note.case_note_id)["prisonId"] == THERE


@pytest.mark.parametrize(
    ("module", "edited", "system"),
    [
        ("PRISON_API", False, "DPS"),
        ("ELITE2_API", False, "DPS"),
        ("DPS_SYNCHRONISATION", False, "NOMIS"),
        ("OIDNOMIS", False, "NOMIS"),
        ("PRISON_API", True, "NOMIS"),
    ],
)
def test_the_source_system(
    office: Office, module: str, edited: bool, system: str
) -> None:
    """DPS only for legacy modules, not modified by another (http-contracts 2.4)."""
    row = office.model.seed_note(
        prisoner=PRISONER, text="Old.", audit_module=module, create_user=OFFICER
    )
    if edited:
        row.modify_user = SCHEMA_OWNER
    assert read(office, row.case_note_id)["sourceSystem"] == system


def test_role_and_token_are_asked_for(office: Office) -> None:
    """401 is empty; 403 has an empty-handed body; a bad body comes before the role."""
    anonymous = office.api("GET", "/casenotes/1", roles=None)
    assert (anonymous.status, anonymous.body) == (401, b"")
    barred = office.api("GET", "/casenotes/1", roles=["ROLE_OTHER"])
    assert barred.status == 403
    assert barred.json() == {
        "status": 403,
        "errorCode": None,
        "userMessage": None,
        "developerMessage": None,
        "moreInfo": None,
    }
    path = f"/prisoners/{PRISONER}/casenotes"
    assert office.api("POST", path, {}, roles=["ROLE_OTHER"]).status == 400


def test_unknown_paths_and_methods_are_500(office: Office) -> None:
    """No handler is registered for them (http-contracts 2.0)."""
    for method, path in (("GET", "/nothing"), ("PATCH", "/casenotes/1")):
        failed = office.api(method, path)
        assert failed.status == 500
        assert failed.json()["userMessage"].startswith("Unexpected error: ")
