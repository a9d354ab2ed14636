"""How the service words what is wrong with a request (http-contracts 3.0)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.dps.conftest import (
    EVERY_ROLE,
    PRISONER,
    RO,
    UNKNOWN_ID,
    amendment,
    author,
    from_nomis,
    note,
)

if TYPE_CHECKING:
    from tests.dps.conftest import Dps

PATH = f"/case-notes/{PRISONER}"


def test_one_broken_constraint_is_worded_in_both_messages(dps: Dps) -> None:
    """The message stands after its prefix, in the user's and developer's text."""
    response = dps.call("POST", PATH, note(text=" "))
    assert response.status == 400
    assert response.json() == {
        "status": 400,
        "userMessage": "Validation failure: text cannot be blank",
        "developerMessage": "400 BAD_REQUEST Validation failure: text cannot be blank",
    }


def test_several_broken_constraints_are_distinct_and_sorted(dps: Dps) -> None:
    """Messages come in alphabetical order, one a line, each once."""
    nameless = amendment("More.", author=author(firstName="", lastName=""))
    body = from_nomis(
        personIdentifier=" ",
        locationId="L" * 13,
        type="",
        amendments=[nameless],
        author=author(firstName=" "),
    )
    response = dps.call("PUT", "/sync/case-notes", body)
    expected = (
        "Validation failures: \n"
        "author first name cannot be blank\n"
        "author last name cannot be blank\n"
        "location must be no more than 12 characters\n"
        "person identifier cannot be blank\n"
        "type must not be blank\n"
    )
    assert response.status == 400
    assert response.json()["userMessage"] == expected
    assert response.json()["developerMessage"] == f"400 BAD_REQUEST {expected}"


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"personIdentifier": ""}, "person identifier cannot be blank"),
        (
            {"personIdentifier": "P" * 13},
            "person identifier cannot be more than 12 characters",
        ),
        ({"locationId": "L" * 13}, "location must be no more than 12 characters"),
        ({"type": " "}, "type must not be blank"),
        ({"type": "T" * 13}, "type must be no more than 12 characters"),
        ({"subType": ""}, "sub type must not be blank"),
        ({"subType": "T" * 13}, "sub type must be no more than 12 characters"),
        ({"createdByUsername": " "}, "created by username cannot be blank"),
        ({"author": author(" ")}, "author username cannot be blank"),
        (
            {"author": author("U" * 65)},
            "author username cannot be more than 64 characters",
        ),
        ({"author": author(userId="")}, "author user id cannot be blank"),
        (
            {"author": author(userId="1" * 65)},
            "author user id cannot be more than 64 characters",
        ),
        ({"author": author(firstName="")}, "author first name cannot be blank"),
        ({"author": author(lastName="")}, "author last name cannot be blank"),
        (
            {"amendments": [amendment("", author=author(userId=" "))]},
            "author user id cannot be blank",
        ),
    ],
)
def test_constraints_of_the_sync_request(
    dps: Dps, members: dict[str, Any], message: str
) -> None:
    """Each constraint of C3 answers 400 with its own message."""
    response = dps.call("PUT", "/sync/case-notes", from_nomis(**members))
    assert response.status == 400
    assert response.json()["userMessage"] == f"Validation failure: {message}"


def test_empty_texts_are_accepted_from_nomis(dps: Dps) -> None:
    """NOMIS holds empty notes and amendments (corpus TXT-08)."""
    result = dps.sync(text="", amendments=[amendment("")])
    found = dps.read(result["id"])
    assert (found["text"], found["amendments"][0]["additionalNoteText"]) == ("", "")


@pytest.mark.parametrize(
    "members",
    [
        {"legacyId": None},
        {"text": None},
        {"systemGenerated": None},
        {"amendments": None},
        {"occurrenceDateTime": "2026-03-01"},
        {"occurrenceDateTime": "2026-13-01T09:15:00"},
        {"occurrenceDateTime": "2026-03-01T09:15:00+01:00"},
        {"occurrenceDateTime": "2026-02-30T09:15:00"},
        {"id": "not-a-uuid"},
        {"system": "DELIUS"},
        {"author": {"username": "A", "userId": "1", "firstName": "S"}},
        {"amendments": [{"author": author(), "createdDateTime": "2026-03-01T10:00"}]},
    ],
)
def test_what_cannot_be_bound_ends_in_the_catch_all(
    dps: Dps, members: dict[str, Any]
) -> None:
    """Null, missing or unreadable members are a 500, not a 400."""
    response = dps.call("PUT", "/sync/case-notes", from_nomis(**members))
    assert response.status == 500
    assert set(response.json()) == {"status", "developerMessage"}
    assert dps.model.snapshot()["notes"] == []


def test_unreadable_json_ends_in_the_catch_all(dps: Dps) -> None:
    """Broken JSON and a missing body are a 500."""
    assert dps.call("PUT", "/sync/case-notes", raw=b"{").status == 500
    assert dps.call("PUT", "/sync/case-notes").status == 500


def test_unknown_members_are_ignored(dps: Dps) -> None:
    """A member that the service does not know does no harm."""
    dps.sync(bookingId=1_200_001, caseload="MDI")


def test_seconds_may_be_left_out_of_a_date_time(dps: Dps) -> None:
    """A date-time to the minute is accepted and printed with seconds."""
    result = dps.sync(occurrenceDateTime="2026-03-01T09:15")
    shown = dps.read(result["id"])["occurrenceDateTime"]
    assert shown == "2026-03-01T09:15:00"


def test_unknown_paths_and_methods_end_in_the_catch_all(dps: Dps) -> None:
    """The service has no handler for them: 500."""
    assert dps.call("GET", "/nowhere").status == 500
    assert dps.call("PATCH", PATH, {}).status == 500


def test_malformed_uuid_ends_in_the_catch_all_where_only_a_uuid_fits(
    dps: Dps,
) -> None:
    """Paths that know no legacy id cannot bind anything but a UUID."""
    assert dps.call("DELETE", "/sync/case-notes/123").status == 500
    body = {"reason": "Wrong"}
    assert dps.call("DELETE", "/admin/case-notes/123", body).status == 500


def test_malformed_note_identifier_is_a_bad_request(dps: Dps) -> None:
    """Neither UUID nor number: 400 that repeats the value."""
    response = dps.call("GET", f"{PATH}/abc")
    assert response.status == 400
    message = "Invalid UUID string: abc"
    assert response.json() == {"status": 400, "developerMessage": message}
    assert dps.call("GET", f"{PATH}/99999999999999999999").status == 400


def test_wrong_role_is_told_after_the_body(dps: Dps) -> None:
    """A body that breaks a constraint answers 400, whatever the role."""
    assert dps.call("PUT", "/sync/case-notes", from_nomis(), roles=[RO]).json() == {
        "status": 403,
        "developerMessage": "Access Denied",
    }
    blank = from_nomis(type=" ")
    assert dps.call("PUT", "/sync/case-notes", blank, roles=[RO]).status == 400


def test_no_token_is_told_before_anything(dps: Dps) -> None:
    """401 with a truly empty body and the challenge."""
    response = dps.call("PUT", "/sync/case-notes", {}, roles=None)
    assert (response.status, response.body) == (401, b"")
    assert response.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("operation", ["reads", "search", "sync", "types"])
def test_roles_of_each_group_of_operations(dps: Dps, operation: str) -> None:
    """Exactly the roles of the contract open each operation (3.1, 3.2)."""
    search = {"includeSensitive": True, "page": 1, "size": 1}
    method, path, body, opened = {
        "reads": ("GET", PATH, None, "RO RW ADMIN SYNC__RW"),
        "search": ("POST", f"/search{PATH}", search, "RO RW ADMIN SYNC__RW"),
        "sync": ("GET", f"/sync{PATH}", None, "SYNC__RW"),
        "types": ("GET", "/case-notes/types", None, "RO RW"),
    }[operation]
    allowed = {
        role
        for role in EVERY_ROLE
        if dps.call(method, path, body, roles=[role]).status == 200
    }
    expected = {f"ROLE_PRISONER_CASE_NOTES__{role}" for role in opened.split()}
    assert allowed == expected


def test_nul_characters_are_stripped_from_every_string(dps: Dps) -> None:
    """NOMIS text may hold NUL; DPS stores everything else (corpus TXT-07)."""
    raw_author = author(firstName="SA\u0000M")
    result = dps.sync(
        text="a\u0000b\u0000\u0000c \\u0000 \u0001",
        author=raw_author,
        amendments=[amendment("\u0000x")],
    )
    found = dps.read(result["id"])
    assert found["text"] == "abc \\u0000 \u0001"
    assert found["authorName"] == "Sam Lee"
    assert found["amendments"][0]["additionalNoteText"] == "x"


def test_string_of_nothing_but_nul_is_blank(dps: Dps) -> None:
    """Stripping comes before validation."""
    response = dps.call("POST", PATH, note(text="\u0000"))
    assert response.json()["userMessage"] == "Validation failure: text cannot be blank"
    fits = dps.call("POST", PATH, note(type="KA\u0000" + "\u0000" * 12))
    assert fits.status == 201


def test_missing_note_is_named_in_the_404(dps: Dps) -> None:
    """The identifier stands in brackets, as it was asked for."""
    response = dps.call("GET", f"{PATH}/{UNKNOWN_ID}")
    assert response.status == 404
    message = f"Resource with id [{UNKNOWN_ID}] not found."
    assert response.json() == {"status": 404, "developerMessage": message}
