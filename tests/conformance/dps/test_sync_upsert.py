"""C3: the upsert that from-nomis relies on, rule by rule."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest

from harness.conform import fact
from harness.conform.cast import invented_number
from tests.conformance.dps.bodies import (
    amendment,
    author,
    events,
    from_nomis,
    plain_error,
    shown,
    synced,
    validation,
    written,
)

if TYPE_CHECKING:
    from harness.api import WorldApi
    from harness.conform import Api, Cast

C3 = "http-contracts 3.1 C3"


def of(dps: Api, request: dict[str, Any], result: dict[str, Any]) -> dict[str, Any]:
    """Read the note of a sync result."""
    return shown(dps, request["personIdentifier"], result["id"])


@fact(C3)
def test_a_new_note_is_created(dps: Api) -> None:
    """201 with a fresh id, the legacy id echoed and action CREATED."""
    result, request = synced(dps)
    assert result == {
        "id": result["id"],
        "legacyId": request["legacyId"],
        "action": "CREATED",
    }
    assert str(uuid.UUID(result["id"])) == result["id"]


@fact("http-contracts 3.0 (UUIDv7)")
def test_ids_are_time_ordered(dps: Api) -> None:
    """Version 7 UUIDs; later notes have greater ids."""
    first, second = synced(dps)[0]["id"], synced(dps)[0]["id"]
    assert uuid.UUID(first).version == 7
    assert first < second


@fact("http-contracts 3.1 C3; 3.0 CaseNote")
def test_what_is_stored_is_what_was_sent(dps: Api) -> None:
    """Every member of C1 follows from the request."""
    result, request = synced(dps, amendments=[amendment()])
    read = of(dps, request, result)
    [added] = read.pop("amendments")
    assert read == {
        "caseNoteId": result["id"],
        "offenderIdentifier": request["personIdentifier"],
        "type": "OBSERVE",
        "typeDescription": "Observations",
        "subType": "OBS_GEN",
        "subTypeDescription": "General Entry",
        "source": "INST",
        "creationDateTime": "2025-03-04T09:20:31",
        "occurrenceDateTime": "2025-03-04T09:15:00",
        "authorName": "Nina Okoro",
        "authorUserId": "485572",
        "authorUsername": "ABC12D_GEN",
        "text": "Quiet night.",
        "locationId": "MDI",
        "eventId": request["legacyId"],
        "sensitive": False,
        "systemGenerated": False,
        "legacyId": request["legacyId"],
    }
    assert added == {
        "creationDateTime": "2025-03-05T10:01:02",
        "authorUserName": "XYZ98K_GEN",
        "authorName": "Nina Okoro",
        "authorUserId": "485572",
        "additionalNoteText": "Ate breakfast.",
        "id": added["id"],
    }


@fact(C3)
@pytest.mark.parametrize(
    ("first", "last", "name"),
    [
        ("NINA", "O'NEIL", "Nina O'Neil"),
        ("ANN-MARIE", "DOUBLE-BARRELLED", "Ann-Marie Double-Barrelled"),
        ("mary ann", "van der berg", "Mary Ann Van Der Berg"),
    ],
)
def test_author_names_are_capitalised_by_parts(
    dps: Api, first: str, last: str, name: str
) -> None:
    """Lower-cased, then the first letter of each word part capitalised."""
    result, request = synced(dps, author=author(firstName=first, lastName=last))
    assert of(dps, request, result)["authorName"] == name


@fact(f"{C3} rule 1")
def test_a_repeated_insert_finds_the_note_by_its_legacy_id(dps: Api) -> None:
    """200 UPDATED with the same id: a redelivery makes no second note."""
    result, request = synced(dps)
    again, _ = synced(dps, 200, **request)
    assert again == result | {"action": "UPDATED"}
    listed = dps.get(f"/sync/case-notes/{request['personIdentifier']}").body
    assert len(listed) == 1


@fact(f"{C3} rule 1")
def test_a_given_id_decides_before_the_legacy_id(dps: Api, cast: Cast) -> None:
    """A DPS-born note is found by id and keeps its own legacy id."""
    note = written(dps, cast.staff().username)
    result, request = synced(
        dps,
        200,
        id=note["caseNoteId"],
        personIdentifier=note["offenderIdentifier"],
        text="Edited in NOMIS.",
    )
    assert result["id"] == note["caseNoteId"]
    assert result["legacyId"] == request["legacyId"]
    read = of(dps, request, result)
    assert read["legacyId"] == note["legacyId"] < 0
    assert read["text"] == "Edited in NOMIS."


@fact(f"{C3} rule 4; 10.5")
def test_an_unknown_id_is_not_used(dps: Api) -> None:
    """A new note under a fresh UUID: 201 CREATED."""
    given = str(uuid.uuid4())
    result, request = synced(dps, id=given)
    assert result["action"] == "CREATED"
    assert result["id"] != given
    assert of(dps, request, result)["legacyId"] == request["legacyId"]


@fact(f"{C3} rule 4 (unique constraint)")
def test_an_unknown_id_with_a_known_legacy_id_violates_the_constraint(
    dps: Api,
) -> None:
    """500, and the note there is stays."""
    result, request = synced(dps)
    body = request | {"id": str(uuid.uuid4()), "text": "other"}
    assert dps.put("/sync/case-notes", body).status == 500
    assert of(dps, request, result)["text"] == "Quiet night."


@fact(f"{C3} rule 2; 10.6")
@pytest.mark.parametrize("by_id", [True, False])
def test_a_note_of_another_person_is_not_touched(dps: Api, by_id: bool) -> None:
    """400 with its message, found by id or by legacy id alike."""
    result, request = synced(dps)
    body = request | {"personIdentifier": invented_number(), "text": "other"}
    if by_id:
        body["id"] = result["id"]
    answer = dps.put("/sync/case-notes", body)
    message = (
        "Case note belongs to another prisoner or prisoner records have been merged"
    )
    assert (answer.status, answer.body) == (400, plain_error(400, message))
    assert of(dps, request, result)["text"] == "Quiet night."


REPLACING: tuple[dict[str, Any], ...] = (
    {"type": "GEN", "subType": "HIS"},
    {"subType": "OBS_GEN", "type": "OBSERVE", "text": "Other."},
    {"text": "Quiet night. "},
    {"occurrenceDateTime": "2025-03-04T09:15:01"},
    {"occurrenceDateTime": "2025-03-04T09:15:00.000001"},
)


@fact(f"{C3} rule 3 replace")
@pytest.mark.parametrize("members", REPLACING)
def test_a_changed_type_text_or_occurrence_replaces_the_note(
    dps: Api, members: dict[str, Any]
) -> None:
    """Same id and legacy id, everything else from the request."""
    result, request = synced(dps, amendments=[amendment()])
    old = of(dps, request, result)
    changed = members | {
        "author": author("NEW12N_GEN", userId="600"),
        "locationId": "LEI",
        "createdDateTime": "2025-03-04T10:00:00",
        "systemGenerated": True,
        "amendments": [amendment()],
    }
    synced(dps, 200, **(request | changed))
    new = of(dps, request, result)
    assert (new["caseNoteId"], new["legacyId"]) == (old["caseNoteId"], old["legacyId"])
    assert new["authorUsername"] == "NEW12N_GEN"
    assert new["locationId"] == "LEI"
    assert new["creationDateTime"] == "2025-03-04T10:00:00"
    assert new["systemGenerated"] is True
    assert new["amendments"][0]["id"] != old["amendments"][0]["id"]


@fact(f"{C3} rule 3 replace (amendment text)")
def test_a_changed_amendment_text_replaces_the_note(dps: Api) -> None:
    """Matched by username and second; the new text stands under a new id."""
    result, request = synced(dps, amendments=[amendment("a")])
    before = of(dps, request, result)["amendments"][0]
    synced(dps, 200, **(request | {"amendments": [amendment("b")]}))
    [after] = of(dps, request, result)["amendments"]
    assert after["additionalNoteText"] == "b"
    assert after["id"] != before["id"]


@fact(f"{C3} rule 3 replace")
def test_a_replaced_note_loses_what_only_dps_had(dps: Api, cast: Cast) -> None:
    """Amendments made in DPS vanish when NOMIS does not send them."""
    result, request = synced(dps)
    path = f"/case-notes/{request['personIdentifier']}/{result['id']}"
    user = cast.staff().username
    assert dps.put(path, {"text": "DPS only"}, user=user).status == 200
    synced(dps, 200, **(request | {"text": "Edited."}))
    assert of(dps, request, result)["amendments"] == []


@fact(f"{C3} rule 3 otherwise")
def test_an_unchanged_note_gains_new_amendments_only(dps: Api) -> None:
    """Those there keep their ids; the new one is added."""
    result, request = synced(dps, amendments=[amendment("a", 1)])
    before = of(dps, request, result)
    body = request | {"amendments": [amendment("a", 1), amendment("b", 2)]}
    synced(dps, 200, **body)
    after = of(dps, request, result)
    assert [one["additionalNoteText"] for one in after["amendments"]] == ["a", "b"]
    assert after["amendments"][0] == before["amendments"][0]


@fact(f"{C3} rule 3 otherwise")
def test_amendments_removed_in_nomis_stay(dps: Api) -> None:
    """An amendment that is no longer sent is not removed."""
    result, request = synced(dps, amendments=[amendment("a")])
    synced(dps, 200, **(request | {"amendments": []}))
    assert len(of(dps, request, result)["amendments"]) == 1


@fact(f"{C3} rule 3 otherwise")
@pytest.mark.parametrize(
    "members",
    [
        {"author": author("NEW12N_GEN")},
        {"locationId": "LEI"},
        {"createdDateTime": "2025-03-04T10:00:00"},
        {"systemGenerated": True},
        {"createdByUsername": "SOMEBODY"},
        {"system": "DPS"},
    ],
)
def test_other_changes_are_ignored(dps: Api, members: dict[str, Any]) -> None:
    """Author, location, creation, origin: the note stays as it was."""
    result, request = synced(dps)
    before = of(dps, request, result)
    synced(dps, 200, **(request | members))
    assert of(dps, request, result) == before


@fact(f"{C3} rule 3 (exactly one match); 10.11")
def test_two_amendments_in_one_second_are_added_again(dps: Api) -> None:
    """Two candidates are no match, so every sync adds both once more."""
    two = [amendment("a", 1), amendment("b", 1)]
    result, request = synced(dps, amendments=two)
    assert len(of(dps, request, result)["amendments"]) == 2
    synced(dps, 200, **request)
    assert len(of(dps, request, result)["amendments"]) == 4


@fact(f"{C3} rule 3 (matching by the second)")
def test_amendments_match_by_the_second(dps: Api, cast: Cast) -> None:
    """A fraction does not matter to the match."""
    result, request = synced(
        dps, amendments=[amendment(createdDateTime="2025-03-05T10:01:02.75")]
    )
    synced(dps, 200, **(request | {"amendments": [amendment(second=2)]}))
    assert len(of(dps, request, result)["amendments"]) == 1


@fact(f"{C3} rule 3 (matching by username)")
def test_amendments_of_another_user_are_new(dps: Api) -> None:
    """Same second, other username: added."""
    result, request = synced(dps, amendments=[amendment()])
    other = amendment() | {"author": author("OTHER_GEN")}
    synced(dps, 200, **(request | {"amendments": [other]}))
    assert len(of(dps, request, result)["amendments"]) == 2


@fact(f"{C3} amendments (a set); 10.12")
def test_identical_amendments_collapse(dps: Api) -> None:
    """The list is a set: equal elements are one."""
    result, request = synced(dps, amendments=[amendment(), amendment()])
    assert len(of(dps, request, result)["amendments"]) == 1


@fact(f"{C3} consequences")
def test_a_fraction_of_the_occurrence_forces_a_replacement(
    dps: Api, cast: Cast
) -> None:
    """NOMIS has seconds only; the DPS note is replaced on its first NOMIS sync."""
    note = written(
        dps, cast.staff().username, occurrenceDateTime="2025-03-04T09:15:00.5"
    )
    _, request = synced(
        dps,
        200,
        id=note["caseNoteId"],
        personIdentifier=note["offenderIdentifier"],
        type="KA",
        subType="KS",
        text=note["text"],
        occurrenceDateTime="2025-03-04T09:15:00",
    )
    read = shown(dps, request["personIdentifier"], note["caseNoteId"])
    assert read["authorUsername"] == request["author"]["username"]


@fact(f"{C3} consequences")
def test_a_type_that_is_not_synced_is_accepted(dps: Api) -> None:
    """`syncToNomis` false is no reason to refuse."""
    synced(dps, type="ACP", subType="REFD")


@fact("http-contracts 3.0 type rules")
def test_an_unknown_type_is_refused(dps: Api) -> None:
    """400 with both codes."""
    answer = dps.put("/sync/case-notes", from_nomis(type="QQ", subType="QQ"))
    message = "Unknown case note type QQ:QQ"
    assert (answer.status, answer.body) == (400, plain_error(400, message))


@fact(f"{C3} text may be empty")
def test_texts_may_be_empty(dps: Api) -> None:
    """Of the note and of an amendment."""
    result, request = synced(dps, text="", amendments=[amendment("")])
    read = of(dps, request, result)
    assert (read["text"], read["amendments"][0]["additionalNoteText"]) == ("", "")


@fact("http-contracts 3.0 (text unbounded)")
def test_texts_have_no_maximum(dps: Api) -> None:
    """A text that NOMIS would cut is kept whole."""
    result, request = synced(dps, text="€" * 10_000)
    assert len(of(dps, request, result)["text"]) == 10_000


@fact("http-contracts 0.2 (U+0000)")
def test_nul_characters_are_stripped(dps: Api) -> None:
    """From every string of a request."""
    result, request = synced(dps, text="a\0b", amendments=[amendment("\0c")])
    read = of(dps, request, result)
    assert (read["text"], read["amendments"][0]["additionalNoteText"]) == ("ab", "c")


@fact("http-contracts 3.1 C3 (taken literally)")
def test_the_person_is_taken_literally(dps: Api) -> None:
    """No upper-casing in sync bodies."""
    number = invented_number().lower()
    _, request = synced(dps, personIdentifier=number)
    assert dps.get(f"/sync/case-notes/{number}").body[0]["offenderIdentifier"] == number
    assert dps.get(f"/sync/case-notes/{number.upper()}").body == []
    assert request["personIdentifier"] == number


@fact(f"{C3} system")
def test_the_system_may_be_left_out(dps: Api) -> None:
    """Null means NOMIS, for the note and for amendments."""
    synced(dps, system=None, amendments=[amendment(system=None)])


MESSAGES: tuple[tuple[dict[str, Any], str], ...] = (
    ({"personIdentifier": " "}, "person identifier cannot be blank"),
    (
        {"personIdentifier": "A" * 13},
        "person identifier cannot be more than 12 characters",
    ),
    ({"locationId": "L" * 13}, "location must be no more than 12 characters"),
    ({"type": " "}, "type must not be blank"),
    ({"subType": " "}, "sub type must not be blank"),
    ({"type": "T" * 13}, "type must be no more than 12 characters"),
    ({"subType": "T" * 13}, "sub type must be no more than 12 characters"),
    ({"createdByUsername": " "}, "created by username cannot be blank"),
    ({"author": author(" ")}, "author username cannot be blank"),
    (
        {"author": author("U" * 65)},
        "author username cannot be more than 64 characters",
    ),
    ({"author": author(userId=" ")}, "author user id cannot be blank"),
    (
        {"author": author(userId="1" * 65)},
        "author user id cannot be more than 64 characters",
    ),
    ({"author": author(firstName="")}, "author first name cannot be blank"),
    ({"author": author(lastName=" ")}, "author last name cannot be blank"),
    (
        {"amendments": [amendment() | {"author": author(firstName="")}]},
        "author first name cannot be blank",
    ),
    (
        {"amendments": [amendment() | {"author": author(lastName="")}]},
        "author last name cannot be blank",
    ),
    (
        {"amendments": [amendment() | {"author": author("")}]},
        "author username cannot be blank",
    ),
)


@fact(f"{C3} constraints")
@pytest.mark.parametrize(("members", "message"), MESSAGES)
def test_broken_constraints_are_told_in_words(
    dps: Api, members: dict[str, Any], message: str
) -> None:
    """400 with the message in both texts."""
    answer = dps.put("/sync/case-notes", from_nomis(**members))
    assert (answer.status, answer.body) == (400, validation(message))


@fact("http-contracts 3.0 errors (several messages)")
def test_several_broken_constraints_are_sorted(dps: Api) -> None:
    """`Validation failures: ` + newline + one distinct message a line."""
    members = {"type": " ", "subType": " ", "createdByUsername": " "}
    answer = dps.put("/sync/case-notes", from_nomis(**members))
    assert answer.status == 400
    assert answer.body == validation(
        "created by username cannot be blank",
        "sub type must not be blank",
        "type must not be blank",
    )


@fact("http-contracts 10.10; 3.1 (unknown amendment author)")
def test_an_amendment_of_unknown_staff_is_refused_with_both_names(dps: Api) -> None:
    """UserId is the text null, both names are empty: 400 for ever."""
    unknown = author("GONE_GEN", userId="null", firstName="", lastName="")
    body = from_nomis(amendments=[amendment() | {"author": unknown}])
    answer = dps.put("/sync/case-notes", body)
    assert answer.status == 400
    assert answer.body == validation(
        "author first name cannot be blank", "author last name cannot be blank"
    )


@fact(f"{C3} required; 3.0 errors (missing properties)", inferred=True)
@pytest.mark.parametrize(
    "name",
    [
        "legacyId", "personIdentifier", "locationId", "type", "subType",
        "occurrenceDateTime", "text", "systemGenerated", "author",
        "createdDateTime", "createdByUsername", "amendments",
    ],
)  # fmt: skip
@pytest.mark.parametrize("how", ["missing", "null"])
def test_mandatory_members_end_in_the_catch_all(dps: Api, name: str, how: str) -> None:
    """500: no handler knows a body that cannot be bound."""
    body = from_nomis()
    if how == "null":
        body[name] = None
    else:
        del body[name]
    answer = dps.put("/sync/case-notes", body)
    assert answer.status == 500
    assert set(answer.body) == {"status", "developerMessage"}


@fact(f"{C3} rule 5; 7.2")
def test_creating_publishes_created_from_nomis(dps: Api, world: WorldApi) -> None:
    """One event with source NOMIS, which to-nomis does not act on."""
    result, request = synced(dps)
    [event] = events(world, result["id"])
    assert event["eventType"] == "person.case-note.created"
    information = event["additionalInformation"]
    assert information["source"] == "NOMIS"
    assert information["legacyId"] == request["legacyId"]
    assert information["syncToNomis"] is True


@fact(f"{C3} rule 5 (even when nothing changed)")
def test_an_upsert_that_changes_nothing_still_publishes(
    dps: Api, world: WorldApi
) -> None:
    """`updated` for every 200."""
    result, request = synced(dps)
    synced(dps, 200, **request)
    types = [event["eventType"] for event in events(world, result["id"])]
    assert types == ["person.case-note.created", "person.case-note.updated"]
