"""DPS to NOMIS: amendments, edits and deletions of notes that are there."""

from __future__ import annotations

import pytest

from simulators.sync.ports import CallRefused, NotYet
from tests.sync.rig import dps_event, play
from tests.sync.test_to_nomis import rig
from tests.sync.tiny import (
    AUTHOR,
    PRISONER,
    SCREEN,
    Fault,
    dps_id,
)


def test_an_amendment_is_pushed_to_every_copy() -> None:
    """All rows of a merged note show the amendment (TXT-13)."""
    it = rig()
    row, note = it.services.synced("x")
    copy = it.services.nomis_writes("x", module="MERGE", username=AUTHOR)
    it.services.pair(copy, note, "NOMIS_CREATED")
    it.services.dps_amends(note, "Second.")
    play(it.handle(dps_event("updated", note)))
    assert "Second." in it.services.stored_text(row)
    assert it.services.stored_text(row) == it.services.stored_text(copy)
    assert len(it.services.writes()) == 2


def test_an_amendment_not_yet_in_dps_survives_a_push() -> None:
    """A push merges: the officer's pending amendment stays (ORD-07)."""
    it = rig()
    row, note = it.services.synced("x")
    it.services.nomis_amends(row, "From the wing.")
    it.services.dps_amends(note, "From the office.")
    play(it.handle(dps_event("updated", note)))
    text = it.services.stored_text(row)
    assert "From the wing." in text
    assert "From the office." in text


def test_a_pending_amendment_survives_also_the_next_push() -> None:
    """Under our own marker by now, it is still the officer's."""
    it = rig()
    row, note = it.services.synced("x")
    it.services.nomis_amends(row, "From the wing.")
    for words in ("One.", "Two."):
        it.services.dps_amends(note, words)
        play(it.handle(dps_event("updated", note)))
    assert "From the wing." in it.services.stored_text(row)


def test_an_amendment_removed_in_dps_goes_from_nomis() -> None:
    """What DPS had and took away is not kept as an officer's."""
    it = rig()
    row, note = it.services.synced("x")
    it.services.dps_amends(note, "Wrong person.")
    play(it.handle(dps_event("updated", note)))
    it.services.dps[note]["amendments"] = []
    play(it.handle(dps_event("updated", note)))
    assert it.services.stored_text(row) == "x"


def test_a_pending_edit_of_an_officer_is_waited_for() -> None:
    """A DPS amendment does not wipe a NOMIS edit on its way; in the end DPS wins."""
    it = rig()
    row, note = it.services.synced("x")
    it.services.nomis[row] |= {"text": "corrected", "module": SCREEN}
    it.services.dps_amends(note, "Second.")
    with pytest.raises(NotYet):
        play(it.handle(dps_event("updated", note)))
    assert it.services.stored_text(row) == "corrected"
    play(it.handle(dps_event("updated", note), attempt=4))
    assert it.services.stored_text(row).startswith("x ...[")


def test_an_edit_in_dps_replaces_a_text_that_nomis_did_not_touch() -> None:
    """A note born in NOMIS and corrected in DPS is corrected in NOMIS."""
    it = rig()
    row, note = it.services.from_nomis("x")
    it.services.dps[note]["text"] = "corrected"
    play(it.handle(dps_event("updated", note)))
    assert it.services.stored_text(row) == "corrected"


def test_dps_changing_while_we_write_is_followed() -> None:
    """The last state wins, whatever was read first (ORD-05)."""
    it = rig()
    row, note = it.services.synced("x")
    it.services.dps_amends(note, "One.")

    def amend() -> None:
        it.services.dps_amends(note, "Two.", at="2026-03-02T10:05:00")

    it.services.before["PUT nomis"] = amend
    play(it.handle(dps_event("updated", note)))
    assert "Two." in it.services.stored_text(row)


def test_a_long_note_is_pushed_once_though_nomis_cuts_it() -> None:
    """A shortened row counts as the note (LOOP-14)."""
    it = rig()
    note = it.services.dps_writes("x" * 5000)
    play(it.handle(dps_event("created", note)))
    before = len(it.services.writes())
    play(it.handle(dps_event("updated", note)))
    assert len(it.services.writes()) == before


def test_an_update_of_a_note_never_synced_creates_it() -> None:
    """Whatever came first, NOMIS has the note once (ORD-03)."""
    it = rig()
    note = it.services.dps_writes("x")
    it.services.dps_amends(note, "Second.")
    play(it.handle(dps_event("updated", note)))
    play(it.handle(dps_event("created", note)))
    (row,) = it.services.nomis.values()
    assert "Second." in row["text"]


def test_a_note_of_nomis_is_never_created_there_again() -> None:
    """Its row is found by the legacy id; gone, it stays gone (DEL-08)."""
    it = rig()
    row, note = it.services.from_nomis("x")
    it.services.mappings.clear()
    it.services.dps_amends(note, "Second.")
    play(it.handle(dps_event("updated", note)))
    assert set(it.services.nomis) == set(it.services.mappings) == {row}
    assert "Second." in it.services.stored_text(row)
    it.services.mappings.clear()
    it.services.nomis.clear()
    play(it.handle(dps_event("updated", note)))
    assert it.services.nomis == it.services.mappings == {}


def test_a_deletion_removes_every_copy_and_mapping() -> None:
    """All rows go; one already gone does not stop the others (DEL-02, DEL-04)."""
    it = rig()
    row, note = it.services.synced("x")
    copy = it.services.nomis_writes("x", module="MERGE", username=AUTHOR)
    it.services.pair(copy, note, "NOMIS_CREATED")
    del it.services.dps[note]
    del it.services.nomis[row]
    play(it.handle(dps_event("deleted", note)))
    assert it.services.nomis == {}
    assert it.services.mappings == {}


def test_a_deletion_without_mapping_is_done() -> None:
    """The echo was faster; nothing is left to do (DEL-05)."""
    it = rig()
    play(it.handle(dps_event("deleted", dps_id(7))))
    assert it.services.writes() == []


def test_a_deletion_told_of_a_living_note_changes_nothing() -> None:
    """A late event never deletes what is there (LOOP-09)."""
    it = rig()
    _, note = it.services.synced("x")
    play(it.handle(dps_event("deleted", note)))
    assert it.services.writes() == []


def test_a_half_done_deletion_is_finished() -> None:
    """A failure at the second copy leaves the mapping for the retry (DEL-04)."""
    it = rig()
    _, note = it.services.synced("x")
    copy = it.services.nomis_writes("x", module="MERGE", username=AUTHOR)
    it.services.pair(copy, note, "NOMIS_CREATED")
    del it.services.dps[note]
    it.services.faults = [Fault("DELETE nomis", 503, skip=1)]
    with pytest.raises(CallRefused):
        play(it.handle(dps_event("deleted", note)))
    play(it.handle(dps_event("deleted", note), attempt=2))
    assert it.services.nomis == {}
    assert it.services.mappings == {}


def test_a_repair_rewrites_nomis_from_dps() -> None:
    """`resynchronise` brings the row to the note's state."""
    it = rig()
    row, note = it.services.synced("x")
    it.services.nomis[row]["text"] = "tampered"
    path = f"/casenotes/{PRISONER}/{note}/resynchronise"
    assert play(it.half.admin("PUT", path)) == (200, None)
    assert it.services.stored_text(row) == "x"
