"""Case-note mappings: M1 to M11 of http-contracts 4.2."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.mapping.conftest import (
    BOOKING,
    DPS_1,
    DPS_2,
    DPS_3,
    NOTE_1,
    NOTE_2,
    NOTE_3,
    OTHER_BOOKING,
    OTHER_PRISONER,
    PRISONER,
    note,
)

if TYPE_CHECKING:
    from tests.mapping.conftest import Mapping


def test_a_new_note_is_mapped_with_an_empty_answer(mapping: Mapping) -> None:
    """Mapping a note answers 201 with nothing, and the row can be read back."""
    made = mapping.map_note()
    assert (made.status, made.body) == (201, b"")
    row = mapping.call("GET", f"/casenotes/nomis-casenote-id/{NOTE_1}").json()
    created = row.pop("whenCreated")
    assert re.fullmatch(r"2026-03-02T09:00:00(\.\d*[1-9])?", created)
    assert row == {
        "dpsCaseNoteId": DPS_1,
        "nomisCaseNoteId": NOTE_1,
        "offenderNo": PRISONER,
        "nomisBookingId": BOOKING,
        "mappingType": "DPS_CREATED",
    }


def test_the_time_of_creation_carries_its_fraction(mapping: Mapping) -> None:
    """`whenCreated` prints the fraction without trailing zeros."""
    mapping.client.pass_time(1.25)
    mapping.map_note()
    row = mapping.call("GET", f"/casenotes/nomis-casenote-id/{NOTE_1}").json()
    assert row["whenCreated"] == "2026-03-02T09:00:01.25"


def test_the_same_pair_again_is_no_error_and_no_change(mapping: Mapping) -> None:
    """A repeated mapping is accepted and changes nothing, not even the booking."""
    mapping.map_note()
    again = mapping.map_note(nomisBookingId=OTHER_BOOKING, mappingType="NOMIS_CREATED")
    assert (again.status, again.body) == (201, b"")
    row = mapping.call("GET", f"/casenotes/nomis-casenote-id/{NOTE_1}").json()
    assert (row["nomisBookingId"], row["mappingType"]) == (BOOKING, "DPS_CREATED")
    entry = mapping.client.journal.entries[-3]
    assert entry["wrote"] is False


def test_another_dps_note_for_a_mapped_nomis_note_conflicts(mapping: Mapping) -> None:
    """A different pair is 409 with both rows, and the first mapping stays."""
    mapping.map_note(label="2026-03-02")
    clash = mapping.map_note(dpsCaseNoteId=DPS_2, mappingType="NOMIS_CREATED")
    assert clash.status == 409
    body = clash.json()
    assert body["status"] == "409 CONFLICT"
    assert body["errorCode"] == 1409
    assert body["userMessage"] == "Conflict: Casenote mapping already exists"
    assert body["moreInfo"]["duplicate"] == {
        "dpsCaseNoteId": DPS_2,
        "nomisCaseNoteId": NOTE_1,
        "offenderNo": PRISONER,
        "nomisBookingId": BOOKING,
        "mappingType": "NOMIS_CREATED",
    }
    existing = body["moreInfo"]["existing"]
    assert existing["dpsCaseNoteId"] == DPS_1
    assert existing["label"] == "2026-03-02"
    assert "whenCreated" in existing
    assert mapping.model.notes.by_dps_id(DPS_2) == []


def test_several_nomis_notes_may_share_a_dps_note(mapping: Mapping) -> None:
    """Merge copies all map to one DPS note (fault-corpus IDM-01)."""
    mapping.map_note()
    assert mapping.map_note(nomisCaseNoteId=NOTE_2).status == 201
    rows = mapping.call("GET", f"/casenotes/dps-casenote-id/{DPS_1}/all").json()
    assert [row["nomisCaseNoteId"] for row in rows] == [NOTE_1, NOTE_2]


def test_an_omitted_mapping_type_is_dps_created(mapping: Mapping) -> None:
    """A request may leave the type out; the answer always has it."""
    body = note()
    del body["mappingType"]
    assert mapping.call("POST", "/casenotes", body).status == 201
    row = mapping.call("GET", f"/casenotes/nomis-casenote-id/{NOTE_1}").json()
    assert row["mappingType"] == "DPS_CREATED"


def test_a_batch_is_all_or_nothing(mapping: Mapping) -> None:
    """One known NOMIS id, even with the same DPS id, keeps the whole batch out."""
    mapping.map_note()
    batch = [note(nomisCaseNoteId=NOTE_2), note()]
    clash = mapping.call("POST", "/casenotes/batch", batch)
    assert clash.status == 409
    assert mapping.model.notes.by_nomis_id(NOTE_2) is None
    assert mapping.call("POST", "/casenotes/batch", batch[:1]).status == 201
    assert mapping.call("POST", "/casenotes/batch", []).status == 201


def test_a_batch_conflict_names_the_first_resembling_element(mapping: Mapping) -> None:
    """The pair reported may be an innocent element that shares a DPS note (M2)."""
    mapping.map_note()
    mapping.map_note(nomisCaseNoteId=NOTE_2, dpsCaseNoteId=DPS_2)
    batch = [note(nomisCaseNoteId=NOTE_3), note(nomisCaseNoteId=NOTE_2)]
    info = mapping.call("POST", "/casenotes/batch", batch).json()["moreInfo"]
    assert info["duplicate"]["nomisCaseNoteId"] == NOTE_3
    assert info["existing"]["nomisCaseNoteId"] == NOTE_1


def test_a_batch_naming_one_nomis_id_twice_fails_whole(mapping: Mapping) -> None:
    """A key clash that no stored row explains is the service's 500."""
    answer = mapping.call("POST", "/casenotes/batch", [note(), note()])
    assert answer.status == 500
    assert len(mapping.model.notes) == 0


def test_a_look_up_of_many_ids_leaves_out_unknown_ones(mapping: Mapping) -> None:
    """Unknown NOMIS ids are no error: the answer has those found, or none (M4)."""
    mapping.map_note()
    path = "/casenotes/nomis-casenote-id"
    found = mapping.call("POST", path, [NOTE_2, NOTE_1])
    assert [row["nomisCaseNoteId"] for row in found.json()] == [NOTE_1]
    assert mapping.call("POST", path, [NOTE_2]).json() == []


def test_unmapped_notes_are_not_found_by_name(mapping: Mapping) -> None:
    """Look-ups of one note say in words which id has no mapping."""
    by_nomis = mapping.call("GET", f"/casenotes/nomis-casenote-id/{NOTE_1}")
    by_dps = mapping.call("GET", f"/casenotes/dps-casenote-id/{DPS_1}/all")
    assert by_nomis.status == by_dps.status == 404
    assert by_nomis.json() == {
        "status": 404,
        "errorCode": None,
        "userMessage": f"Not Found: CaseNote with nomisCaseNoteId={NOTE_1} not found",
        "developerMessage": f"CaseNote with nomisCaseNoteId={NOTE_1} not found",
        "moreInfo": None,
    }
    assert f"dpsCaseNoteId={DPS_1}" in by_dps.json()["userMessage"]


def test_a_prisoners_mappings_come_by_booking_then_note(mapping: Mapping) -> None:
    """The reconciliation list is ordered and empty for an unknown prisoner (M6)."""
    mapping.map_note(nomisCaseNoteId=NOTE_1, nomisBookingId=OTHER_BOOKING)
    mapping.map_note(nomisCaseNoteId=NOTE_3, dpsCaseNoteId=DPS_3)
    mapping.map_note(nomisCaseNoteId=NOTE_2, dpsCaseNoteId=DPS_2)
    listed = mapping.call("GET", f"/casenotes/{PRISONER}/all").json()["mappings"]
    assert [row["nomisCaseNoteId"] for row in listed] == [NOTE_2, NOTE_3, NOTE_1]
    other = mapping.call("GET", f"/casenotes/{OTHER_PRISONER}/all")
    assert other.json() == {"mappings": []}


def test_forgetting_a_dps_note_forgets_all_its_rows(mapping: Mapping) -> None:
    """Deletion by DPS id takes every copy and is no error when there is none (M7)."""
    mapping.map_note()
    mapping.map_note(nomisCaseNoteId=NOTE_2)
    for _ in range(2):
        gone = mapping.call("DELETE", f"/casenotes/dps-casenote-id/{DPS_1}")
        assert (gone.status, gone.body) == (204, b"")
    assert len(mapping.model.notes) == 0
    assert mapping.map_note(dpsCaseNoteId=DPS_2).status == 201


def test_forgetting_a_nomis_note_leaves_its_siblings(mapping: Mapping) -> None:
    """Deletion by NOMIS id takes one row only (M8)."""
    mapping.map_note()
    mapping.map_note(nomisCaseNoteId=NOTE_2)
    for _ in range(2):
        path = f"/casenotes/nomis-casenote-id/{NOTE_1}"
        assert mapping.call("DELETE", path).status == 204
    rows = mapping.call("GET", f"/casenotes/dps-casenote-id/{DPS_1}/all").json()
    assert [row["nomisCaseNoteId"] for row in rows] == [NOTE_2]


def test_a_merge_gives_all_rows_the_retained_number(mapping: Mapping) -> None:
    """A merge re-numbers rows in place, answers nothing, and may be repeated (M9)."""
    mapping.map_note()
    mapping.map_note(nomisCaseNoteId=NOTE_2, dpsCaseNoteId=DPS_2)
    path = f"/casenotes/merge/from/{PRISONER}/to/{OTHER_PRISONER}"
    for _ in range(2):
        done = mapping.call("PUT", path)
        assert (done.status, done.body) == (200, b"")
    assert len(mapping.model.notes.of_prisoner(OTHER_PRISONER)) == 2
    assert mapping.model.notes.of_prisoner(PRISONER) == []


def test_a_moved_booking_takes_related_rows_along(mapping: Mapping) -> None:
    """Related rows are printed with the old number but stored with the new (M10)."""
    mapping.map_note()
    mapping.map_note(nomisCaseNoteId=NOTE_2, nomisBookingId=OTHER_BOOKING)
    path = f"/casenotes/merge/booking-id/{BOOKING}/to/{OTHER_PRISONER}"
    printed = mapping.call("PUT", path).json()
    assert [(row["nomisCaseNoteId"], row["offenderNo"]) for row in printed] == [
        (NOTE_1, OTHER_PRISONER),
        (NOTE_2, PRISONER),
    ]
    stored = mapping.model.notes.of_prisoner(OTHER_PRISONER)
    assert [row.nomis_id for row in stored] == [NOTE_1, NOTE_2]


def test_rows_of_one_booking_sharing_a_note_are_printed_twice(mapping: Mapping) -> None:
    """Two rows of the moved booking with one DPS note each come twice (M10)."""
    mapping.map_note()
    mapping.map_note(nomisCaseNoteId=NOTE_2)
    path = f"/casenotes/merge/booking-id/{BOOKING}/to/{OTHER_PRISONER}"
    printed = mapping.call("PUT", path).json()
    assert [row["nomisCaseNoteId"] for row in printed] == [
        NOTE_1,
        NOTE_2,
        NOTE_2,
        NOTE_1,
    ]
    assert {row["offenderNo"] for row in printed} == {OTHER_PRISONER}


def test_moving_a_booking_without_notes_answers_an_empty_list(mapping: Mapping) -> None:
    """Nothing to move is no error."""
    path = f"/casenotes/merge/booking-id/{BOOKING}/to/{OTHER_PRISONER}"
    assert mapping.call("PUT", path).json() == []


def test_a_booking_moved_twice_keeps_exactly_one_row(mapping: Mapping) -> None:
    """Re-keying neither loses nor doubles a row (fault-corpus IDM-10)."""
    mapping.map_note()
    for number in (OTHER_PRISONER, OTHER_PRISONER, PRISONER):
        path = f"/casenotes/merge/booking-id/{BOOKING}/to/{number}"
        assert len(mapping.call("PUT", path).json()) == 1
    assert len(mapping.model.notes) == 1
    assert len(mapping.model.notes.of_prisoner(PRISONER)) == 1


def test_the_latest_migrated_row_and_the_estimate_of_prisoners(
    mapping: Mapping,
) -> None:
    """The load's progress is its newest row and its rows divided by 134 (M11)."""
    latest = "/casenotes/migrated/latest"
    count = "/casenotes/migration-id/2026-03-02T09:00/count-by-prisoner?size=1"
    assert mapping.call("GET", latest).status == 404
    for index in range(270):
        mapping.map_note(
            nomisCaseNoteId=NOTE_1 + index,
            mappingType="MIGRATED",
            label="2026-03-02T09:00",
        )
    mapping.map_note(nomisCaseNoteId=NOTE_1 + 270)
    assert mapping.call("GET", latest).json()["nomisCaseNoteId"] == NOTE_1 + 269
    assert mapping.call("GET", count).json() == 2
    missing = "No migrated mapping found"
    assert missing not in str(mapping.call("GET", latest).json())


def test_literal_segments_win_over_a_prisoner_number(mapping: Mapping) -> None:
    """A malformed DPS id look-up is not read as a prisoner's list."""
    assert mapping.call("GET", f"/casenotes/{PRISONER}/all").status == 200
    answer = mapping.call("GET", "/casenotes/dps-casenote-id/x/all")
    assert answer.status == 500


def test_the_snapshot_has_the_rows_of_the_scope_only(mapping: Mapping) -> None:
    """The oracle reads plain rows of the prisoners it asks for."""
    mapping.map_note()
    mapping.map_note(
        nomisCaseNoteId=NOTE_2, dpsCaseNoteId=DPS_2, offenderNo=OTHER_PRISONER
    )
    assert mapping.model.snapshot({PRISONER})["notes"] == [
        {
            "dps_id": DPS_1,
            "nomis_id": NOTE_1,
            "prisoner": PRISONER,
            "booking": BOOKING,
            "mapping_type": "DPS_CREATED",
        }
    ]
    assert len(mapping.model.snapshot(None)["notes"]) == 2
