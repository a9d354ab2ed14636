"""C1, C2, C4, C5: reading, deleting and moving as the sync does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from harness.conform import fact
from harness.conform.cast import invented_id, invented_number, invented_uuid
from tests.conformance.dps.bodies import (
    ADMIN,
    amendment,
    events,
    plain_error,
    shown,
    synced,
    written,
)

if TYPE_CHECKING:
    from harness.api import WorldApi
    from harness.conform import Api, Cast

C1 = "http-contracts 3.1 C1"
C2 = "http-contracts 3.1 C2"
C4 = "http-contracts 3.1 C4"
C5 = "http-contracts 3.1 C5"
LOCAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,5}[1-9])?")
# What to-nomis cannot do without (section 9).
MANDATORY = {
    "caseNoteId", "offenderIdentifier", "type", "typeDescription", "subType",
    "subTypeDescription", "source", "creationDateTime", "occurrenceDateTime",
    "authorName", "authorUserId", "authorUsername", "text", "eventId", "sensitive",
    "amendments", "systemGenerated", "legacyId",
}  # fmt: skip


@fact("http-contracts 9; 3.0 CaseNote")
def test_a_note_has_all_that_to_nomis_needs(dps: Api) -> None:
    """All mandatory members, and only locationId beside them."""
    result, request = synced(dps)
    read = shown(dps, request["personIdentifier"], result["id"])
    assert set(read) - {"locationId"} == MANDATORY


@fact(C1)
@pytest.mark.parametrize("how", ["uuid", "legacy id", "negative legacy id"])
def test_a_note_is_found_by_either_id(dps: Api, cast: Cast, how: str) -> None:
    """UUID, or the numeric legacy id of either sign."""
    if how == "negative legacy id":
        note = written(dps, cast.staff().username)
        person, key = note["offenderIdentifier"], note["legacyId"]
        assert key < 0
    else:
        result, request = synced(dps)
        person = request["personIdentifier"]
        key = result["id"] if how == "uuid" else request["legacyId"]
    assert dps.get(f"/case-notes/{person}/{key}").status == 200


@fact("http-contracts 3.0 path variable case")
def test_the_person_of_a_path_is_upper_cased(dps: Api, cast: Cast) -> None:
    """Every endpoint but the sync list takes any case."""
    note = written(dps, cast.staff().username)
    person = note["offenderIdentifier"].lower()
    assert dps.get(f"/case-notes/{person}/{note['caseNoteId']}").status == 200


@fact(C1)
@pytest.mark.parametrize("key", ["uuid", "number"])
def test_an_unknown_note_is_not_found(dps: Api, key: str) -> None:
    """404 with the id as given."""
    identifier = invented_uuid() if key == "uuid" else str(invented_id())
    answer = dps.get(f"/case-notes/{invented_number()}/{identifier}")
    message = f"Resource with id [{identifier}] not found."
    assert (answer.status, answer.body) == (404, plain_error(404, message))


@fact(C1)
def test_a_note_of_another_person_is_not_found(dps: Api) -> None:
    """404, not 403 or 400."""
    result, _ = synced(dps)
    answer = dps.get(f"/case-notes/{invented_number()}/{result['id']}")
    message = f"Resource with id [{result['id']}] not found."
    assert (answer.status, answer.body) == (404, plain_error(404, message))


@fact("http-contracts 3.0 path variable case")
@pytest.mark.parametrize("identifier", ["abc", "12x", "019567d2-8d1c", "1.5"])
def test_an_identifier_of_neither_kind_is_refused(dps: Api, identifier: str) -> None:
    """400 `Invalid UUID string: <value>`."""
    answer = dps.get(f"/case-notes/{invented_number()}/{identifier}")
    message = f"Invalid UUID string: {identifier}"
    assert (answer.status, answer.body) == (400, plain_error(400, message))


@fact("http-contracts 0.2 null omission")
def test_nulls_are_left_out(dps: Api) -> None:
    """Of notes, amendments and errors."""
    result, request = synced(dps, amendments=[amendment()])
    person = request["personIdentifier"]
    assert b"null" not in dps.get(f"/case-notes/{person}/{result['id']}").raw
    assert b"null" not in dps.get(f"/case-notes/{person}/{invented_uuid()}").raw


@fact("http-contracts 0.2 date-times", inferred=True)
@pytest.mark.parametrize(
    ("sent", "printed"),
    [
        ("2025-03-04T09:15:00", "2025-03-04T09:15:00"),
        ("2025-03-04T09:15", "2025-03-04T09:15:00"),
        ("2025-03-04T09:15:00.000", "2025-03-04T09:15:00"),
        ("2025-03-04T09:15:00.500", "2025-03-04T09:15:00.5"),
        ("2025-03-04T09:15:00.123456", "2025-03-04T09:15:00.123456"),
    ],
)
def test_times_print_their_fraction_only_when_there_is_one(
    dps: Api, sent: str, printed: str
) -> None:
    """Seconds always, trailing zeros never."""
    result, request = synced(dps, occurrenceDateTime=sent)
    read = shown(dps, request["personIdentifier"], result["id"])
    assert read["occurrenceDateTime"] == printed


@fact("http-contracts 0.2 precision")
def test_microseconds_are_kept(dps: Api) -> None:
    """Postgres keeps six digits; no offset is printed."""
    result, request = synced(dps, createdDateTime="2025-03-04T09:20:31.482911")
    read = shown(dps, request["personIdentifier"], result["id"])
    assert read["creationDateTime"] == "2025-03-04T09:20:31.482911"
    assert LOCAL.fullmatch(read["creationDateTime"])


@fact("http-contracts 0.2 date-times", inferred=True)
def test_a_time_with_an_offset_cannot_be_read(dps: Api) -> None:
    """A body that cannot be bound: 500."""
    from tests.conformance.dps.bodies import from_nomis

    body = from_nomis(occurrenceDateTime="2025-06-04T09:15:00+01:00")
    assert dps.put("/sync/case-notes", body).status == 500


@fact(C2)
def test_an_unknown_person_has_an_empty_list(dps: Api) -> None:
    """200 `[]`, never 404."""
    answer = dps.get(f"/sync/case-notes/{invented_number()}")
    assert (answer.status, answer.body) == (200, [])


@fact(C2)
def test_the_sync_list_has_only_synced_types(dps: Api) -> None:
    """`syncToNomis` decides."""
    person = invented_number()
    kept = synced(dps, personIdentifier=person)[0]["id"]
    synced(dps, personIdentifier=person, type="ACP", subType="REFD")
    listed = dps.get(f"/sync/case-notes/{person}").body
    assert [one["caseNoteId"] for one in listed] == [kept]


@fact(C2)
def test_the_sync_list_is_not_paged(dps: Api) -> None:
    """Everything at once, each as C1 shows it."""
    person = invented_number()
    ids = {synced(dps, personIdentifier=person)[0]["id"] for _ in range(25)}
    listed = dps.get(f"/sync/case-notes/{person}").body
    assert {one["caseNoteId"] for one in listed} == ids
    assert listed[0] == shown(dps, person, listed[0]["caseNoteId"])


@fact("http-contracts 3.0 amendments order")
def test_amendments_are_ordered_by_creation(dps: Api) -> None:
    """Oldest first, whatever the order of the request."""
    sent = [amendment("late", 9), amendment("early", 1)]
    result, request = synced(dps, amendments=sent)
    read = shown(dps, request["personIdentifier"], result["id"])
    texts = [one["additionalNoteText"] for one in read["amendments"]]
    assert texts == ["early", "late"]


@fact(C4)
def test_deleting_is_idempotent(dps: Api) -> None:
    """204 always, with an empty body."""
    result, request = synced(dps)
    for _ in range(2):
        answer = dps.delete(f"/sync/case-notes/{result['id']}")
        assert (answer.status, answer.raw) == (204, b"")
    person = request["personIdentifier"]
    assert dps.get(f"/case-notes/{person}/{result['id']}").status == 404


@fact("http-contracts 3.1 C4; 7.2; 7.5")
def test_deleting_publishes_once(dps: Api, world: WorldApi) -> None:
    """`deleted` with source NOMIS; nothing for an absent note, so no echo."""
    result, _ = synced(dps)
    for _ in range(2):
        dps.delete(f"/sync/case-notes/{result['id']}")
    told = [
        (one["eventType"], one["additionalInformation"]["source"])
        for one in events(world, result["id"])
    ]
    assert told[1:] == [("person.case-note.deleted", "NOMIS")]


@fact("http-contracts 3.0 errors", inferred=True)
@pytest.mark.parametrize(
    ("method", "path", "body", "roles"),
    [
        ("DELETE", "/sync/case-notes/abc", None, None),
        ("DELETE", "/admin/case-notes/abc", {"reason": "x"}, [ADMIN]),
    ],
)
def test_a_path_that_must_hold_a_uuid_ends_in_the_catch_all(
    dps: Api, cast: Cast, method: str, path: str, body: Any, roles: Any
) -> None:
    """500, unlike the notes' own identifiers."""
    options = {} if body is None else {"body": body}
    user = cast.staff().username
    assert dps.call(method, path, user=user, roles=roles, **options).status == 500


@fact("http-contracts 3.0 errors (unreadable JSON)", inferred=True)
def test_unreadable_json_ends_in_the_catch_all(dps: Api) -> None:
    """500 with developerMessage only."""
    answer = dps.put("/sync/case-notes", content=b'{"legacyId":')
    assert answer.status == 500
    assert set(answer.body) == {"status", "developerMessage"}


def move(dps: Api, giver: str, taker: str, ids: list[str]) -> Any:
    """Move notes by C5."""
    body = {
        "fromPersonIdentifier": giver,
        "toPersonIdentifier": taker,
        "caseNoteIds": ids,
    }
    return dps.put("/move/case-notes", body)


@fact(C5)
def test_listed_notes_are_moved_whole(dps: Api) -> None:
    """Id, legacy id, text, creation and amendments (ids too) stay."""
    result, request = synced(dps, amendments=[amendment()])
    giver, taker = request["personIdentifier"], invented_number()
    before = shown(dps, giver, result["id"])
    answer = move(dps, giver, taker, [result["id"]])
    assert (answer.status, answer.raw) == (200, b"")
    assert shown(dps, taker, result["id"]) == before | {"offenderIdentifier": taker}
    assert dps.get(f"/case-notes/{giver}/{result['id']}").status == 404


@fact(C5)
def test_notes_that_are_not_the_givers_are_ignored(dps: Api) -> None:
    """Silently, as are unknown ids; unlisted ones stay."""
    mine, request = synced(dps)
    giver = request["personIdentifier"]
    unlisted, _ = synced(dps, personIdentifier=giver)
    foreign, other = synced(dps)
    ids = [mine["id"], mine["id"], foreign["id"], invented_uuid()]
    taker = invented_number()
    assert move(dps, giver, taker, ids).status == 200
    moved = dps.get(f"/sync/case-notes/{taker}").body
    assert [one["caseNoteId"] for one in moved] == [mine["id"]]
    shown(dps, giver, unlisted["id"])
    shown(dps, other["personIdentifier"], foreign["id"])


@fact(C5)
def test_nothing_to_move_is_fine(dps: Api) -> None:
    """An empty set is allowed."""
    assert move(dps, invented_number(), invented_number(), []).status == 200


@fact("http-contracts 3.1 C5; 7.2")
def test_a_move_is_told_for_each_note(dps: Api, world: WorldApi) -> None:
    """`moved`, new person as reference, the old one as previousNomsNumber."""
    result, request = synced(dps)
    giver, taker = request["personIdentifier"], invented_number()
    move(dps, giver, taker, [result["id"]])
    event = events(world, result["id"])[-1]
    assert event["eventType"] == "person.case-note.moved"
    assert event["additionalInformation"]["previousNomsNumber"] == giver
    assert event["additionalInformation"]["source"] == "NOMIS"
    assert event["personReference"]["identifiers"] == [{"type": "NOMS", "value": taker}]


@fact("http-contracts 7.1 event payload")
def test_an_event_has_all_that_to_nomis_needs(
    dps: Api, cast: Cast, world: WorldApi
) -> None:
    """Members, offset of the time, and the address of the note."""
    note = written(dps, cast.staff().username)
    [event] = events(world, note["caseNoteId"])
    assert set(event) >= {
        "occurredAt", "eventType", "detailUrl", "description",
        "additionalInformation", "personReference", "version",
    }  # fmt: skip
    information = dict(event["additionalInformation"])
    information.pop("previousNomsNumber", None)
    assert information == {
        "id": note["caseNoteId"],
        "legacyId": note["legacyId"],
        "type": "KA",
        "subType": "KS",
        "source": "DPS",
        "syncToNomis": True,
        "systemGenerated": False,
    }
    assert re.search(r"(Z|\+01:00)$", event["occurredAt"])
    person = note["offenderIdentifier"]
    ending = f"/case-notes/{person}/{note['caseNoteId']}"
    assert event["detailUrl"].endswith(ending)
