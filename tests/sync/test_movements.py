"""Merges and booking moves: the mappings follow, copies find their originals."""

from __future__ import annotations

from typing import Any

import pytest

from simulators.sync.ports import CallRefused, NotYet
from tests.sync.rig import Rig, envelope, nomis_event, play
from tests.sync.tiny import OTHER, PRISONER

REMOVED, KEPT = PRISONER, OTHER


def rig() -> Rig:
    """Return a from-nomis half."""
    return Rig("from-nomis")


def merged(**more: Any) -> str:
    """Return the merge event."""
    about = {"nomsNumber": KEPT, "removedNomsNumber": REMOVED, "bookingId": "1200002"}
    return envelope(
        {
            "eventType": "prison-offender-events.prisoner.merged",
            "occurredAt": "2026-07-02T14:00:00+01:00",
            "additionalInformation": about | more,
        }
    )


def merge(it: Rig, *, copies: bool = False) -> list[int]:
    """Let NOMIS merge, DPS follow; returns the ids of the copies."""
    made = []
    for row in list(it.services.nomis.values()):
        row["prisoner"] = KEPT
        if copies:
            booking = it.services.prisoners[KEPT]
            more = row | {"module": "MERGE", "booking": booking}
            more |= {"inserted": "2026-07-02T13:59:00"}
            made.append(it.services.nomis_writes(**_renamed(more)))
    for note in it.services.dps.values():
        note["offenderIdentifier"] = KEPT
    del it.services.prisoners[REMOVED]
    it.services.merges = [{"deletedOffenderNo": REMOVED, "retainedOffenderNo": KEPT}]
    return made


def _renamed(row: dict[str, Any]) -> dict[str, Any]:
    return {"words": row["text"]} | {
        k: v for k, v in row.items() if k not in {"id", "text"}
    }


def test_a_merge_without_copies_renumbers_the_mappings() -> None:
    """No copies is normal; nothing is waited for (MRG-06)."""
    it = rig()
    row, _ = it.services.from_nomis()
    merge(it)
    for _ in range(2):
        play(it.handle(merged()))
    assert it.services.mappings[row]["offenderNo"] == KEPT
    assert len(it.services.mappings) == 1


def test_copies_stand_for_the_note_of_their_original() -> None:
    """Each copy is mapped to its original's note, under its own booking (MRG-02)."""
    it = rig()
    _, note = it.services.from_nomis()
    (copy,) = merge(it, copies=True)
    play(it.handle(merged()))
    assert it.services.mappings[copy]["dpsCaseNoteId"] == note
    assert it.services.mappings[copy]["nomisBookingId"] == 1200002
    assert it.services.mappings[copy]["offenderNo"] == KEPT
    play(it.handle(merged(), attempt=2))
    assert len(it.services.dps) == 1


def test_equal_notes_are_paired_one_to_one() -> None:
    """Two equal originals never share a copy (MRG-07, DUP-12)."""
    it = rig()
    notes = {it.services.from_nomis("same")[1] for _ in range(2)}
    made = merge(it, copies=True)
    play(it.handle(merged()))
    assert {it.services.mappings[copy]["dpsCaseNoteId"] for copy in made} == notes


def test_an_amended_note_is_not_taken_for_its_equal_neighbour() -> None:
    """Amendments tell apart notes that are equal otherwise (DUP-12)."""
    it = rig()
    plain, _ = it.services.from_nomis("same")
    amended, note = it.services.from_nomis("same")
    it.services.nomis_amends(amended, "Seen.")
    made = merge(it, copies=True)
    by_text = {"Seen." in it.services.stored_text(copy): copy for copy in made}
    play(it.handle(merged()))
    assert it.services.mappings[by_text[True]]["dpsCaseNoteId"] == note
    assert it.services.mappings[by_text[False]]["dpsCaseNoteId"] != note
    assert plain != amended


def test_copies_already_mapped_do_not_stop_the_others() -> None:
    """The batch is refused; a second look writes what is missing (IDM-05)."""
    it = rig()
    pairs = [it.services.from_nomis(f"note {n}") for n in range(5)]
    made = merge(it, copies=True)

    def somebody_was_faster() -> None:
        it.services.pair(made[2], pairs[2][1], "NOMIS_CREATED")

    it.services.before["POST mapping /mapping/casenotes/batch"] = somebody_was_faster
    with pytest.raises(CallRefused):
        play(it.handle(merged()))
    play(it.handle(merged(), attempt=2))
    expected = {copy: pair[1] for copy, pair in zip(made, pairs, strict=True)}
    found = {c: it.services.mappings[c]["dpsCaseNoteId"] for c in made}
    assert found == expected


def test_a_copy_told_before_the_merge_is_no_new_note() -> None:
    """Its own inserted event maps it to the original's note (MRG-03)."""
    it = rig()
    _, note = it.services.from_nomis()
    (copy,) = merge(it, copies=True)
    play(it.handle(nomis_event("INSERTED", copy, offenderIdDisplay=KEPT)))
    assert it.services.mappings[copy]["dpsCaseNoteId"] == note
    play(it.handle(merged()))
    assert list(it.services.dps) == [note]


def test_a_copy_of_an_unmapped_original_waits() -> None:
    """The rest is mapped at once, the gap is tried again (IDM-11)."""
    it = rig()
    row, note = it.services.from_nomis("mapped")
    gap = it.services.nomis_writes("not mapped")
    made = merge(it, copies=True)
    with pytest.raises(NotYet):
        play(it.handle(merged()))
    assert it.services.mappings[made[0]]["dpsCaseNoteId"] == note
    assert it.services.mappings[row]["offenderNo"] == KEPT
    play(it.handle(nomis_event("INSERTED", gap, offenderIdDisplay=KEPT)))
    play(it.handle(merged(), attempt=2))
    assert len({m["dpsCaseNoteId"] for m in it.services.mappings.values()}) == 2


def test_a_false_merge_moves_nothing() -> None:
    """Swapped numbers, or none merged at all: NOMIS knows better (MRG-09)."""
    it = rig()
    row, _ = it.services.from_nomis()
    with pytest.raises(NotYet):
        play(it.handle(merged()))
    play(it.handle(merged(), attempt=4))
    merge(it)
    swapped = merged(nomsNumber=REMOVED, removedNomsNumber=KEPT)
    it.services.merges = []
    play(it.handle(swapped, attempt=4))
    assert it.services.mappings[row]["offenderNo"] == PRISONER
    play(it.handle(merged()))
    assert it.services.mappings[row]["offenderNo"] == KEPT


def booking_moved(source: str, target: str) -> str:
    """Return the event of a moved booking; its id is a string."""
    about = {
        "bookingId": "1200001",
        "movedFromNomsNumber": source,
        "movedToNomsNumber": target,
    }
    event = "prison-offender-events.prisoner.booking.moved"
    return envelope({"eventType": event, "additionalInformation": about})


def test_a_moved_booking_takes_its_notes_along() -> None:
    """Rows, mappings and DPS notes are under one number; DPS-only ones stay."""
    it = rig()
    row, note = it.services.from_nomis()
    own = it.services.dps_writes("DPS only")
    it.services.nomis[row]["prisoner"] = OTHER
    for _ in range(2):
        play(it.handle(booking_moved(PRISONER, OTHER)))
    assert it.services.dps[note]["offenderIdentifier"] == OTHER
    assert it.services.dps[own]["offenderIdentifier"] == PRISONER
    assert it.services.mappings[row]["offenderNo"] == OTHER


def test_a_booking_without_notes_moves_without_a_word_to_dps() -> None:
    """Nothing to move is no error (MRG-15)."""
    it = rig()
    play(it.handle(booking_moved(PRISONER, OTHER)))
    assert not [call for call in it.services.writes() if " dps " in call]


def test_two_moves_told_in_the_wrong_order_converge() -> None:
    """The mappings know where the notes were, NOMIS where they belong."""
    it = rig()
    third = "C3456DE"
    it.services.prisoners[third] = 1200003
    row, note = it.services.from_nomis()
    it.services.nomis[row]["prisoner"] = third
    play(it.handle(booking_moved(OTHER, third)))
    assert it.services.dps[note]["offenderIdentifier"] == third
    assert it.services.mappings[row]["offenderNo"] == third


def test_a_move_told_after_it_was_undone_changes_nothing() -> None:
    """The booking is where NOMIS says it is."""
    it = rig()
    row, note = it.services.from_nomis()
    with pytest.raises(NotYet):
        play(it.handle(booking_moved(PRISONER, OTHER)))
    play(it.handle(booking_moved(PRISONER, OTHER), attempt=4))
    assert it.services.dps[note]["offenderIdentifier"] == PRISONER
    assert it.services.mappings[row]["offenderNo"] == PRISONER
