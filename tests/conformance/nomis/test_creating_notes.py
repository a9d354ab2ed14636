"""N2: what it takes to write a note through the NOMIS API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from harness.conform import fact
from harness.conform.cast import invented_number
from tests.conformance.nomis.bodies import error, note, shown, written

if TYPE_CHECKING:
    from harness.api import WorldApi
    from harness.conform import Api, Cast

N2 = "http-contracts 2.1 N2"
MANDATORY = (
    "caseNoteType",
    "caseNoteSubType",
    "occurrenceDateTime",
    "creationDateTime",
    "authorUsername",
    "caseNoteText",
)


@fact(N2)
def test_a_note_is_answered_with_its_two_ids(nomis: Api, cast: Cast) -> None:
    """201, both ids numbers, and no Location."""
    prisoner, author = cast.prisoner(), cast.staff().username
    answer = nomis.post(f"/prisoners/{prisoner.number}/casenotes", note(author))
    assert answer.status == 201
    assert answer.body == {"id": answer.body["id"], "bookingId": prisoner.booking}
    assert answer.body["id"] > 0
    assert "location" not in answer.headers


@fact("http-contracts 2.0")
def test_ids_count_up_by_one(nomis: Api, cast: Cast) -> None:
    """The sequence gives +1 a note, always positive."""
    prisoner, author = cast.prisoner(), cast.staff().username
    path = f"/prisoners/{prisoner.number}/casenotes"
    first, second = (nomis.post(path, note(author)).body["id"] for _ in range(2))
    if cast.fresh:
        assert second == first + 1
    else:
        assert second > first > 0


@fact(N2)
def test_the_same_request_twice_makes_two_notes(nomis: Api, cast: Cast) -> None:
    """No idempotency and no duplicate detection."""
    prisoner, author = cast.prisoner(), cast.staff().username
    path = f"/prisoners/{prisoner.number}/casenotes"
    ids = {nomis.post(path, note(author)).body["id"] for _ in range(2)}
    listed = {one["caseNoteId"] for one in nomis.get(path).body["caseNotes"]}
    assert len(ids) == 2
    assert ids <= listed


@fact(N2)
def test_an_unknown_prisoner_is_the_first_thing_refused(nomis: Api) -> None:
    """404 before anything of the body is looked up."""
    number = invented_number()
    body = note("NOBODY_GEN", caseNoteType="NONE", caseNoteSubType="NONE")
    answer = nomis.post(f"/prisoners/{number}/casenotes", body)
    assert answer.status == 404
    message = f"Prisoner {number} not found with a booking"
    assert answer.body == error(404, "Not Found", message)


@fact("http-contracts 10.16")
def test_a_prisoner_without_a_booking_is_unknown_to_n2(
    nomis: Api, screens: Api, cast: Cast
) -> None:
    """The same 404 when there is a prisoner but no booking with sequence 1."""
    prisoner, staff = cast.prisoner(), cast.staff()
    gone = screens.delete(f"/bookings/{prisoner.booking}", user=staff.username)
    assert gone.status == 200
    path = f"/prisoners/{prisoner.number}/casenotes"
    answer = nomis.post(path, note(staff.username))
    assert answer.status == 404
    message = f"Prisoner {prisoner.number} not found with a booking"
    assert answer.body == error(404, "Not Found", message)


CHECKS: tuple[tuple[dict[str, Any], str], ...] = (
    (
        {"caseNoteType": "QQQ", "caseNoteSubType": "QQQ", "authorUsername": "NOBODY"},
        "CaseNote caseNoteType QQQ is not valid",
    ),
    (
        {"caseNoteSubType": "QQQ", "authorUsername": "NOBODY"},
        "CaseNote caseNoteSubType QQQ is not valid",
    ),
    (
        {"caseNoteType": "GEN", "caseNoteSubType": "SOU", "authorUsername": "NOBODY"},
        "CNOTE (type,subtype)=(GEN,SOU) does not exist in the Works table",
    ),
    ({"authorUsername": "NOBODY"}, "Username NOBODY not found"),
)


@fact(N2)
@pytest.mark.parametrize(("members", "message"), CHECKS)
def test_the_first_of_several_faults_is_told(
    nomis: Api, cast: Cast, members: dict[str, Any], message: str
) -> None:
    """Type, then sub type, then the pair, then the author; later ones are silent."""
    prisoner = cast.prisoner()
    body = note("NOBODY") | members
    answer = nomis.post(f"/prisoners/{prisoner.number}/casenotes", body)
    assert answer.status == 400
    assert answer.body == error(400, "Bad request", message)


@fact(N2)
def test_the_author_must_match_exactly(nomis: Api, cast: Cast) -> None:
    """A lower-case account name is another account."""
    prisoner, author = cast.prisoner(), cast.staff().username.lower()
    answer = nomis.post(f"/prisoners/{prisoner.number}/casenotes", note(author))
    assert answer.status == 400
    message = f"Username {author} not found"
    assert answer.body == error(400, "Bad request", message)


@fact(N2)
@pytest.mark.parametrize("name", MANDATORY)
def test_every_member_is_mandatory(nomis: Api, cast: Cast, name: str) -> None:
    """400 `Bad request` when one is missing."""
    body = note(cast.staff().username)
    del body[name]
    answer = nomis.post(f"/prisoners/{cast.prisoner().number}/casenotes", body)
    assert answer.status == 400
    assert answer.body["userMessage"].startswith("Bad request: ")


@fact(N2)
@pytest.mark.parametrize("name", MANDATORY)
def test_no_member_may_be_null(nomis: Api, cast: Cast, name: str) -> None:
    """All are required and non-null."""
    body = note(cast.staff().username) | {name: None}
    answer = nomis.post(f"/prisoners/{cast.prisoner().number}/casenotes", body)
    assert answer.status == 400
    assert answer.body["userMessage"].startswith("Bad request: ")


@fact("http-contracts 2.1 N2; 12 All four (minLength is not-blank)", inferred=True)
@pytest.mark.parametrize(
    "name", ["caseNoteType", "caseNoteSubType", "authorUsername", "caseNoteText"]
)
@pytest.mark.parametrize("blank", ["", "   "])
def test_no_text_may_be_blank(nomis: Api, cast: Cast, name: str, blank: str) -> None:
    """Blank is refused, not only empty, and the field is named."""
    body = note(cast.staff().username) | {name: blank}
    answer = nomis.post(f"/prisoners/{cast.prisoner().number}/casenotes", body)
    assert answer.status == 400
    assert name in answer.body["developerMessage"]


@fact("http-contracts 2.0")
def test_a_body_that_is_no_json_is_a_bad_request(nomis: Api, cast: Cast) -> None:
    """400 with the parser's message."""
    path = f"/prisoners/{cast.prisoner().number}/casenotes"
    answer = nomis.post(path, content=b'{"caseNoteType":')
    assert answer.status == 400
    assert answer.body["userMessage"].startswith("Bad request: ")


@fact("http-contracts 0.2")
def test_unknown_members_are_ignored(nomis: Api, cast: Cast) -> None:
    """DPS amendments, say, are no part of this request."""
    note_id, _, _ = written(nomis, cast, amendments=[{"text": "x"}], other=1)
    assert shown(nomis, note_id)["amendments"] == []


@fact(N2)
def test_inactive_reference_codes_are_accepted(nomis: Api, cast: Cast) -> None:
    """POM/POME and GEN/OSE are inactive (3.3): an existence test only."""
    note_id, _, _ = written(nomis, cast, caseNoteType="POM", caseNoteSubType="POME")
    assert shown(nomis, note_id)["caseNoteSubType"]["code"] == "POME"


@fact("http-contracts 2.0 stored columns")
def test_what_is_stored_is_what_was_sent(nomis: Api, cast: Cast) -> None:
    """Codes, text and booking as sent; source always INST; stamped by the sync."""
    note_id, prisoner, author = written(nomis, cast)
    read = shown(nomis, note_id)
    assert read["caseNoteType"]["code"] == "KA"
    assert read["caseNoteSubType"]["code"] == "KS"
    assert read["caseNoteText"] == "Met on the wing."
    assert read["bookingId"] == prisoner.booking
    assert read["noteSourceCode"] == "INST"
    assert author in read["authorUsernames"]
    assert read["auditModuleName"] == "DPS_SYNCHRONISATION"
    assert read["prisonId"] == prisoner.prison


@fact("http-contracts 2.1 N1 example; 3.3")
def test_codes_are_shown_with_their_descriptions(nomis: Api, cast: Cast) -> None:
    """Key Worker Activity / Key Worker Session."""
    note_id, _, _ = written(nomis, cast)
    read = shown(nomis, note_id)
    assert read["caseNoteType"]["description"] == "Key Worker Activity"
    assert read["caseNoteSubType"]["description"] == "Key Worker Session"


@fact("http-contracts 0.2 precision")
def test_times_are_kept_to_the_second(nomis: Api, cast: Cast) -> None:
    """Contact and creation are Oracle DATEs: the fraction is lost."""
    note_id, _, _ = written(
        nomis,
        cast,
        occurrenceDateTime="2025-03-04T09:15:59.999999",
        creationDateTime="2025-03-04T09:20:31.482911",
    )
    read = shown(nomis, note_id)
    assert read["occurrenceDateTime"] == "2025-03-04T09:15:59"
    assert read["creationDateTime"] == "2025-03-04T09:20:31"


@fact("http-contracts 0.2")
def test_seconds_may_be_left_out(nomis: Api, cast: Cast) -> None:
    """`2024-06-01T15:00` is accepted, and answered with seconds."""
    note_id, _, _ = written(nomis, cast, occurrenceDateTime="2024-06-01T15:00")
    assert shown(nomis, note_id)["occurrenceDateTime"] == "2024-06-01T15:00:00"


@fact("http-contracts 0.2")
@pytest.mark.parametrize("name", ["occurrenceDateTime", "creationDateTime"])
def test_a_time_with_an_offset_cannot_be_read(
    nomis: Api, cast: Cast, name: str
) -> None:
    """`+01:00` fails to parse: local date-times only."""
    body = note(cast.staff().username) | {name: "2025-06-04T09:15:00+01:00"}
    answer = nomis.post(f"/prisoners/{cast.prisoner().number}/casenotes", body)
    assert answer.status == 400
    assert answer.body["userMessage"].startswith("Bad request: ")


@fact("http-contracts 10.22")
def test_the_repeated_hour_has_no_offset_to_tell_it_by(nomis: Api, cast: Cast) -> None:
    """01:30 on the last Sunday of October is taken and given as wall-clock time."""
    note_id, _, _ = written(nomis, cast, occurrenceDateTime="2025-10-26T01:30:00")
    assert shown(nomis, note_id)["occurrenceDateTime"] == "2025-10-26T01:30:00"


@fact(N2)
def test_an_account_may_come_back_as_another_of_the_same_person(
    nomis: Api, cast: Cast
) -> None:
    """Only the staff id is stored; all accounts are listed with the posted one."""
    staff = cast.staff(accounts=2)
    note_id, _, _ = written(nomis, cast, authorUsername=staff.usernames[1])
    read = shown(nomis, note_id)
    assert read["authorStaffId"] == staff.staff_id
    assert read["authorUsername"] in staff.usernames
    assert sorted(read["authorUsernames"]) == sorted(staff.usernames)


@fact("http-contracts 2.1 N2; 7.1")
def test_a_note_by_the_sync_raises_an_inserted_event(
    nomis: Api, cast: Cast, world: WorldApi
) -> None:
    """One event that names note, booking, prisoner, kind and the sync's module."""
    note_id, prisoner, _ = written(nomis, cast)
    raised = [
        entry["body"]
        for entry in world.journal(kinds=["event"])
        if entry["body"].get("caseNoteId") == note_id
    ]
    assert [one["eventType"] for one in raised] == ["OFFENDER_CASE_NOTES-INSERTED"]
    assert raised[0]["bookingId"] == prisoner.booking
    assert raised[0]["offenderIdDisplay"] == prisoner.number
    assert (raised[0]["caseNoteType"], raised[0]["caseNoteSubType"]) == ("KA", "KS")
    assert raised[0]["auditModuleName"] == "DPS_SYNCHRONISATION"


@fact("http-contracts 3.3")
def test_the_schema_owner_may_author(nomis: Api, cast: Cast) -> None:
    """`OMS_OWNER` has an account, or alert notes of DPS could not be copied."""
    note_id, _, _ = written(
        nomis,
        cast,
        authorUsername="OMS_OWNER",
        caseNoteType="ALERT",
        caseNoteSubType="ACTIVE",
    )
    assert "OMS_OWNER" in shown(nomis, note_id)["authorUsernames"]


SYNCED = [
    "ALERT/ACTIVE",
    "ALERT/INACTIVE",
    "KA/KE",
    "KA/KS",
    "GEN/HIS",
    "GEN/WELFCHK",
    "GEN/OSE",
    "POM/POME",
    "OBSERVE/OBS_GEN",
    "POS/IEP_ENC",
    "NEG/IEP_WARN",
    "CAB/OTHER",
    "COMMS/COM_IN",
    "RESET/GEN",
    "REPORTS/REP_IEP",
    "VETERAN/VET_OMU",
    "PRISON/RELEASE",
    "TRANSFER/FROMTOL",
    "ACP/SOU",
    "APP/OUTCOME",
    "CNOTE/FWD",
    "OMIC/INFOSHARE_FM",
]


@fact("http-contracts 3.3")
@pytest.mark.parametrize("pair", SYNCED)
def test_every_synced_pair_is_a_work_of_nomis(
    nomis: Api, cast: Cast, pair: str
) -> None:
    """NOMIS must take whatever DPS sends it."""
    kind, sub = pair.split("/")
    written(nomis, cast, caseNoteType=kind, caseNoteSubType=sub)
