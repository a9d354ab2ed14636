"""What users, services and administrators can do to notes (C6 to C11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.dps.conftest import (
    ADMIN,
    OFFICER,
    OTHER_PRISONER,
    PRISONER,
    PROBATION,
    UNKNOWN_ID,
    note,
)

if TYPE_CHECKING:
    from tests.dps.conftest import Dps


def test_note_is_stored_and_answered_as_written(dps: Dps) -> None:
    """A new note carries its author, the request's time and a negative legacy id."""
    created = dps.create()
    assert created == dps.read(created["caseNoteId"])
    assert created == {
        "caseNoteId": created["caseNoteId"],
        "offenderIdentifier": PRISONER,
        "type": "KA",
        "typeDescription": "Key Worker Activity",
        "subType": "KS",
        "subTypeDescription": "Key Worker Session",
        "source": "INST",
        "creationDateTime": "2026-03-02T09:00:00",
        "occurrenceDateTime": "2026-03-02T08:30:00",
        "authorName": "Nina Okoro",
        "authorUserId": "485572",
        "authorUsername": OFFICER,
        "text": "Met on the wing.",
        "locationId": "MDI",
        "eventId": -1,
        "sensitive": False,
        "amendments": [],
        "systemGenerated": False,
        "legacyId": -1,
    }


def test_legacy_ids_of_dps_notes_count_down_from_minus_one(dps: Dps) -> None:
    """Notes born in DPS take -1, -2, ... so they never meet a NOMIS id."""
    assert [dps.create()["legacyId"] for _ in range(3)] == [-1, -2, -3]


def test_note_ids_are_time_ordered_uuids(dps: Dps) -> None:
    """Ids are UUIDs of version 7 and grow, also within one millisecond."""
    ids = [dps.create()["caseNoteId"] for _ in range(20)]
    assert ids == sorted(ids)
    assert {one[14] for one in ids} == {"7"}


def test_prisoner_number_in_the_path_may_be_lower_case(dps: Dps) -> None:
    """The number in the path is upper-cased before it is stored or looked up."""
    created = dps.create(person=PRISONER.lower())
    assert created["offenderIdentifier"] == PRISONER
    assert dps.read(created["caseNoteId"], PRISONER.lower()) == created


def test_occurrence_defaults_to_the_time_of_the_request(dps: Dps) -> None:
    """A note without a time of occurrence happened now."""
    created = dps.create(occurrenceDateTime=None)
    assert created["occurrenceDateTime"] == created["creationDateTime"]


def test_location_defaults_to_where_the_prisoner_is(dps: Dps) -> None:
    """Without a location the prisoner's present prison is asked for and stored."""
    dps.upstreams.place(PRISONER, "OUT")
    assert dps.create(locationId=None)["locationId"] == "OUT"


def test_location_of_an_unknown_prisoner_is_not_found(dps: Dps) -> None:
    """Prisoner search's 404 becomes the answer, and nothing is written."""
    body = note(locationId=None)
    response = dps.call("POST", f"/case-notes/{OTHER_PRISONER}", body)
    assert response.status == 404
    assert dps.notes(OTHER_PRISONER) == []


def test_unknown_type_is_refused(dps: Dps) -> None:
    """A pair that does not exist is named in the refusal."""
    response = dps.call("POST", f"/case-notes/{PRISONER}", note(subType="NOPE"))
    assert response.status == 400
    message = "Unknown case note type KA:NOPE"
    assert response.json() == {"status": 400, "developerMessage": message}


def test_inactive_and_unselectable_types_are_accepted(dps: Dps) -> None:
    """Flags that filter the list of types are not enforced on writes."""
    dps.create(type="POM", subType="POME")
    dps.create(type="PRISON", subType="RELEASE")
    dps.create(type="OMIC", subType="INFOSHARE_FM")


def test_only_nomis_users_write_synced_types(dps: Dps) -> None:
    """A probation user may not author a type that goes to NOMIS, but any other."""
    message = "Unable to author 'sync to nomis' type without a nomis user"
    refused = dps.call("POST", f"/case-notes/{PRISONER}", note(), user=PROBATION)
    assert refused.status == 403
    assert refused.json() == {"status": 403, "developerMessage": message}
    created = dps.create(type="OMIC", subType="GEN", user=PROBATION)
    assert (created["source"], created["sensitive"]) == ("OCNS", True)


def test_only_nomis_users_amend_synced_types(dps: Dps) -> None:
    """The same rule holds for amendments, decided by the note's type."""
    synced = dps.create()
    path = f"/case-notes/{PRISONER}/{synced['caseNoteId']}"
    refused = dps.call("PUT", path, {"text": "More."}, user=PROBATION)
    assert refused.status == 403
    assert dps.read(synced["caseNoteId"])["amendments"] == []


def test_amendment_leaves_the_text_and_keeps_order(dps: Dps) -> None:
    """Amendments are appended oldest first; the original text is untouched."""
    created = dps.create()
    dps.amend(created, "First.")
    dps.client.pass_time(1.5)
    amended = dps.amend(created, "Second.")
    assert amended["text"] == created["text"]
    first, second = amended["amendments"]
    assert first["additionalNoteText"] == "First."
    assert second == {
        "creationDateTime": "2026-03-02T09:00:01.5",
        "authorUserName": OFFICER,
        "authorName": "Nina Okoro",
        "authorUserId": "485572",
        "additionalNoteText": "Second.",
        "id": second["id"],
    }


def test_amendments_of_one_moment_keep_the_order_they_came_in(dps: Dps) -> None:
    """Equal times are ordered by id, and ids grow (corpus TXT-09)."""
    created = dps.create()
    texts = [str(number) for number in range(10)]
    for text in texts:
        created = dps.amend(created, text)
    shown = [one["additionalNoteText"] for one in created["amendments"]]
    assert shown == texts


def test_note_can_be_amended_by_its_legacy_id(dps: Dps) -> None:
    """The note's address may be its legacy id, also a negative one."""
    created = dps.create()
    response = dps.call("PUT", f"/case-notes/{PRISONER}/-1", {"text": "More."})
    assert response.status == 200
    assert response.json()["caseNoteId"] == created["caseNoteId"]


def test_note_of_another_person_cannot_be_amended_or_deleted(dps: Dps) -> None:
    """A note is found only under its own prisoner."""
    created = dps.create()
    path = f"/case-notes/{OTHER_PRISONER}/{created['caseNoteId']}"
    assert dps.call("PUT", path, {"text": "More."}).status == 404
    assert dps.call("DELETE", path).status == 404
    assert dps.read(created["caseNoteId"]) == created


def test_deleted_note_is_gone_and_audited(dps: Dps) -> None:
    """Deleting leaves one audit row with the whole note."""
    created = dps.amend(dps.create(), "More.")
    path = f"/case-notes/{PRISONER}/{created['caseNoteId']}"
    assert dps.call("DELETE", path).status == 204
    assert dps.call("GET", path).status == 404
    assert dps.call("DELETE", path).status == 404
    (row,) = dps.audit()
    assert (row["cause"], row["text"]) == ("DELETE", "Met on the wing.")
    assert [one["text"] for one in row["amendments"]] == ["More."]


def replacement(**members: object) -> dict[str, object]:
    """Return an administrator's request."""
    return {
        "type": "GEN",
        "subType": "HIS",
        "text": "Corrected.",
        "occurrenceDateTime": "2026-03-01T07:00:00",
        "reason": "Wrong prisoner named",
        **members,
    }


def test_replace_keeps_origin_and_takes_content(dps: Dps) -> None:
    """A replaced note keeps id, legacy id, author and creation; content is new."""
    created = dps.create()
    dps.client.pass_time(60)
    path = f"/admin/case-notes/{created['caseNoteId']}"
    response = dps.call("PUT", path, replacement())
    assert response.status == 200
    assert response.json() == {
        **created,
        "type": "GEN",
        "typeDescription": "General",
        "subType": "HIS",
        "subTypeDescription": "History Sheet Entry",
        "text": "Corrected.",
        "occurrenceDateTime": "2026-03-01T07:00:00",
    }
    assert [(row["cause"], row["text"]) for row in dps.audit()] == [
        ("UPDATE", "Met on the wing.")
    ]
    (removed,) = dps.model.audit
    assert (removed.reason, removed.system, removed.deleted_by) == (
        "Wrong prisoner named",
        "DPS",
        OFFICER,
    )


def test_replace_removes_amendments_that_it_does_not_list(dps: Dps) -> None:
    """Listed amendments keep id, author and time; all others go."""
    created = dps.amend(dps.create(), "First.")
    first, second = dps.amend(created, "Second.")["amendments"]
    path = f"/admin/case-notes/{created['caseNoteId']}"
    listed = [{"id": second["id"], "text": "Second, corrected."}]
    response = dps.call("PUT", path, replacement(amendments=listed))
    assert response.json()["amendments"] == [
        {**second, "additionalNoteText": "Second, corrected."}
    ]
    assert dps.call("PUT", path, replacement()).json()["amendments"] == []
    assert first["id"] not in str(dps.notes())


def test_replace_cannot_add_an_amendment(dps: Dps) -> None:
    """An unknown amendment id refuses the whole request."""
    created = dps.create()
    path = f"/admin/case-notes/{created['caseNoteId']}"
    listed = [{"id": UNKNOWN_ID, "text": "New."}]
    response = dps.call("PUT", path, replacement(amendments=listed))
    assert response.status == 404
    message = f"No amendment for this case note with id {UNKNOWN_ID}"
    assert response.json()["developerMessage"] == message
    assert dps.read(created["caseNoteId"]) == created


def test_replace_of_an_unknown_note_is_not_found(dps: Dps) -> None:
    """The missing note is named before anything else is looked at."""
    body = replacement(type="NOPE")
    response = dps.call("PUT", f"/admin/case-notes/{UNKNOWN_ID}", body)
    assert response.status == 404
    message = f"Resource with id [{UNKNOWN_ID}] not found."
    assert response.json() == {"status": 404, "developerMessage": message}


def test_replace_with_an_unknown_type_is_refused(dps: Dps) -> None:
    """The refusal does not name the pair, unlike other writes."""
    path = f"/admin/case-notes/{dps.create()['caseNoteId']}"
    response = dps.call("PUT", path, replacement(type="NOPE"))
    assert response.status == 400
    assert "Unknown" not in response.json()["developerMessage"]


def test_administrators_delete_with_a_reason(dps: Dps) -> None:
    """The reason is kept in the audit; deleting again is no error."""
    path = f"/admin/case-notes/{dps.create()['caseNoteId']}"
    assert dps.call("DELETE", path).status == 500
    body = {"reason": "Written twice"}
    assert dps.call("DELETE", path, body, roles=[ADMIN]).status == 204
    assert dps.call("DELETE", path, body, roles=[ADMIN]).status == 204
    (removed,) = dps.model.audit
    assert (removed.reason, removed.cause) == ("Written twice", "DELETE")


def test_system_generated_notes_never_use_a_synced_type(dps: Dps) -> None:
    """Other services write DPS-only notes, so theirs never reach NOMIS."""
    path = f"/system-generated/case-notes/{PRISONER}"
    body = {
        "type": "ACP",
        "subType": "REFD",
        "text": "Referred.",
        "authorName": "Programme Service",
    }
    created = dps.call("POST", path, body, user=None).json()
    assert created["systemGenerated"] is True
    assert created["locationId"] == "MDI"
    assert (created["authorUsername"], created["authorUserId"]) == (
        "test-client",
        "test-client",
    )
    named = dps.call("POST", path, {**body, "authorUsername": "A_B"}, user=None)
    assert named.json()["authorUsername"] == "A_B"
    refused = dps.call("POST", path, {**body, "type": "KA", "subType": "KS"})
    assert refused.status == 400
    message = "System generated case notes cannot use a sync to nomis type"
    assert refused.json()["developerMessage"] == message


def test_names_longer_than_their_column_end_in_the_catch_all(dps: Dps) -> None:
    """What the database refuses is a 500, and nothing is written."""
    response = dps.call("POST", "/case-notes/A123456789012", note())
    assert response.status == 500
    assert dps.model.snapshot()["notes"] == []
    assert dps.events() == []
