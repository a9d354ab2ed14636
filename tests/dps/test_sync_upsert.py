"""`PUT /sync/case-notes`: the rules of C3, as deployed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.dps import limits
from tests.dps.conftest import (
    NOMIS_ID,
    OFFICER,
    OTHER_PRISONER,
    PRISONER,
    UNKNOWN_ID,
    amendment,
    author,
    from_nomis,
)

if TYPE_CHECKING:
    from tests.dps.conftest import Dps


def texts(dps: Dps, note_id: str) -> list[str]:
    """Return the texts of a note's amendments."""
    return [one["additionalNoteText"] for one in dps.read(note_id)["amendments"]]


def amendment_ids(dps: Dps, note_id: str) -> list[str]:
    """Return the ids of a note's amendments."""
    return [one["id"] for one in dps.read(note_id)["amendments"]]


def test_new_note_is_stored_as_sent(dps: Dps) -> None:
    """A note from NOMIS keeps author, times, origin and its positive legacy id."""
    result = dps.sync(amendments=[amendment("Ate breakfast.", 2)])
    assert result == {"id": result["id"], "legacyId": NOMIS_ID, "action": "CREATED"}
    (stored,) = dps.notes()
    (added,) = stored.pop("amendments")
    assert stored == {
        "id": result["id"],
        "legacy_id": NOMIS_ID,
        "prisoner": PRISONER,
        "type": "OBSERVE",
        "sub_type": "OBS_GEN",
        "occurred": "2026-03-01T09:15:00",
        "created": "2026-03-01T09:20:31",
        "created_by": "ABC12D_GEN",
        "author": "ABC12D_GEN",
        "author_id": "485901",
        "author_name": "Sam Lee",
        "text": "Quiet night.",
        "system_generated": False,
        "system": "NOMIS",
        "location": "MDI",
        "sync_to_nomis": True,
        "sensitive": False,
    }
    assert added == {
        "id": added["id"],
        "author": "ABC12D_GEN",
        "author_id": "485901",
        "author_name": "Sam Lee",
        "text": "Ate breakfast.",
        "created": "2026-03-01T10:00:02",
        "system": "NOMIS",
    }


def test_author_name_is_capitalised_part_by_part(dps: Dps) -> None:
    """First and last name are lower-cased and each part begins with a capital."""
    result = dps.sync(author=author(firstName="MARY ANN", lastName="O'NEIL-SMITH"))
    assert dps.read(result["id"])["authorName"] == "Mary Ann O'Neil-Smith"


def test_repeated_insert_finds_the_note_by_its_legacy_id(dps: Dps) -> None:
    """A redelivered insert, sent without id, updates and makes no second note."""
    first = dps.sync()
    second = dps.sync(expected=200)
    assert second == {**first, "action": "UPDATED"}
    assert len(dps.notes()) == 1


def test_given_id_decides_and_legacy_id_is_only_echoed(dps: Dps) -> None:
    """With an id the note is found by it; its own legacy id never changes."""
    created = dps.create(occurrenceDateTime="2026-03-01T09:15:00")
    result = dps.sync(
        expected=200, id=created["caseNoteId"].upper(), legacyId=NOMIS_ID + 7
    )
    assert result == {
        "id": created["caseNoteId"],
        "legacyId": NOMIS_ID + 7,
        "action": "UPDATED",
    }
    assert dps.read(created["caseNoteId"])["legacyId"] == -1
    assert dps.call("GET", f"/case-notes/{PRISONER}/{NOMIS_ID + 7}").status == 404


def test_unknown_id_makes_a_note_under_a_fresh_id(dps: Dps) -> None:
    """A mapped id that DPS no longer holds is not used for the new note."""
    result = dps.sync(id=UNKNOWN_ID)
    assert result["action"] == "CREATED"
    assert result["id"] != UNKNOWN_ID
    assert dps.read(result["id"])["legacyId"] == NOMIS_ID


def test_taken_legacy_id_ends_in_the_catch_all(dps: Dps) -> None:
    """An unknown id with a legacy id that another note owns breaks uniqueness."""
    dps.sync()
    dps.events()
    body = from_nomis(id=UNKNOWN_ID, text="Other.")
    assert dps.call("PUT", "/sync/case-notes", body).status == 500
    assert [one["text"] for one in dps.notes()] == ["Quiet night."]
    assert dps.events() == []


def test_note_of_another_person_is_refused(dps: Dps) -> None:
    """A note that DPS holds under another number is left as it is (corpus MRG-17)."""
    result = dps.sync()
    dps.events()
    for members in ({"id": result["id"]}, {}):
        body = from_nomis(personIdentifier=OTHER_PRISONER, text="New.", **members)
        response = dps.call("PUT", "/sync/case-notes", body)
        assert response.status == 400
        assert response.json()["developerMessage"] == (
            "Case note belongs to another prisoner or prisoner records have been merged"
        )
    assert dps.read(result["id"])["text"] == "Quiet night."
    assert dps.events() == []


def test_prisoner_number_of_the_request_is_taken_literally(dps: Dps) -> None:
    """A lower-case number is another person."""
    dps.sync(personIdentifier=PRISONER.lower())
    assert dps.notes() == []
    assert len(dps.notes(PRISONER.lower())) == 1


def test_unknown_type_is_refused_and_dps_only_types_are_not(dps: Dps) -> None:
    """The flag syncToNomis is not looked at here."""
    body = from_nomis(type="CNOTE", subType="OUTCOME")
    response = dps.call("PUT", "/sync/case-notes", body)
    assert response.status == 400
    message = "Unknown case note type CNOTE:OUTCOME"
    assert response.json()["developerMessage"] == message
    dps.sync(type="OMIC", subType="GEN")


def test_each_compared_field_replaces_the_note(dps: Dps) -> None:
    """Type, sub type, text or occurrence that differs rebuilds it (corpus ORD-10)."""
    note_id = dps.sync()["id"]
    changes: list[dict[str, Any]] = [
        {"type": "GEN", "subType": "HIS"},
        {"type": "GEN", "subType": "OSE"},
        {"type": "GEN", "subType": "OSE", "text": "Quiet night. "},
        {
            "type": "GEN",
            "subType": "OSE",
            "text": "Quiet night. ",
            "occurrenceDateTime": "2026-03-01T09:15:01",
        },
    ]
    for count, change in enumerate(changes, 1):
        assert dps.sync(expected=200, **change)["id"] == note_id
        assert [row["cause"] for row in dps.audit()] == ["UPDATE"] * count
    found = dps.read(note_id)
    assert (found["subType"], found["text"]) == ("OSE", "Quiet night. ")
    assert found["occurrenceDateTime"] == "2026-03-01T09:15:01"
    removed = dps.model.audit[0]
    assert (removed.deleted_by, removed.system) == ("SYS", "NOMIS")


def test_fields_that_are_not_compared_are_ignored(dps: Dps) -> None:
    """Author, location, creation and flags alone change nothing and leave no audit."""
    note_id = dps.sync()["id"]
    before = dps.read(note_id)
    dps.sync(
        expected=200,
        author=author("XYZ98K_GEN"),
        locationId="LEI",
        createdDateTime="2026-03-01T11:11:11",
        createdByUsername="XYZ98K_GEN",
        systemGenerated=True,
        system="DPS",
    )
    assert dps.read(note_id) == before
    assert dps.audit() == []


def test_replaced_note_takes_everything_but_its_ids_from_nomis(dps: Dps) -> None:
    """A DPS note loses its system and its fractions on the first NOMIS edit."""
    dps.client.pass_time(0.25)
    created = dps.create(occurrenceDateTime=None, systemGenerated=True)
    assert created["occurrenceDateTime"] == "2026-03-02T09:00:00.25"
    dps.sync(
        expected=200,
        id=created["caseNoteId"],
        type="KA",
        subType="KS",
        text="Met on the wing.",
        occurrenceDateTime="2026-03-02T09:00:00",
        createdDateTime="2026-03-02T09:00:00",
        locationId="LEI",
    )
    (stored,) = dps.notes()
    assert stored["id"] == created["caseNoteId"]
    assert stored["legacy_id"] == -1
    assert (stored["system"], stored["system_generated"]) == ("NOMIS", False)
    assert (stored["author"], stored["location"]) == ("ABC12D_GEN", "LEI")
    assert stored["created"] == "2026-03-02T09:00:00"
    assert [row["cause"] for row in dps.audit()] == ["UPDATE"]


def test_replace_gives_amendments_new_ids_and_drops_the_others(dps: Dps) -> None:
    """A rebuilt note has exactly the request's amendments (corpus TXT-12)."""
    created = dps.amend(dps.sync_note(), "Only in DPS.")
    shared = amendment("In both.", 5)
    dps.sync(expected=200, amendments=[shared])
    assert texts(dps, created["caseNoteId"]) == ["In both.", "Only in DPS."]
    before = amendment_ids(dps, created["caseNoteId"])
    dps.sync(expected=200, text="Edited.", amendments=[shared])
    assert texts(dps, created["caseNoteId"]) == ["In both."]
    assert not set(before) & set(amendment_ids(dps, created["caseNoteId"]))


def test_new_amendment_is_added_and_the_rest_kept(dps: Dps) -> None:
    """Without a difference only what is missing is added; ids and audit stay."""
    note_id = dps.sync(amendments=[amendment("One.", 1)])["id"]
    before = amendment_ids(dps, note_id)
    dps.sync(expected=200, amendments=[amendment("One.", 1), amendment("Two.", 2)])
    assert texts(dps, note_id) == ["One.", "Two."]
    assert amendment_ids(dps, note_id)[:1] == before
    assert dps.audit() == []


def test_amendment_removed_in_nomis_stays(dps: Dps) -> None:
    """The upsert never takes an amendment away (corpus TXT-11)."""
    note_id = dps.sync(amendments=[amendment("One.", 1)])["id"]
    dps.sync(expected=200, amendments=[])
    assert texts(dps, note_id) == ["One."]


def test_amendments_match_by_author_and_second(dps: Dps) -> None:
    """The fraction that DPS keeps and NOMIS cuts does not make a second amendment."""
    note_id = dps.sync()["id"]
    dps.client.pass_time(0.75)
    dps.amend(dps.read(note_id), "Seen.")
    sent = amendment(
        "Seen.", author=author(OFFICER), createdDateTime="2026-03-02T09:00:00"
    )
    dps.sync(expected=200, amendments=[sent])
    assert texts(dps, note_id) == ["Seen."]
    assert dps.audit() == []


def test_changed_text_of_a_matched_amendment_replaces_the_note(dps: Dps) -> None:
    """An amendment edited in NOMIS rebuilds the note with the new text."""
    note_id = dps.sync(amendments=[amendment("One.", 1)])["id"]
    dps.sync(expected=200, amendments=[amendment("One, corrected.", 1)])
    assert texts(dps, note_id) == ["One, corrected."]
    assert [row["cause"] for row in dps.audit()] == ["UPDATE"]


def test_amendment_by_another_author_is_another_amendment(dps: Dps) -> None:
    """The username decides, not the user id (corpus TXT-18)."""
    note_id = dps.sync(amendments=[amendment("One.", 1)])["id"]
    other = amendment("One.", 1, author=author("ABC12D_ADM"))
    dps.sync(expected=200, amendments=[other])
    assert texts(dps, note_id) == ["One.", "One."]


def test_two_amendments_of_one_second_are_added_by_every_sync(dps: Dps) -> None:
    """Two candidates are no match, so both are missing, each time (corpus TXT-10)."""
    both = [amendment("One.", 1), amendment("Two.", 1)]
    note_id = dps.sync(amendments=both)["id"]
    for count in (4, 6, 8):
        dps.sync(expected=200, amendments=both)
        assert len(texts(dps, note_id)) == count


def test_identical_amendments_of_one_request_collapse(dps: Dps) -> None:
    """The list is a set: equal elements count once."""
    note_id = dps.sync(amendments=[amendment("One.", 1), amendment("One.", 1)])["id"]
    assert texts(dps, note_id) == ["One."]


def test_amendments_are_shown_oldest_first(dps: Dps) -> None:
    """Order is by creation, whatever the request's order."""
    sent = [amendment("C.", 3), amendment("A.", 1), amendment("B.", 2)]
    assert texts(dps, dps.sync(amendments=sent)["id"]) == ["A.", "B.", "C."]


def test_an_event_is_published_even_when_nothing_changed(dps: Dps) -> None:
    """Each upsert publishes once, with source NOMIS."""
    dps.sync()
    dps.sync(expected=200)
    dps.sync(expected=200, text="Edited.")
    published = [
        (one.type, one.body["additionalInformation"]["source"]) for one in dps.events()
    ]
    assert published == [
        ("person.case-note.created", "NOMIS"),
        ("person.case-note.updated", "NOMIS"),
        ("person.case-note.updated", "NOMIS"),
    ]


def test_origin_may_be_sent_and_defaults_to_nomis(dps: Dps) -> None:
    """`system` null means NOMIS, for notes and for amendments."""
    dps.sync(
        system=None, amendments=[amendment("A.", 1, system=None)], legacyId=NOMIS_ID
    )
    dps.sync(
        system="DPS",
        amendments=[amendment("A.", 1, system="DPS")],
        legacyId=NOMIS_ID + 1,
    )
    systems = [(one["system"], one["amendments"][0]["system"]) for one in dps.notes()]
    assert systems == [("NOMIS", "NOMIS"), ("DPS", "DPS")]


def test_intended_equal_second_amendments_are_matched_one_to_one(dps: Dps) -> None:
    """As intended, a repeated sync of such a note adds nothing."""
    dps.model.limits.add(limits.EQUAL_SECOND_AMENDMENTS)
    both = [amendment("One.", 1), amendment("Two.", 1)]
    note_id = dps.sync(amendments=both)["id"]
    before = amendment_ids(dps, note_id)
    dps.sync(expected=200, amendments=both[::-1])
    assert amendment_ids(dps, note_id) == before
    third = amendment("Three.", 1)
    dps.sync(expected=200, amendments=[*both, third])
    assert texts(dps, note_id) == ["One.", "Two.", "Three."]


def test_intended_replace_keeps_amendment_ids(dps: Dps) -> None:
    """As intended, a matched amendment keeps its id through a rebuild."""
    dps.model.limits.add(limits.AMENDMENT_IDS_CHANGE)
    note_id = dps.sync(amendments=[amendment("One.", 1)])["id"]
    before = amendment_ids(dps, note_id)
    dps.sync(expected=200, text="Edited.", amendments=[amendment("One.", 1)])
    assert amendment_ids(dps, note_id) == before


def test_intended_replace_keeps_where_things_were_written(dps: Dps) -> None:
    """As intended, a DPS note and its DPS amendment stay DPS (corpus ORD-09)."""
    dps.model.limits.update(
        {limits.REPLACE_LOSES_SYSTEM, limits.REPLACE_LOSES_DPS_AMENDMENTS}
    )
    created = dps.amend(dps.create(systemGenerated=True), "Seen.")
    dps.sync(
        expected=200, id=created["caseNoteId"], type="KA", subType="KS", text="New."
    )
    (stored,) = dps.notes()
    assert (stored["system"], stored["system_generated"]) == ("DPS", True)
    assert [(one["text"], one["system"]) for one in stored["amendments"]] == [
        ("Seen.", "DPS")
    ]


def test_intended_fraction_alone_does_not_replace(dps: Dps) -> None:
    """As intended, NOMIS' whole second equals the DPS time it was made from."""
    dps.model.limits.add(limits.FRACTION_FORCES_REPLACE)
    dps.client.pass_time(0.25)
    created = dps.create(occurrenceDateTime=None)
    same = {
        "id": created["caseNoteId"],
        "type": "KA",
        "subType": "KS",
        "text": created["text"],
        "occurrenceDateTime": "2026-03-02T09:00:00",
    }
    dps.sync(expected=200, **same)
    assert dps.audit() == []
    dps.sync(expected=200, **{**same, "text": "New."})
    found = dps.read(created["caseNoteId"])
    assert found["occurrenceDateTime"] == created["occurrenceDateTime"]


def test_intended_removal_follows_unless_nomis_holds_only_the_beginning(
    dps: Dps,
) -> None:
    """As intended, an amendment removed in NOMIS goes; a cut text proves nothing."""
    dps.model.limits.add(limits.AMENDMENTS_NEVER_REMOVED)
    cut = "A long text... see DPS for full text"
    note_id = dps.sync(text=cut, amendments=[amendment("One.", 1)])["id"]
    dps.sync(expected=200, text=cut, amendments=[])
    assert texts(dps, note_id) == ["One."]
    other = dps.sync(legacyId=NOMIS_ID + 1, amendments=[amendment("One.", 1)])["id"]
    dps.amend(dps.read(other), "In DPS.")
    dps.sync(expected=200, legacyId=NOMIS_ID + 1, amendments=[])
    assert texts(dps, other) == ["In DPS."]
