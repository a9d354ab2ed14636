"""NOMIS to DPS: what each kind of row event does, and what it must not do."""

from __future__ import annotations

import json

import pytest

from simulators.sync.ports import CallFailed, NotYet
from tests.sync.rig import Rig, nomis_event, play
from tests.sync.tiny import (
    AUTHOR,
    MARKER,
    OFFICER,
    PRISONER,
    SCREEN,
    Fault,
    dps_id,
)


def rig() -> Rig:
    """Return a from-nomis half."""
    return Rig("from-nomis")


def only_note(it: Rig) -> str:
    """Return the id of the one DPS note."""
    (note,) = it.services.dps
    return note


def test_a_note_written_in_nomis_appears_in_dps_once() -> None:
    """One upsert, one mapping, and nothing else is written."""
    it = rig()
    row = it.services.nomis_writes("Quiet night.")
    play(it.handle(nomis_event("INSERTED", row)))
    note = it.services.dps[only_note(it)]
    assert (note["text"], note["authorUsername"]) == ("Quiet night.", OFFICER)
    assert it.services.mappings[row]["mappingType"] == "NOMIS_CREATED"
    assert it.services.mappings[row]["nomisBookingId"] == 1200001
    assert len(it.services.writes()) == 2


@pytest.mark.parametrize("order", [("INSERTED", "UPDATED"), ("UPDATED", "INSERTED")])
def test_the_order_of_events_does_not_matter(order: tuple[str, str]) -> None:
    """One note with the latest text, whichever event comes first (ORD-02)."""
    it = rig()
    row = it.services.nomis_writes("x")
    it.services.nomis_amends(row, "Later.")
    for action in order:
        play(it.handle(nomis_event(action, row), attempt=3))
    assert it.services.amendments(only_note(it)) == ["Later."]
    assert len(it.services.writes()) == 2


def test_our_own_row_is_skipped() -> None:
    """The echo of a DPS write ends there, mapped or not yet (LOOP-01)."""
    it = rig()
    row, _ = it.services.synced()
    for mappings in (it.services.mappings, {}):
        it.services.mappings = mappings
        for action in ("INSERTED", "UPDATED"):
            play(it.handle(nomis_event(action, row, auditModuleName=MARKER)))
    assert it.services.writes() == []


@pytest.mark.parametrize("module", [None, "", MARKER, f"{MARKER}_X"])
@pytest.mark.parametrize("told", ["absent", None, SCREEN, MARKER, "UNKNOWN"])
def test_the_events_own_marker_decides_nothing(
    module: str | None, told: str | None
) -> None:
    """Absent, contradictory or odd markers make no second note (LOOP-05 to 07)."""
    it = rig()
    row, note = it.services.synced()
    it.services.nomis[row]["module"] = module
    more = {} if told == "absent" else {"auditModuleName": told}
    play(it.handle(nomis_event("INSERTED", row, **more)))
    assert list(it.services.dps) == [note]
    assert it.services.writes() == []


def test_a_lost_marker_before_the_mapping_adopts_the_dps_note() -> None:
    """The row is mapped to the note it was written for (LOOP-04)."""
    it = rig()
    row, note = it.services.synced()
    it.services.mappings.clear()
    it.services.nomis[row]["module"] = None
    play(it.handle(nomis_event("INSERTED", row)))
    assert list(it.services.dps) == [note]
    assert it.services.mappings[row]["dpsCaseNoteId"] == note
    assert it.services.mappings[row]["mappingType"] == "DPS_CREATED"


@pytest.mark.parametrize("module", [None, MARKER, f"{MARKER}_ALERTS"])
def test_a_row_of_another_sync_is_a_genuine_note(module: str | None) -> None:
    """A marker without a DPS note behind it is no echo (LOOP-08, ALT-12)."""
    it = rig()
    it.services.dps_writes("another note", created="2026-01-01T00:00:00")
    row = it.services.nomis_writes("Alert made active.", module=module)
    play(it.handle(nomis_event("INSERTED", row), attempt=3))
    assert row in it.services.mappings
    assert len(it.services.dps) == 2


def test_a_marked_row_without_a_note_is_first_waited_for() -> None:
    """Its DPS note may just have been deleted: it is not brought back."""
    it = rig()
    row = it.services.nomis_writes("x", module=MARKER, username=AUTHOR)
    with pytest.raises(NotYet):
        play(it.handle(nomis_event("INSERTED", row)))
    assert it.services.dps == {}


def test_an_amendment_hidden_under_our_marker_still_comes() -> None:
    """Content is compared, not only the last writer (ORD-06)."""
    it = rig()
    row, note = it.services.synced()
    it.services.nomis_amends(row, "From the wing.")
    it.services.nomis[row]["module"] = MARKER
    play(it.handle(nomis_event("UPDATED", row), attempt=3))
    assert it.services.amendments(note) == ["From the wing."]


def test_an_amendment_in_nomis_keeps_what_dps_has_of_its_own() -> None:
    """The union travels, and origin and author stay as they were (ORD-09)."""
    it = rig()
    row, note = it.services.synced()
    it.services.dps_amends(note, "From the office.")
    it.services.nomis_amends(row, "From the wing.")
    play(it.handle(nomis_event("UPDATED", row)))
    assert it.services.amendments(note) == ["From the office.", "From the wing."]
    (request,) = [body for call, body in it.services.sent if call.startswith("PUT dps")]
    assert (request["system"], request["id"]) == ("DPS", note)
    assert [a["system"] for a in request["amendments"]] == ["DPS", "NOMIS"]
    assert request["author"]["username"] == AUTHOR


def test_an_edit_in_nomis_replaces_the_text() -> None:
    """DPS gets the officer's text, and amendments of DPS survive it."""
    it = rig()
    row, note = it.services.from_nomis("x")
    play(it.handle(nomis_event("INSERTED", row)))
    it.services.dps_amends(note, "From the office.")
    it.services.nomis[row]["text"] = "corrected"
    play(it.handle(nomis_event("UPDATED", row)))
    assert it.services.dps[note]["text"] == "corrected"
    assert it.services.amendments(note) == ["From the office."]


def test_an_edit_in_dps_is_not_undone_by_an_amendment_in_nomis() -> None:
    """NOMIS did not change the text, so its old text is no news (ORD-14)."""
    it = rig()
    row, note = it.services.from_nomis("x")
    play(it.handle(nomis_event("INSERTED", row)))
    it.services.dps[note]["text"] = "corrected in DPS"
    it.services.nomis_amends(row, "From the wing.")
    play(it.handle(nomis_event("UPDATED", row)))
    assert it.services.dps[note]["text"] == "corrected in DPS"
    assert it.services.amendments(note) == ["From the wing."]


def test_an_event_told_again_changes_nothing() -> None:
    """Events without a visible change write nothing (LOOP-12)."""
    it = rig()
    row, _ = it.services.from_nomis()
    for _ in range(5):
        play(it.handle(nomis_event("UPDATED", row, auditModuleName="BATCH")))
    assert it.services.writes() == []


def test_a_read_that_lags_behind_its_event_is_repeated() -> None:
    """DPS does not stay a version behind (ORD-04)."""
    it = rig()
    row, note = it.services.from_nomis("old")
    play(it.handle(nomis_event("INSERTED", row)))
    late = nomis_event("UPDATED", row, eventDatetime="2026-03-02T12:00:00")
    with pytest.raises(NotYet):
        play(it.handle(late))
    it.services.nomis[row]["text"] = "new"
    play(it.handle(late, attempt=2))
    assert it.services.dps[note]["text"] == "new"


def test_a_row_not_yet_readable_is_waited_for_but_not_for_ever() -> None:
    """A 404 right after the event may be lag; later it is a deletion (ORD-01)."""
    it = rig()
    for attempt in (1, 2, 3):
        with pytest.raises(NotYet):
            play(it.handle(nomis_event("INSERTED", 100000001), attempt))
    play(it.handle(nomis_event("INSERTED", 100000001), attempt=4))
    assert it.services.writes() == []


def test_a_row_known_to_be_deleted_is_not_waited_for() -> None:
    """After its deleted event a missing row is simply gone (ORD-01)."""
    it = rig()
    play(it.handle(nomis_event("DELETED", 100000001)))
    play(it.handle(nomis_event("UPDATED", 100000001)))
    assert it.services.writes() == []


def test_a_row_told_deleted_is_not_made_anew_from_a_late_read() -> None:
    """A read that lags behind the deletion brings nothing back (ORD-04)."""
    it = rig()
    row, _ = it.services.from_nomis()
    play(it.handle(nomis_event("UPDATED", row)))
    late = it.services.nomis.pop(row)
    play(it.handle(nomis_event("DELETED", row)))
    it.services.nomis[row] = late
    with pytest.raises(NotYet):
        play(it.handle(nomis_event("UPDATED", row, eventDatetime="later")))
    del it.services.nomis[row]
    play(it.handle(nomis_event("UPDATED", row, eventDatetime="later"), attempt=2))
    assert it.services.dps == {}


def test_an_interrupted_create_is_taken_up_again() -> None:
    """The note made before a crash is found by its legacy id."""
    it = rig()
    row = it.services.nomis_writes("x")
    it.services.dps_writes("x", author=OFFICER, legacyId=row)
    play(it.handle(nomis_event("INSERTED", row), attempt=2))
    assert len(it.services.dps) == 1
    assert row in it.services.mappings


def test_a_row_deleted_while_it_was_created_goes_again() -> None:
    """The deletion found no mapping; the create cleans up after itself."""
    it = rig()
    row = it.services.nomis_writes("x")
    it.services.before["POST mapping /mapping/casenotes$"] = it.services.nomis.clear
    play(it.handle(nomis_event("INSERTED", row)))
    assert it.services.dps == {}
    assert it.services.mappings == {}


def test_a_note_made_unheard_is_taken_back_when_its_row_is_gone() -> None:
    """The create's answer was lost, then NOMIS deleted the row (DEL-08)."""
    it = rig()
    row = it.services.nomis_writes("x")
    it.services.faults = [Fault("PUT dps", "reset", after=True)]
    with pytest.raises(CallFailed):
        play(it.handle(nomis_event("INSERTED", row)))
    it.services.nomis.clear()
    play(it.handle(nomis_event("DELETED", row)))
    play(it.handle(nomis_event("INSERTED", row), attempt=2))
    assert it.services.dps == {}


def test_a_failed_mapping_is_retried_alone() -> None:
    """The retry message has the build's shape and leads to the mapping (IDM-06)."""
    it = rig()
    row = it.services.nomis_writes("x")
    it.services.faults = [Fault("POST mapping /mapping/casenotes$", "timeout")]
    play(it.handle(nomis_event("INSERTED", row)))
    (message,) = it.sent()
    kind = "RETRY_SYNCHRONISATION_MAPPING"
    name = f"prisoner-from-nomis-synchronisation-{kind}"
    attribute = {"DataType": "String", "StringValue": name}
    assert message.attributes == {"eventType": attribute}
    outer = json.loads(message.body)
    assert set(outer) == {"Type", "Message"}
    assert outer["Type"] == kind
    assert json.loads(outer["Message"])["body"] == {
        "dpsCaseNoteId": only_note(it),
        "nomisCaseNoteId": row,
        "offenderNo": PRISONER,
        "nomisBookingId": 1200001,
        "mappingType": "NOMIS_CREATED",
    }
    play(it.handle(message.body))
    assert it.services.mappings[row]["dpsCaseNoteId"] == only_note(it)
    assert len(it.services.dps) == 1


def test_a_note_deleted_while_unmapped_is_deleted_by_the_retry() -> None:
    """The mapping retry finds the row gone and takes the note away (IDM-07)."""
    it = rig()
    row = it.services.nomis_writes("x")
    it.services.faults = [Fault("POST mapping /mapping/casenotes$", 500)]
    play(it.handle(nomis_event("INSERTED", row)))
    (message,) = it.sent()
    it.services.nomis.clear()
    play(it.handle(nomis_event("DELETED", row)))
    play(it.handle(message.body))
    assert it.services.dps == {}
    assert it.services.mappings == {}


def test_a_note_made_in_vain_is_taken_back_after_a_conflict() -> None:
    """When to-nomis mapped the row first, our new DPS note is one too many."""
    it = rig()
    row = it.services.nomis_writes("x")

    def mapped_elsewhere() -> None:
        it.services.pair(row, dps_id(77))

    it.services.before["POST mapping /mapping/casenotes$"] = mapped_elsewhere
    play(it.handle(nomis_event("INSERTED", row)))
    assert it.services.dps == {}
    assert it.sent() == []
