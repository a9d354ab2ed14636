"""The initial load copies every note once, as often as it is run."""

from __future__ import annotations

from typing import Any

from tests.sync.rig import Rig, nomis_event, play
from tests.sync.tiny import AUTHOR, MARKER, OTHER, PRISONER, Fault, dps_id


def rig() -> Rig:
    """Return a from-nomis half whose NOMIS lists its prisoners."""
    return Rig("from-nomis")


def migrate(it: Rig, *prisoners: str) -> Any:
    """Load these prisoners."""
    body = {"offenderNos": list(prisoners or [PRISONER])}
    status, report = play(it.half.admin("POST", "/migrate/casenotes", body))
    assert status == 200
    return report


def test_every_note_is_loaded_and_mapped() -> None:
    """All bookings, type MIGRATED, the label that of the run."""
    it = rig()
    rows = [it.services.nomis_writes(f"note {n}", booking=n) for n in range(3)]
    report = migrate(it)
    assert report["notes"] == len(it.services.dps) == 3
    for row in rows:
        mapping = it.services.mappings[row]
        assert mapping["mappingType"] == "MIGRATED"
        assert mapping["label"] == report["migrationId"]
        assert len(mapping["label"]) <= 20


def test_a_second_run_changes_nothing() -> None:
    """Same notes, same ids, same mappings, also after changes (DUP-11)."""
    it = rig()
    row = it.services.nomis_writes("x")
    migrate(it)
    (note,) = it.services.dps
    it.services.dps_amends(note, "Since then.")
    before = dict(it.services.mappings)
    migrate(it)
    assert list(it.services.dps) == [note]
    assert it.services.amendments(note) == ["Since then."]
    assert it.services.mappings == before
    assert set(before) == {row}


def test_an_interrupted_run_is_finished_by_the_next() -> None:
    """Notes loaded but not mapped are found again (DUP-11)."""
    it = rig()
    it.services.nomis_writes("x")
    it.services.faults = [Fault("POST mapping /mapping/casenotes/batch", 500)]
    assert migrate(it)["failed"] == [PRISONER]
    assert migrate(it)["failed"] == []
    assert len(it.services.dps) == len(it.services.mappings) == 1


def test_copies_of_an_old_merge_are_one_note() -> None:
    """Equal rows of different bookings are one note, of one booking two."""
    it = rig()
    for booking in (1, 1, 2):
        it.services.nomis_writes("same", booking=booking)
    migrate(it)
    assert len(it.services.dps) == 2
    assert len(it.services.mappings) == 3


def test_what_dps_wrote_is_not_loaded_back() -> None:
    """A note that DPS made keeps its one mapping (IDM-13)."""
    it = rig()
    row, note = it.services.synced()
    unmapped = it.services.dps_writes("in flight", created="2026-03-02T09:30:00")
    it.services.nomis_writes(
        "in flight", module=MARKER, username=AUTHOR, created="2026-03-02T09:30:00"
    )
    before = dict(it.services.mappings)
    migrate(it)
    assert set(it.services.dps) == {note, unmapped}
    assert it.services.mappings == before
    assert set(before) == {row}


def test_a_dangling_mapping_is_put_right() -> None:
    """A mapping that names a dead DPS note gets the note loaded (IDM-13)."""
    it = rig()
    row = it.services.nomis_writes("x")
    it.services.pair(row, dps_id(99))
    migrate(it)
    assert it.services.mappings[row]["dpsCaseNoteId"] in it.services.dps


def test_a_migrated_note_goes_on_being_synced() -> None:
    """An amendment after the load reaches the loaded note."""
    it = rig()
    row = it.services.nomis_writes("x")
    migrate(it)
    it.services.nomis_amends(row, "Later.")
    play(it.handle(nomis_event("UPDATED", row)))
    (note,) = it.services.dps
    assert it.services.amendments(note) == ["Later."]


def test_one_failing_prisoner_does_not_stop_the_run() -> None:
    """The others are loaded, and the report names him."""
    it = rig()
    it.services.nomis_writes("x")
    it.services.faults = [Fault(f"GET nomis /prisoners/{OTHER}/", 500, times=99)]
    report = migrate(it, PRISONER, OTHER)
    assert report["failed"] == [OTHER]
    assert len(it.services.mappings) == 1
