"""Deletes by the sync, booking moves and merges (C2, C4, C5, events-and-config 11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from simulators.dps.listeners import MERGED, UnreadableEvent
from tests.dps.conftest import (
    NOMIS_ID,
    OTHER_PRISONER,
    PRISONER,
    UNKNOWN_ID,
    amendment,
)

if TYPE_CHECKING:
    from tests.dps.conftest import Dps

MERGE = {"nomsNumber": OTHER_PRISONER, "removedNomsNumber": PRISONER}


def test_only_synced_notes_are_listed_for_the_sync(dps: Dps) -> None:
    """The reconciliation never sees a DPS-only note."""
    synced = dps.create()
    dps.create(type="OMIC", subType="GEN")
    response = dps.call("GET", f"/sync/case-notes/{PRISONER}")
    assert response.json() == [synced]


def test_unknown_person_has_no_notes(dps: Dps) -> None:
    """An empty list, never 404; the number is taken literally."""
    dps.create()
    for person in (OTHER_PRISONER, PRISONER.lower()):
        response = dps.call("GET", f"/sync/case-notes/{person}")
        assert (response.status, response.json()) == (200, [])


def test_sync_delete_is_repeatable(dps: Dps) -> None:
    """204 whether or not the note is there; only the first leaves event and audit."""
    note_id = dps.sync()["id"]
    dps.events()
    for _ in range(2):
        response = dps.call("DELETE", f"/sync/case-notes/{note_id}")
        assert (response.status, response.body) == (204, b"")
    assert [one.type for one in dps.events()] == ["person.case-note.deleted"]
    assert [row["cause"] for row in dps.audit()] == ["DELETE"]


def test_deleted_note_frees_its_legacy_id(dps: Dps) -> None:
    """A late insert of a deleted NOMIS note makes it again (corpus DEL-08)."""
    first = dps.sync()
    dps.call("DELETE", f"/sync/case-notes/{first['id']}")
    second = dps.sync()
    assert second["action"] == "CREATED"
    assert second["id"] != first["id"]


def test_move_takes_listed_notes_of_that_person_only(dps: Dps) -> None:
    """Notes that are not listed, or not the person's, are silently left."""
    moved = dps.amend(dps.create(), "More.")
    stays = dps.create()
    foreign = dps.create(person=OTHER_PRISONER)
    dps.events()
    ids = [moved["caseNoteId"].upper(), foreign["caseNoteId"], UNKNOWN_ID]
    body = {
        "fromPersonIdentifier": PRISONER,
        "toPersonIdentifier": OTHER_PRISONER,
        "caseNoteIds": [*ids, *ids],
    }
    response = dps.call("PUT", "/move/case-notes", body)
    assert (response.status, response.body) == (200, b"")
    assert [one["id"] for one in dps.notes()] == [stays["caseNoteId"]]
    assert dps.read(moved["caseNoteId"], OTHER_PRISONER) == {
        **moved,
        "offenderIdentifier": OTHER_PRISONER,
    }
    assert [(row["cause"], row["id"]) for row in dps.audit()] == [
        ("MOVE", moved["caseNoteId"])
    ]
    (event,) = dps.events()
    assert event.type == "person.case-note.moved"
    information = event.body["additionalInformation"]
    assert information["previousNomsNumber"] == PRISONER
    assert information["source"] == "NOMIS"
    assert event.body["personReference"]["identifiers"][0]["value"] == OTHER_PRISONER


def test_moving_nothing_is_accepted(dps: Dps) -> None:
    """An empty list moves nothing (corpus MRG-15)."""
    body = {
        "fromPersonIdentifier": PRISONER,
        "toPersonIdentifier": OTHER_PRISONER,
        "caseNoteIds": [],
    }
    assert dps.call("PUT", "/move/case-notes", body).status == 200
    assert dps.events() == []


def test_move_to_a_number_too_long_moves_nothing(dps: Dps) -> None:
    """A number that the column cannot hold is a 500 and changes no note."""
    created = dps.create()
    body = {
        "fromPersonIdentifier": PRISONER,
        "toPersonIdentifier": "P" * 13,
        "caseNoteIds": [created["caseNoteId"]],
    }
    assert dps.call("PUT", "/move/case-notes", body).status == 500
    assert dps.read(created["caseNoteId"]) == created


def test_merge_moves_every_note_of_the_removed_number(dps: Dps) -> None:
    """Also sensitive and DPS-only ones, under their ids (events-and-config 11.1)."""
    synced = dps.sync_note(amendments=[amendment("One.", 1)])
    private = dps.create(type="OMIC", subType="GEN")
    dps.events()
    dps.deliver(MERGED, MERGE)
    assert dps.notes() == []
    for before in (synced, private):
        after = dps.read(before["caseNoteId"], OTHER_PRISONER)
        assert after == {**before, "offenderIdentifier": OTHER_PRISONER}
    assert [(row["cause"], row["prisoner"]) for row in dps.audit()] == [
        ("MERGE", PRISONER),
        ("MERGE", PRISONER),
    ]
    assert {row.deleted_by for row in dps.model.audit} == {"SYS"}
    moved = [
        (one.type, one.body["additionalInformation"]["previousNomsNumber"])
        for one in dps.events()
    ]
    assert moved == [("person.case-note.moved", PRISONER)] * 2


def test_repeated_merge_moves_nothing_more(dps: Dps) -> None:
    """A redelivered merge finds no note under the removed number."""
    dps.create()
    dps.deliver(MERGED, MERGE)
    dps.events()
    dps.deliver(MERGED, MERGE)
    assert dps.events() == []
    assert len(dps.notes(OTHER_PRISONER)) == 1


def test_merged_note_is_found_by_the_sync_under_the_survivor(dps: Dps) -> None:
    """After the merge an update for the survivor finds the note by its legacy id."""
    result = dps.sync()
    dps.deliver(MERGED, MERGE)
    again = dps.sync(expected=200, personIdentifier=OTHER_PRISONER, legacyId=NOMIS_ID)
    assert again["id"] == result["id"]


@pytest.mark.parametrize(
    ("information", "members"),
    [
        ({"removedNomsNumber": PRISONER}, {}),
        ({"nomsNumber": OTHER_PRISONER}, {}),
        (MERGE, {"description": None}),
        (MERGE, {"personReference": None}),
        (MERGE, {"occurredAt": None}),
        (MERGE, {"occurredAt": "2026-03-02T09:00:00"}),
    ],
)
def test_merge_event_without_a_needed_member_fails(
    dps: Dps, information: dict[str, str], members: dict[str, str]
) -> None:
    """The message fails and is delivered again; nothing has moved."""
    dps.create()
    with pytest.raises(UnreadableEvent):
        dps.deliver(MERGED, information, **members)
    assert len(dps.notes()) == 1


def test_unknown_message_types_are_acknowledged(dps: Dps) -> None:
    """A type that the service does not know does nothing and does not fail."""
    dps.deliver("prison-offender-events.prisoner.booking.moved", {})
    assert dps.events() == []
