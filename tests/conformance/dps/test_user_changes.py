"""C6 to C8: what users do with notes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from harness.conform import fact
from harness.conform.cast import invented_number, invented_uuid
from tests.conformance.dps.bodies import (
    ADMIN,
    RW,
    events,
    plain_error,
    shown,
    typed,
    validation,
    written,
)

if TYPE_CHECKING:
    from harness.api import WorldApi
    from harness.conform import Answer, Api, Cast


C6, C7, C8 = (f"http-contracts 3.2 C{number}" for number in range(6, 9))


def amended(dps: Api, note: dict[str, Any], text: str, user: str) -> Answer:
    """Add an amendment by C7."""
    path = f"/case-notes/{note['offenderIdentifier']}/{note['caseNoteId']}"
    return dps.put(path, {"text": text}, user=user, roles=[RW])


@fact(C6)
def test_a_new_note_is_answered_whole(dps: Api, cast: Cast) -> None:
    """201 with the note, as C1 shows it."""
    note = written(dps, cast.staff().username)
    assert shown(dps, note["offenderIdentifier"], note["caseNoteId"]) == note


@fact("http-contracts 3.2 C6; 3.0 legacyId")
def test_notes_of_dps_count_down(dps: Api, cast: Cast) -> None:
    """Negative legacy ids from -1 down; eventId is the same value."""
    user = cast.staff().username
    first, second = written(dps, user), written(dps, user)
    assert second["legacyId"] < first["legacyId"] < 0
    assert first["eventId"] == first["legacyId"]
    if cast.fresh:
        assert second["legacyId"] == first["legacyId"] - 1


@fact(C6)
def test_the_occurrence_defaults_to_the_request_time(dps: Api, cast: Cast) -> None:
    """Null means now, which is the creation time too."""
    note = written(dps, cast.staff().username, occurrenceDateTime=None)
    assert note["occurrenceDateTime"] == note["creationDateTime"]


@fact(C6)
def test_system_generated_defaults_to_false(dps: Api, cast: Cast) -> None:
    """Null is false; true is kept."""
    user = cast.staff().username
    assert written(dps, user)["systemGenerated"] is False
    assert written(dps, user, systemGenerated=True)["systemGenerated"] is True


@fact("http-contracts 3.2 C6; 6 prisoner-search")
def test_the_location_defaults_to_the_present_prison(dps: Api, cast: Cast) -> None:
    """Prisoner search knows it."""
    prisoner = cast.prisoner()
    note = written(dps, cast.staff().username, prisoner.number, locationId=None)
    assert note["locationId"] == prisoner.prison


@fact(C6)
def test_an_unknown_prisoner_without_location_is_not_found(
    dps: Api, cast: Cast
) -> None:
    """Prisoner search's 404 becomes the answer."""
    answer = dps.post(
        f"/case-notes/{invented_number()}",
        typed(locationId=None),
        user=cast.staff().username,
        roles=[RW],
    )
    assert answer.status == 404


@fact("http-contracts 12 DPS (409 never); 3.2 C6")
def test_an_unknown_prisoner_with_location_is_accepted(dps: Api, cast: Cast) -> None:
    """Nobody checks the number then."""
    written(dps, cast.staff().username)


@fact("http-contracts 3.2 C6; 12 DPS (409 never)")
def test_the_same_note_twice_makes_two(dps: Api, cast: Cast) -> None:
    """409 is documented but never produced."""
    user, person = cast.staff().username, invented_number()
    ids = {written(dps, user, person)["caseNoteId"] for _ in range(2)}
    assert len(ids) == 2


@fact("http-contracts 3.0 path variable case")
def test_the_person_is_upper_cased_on_writing(dps: Api, cast: Cast) -> None:
    """A lower-case number is stored in capitals."""
    number = invented_number()
    note = written(dps, cast.staff().username, number.lower())
    assert note["offenderIdentifier"] == number


@fact("http-contracts 3.0 type rules")
def test_an_unknown_type_is_refused(dps: Api, cast: Cast) -> None:
    """400 with both codes."""
    answer = dps.post(
        f"/case-notes/{invented_number()}",
        typed(type="QQ", subType="QQ"),
        user=cast.staff().username,
        roles=[RW],
    )
    message = "Unknown case note type QQ:QQ"
    assert (answer.status, answer.body) == (400, plain_error(400, message))


@fact("http-contracts 3.0 type rules")
@pytest.mark.parametrize(
    ("kind", "sub"), [("GEN", "OSE"), ("OMIC", "INFOSHARE_FM"), ("ALERT", "ACTIVE")]
)
def test_flags_of_a_type_are_not_enforced_on_writing(
    dps: Api, cast: Cast, kind: str, sub: str
) -> None:
    """Inactive, restricted and unselectable types may be written."""
    written(dps, cast.staff().username, type=kind, subType=sub)


@fact("http-contracts 3.0 CaseNote source; 10.19")
@pytest.mark.parametrize(
    ("kind", "sub", "source"),
    [("KA", "KS", "INST"), ("ALERT", "ACTIVE", "AUTO"), ("OMIC", "GEN", "OCNS")],
)
def test_the_source_derives_from_the_type(
    dps: Api, cast: Cast, kind: str, sub: str, source: str
) -> None:
    """OCNS if not synced, AUTO if not selectable, else INST."""
    note = written(dps, cast.staff().username, type=kind, subType=sub)
    assert note["source"] == source


@fact("http-contracts 3.3; 3.0")
def test_sensitivity_derives_from_the_type(dps: Api, cast: Cast) -> None:
    """OMIC/GEN is the only sensitive one."""
    user = cast.staff().username
    assert written(dps, user, type="OMIC", subType="GEN")["sensitive"] is True
    assert written(dps, user)["sensitive"] is False


@fact("http-contracts 3.2 C6 (extra query parameters)")
def test_extra_query_parameters_are_ignored(dps: Api, cast: Cast) -> None:
    """`useRestrictedType` among them."""
    answer = dps.post(
        f"/case-notes/{invented_number()}",
        typed(),
        user=cast.staff().username,
        query={"useRestrictedType": "true"},
        roles=[RW],
    )
    assert answer.status == 201


MESSAGES: tuple[tuple[dict[str, Any], str], ...] = (
    ({"text": ""}, "text cannot be blank"),
    ({"text": " \n "}, "text cannot be blank"),
    ({"type": ""}, "type must not be blank"),
    ({"subType": " "}, "sub type must not be blank"),
    ({"type": "T" * 13}, "type must be no more than 12 characters"),
    ({"subType": "T" * 13}, "sub type must be no more than 12 characters"),
    ({"locationId": "L" * 13}, "location must be no more than 12 characters"),
)


@fact("http-contracts 3.2 C6; 3.1 C3 messages")
@pytest.mark.parametrize(("members", "message"), MESSAGES)
def test_broken_constraints_are_told_in_words(
    dps: Api, cast: Cast, members: dict[str, Any], message: str
) -> None:
    """400 with the message in both texts."""
    user = cast.staff().username
    path = f"/case-notes/{invented_number()}"
    answer = dps.post(path, typed(**members), user=user, roles=[RW])
    assert (answer.status, answer.body) == (400, validation(message))


@fact("http-contracts 3.2 C6; 7.2")
def test_creating_publishes_created_from_dps(
    dps: Api, cast: Cast, world: WorldApi
) -> None:
    """Source DPS, flagged for the sync, and the legacy event beside it."""
    note = written(dps, cast.staff().username)
    [event] = events(world, note["caseNoteId"])
    assert event["eventType"] == "person.case-note.created"
    assert event["additionalInformation"]["source"] == "DPS"
    assert event["additionalInformation"]["syncToNomis"] is True
    published = [
        entry["body"]
        for entry in world.journal(kinds=["event"])
        if entry["body"].get("eventType") == "prison.case-note.published"
        and entry["body"]["additionalInformation"].get("caseNoteId")
        == note["caseNoteId"]
    ]
    assert len(published) == 1
    assert published[0]["additionalInformation"]["caseNoteType"] == "KA-KS"


@fact("events-and-config 2.1")
def test_what_the_topic_refuses_is_never_published(
    dps: Api, cast: Cast, world: WorldApi
) -> None:
    """There is no outbox: the note is kept, the caller has his 201, nobody is told."""
    number = cast.prisoner().number
    world.option(
        "topic-refuses", {"topic": "domain", "prisoner": number, "times": None}
    )
    try:
        unheard = written(dps, cast.staff().username, number)
        world.settle([number], 20)
    finally:
        world.option("topic-refuses", None)
    heard = written(dps, cast.staff().username, number)
    assert events(world, unheard["caseNoteId"]) == []
    assert len(events(world, heard["caseNoteId"])) == 1
    path = f"/case-notes/{number}/{unheard['caseNoteId']}"
    assert dps.get(path).status == 200


@fact("http-contracts 3.2 C7; 12 DPS (201)")
def test_an_amendment_is_answered_with_the_whole_note(dps: Api, cast: Cast) -> None:
    """200, not 201; the original text is untouched."""
    staff = cast.staff()
    note = written(dps, staff.username)
    answer = amended(dps, note, "He asked about visits.", staff.username)
    assert answer.status == 200
    [added] = answer.body.pop("amendments")
    assert answer.body == {key: note[key] for key in note if key != "amendments"}
    assert added == {
        "creationDateTime": added["creationDateTime"],
        "authorUserName": staff.username,
        "authorName": staff.name,
        "authorUserId": str(staff.staff_id),
        "additionalNoteText": "He asked about visits.",
        "id": added["id"],
    }


@fact(C7)
def test_an_unknown_note_cannot_be_amended(dps: Api, cast: Cast) -> None:
    """404, for another person's note too."""
    user = cast.staff().username
    note = written(dps, user) | {"offenderIdentifier": invented_number()}
    assert amended(dps, note, "x", user).status == 404
    note["caseNoteId"] = invented_uuid()
    assert amended(dps, note, "x", user).status == 404


@fact(C7)
@pytest.mark.parametrize("text", ["", "   "])
def test_an_amendment_must_say_something(dps: Api, cast: Cast, text: str) -> None:
    """400 `text cannot be blank`."""
    user = cast.staff().username
    answer = amended(dps, written(dps, user), text, user)
    assert (answer.status, answer.body) == (400, validation("text cannot be blank"))


@fact("http-contracts 3.2 C7; 3.0 path variable case")
def test_a_note_can_be_amended_by_its_legacy_id(dps: Api, cast: Cast) -> None:
    """The path takes either id."""
    user = cast.staff().username
    note = written(dps, user)
    by_number = note | {"caseNoteId": str(note["legacyId"])}
    assert amended(dps, by_number, "x", user).status == 200


@fact("http-contracts 3.2 C7; 7.2")
def test_amending_publishes_updated(dps: Api, cast: Cast, world: WorldApi) -> None:
    """Source DPS."""
    user = cast.staff().username
    note = written(dps, user)
    amended(dps, note, "x", user)
    event = events(world, note["caseNoteId"])[-1]
    assert event["eventType"] == "person.case-note.updated"
    assert event["additionalInformation"]["source"] == "DPS"


@fact(C8)
def test_the_deprecated_delete_is_not_idempotent(dps: Api, cast: Cast) -> None:
    """204, then 404."""
    user = cast.staff().username
    note = written(dps, user)
    path = f"/case-notes/{note['offenderIdentifier']}/{note['caseNoteId']}"
    answer = dps.delete(path, user=user, roles=[ADMIN])
    assert (answer.status, answer.raw) == (204, b"")
    assert dps.delete(path, user=user, roles=[ADMIN]).status == 404


@fact("http-contracts 3.2 C8; 7.2")
def test_deleting_publishes_deleted_from_dps(
    dps: Api, cast: Cast, world: WorldApi
) -> None:
    """Source DPS."""
    user = cast.staff().username
    note = written(dps, user)
    path = f"/case-notes/{note['offenderIdentifier']}/{note['caseNoteId']}"
    dps.delete(path, user=user, roles=[ADMIN])
    event = events(world, note["caseNoteId"])[-1]
    assert event["eventType"] == "person.case-note.deleted"
    assert event["additionalInformation"]["source"] == "DPS"
