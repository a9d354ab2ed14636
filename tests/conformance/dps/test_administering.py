"""Administrators rewrite and delete notes; services write them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from harness.conform import fact
from harness.conform.cast import invented_number, invented_uuid
from tests.conformance.dps.bodies import (
    ADMIN,
    SYSGEN,
    amendment,
    events,
    plain_error,
    shown,
    synced,
    validation,
    written,
)
from tests.conformance.dps.test_user_changes import amended

if TYPE_CHECKING:
    from harness.api import WorldApi
    from harness.conform import Answer, Api, Cast

C9, C10, C11 = (f"http-contracts 3.2 C{number}" for number in range(9, 12))


def replacement(**members: Any) -> dict[str, Any]:
    """Return a request that C9 accepts."""
    return {
        "type": "KA",
        "subType": "KS",
        "text": "Rewritten.",
        "occurrenceDateTime": "2025-03-04T09:15:00",
        "reason": "Wrong words.",
    } | members


def replaced(dps: Api, note_id: str, user: str, **members: Any) -> Answer:
    """Rewrite a note by C9."""
    path = f"/admin/case-notes/{note_id}"
    return dps.put(path, replacement(**members), user=user, roles=[ADMIN])


@fact(C9)
def test_a_rewritten_note_keeps_who_and_when(dps: Api, cast: Cast) -> None:
    """Id, legacy id, person, location, author, creation: new are type, text, time."""
    one, other = cast.staff(), cast.staff()
    note = written(dps, one.username)
    answer = replaced(
        dps,
        note["caseNoteId"],
        other.username,
        type="GEN",
        subType="HIS",
        occurrenceDateTime="2025-03-03T08:00:00",
    )
    assert answer.status == 200
    assert answer.body == note | {
        "type": "GEN",
        "typeDescription": "General",
        "subType": "HIS",
        "subTypeDescription": "History Sheet Entry",
        "occurrenceDateTime": "2025-03-03T08:00:00",
        "text": "Rewritten.",
    }


@fact(C9)
def test_listed_amendments_keep_their_id_and_author(dps: Api, cast: Cast) -> None:
    """Only the text is new; those not listed are removed."""
    user = cast.staff().username
    note = written(dps, user)
    amended(dps, note, "keep", user)
    body = amended(dps, note, "drop", user).body
    kept = body["amendments"][0]
    listed = [{"id": kept["id"], "text": "changed"}]
    answer = replaced(dps, note["caseNoteId"], user, amendments=listed)
    assert answer.body["amendments"] == [kept | {"additionalNoteText": "changed"}]


@fact("http-contracts 12 DPS (amendments default)")
def test_no_list_removes_all_amendments(dps: Api, cast: Cast) -> None:
    """The default is `[]`."""
    user = cast.staff().username
    note = written(dps, user)
    amended(dps, note, "gone", user)
    assert replaced(dps, note["caseNoteId"], user).body["amendments"] == []


@fact(C9)
def test_an_unknown_amendment_cannot_be_listed(dps: Api, cast: Cast) -> None:
    """404 with its id; amendments cannot be added here."""
    user, unknown = cast.staff().username, invented_uuid()
    note = written(dps, user)
    listed = [{"id": unknown, "text": "x"}]
    answer = replaced(dps, note["caseNoteId"], user, amendments=listed)
    message = f"No amendment for this case note with id {unknown}"
    assert answer.status == 404
    assert message in answer.body["developerMessage"]


@fact(C9)
def test_an_unknown_note_cannot_be_rewritten(dps: Api, cast: Cast) -> None:
    """404 with the id."""
    unknown = invented_uuid()
    answer = replaced(dps, unknown, cast.staff().username)
    message = f"Resource with id [{unknown}] not found."
    assert (answer.status, answer.body) == (404, plain_error(404, message))


@fact("http-contracts 3.0 type rules (admin replace)", inferred=True)
def test_an_unknown_type_of_a_rewrite_is_refused(dps: Api, cast: Cast) -> None:
    """400 with a generic message."""
    user = cast.staff().username
    note = written(dps, user)
    answer = replaced(dps, note["caseNoteId"], user, type="QQ", subType="QQ")
    assert answer.status == 400
    assert set(answer.body) == {"status", "developerMessage"}


@fact(C9)
@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"text": " "}, "note text cannot be blank"),
        ({"reason": " "}, "reason cannot be blank"),
        (
            {"amendments": [{"id": invented_uuid(), "text": " "}]},
            "amendment text cannot be blank",
        ),
        ({"type": " "}, "type must not be blank"),
    ],
)
def test_a_rewrite_has_its_own_words(
    dps: Api, cast: Cast, members: dict[str, Any], message: str
) -> None:
    """400 with the message."""
    user = cast.staff().username
    note = written(dps, user)
    answer = replaced(dps, note["caseNoteId"], user, **members)
    assert (answer.status, answer.body) == (400, validation(message))


@fact("http-contracts 3.2 C9; 7.2")
def test_rewriting_publishes_updated(dps: Api, cast: Cast, world: WorldApi) -> None:
    """Source DPS."""
    user = cast.staff().username
    note = written(dps, user)
    replaced(dps, note["caseNoteId"], user)
    event = events(world, note["caseNoteId"])[-1]
    assert event["eventType"] == "person.case-note.updated"
    assert event["additionalInformation"]["source"] == "DPS"


@fact("http-contracts 3.2 C9; 3.0 persistent model")
def test_a_rewritten_note_keeps_its_origin(dps: Api, cast: Cast) -> None:
    """A note born in NOMIS keeps its positive legacy id and generated flag."""
    result, request = synced(dps, systemGenerated=True)
    answer = replaced(dps, result["id"], cast.staff().username)
    assert answer.body["legacyId"] == request["legacyId"]
    assert answer.body["systemGenerated"] is True
    assert answer.body["authorUsername"] == request["author"]["username"]


@fact(C10)
def test_an_administrators_delete_is_idempotent(dps: Api, cast: Cast) -> None:
    """204 always, also when absent."""
    user = cast.staff().username
    note = written(dps, user)
    path = f"/admin/case-notes/{note['caseNoteId']}"
    for _ in range(2):
        answer = dps.delete(path, {"reason": "x"}, user=user, roles=[ADMIN])
        assert (answer.status, answer.raw) == (204, b"")


@fact("http-contracts 3.2 C10; 7.2")
def test_an_administrators_delete_publishes_once(
    dps: Api, cast: Cast, world: WorldApi
) -> None:
    """Only when the note existed."""
    user = cast.staff().username
    note = written(dps, user)
    path = f"/admin/case-notes/{note['caseNoteId']}"
    for _ in range(2):
        dps.delete(path, {"reason": "x"}, user=user, roles=[ADMIN])
    told = [one["eventType"] for one in events(world, note["caseNoteId"])]
    assert told == ["person.case-note.created", "person.case-note.deleted"]


@fact("http-contracts 3.2 C10; 3.0 errors", inferred=True)
def test_an_administrators_delete_needs_a_body(dps: Api, cast: Cast) -> None:
    """Without one it ends in the catch-all, and the note stays."""
    user = cast.staff().username
    note = written(dps, user)
    path = f"/admin/case-notes/{note['caseNoteId']}"
    assert dps.delete(path, user=user, roles=[ADMIN]).status == 500
    shown(dps, note["offenderIdentifier"], note["caseNoteId"])


def generated(dps: Api, user: str | None = None, **members: Any) -> Answer:
    """Write a note by C11."""
    body = {
        "locationId": "MDI",
        "type": "ACP",
        "subType": "REFD",
        "occurrenceDateTime": None,
        "authorUsername": None,
        "authorName": "A service",
        "text": "Referred.",
    } | members
    path = f"/system-generated/case-notes/{invented_number()}"
    return dps.call("POST", path, body, token=dps._mint([SYSGEN], user))


@fact(C11)
def test_a_service_writes_under_its_own_name(dps: Api) -> None:
    """User id and username are the token's subject, systemGenerated is true."""
    answer = generated(dps, "a-service")
    assert answer.status == 201
    assert answer.body["systemGenerated"] is True
    assert answer.body["authorUserId"] == "a-service"
    assert answer.body["authorUsername"] == "a-service"
    assert answer.body["authorName"] == "A service"


@fact(C11)
def test_a_service_may_name_an_author(dps: Api) -> None:
    """`authorUsername` replaces the subject."""
    answer = generated(dps, "a-service", authorUsername="SOMEBODY")
    assert answer.body["authorUsername"] == "SOMEBODY"
    assert answer.body["authorUserId"] == "a-service"


@fact(C11)
def test_a_service_cannot_write_a_synced_type(dps: Api) -> None:
    """400, so these never reach NOMIS."""
    answer = generated(dps, type="KA", subType="KS")
    message = "System generated case notes cannot use a sync to nomis type"
    assert (answer.status, answer.body) == (400, plain_error(400, message))


@fact(C11)
@pytest.mark.parametrize(
    ("members", "message"),
    [
        (
            {"authorUsername": "U" * 65},
            "author username cannot be more than 64 characters",
        ),
        ({"authorName": " "}, "author name cannot be blank"),
        ({"authorName": "N" * 81}, "author name cannot be more than 80 characters"),
        ({"text": " "}, "text cannot be blank"),
    ],
)
def test_constraints_of_a_generated_note(
    dps: Api, members: dict[str, Any], message: str
) -> None:
    """400 with the message."""
    answer = generated(dps, **members)
    assert (answer.status, answer.body) == (400, validation(message))


@fact("http-contracts 3.2 C11; 7.2")
def test_a_generated_note_is_told_as_not_synced(dps: Api, world: WorldApi) -> None:
    """Source DPS, syncToNomis false."""
    note = generated(dps).body
    [event] = events(world, note["caseNoteId"])
    information = event["additionalInformation"]
    assert (information["source"], information["syncToNomis"]) == ("DPS", False)


@fact("http-contracts 10.20")
def test_a_legacy_id_stays_negative_after_edits_in_nomis(
    dps: Api, cast: Cast, world: WorldApi
) -> None:
    """The event of a sync update of a DPS-born note carries the negative id."""
    note = written(dps, cast.staff().username)
    synced(
        dps,
        200,
        id=note["caseNoteId"],
        personIdentifier=note["offenderIdentifier"],
        amendments=[amendment()],
    )
    event = events(world, note["caseNoteId"])[-1]
    assert event["additionalInformation"]["legacyId"] == note["legacyId"] < 0
    read = shown(dps, note["offenderIdentifier"], note["caseNoteId"])
    assert read["legacyId"] == note["legacyId"]
