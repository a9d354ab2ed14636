"""N1, N5 and N6: what the NOMIS API shows of case notes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from harness.conform import fact
from harness.conform.cast import invented_id, invented_number
from tests.conformance.nomis.bodies import amendment, error, note, shown, written

if TYPE_CHECKING:
    from harness.conform import Api, Cast

N1 = "http-contracts 2.1 N1"
N5 = "http-contracts 2.1 N5"
N6 = "http-contracts 2.1 N6"
WHOLE_SECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
LOCAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,8}[1-9])?")
# What the Kotlin clients cannot do without (section 9).
MANDATORY = {
    "caseNoteId", "bookingId", "caseNoteType", "caseNoteSubType", "authorStaffId",
    "authorUsername", "authorLastName", "caseNoteText", "amendments",
    "createdDatetime", "createdUsername", "sourceSystem", "occurrenceDateTime",
    "creationDateTime", "authorUsernames",
}  # fmt: skip
KNOWN = MANDATORY | {"noteSourceCode", "authorFirstName", "prisonId", "auditModuleName"}


@fact(N1)
def test_an_unknown_note_is_not_found(nomis: Api) -> None:
    """404 with the id in the message."""
    unknown = invented_id()
    answer = nomis.get(f"/casenotes/{unknown}")
    assert answer.status == 404
    message = f"Case note not found for caseNoteId={unknown}"
    assert answer.body == error(404, "Not Found", message)


@fact("http-contracts 2.0; 12 NOMIS")
@pytest.mark.parametrize("path", ["/casenotes/abc", "/casenotes/1.5", "/casenotes/1x"])
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_an_id_that_is_no_number_is_an_invalid_argument(
    nomis: Api, path: str, method: str
) -> None:
    """400 `Invalid Argument`, which the published document leaves out."""
    answer = nomis.call(method, path)
    assert answer.status == 400
    assert answer.body["userMessage"].startswith("Invalid Argument: ")


@fact("http-contracts 9")
def test_a_note_has_all_that_the_clients_need(nomis: Api, cast: Cast) -> None:
    """No mandatory member is missing or null."""
    note_id, _, _ = written(nomis, cast)
    read = shown(nomis, note_id)
    assert set(read) >= MANDATORY
    assert all(read[name] is not None for name in MANDATORY)


@fact("http-contracts 2.1 CaseNoteResponse")
def test_a_note_has_only_the_documented_members(nomis: Api, cast: Cast) -> None:
    """Nothing else is shown."""
    note_id, _, _ = written(nomis, cast)
    assert set(shown(nomis, note_id)) <= KNOWN


@fact("http-contracts 0.2 null omission")
def test_nulls_are_left_out(nomis: Api, cast: Cast) -> None:
    """NOMIS DTOs print no null, in the note or in an amendment."""
    note_id, _, _ = written(nomis, cast)
    body = {"text": "x", "amendments": [amendment("y", "NOBODY_AT_ALL")]}
    nomis.put(f"/casenotes/{note_id}", body)
    assert b"null" not in nomis.get(f"/casenotes/{note_id}").raw


@fact("http-contracts 0.2 date-times")
def test_times_are_local_and_their_fraction_has_no_trailing_zero(
    nomis: Api, cast: Cast
) -> None:
    """No offset and no Z anywhere; business times are whole seconds."""
    note_id, _, _ = written(nomis, cast)
    read = shown(nomis, note_id)
    assert WHOLE_SECONDS.fullmatch(read["occurrenceDateTime"])
    assert WHOLE_SECONDS.fullmatch(read["creationDateTime"])
    assert LOCAL.fullmatch(read["createdDatetime"])


@fact("http-contracts 12 DPS (media type); 0.2")
def test_answers_are_json(nomis: Api, cast: Cast) -> None:
    """application/json, whatever the document says."""
    note_id, _, _ = written(nomis, cast)
    answer = nomis.get(f"/casenotes/{note_id}")
    assert answer.headers["content-type"].startswith("application/json")


@fact(N1)
def test_an_amendment_by_a_known_user_names_its_author(nomis: Api, cast: Cast) -> None:
    """Staff id and names are looked up by exact username."""
    staff = cast.staff(name="Sam Leeson")
    note_id, _, _ = written(nomis, cast)
    body = {"text": "x", "amendments": [amendment("y", staff.username)]}
    nomis.put(f"/casenotes/{note_id}", body)
    [read] = shown(nomis, note_id)["amendments"]
    assert read["authorStaffId"] == staff.staff_id
    assert (read["authorFirstName"], read["authorLastName"]) == ("Sam", "Leeson")
    assert read["authorUsername"] == staff.username
    assert read["createdDateTime"] == "2025-03-05T10:01:02"


@fact("http-contracts 2.1 N1; 10.10")
def test_an_amendment_by_an_unknown_user_has_no_staff(nomis: Api, cast: Cast) -> None:
    """All three staff members are absent, the username is shown."""
    note_id, _, _ = written(nomis, cast)
    body = {"text": "x", "amendments": [amendment("y", "NOBODY_AT_ALL")]}
    nomis.put(f"/casenotes/{note_id}", body)
    [read] = shown(nomis, note_id)["amendments"]
    assert set(read) == {"text", "authorUsername", "createdDateTime", "sourceSystem"}


@fact("http-contracts 9")
def test_the_list_shows_each_note_as_it_is_read_alone(nomis: Api, cast: Cast) -> None:
    """N5 splits the text as N1 does."""
    note_id, prisoner, _ = written(nomis, cast)
    nomis.put(f"/casenotes/{note_id}", {"text": "x", "amendments": [amendment("y")]})
    listed = nomis.get(f"/prisoners/{prisoner.number}/casenotes").body["caseNotes"]
    assert [one for one in listed if one["caseNoteId"] == note_id] == [
        shown(nomis, note_id)
    ]


@fact(N5)
def test_the_list_ascends_by_id(nomis: Api, cast: Cast) -> None:
    """No ordering clause exists; what is observed is ascending."""
    prisoner, author = cast.prisoner(), cast.staff().username
    path = f"/prisoners/{prisoner.number}/casenotes"
    for day in (9, 3, 6):
        body = note(author, occurrenceDateTime=f"2025-03-0{day}T09:00:00")
        assert nomis.post(path, body).status == 201
    ids = [one["caseNoteId"] for one in nomis.get(path).body["caseNotes"]]
    assert ids == sorted(ids)
    assert len(ids) >= 3


@pytest.mark.parametrize(
    "ending",
    [
        pytest.param("", marks=fact(N5)),
        pytest.param("/reconciliation", marks=fact(N6)),
    ],
)
def test_an_unknown_prisoner_has_no_list(nomis: Api, ending: str) -> None:
    """404 `offender <no> not found`."""
    number = invented_number()
    answer = nomis.get(f"/prisoners/{number}/casenotes{ending}")
    assert answer.status == 404
    assert answer.body == error(404, "Not Found", f"offender {number} not found")


@fact("http-contracts 2.1 N5; 10.16")
@pytest.mark.parametrize("booked", [True, False])
def test_a_prisoner_without_notes_has_an_empty_list(
    nomis: Api, screens: Api, cast: Cast, booked: bool
) -> None:
    """200 with an empty list, with no booking too."""
    prisoner = cast.prisoner()
    if not booked:
        user = cast.staff().username
        assert screens.delete(f"/bookings/{prisoner.booking}", user=user).status == 200
    answer = nomis.get(f"/prisoners/{prisoner.number}/casenotes")
    assert (answer.status, answer.body) == (200, {"caseNotes": []})


@fact(N5)
def test_the_list_spans_all_bookings(nomis: Api, screens: Api, cast: Cast) -> None:
    """Notes of an earlier booking are listed after a new admission."""
    staff = cast.staff()
    note_id, prisoner, _ = written(nomis, cast, authorUsername=staff.username)
    user = staff.username
    number = prisoner.number
    assert screens.post(f"/prisoners/{number}/release", user=user).status == 200
    admission = screens.post(
        f"/prisoners/{number}/admission", {"prison": prisoner.prison}, user=user
    )
    assert admission.status == 201
    new_id = nomis.post(f"/prisoners/{number}/casenotes", note(user)).body["id"]
    listed = nomis.get(f"/prisoners/{number}/casenotes").body["caseNotes"]
    bookings = {one["caseNoteId"]: one["bookingId"] for one in listed}
    assert bookings[note_id] == prisoner.booking
    assert bookings[new_id] == admission.body["bookingId"] != prisoner.booking


@fact(N6)
def test_reconciliation_shows_the_text_as_stored(nomis: Api, cast: Cast) -> None:
    """Markers stay in the text and there are no amendments."""
    note_id, prisoner, _ = written(nomis, cast)
    nomis.put(f"/casenotes/{note_id}", {"text": "x", "amendments": [amendment("y")]})
    path = f"/prisoners/{prisoner.number}/casenotes/reconciliation"
    [raw] = _of(nomis.get(path).body["caseNotes"], note_id)
    marker = "[XYZ98K_GEN updated the case notes on 2025/03/05 10:01:02]"
    assert raw["caseNoteText"] == f"x ...{marker} y"
    assert raw["amendments"] == []
    whole = shown(nomis, note_id)
    same = set(whole) - {"caseNoteText", "amendments"}
    assert {key: raw[key] for key in same} == {key: whole[key] for key in same}


@fact("http-contracts 2.0 stored columns; 10.17")
def test_the_prison_is_where_the_booking_was(
    nomis: Api, screens: Api, cast: Cast
) -> None:
    """A transfer does not move the notes written before it."""
    staff, other = cast.staff(), _another_prison(cast)
    note_id, prisoner, _ = written(nomis, cast, authorUsername=staff.username)
    moved = screens.post(
        f"/prisoners/{prisoner.number}/transfer", {"prison": other}, user=staff.username
    )
    assert moved.status == 200
    assert shown(nomis, note_id)["prisonId"] == prisoner.prison


def _another_prison(cast: Cast) -> str:
    return type(cast)(cast._world).prison()  # type: ignore[call-arg, attr-defined]


def _of(listed: list[dict[str, Any]], note_id: int) -> list[dict[str, Any]]:
    return [one for one in listed if one["caseNoteId"] == note_id]
