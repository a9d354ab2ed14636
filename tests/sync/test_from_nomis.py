"""NOMIS to DPS: what each kind of row event does, and what it must not do."""

from __future__ import annotations

import json

import pytest

from simulators.sync import text
from simulators.sync.ports import CallFailed, CallRefused, NotYet
from tests.sync.rig import Rig, nomis_event, play
from tests.sync.tiny import (
    AUTHOR,
    MARKER,
    OFFICER,
    OTHER,
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
    play(it.handle(nomis_event("UPDATED", row), attempt=2))
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


def test_siblings_get_an_edit_of_one_copy() -> None:
    """All rows and the DPS note are equal after an edit of any (TXT-14)."""
    it = rig()
    row, note = it.services.from_nomis("x")
    sibling = it.services.nomis_writes("x", module="MERGE")
    it.services.pair(sibling, note, "NOMIS_CREATED")
    it.services.nomis_amends(row, "From the wing.")
    play(it.handle(nomis_event("UPDATED", row)))
    assert it.services.stored_text(sibling) == it.services.stored_text(row)
    assert it.services.amendments(note) == ["From the wing."]


def test_an_amendment_behind_a_cut_text_joins_the_long_text() -> None:
    """DPS keeps its full text and gains the NOMIS amendment (TXT-06)."""
    it = rig()
    row, note = it.services.synced("x" * 4500)
    it.services.nomis[row]["text"] = text.cut("x" * 4500)
    it.services.nomis_amends(row, "Seen.")
    play(it.handle(nomis_event("UPDATED", row)))
    assert it.services.dps[note]["text"] == "x" * 4500
    assert it.services.amendments(note) == ["Seen."]


def test_text_that_looks_like_a_marker_stays_text() -> None:
    """A pasted marker in a DPS note makes no forged amendment (TXT-23)."""
    it = rig()
    pasted = f"Quote: ...[{OFFICER} updated the case notes on 2020/01/01 00:00:00] he."
    row, note = it.services.synced(f"Before {pasted}")
    play(it.handle(nomis_event("UPDATED", row, eventDatetime="a")))
    it.services.nomis_amends(row, "Real.")
    play(it.handle(nomis_event("UPDATED", row, eventDatetime="b")))
    assert it.services.dps[note]["text"] == f"Before {pasted}"
    assert it.services.amendments(note) == ["Real."]


def test_the_second_account_of_an_officer_is_no_new_author() -> None:
    """The DPS author stays the account that wrote (TXT-18)."""
    it = rig()
    row, note = it.services.synced()
    it.services.nomis[row] |= {"username": "OTHER_ADM", "aliases": [AUTHOR]}
    it.services.nomis_amends(row, "Seen.")
    play(it.handle(nomis_event("UPDATED", row)))
    assert it.services.dps[note]["authorUsername"] == AUTHOR


def test_an_outcome_note_keeps_its_dps_type() -> None:
    """CNOTE/OUTCOME in NOMIS is APP/OUTCOME in DPS, both ways (TXT-19)."""
    it = rig()
    row = it.services.nomis_writes("x", type="CNOTE", sub_type="OUTCOME")
    play(it.handle(nomis_event("INSERTED", row)))
    assert it.services.dps[only_note(it)]["type"] == "APP"
    it.services.nomis_amends(row, "Seen.")
    play(it.handle(nomis_event("UPDATED", row)))
    assert it.services.dps[only_note(it)]["type"] == "APP"


def test_an_unknown_amender_does_not_stop_the_note() -> None:
    """Names are made up rather than left blank, never the word null (TXT-17)."""
    it = rig()
    row = it.services.nomis_writes("x")
    it.services.nomis_amends(row, "Seen.")
    play(it.handle(nomis_event("INSERTED", row)))
    (request,) = [body for call, body in it.services.sent if call.startswith("PUT dps")]
    author = request["amendments"][0]["author"]
    assert author["username"] == OFFICER
    assert "null" not in author.values()
    assert all(value.strip() for value in author.values())


def test_a_change_of_the_occurrence_travels() -> None:
    """An edit of the time alone reaches DPS (ORD-10)."""
    it = rig()
    row, note = it.services.from_nomis()
    it.services.nomis[row]["occurred"] = "2026-02-01T10:00:00"
    play(it.handle(nomis_event("UPDATED", row)))
    assert it.services.dps[note]["occurrenceDateTime"] == "2026-02-01T10:00:00"


def test_a_reused_row_id_waits_for_the_deletion() -> None:
    """A new note under an old id is not written into the old DPS note (IDM-16)."""
    it = rig()
    row, note = it.services.from_nomis("old")
    it.services.nomis[row] |= {
        "text": "quite another",
        "created": "2026-03-03T00:00:00",
        "username": AUTHOR,
    }
    with pytest.raises(NotYet):
        play(it.handle(nomis_event("INSERTED", row)))
    play(it.handle(nomis_event("DELETED", row)))
    play(it.handle(nomis_event("INSERTED", row), attempt=4))
    assert note not in it.services.dps
    assert it.services.dps[only_note(it)]["text"] == "quite another"


def test_a_deletion_needs_no_prisoner_number() -> None:
    """The row's id is enough; the mapping knows the rest (DEL-01)."""
    it = rig()
    row, note = it.services.from_nomis()
    sibling = it.services.nomis_writes("First words", module="MERGE")
    it.services.pair(sibling, note, "NOMIS_CREATED")
    del it.services.nomis[row]
    play(it.handle(nomis_event("DELETED", row, offenderIdDisplay=None)))
    assert it.services.nomis == {}
    assert it.services.dps == {}
    assert it.services.mappings == {}


def test_the_echo_of_our_own_deletion_writes_nothing_to_dps() -> None:
    """DPS deleted the note itself; only the dead row's mapping goes (DEL-05)."""
    it = rig()
    row, note = it.services.synced()
    sibling = it.services.nomis_writes("First words", module="MERGE")
    it.services.pair(sibling, note, "NOMIS_CREATED")
    del it.services.nomis[row], it.services.dps[note]
    play(it.handle(nomis_event("DELETED", row)))
    assert set(it.services.mappings) == {sibling}
    assert [call.split()[1] for call in it.services.writes()] == ["mapping"]


def test_a_deletion_told_of_a_living_row_changes_nothing() -> None:
    """A late event never deletes what NOMIS still shows (LOOP-09)."""
    it = rig()
    row, _ = it.services.from_nomis()
    with pytest.raises(NotYet):
        play(it.handle(nomis_event("DELETED", row)))
    play(it.handle(nomis_event("DELETED", row), attempt=4))
    assert it.services.writes() == []


def test_a_failed_deletion_is_retried_until_all_is_gone() -> None:
    """No failure is swallowed (DEL-06)."""
    it = rig()
    row, _ = it.services.from_nomis()
    del it.services.nomis[row]
    it.services.faults = [Fault("DELETE dps", 503)]
    with pytest.raises(CallRefused):
        play(it.handle(nomis_event("DELETED", row)))
    play(it.handle(nomis_event("DELETED", row), attempt=2))
    assert it.services.dps == {}
    assert it.services.mappings == {}


def test_a_note_deleted_in_dps_is_not_brought_back_by_an_edit() -> None:
    """A mapping whose DPS note is gone leads to no new note (DEL-08)."""
    it = rig()
    row, note = it.services.from_nomis()
    del it.services.dps[note]
    it.services.nomis_amends(row, "Seen.")
    with pytest.raises(NotYet):
        play(it.handle(nomis_event("UPDATED", row)))
    play(it.handle(nomis_event("UPDATED", row), attempt=4))
    assert it.services.dps == {}


def test_a_note_deleted_while_we_wrote_is_not_brought_back() -> None:
    """DPS makes a new note for an unknown id; that one is taken back at once."""
    it = rig()
    row, _ = it.services.from_nomis()
    it.services.nomis_amends(row, "Seen.")
    it.services.before["PUT dps"] = it.services.dps.clear
    with pytest.raises(NotYet):
        play(it.handle(nomis_event("UPDATED", row)))
    assert it.services.dps == {}


def test_a_row_of_another_prisoner_takes_its_note_along() -> None:
    """Only an update tells of it, yet DPS and mapping follow NOMIS (MRG-16)."""
    it = rig()
    row, note = it.services.from_nomis()
    it.services.nomis[row]["prisoner"] = OTHER
    play(it.handle(nomis_event("UPDATED", row, offenderIdDisplay=OTHER)))
    assert it.services.dps[note]["offenderIdentifier"] == OTHER
    assert it.services.mappings[row]["offenderNo"] == OTHER


def test_an_old_number_in_an_event_moves_nothing_back() -> None:
    """NOMIS, not the event, says whose row it is."""
    it = rig()
    row, note = it.services.from_nomis()
    it.services.nomis[row]["prisoner"] = OTHER
    it.services.dps[note]["offenderIdentifier"] = OTHER
    it.services.mappings[row]["offenderNo"] = OTHER
    it.services.nomis_amends(row, "Seen.")
    play(it.handle(nomis_event("UPDATED", row)))
    assert it.services.dps[note]["offenderIdentifier"] == OTHER
    assert it.services.amendments(note) == ["Seen."]


def test_an_edit_during_a_merge_waits_for_dps() -> None:
    """DPS still holds the removed number: the message comes again (MRG-17)."""
    it = rig()
    row, note = it.services.from_nomis()
    it.services.nomis[row]["prisoner"] = OTHER
    del it.services.prisoners[PRISONER]
    it.services.nomis_amends(row, "Seen.")
    event = nomis_event("UPDATED", row, offenderIdDisplay=OTHER)
    with pytest.raises(NotYet):
        play(it.handle(event))
    it.services.dps[note]["offenderIdentifier"] = OTHER
    play(it.handle(event, attempt=2))
    assert it.services.amendments(note) == ["Seen."]


def test_a_repair_deletes_as_if_the_row_had_gone() -> None:
    """`repair` takes note, mapping and siblings away."""
    it = rig()
    row, _ = it.services.from_nomis()
    assert play(it.half.admin("DELETE", f"/casenotes/{row}/repair")) == (204, None)
    assert it.services.dps == {}
    assert it.services.mappings == {}
