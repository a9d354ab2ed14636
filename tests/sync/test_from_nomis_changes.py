"""NOMIS to DPS: edits and deletions of rows that are mapped."""

from __future__ import annotations

import pytest

from simulators.sync import text
from simulators.sync.ports import CallRefused, NotYet
from tests.sync.rig import nomis_event, play
from tests.sync.test_from_nomis import only_note, rig
from tests.sync.tiny import (
    AUTHOR,
    OFFICER,
    OTHER,
    PRISONER,
    Fault,
)


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


def test_an_edit_during_a_merge_takes_its_note_along() -> None:
    """DPS still holds the removed number: the note is moved first (MRG-17)."""
    it = rig()
    row, note = it.services.from_nomis()
    it.services.nomis[row]["prisoner"] = OTHER
    del it.services.prisoners[PRISONER]
    it.services.nomis_amends(row, "Seen.")
    play(it.handle(nomis_event("UPDATED", row, offenderIdDisplay=OTHER)))
    assert it.services.dps[note]["offenderIdentifier"] == OTHER
    assert it.services.amendments(note) == ["Seen."]


def test_a_repair_deletes_as_if_the_row_had_gone() -> None:
    """`repair` takes note, mapping and siblings away."""
    it = rig()
    row, _ = it.services.from_nomis()
    assert play(it.half.admin("DELETE", f"/casenotes/{row}/repair")) == (204, None)
    assert it.services.dps == {}
    assert it.services.mappings == {}
