"""M1 to M11: which NOMIS note is which DPS note."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from harness.conform import fact
from harness.conform.cast import invented_id, invented_number, invented_uuid
from tests.conformance.mapping.bodies import (
    NOTES,
    error,
    mapped,
    note,
    of_nomis,
    timeless,
)

if TYPE_CHECKING:
    from harness.conform import Api

M = "http-contracts 4.2"
LOCAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,8}[1-9])?")


def of_dps(mapping: Api, dps_id: str) -> list[dict[str, Any]]:
    """Read the rows of a DPS note by M5, without their times."""
    answer = mapping.get(f"{NOTES}/dps-casenote-id/{dps_id}/all")
    assert answer.status == 200, answer.body
    return [timeless(row) for row in answer.body]


def of_prisoner(mapping: Api, number: str) -> list[dict[str, Any]]:
    """Read a prisoner's rows by M6."""
    answer = mapping.get(f"{NOTES}/{number}/all")
    assert answer.status == 200, answer.body
    rows: list[dict[str, Any]] = answer.body["mappings"]
    return rows


@fact(f"{M} M1")
def test_a_new_mapping_is_answered_with_nothing(mapping: Api) -> None:
    """201 with an empty body."""
    answer = mapping.post(NOTES, note())
    assert (answer.status, answer.raw) == (201, b"")


@fact(f"{M} M1; M3; 4.1")
def test_a_mapping_reads_back_as_stored(mapping: Api) -> None:
    """With the time of insertion, a local date-time."""
    request = mapped(mapping)
    row = mapping.get(f"{NOTES}/nomis-casenote-id/{request['nomisCaseNoteId']}").body
    assert LOCAL.fullmatch(row.pop("whenCreated"))
    assert row == request


@fact("http-contracts 4.1 mappingType")
def test_the_type_defaults_to_dps_created(mapping: Api) -> None:
    """Optional in a request, present in every answer."""
    request = note()
    del request["mappingType"]
    assert mapping.post(NOTES, request).status == 201
    row = of_nomis(mapping, request["nomisCaseNoteId"])
    assert row["mappingType"] == "DPS_CREATED"


@fact("http-contracts 4.1 label, null omission 0.2")
def test_a_label_is_shown_only_when_there_is_one(mapping: Api) -> None:
    """Null is omitted."""
    plain = mapped(mapping, label=None)
    assert "label" not in of_nomis(mapping, plain["nomisCaseNoteId"])
    labelled = mapped(mapping, label="2026-01-01T10:00:00", mappingType="MIGRATED")
    row = of_nomis(mapping, labelled["nomisCaseNoteId"])
    assert row["label"] == "2026-01-01T10:00:00"


@fact("http-contracts 4.1 whenCreated; 12 mapping dtos")
@pytest.mark.parametrize("sent", [None, "1999-01-01T00:00:00"])
def test_a_sent_time_of_creation_is_ignored(mapping: Api, sent: str | None) -> None:
    """The builds send null; the database decides."""
    request = mapped(mapping, whenCreated=sent)
    row = mapping.get(f"{NOTES}/nomis-casenote-id/{request['nomisCaseNoteId']}").body
    assert not row["whenCreated"].startswith("1999")


@fact(f"{M} M1")
def test_the_same_pair_again_is_fine(mapping: Api) -> None:
    """201 and no change: idempotent, type and prisoner stay as first stored."""
    request = mapped(mapping)
    again = request | {"offenderNo": invented_number(), "mappingType": "DPS_CREATED"}
    assert mapping.post(NOTES, again).status == 201
    assert of_nomis(mapping, request["nomisCaseNoteId"]) == request


@fact(f"{M} M1, 409 body")
def test_another_dps_id_for_a_known_note_clashes(mapping: Api) -> None:
    """409 with both rows; `status` a text, `errorCode` the number 1409."""
    existing = mapped(mapping)
    duplicate = existing | {"dpsCaseNoteId": invented_uuid()}
    answer = mapping.post(NOTES, duplicate)
    assert answer.status == 409
    body = answer.body
    assert body["status"] == "409 CONFLICT"
    assert body["errorCode"] == 1409
    assert body["userMessage"] == "Conflict: Casenote mapping already exists"
    assert body["developerMessage"].startswith("Casenote mapping already exists")
    assert timeless(body["moreInfo"]["duplicate"]) == duplicate
    assert timeless(body["moreInfo"]["existing"]) == existing
    assert of_nomis(mapping, existing["nomisCaseNoteId"]) == existing


@fact("http-contracts 4.1; M1")
def test_one_dps_note_may_have_several_nomis_notes(mapping: Api) -> None:
    """After a merge that copied notes: allowed, 201."""
    first = mapped(mapping)
    second = mapped(mapping, dpsCaseNoteId=first["dpsCaseNoteId"])
    rows = of_dps(mapping, first["dpsCaseNoteId"])
    ids = sorted(row["nomisCaseNoteId"] for row in rows)
    assert ids == sorted([first["nomisCaseNoteId"], second["nomisCaseNoteId"]])


@fact("http-contracts 4.0 (400)")
@pytest.mark.parametrize(
    "name", ["dpsCaseNoteId", "nomisCaseNoteId", "offenderNo", "nomisBookingId"]
)
def test_mandatory_members_of_a_mapping(mapping: Api, name: str) -> None:
    """400 `Validation failure` when one is missing."""
    request = note()
    del request[name]
    answer = mapping.post(NOTES, request)
    assert answer.status == 400
    assert answer.body["userMessage"].startswith("Validation failure: ")


@fact("http-contracts 4.0 (400)")
@pytest.mark.parametrize("members", [{"mappingType": "SOMETHING"}, {"label": "x" * 21}])
def test_a_wrong_type_or_a_long_label_is_refused(
    mapping: Api, members: dict[str, Any]
) -> None:
    """400 `Validation failure`."""
    answer = mapping.post(NOTES, note(**members))
    assert answer.status == 400
    assert answer.body["userMessage"].startswith("Validation failure: ")


@fact("http-contracts 4.0 (400)")
def test_unreadable_json_is_refused(mapping: Api) -> None:
    """400, unlike DPS."""
    answer = mapping.post(NOTES, content=b'{"dpsCaseNoteId":')
    assert answer.status == 400
    assert answer.body["userMessage"].startswith("Validation failure: ")


@fact("http-contracts 4.0 (500 for a malformed id in a body)")
@pytest.mark.parametrize("path", [NOTES, f"{NOTES}/batch"])
def test_a_malformed_dps_id_fails_in_the_database_layer(
    mapping: Api, path: str
) -> None:
    """500 `Unexpected error`: it is a plain string until then."""
    request = note(dpsCaseNoteId="not-a-uuid")
    answer = mapping.post(path, [request] if path.endswith("batch") else request)
    assert answer.status == 500
    assert answer.body["userMessage"].startswith("Unexpected error: ")


@fact("http-contracts 4.0; 12 mapping (500 for a malformed UUID)")
@pytest.mark.parametrize(("method", "ending"), [("GET", "/all"), ("DELETE", "")])
def test_a_malformed_uuid_of_a_path_is_unexpected(
    mapping: Api, method: str, ending: str
) -> None:
    """500, not 400."""
    answer = mapping.call(method, f"{NOTES}/dps-casenote-id/not-a-uuid{ending}")
    assert answer.status == 500
    assert answer.body["userMessage"].startswith("Unexpected error: ")


@fact("http-contracts 4.1 offenderNo (column); 4.0 (everything else 500)")
def test_a_prisoner_number_has_ten_characters(mapping: Api) -> None:
    """The column holds ten: the eleventh is a database error."""
    mapped(mapping, offenderNo="A" * 10)
    assert mapping.post(NOTES, note(offenderNo="A" * 11)).status == 500


@fact(f"{M} M2")
def test_a_batch_stores_all(mapping: Api) -> None:
    """201 with an empty body; several NOMIS notes of one DPS note too."""
    first = note()
    second = note(dpsCaseNoteId=first["dpsCaseNoteId"])
    answer = mapping.post(f"{NOTES}/batch", [first, second])
    assert (answer.status, answer.raw) == (201, b"")
    assert len(of_dps(mapping, first["dpsCaseNoteId"])) == 2


@fact(f"{M} M2")
def test_an_empty_batch_is_fine(mapping: Api) -> None:
    """201."""
    assert mapping.post(f"{NOTES}/batch", []).status == 201


@fact(f"{M} M2")
@pytest.mark.parametrize("same", [True, False])
def test_a_batch_is_all_or_nothing(mapping: Api, same: bool) -> None:
    """409 when any NOMIS id exists, even with the same DPS id; nothing is stored."""
    known, fresh = mapped(mapping), note()
    repeat = known if same else known | {"dpsCaseNoteId": invented_uuid()}
    answer = mapping.post(f"{NOTES}/batch", [fresh, repeat])
    assert answer.status == 409
    assert answer.body["errorCode"] == 1409
    assert set(answer.body["moreInfo"]) == {"duplicate", "existing"}
    path = f"{NOTES}/nomis-casenote-id/{fresh['nomisCaseNoteId']}"
    assert mapping.get(path).status == 404


@fact(f"{M} M2 (the reported pair)")
def test_a_batch_reports_the_first_resemblance(mapping: Api) -> None:
    """The first element that resembles a stored row, by DPS id too."""
    stored = mapped(mapping)
    lookalike = note(dpsCaseNoteId=stored["dpsCaseNoteId"])
    answer = mapping.post(f"{NOTES}/batch", [lookalike, stored])
    assert answer.status == 409
    told = answer.body["moreInfo"]["duplicate"]["nomisCaseNoteId"]
    assert told == lookalike["nomisCaseNoteId"]


@fact(f"{M} M3")
def test_an_unknown_nomis_note_is_not_mapped(mapping: Api) -> None:
    """404 with the id."""
    unknown = invented_id()
    answer = mapping.get(f"{NOTES}/nomis-casenote-id/{unknown}")
    message = f"CaseNote with nomisCaseNoteId={unknown} not found"
    assert (answer.status, answer.body) == (404, error(404, "Not Found", message))


@fact("http-contracts 4.0 (non-numeric path id)")
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_nomis_id_is_a_number(mapping: Api, method: str) -> None:
    """400 `Validation failure`."""
    answer = mapping.call(method, f"{NOTES}/nomis-casenote-id/abc")
    assert answer.status == 400
    assert answer.body["userMessage"].startswith("Validation failure: ")


@fact(f"{M} M4; 12 mapping (404 never)")
def test_looking_up_many_leaves_out_the_unknown(mapping: Api) -> None:
    """200 with the found rows only; `[]` when none."""
    first, second = mapped(mapping), mapped(mapping)
    ids = [first["nomisCaseNoteId"], invented_id(), second["nomisCaseNoteId"]]
    rows = mapping.post(f"{NOTES}/nomis-casenote-id", ids).body
    found = sorted((timeless(row) for row in rows), key=str)
    assert found == sorted([first, second], key=str)
    answer = mapping.post(f"{NOTES}/nomis-casenote-id", [invented_id()])
    assert (answer.status, answer.body) == (200, [])
    assert mapping.post(f"{NOTES}/nomis-casenote-id", []).body == []


@fact(f"{M} M5")
def test_an_unknown_dps_note_is_not_mapped(mapping: Api) -> None:
    """404: an empty list would be read as already mapped."""
    unknown = invented_uuid()
    answer = mapping.get(f"{NOTES}/dps-casenote-id/{unknown}/all")
    message = f"CaseNote with dpsCaseNoteId={unknown} not found"
    assert (answer.status, answer.body) == (404, error(404, "Not Found", message))


@fact(f"{M} M6")
def test_a_prisoners_mappings_are_ordered(mapping: Api) -> None:
    """By booking, then NOMIS id, ascending."""
    number, base = invented_number(), invented_id()
    for booking, nomis in ((2, 5), (1, 9), (2, 3), (1, 7)):
        mapped(
            mapping,
            offenderNo=number,
            nomisBookingId=base + booking,
            nomisCaseNoteId=base + nomis,
        )
    rows = of_prisoner(mapping, number)
    order = [
        (row["nomisBookingId"] - base, row["nomisCaseNoteId"] - base) for row in rows
    ]
    assert order == [(1, 7), (1, 9), (2, 3), (2, 5)]


@fact(f"{M} M6")
def test_an_unknown_prisoner_has_no_mappings(mapping: Api) -> None:
    """200 with an empty list."""
    assert of_prisoner(mapping, invented_number()) == []


@fact(f"{M} M7")
def test_deleting_by_dps_id_takes_all_its_rows(mapping: Api) -> None:
    """204, always."""
    first = mapped(mapping)
    mapped(mapping, dpsCaseNoteId=first["dpsCaseNoteId"])
    path = f"{NOTES}/dps-casenote-id/{first['dpsCaseNoteId']}"
    for _ in range(2):
        answer = mapping.delete(path)
        assert (answer.status, answer.raw) == (204, b"")
    assert mapping.get(f"{path}/all").status == 404


@fact(f"{M} M8")
def test_deleting_by_nomis_id_takes_one_row(mapping: Api) -> None:
    """204, always; the sibling stays."""
    first = mapped(mapping)
    second = mapped(mapping, dpsCaseNoteId=first["dpsCaseNoteId"])
    path = f"{NOTES}/nomis-casenote-id/{first['nomisCaseNoteId']}"
    for _ in range(2):
        assert mapping.delete(path).status == 204
    assert of_dps(mapping, first["dpsCaseNoteId"]) == [second]


@fact(f"{M} M9")
def test_a_merge_renames_every_row(mapping: Api) -> None:
    """200 with an empty body, also when there is none."""
    old, new = invented_number(), invented_number()
    request = mapped(mapping, offenderNo=old)
    for _ in range(2):
        answer = mapping.put(f"{NOTES}/merge/from/{old}/to/{new}")
        assert (answer.status, answer.raw) == (200, b"")
    assert of_nomis(mapping, request["nomisCaseNoteId"])["offenderNo"] == new
    assert of_prisoner(mapping, old) == []


def move(mapping: Api, booking: int, number: str) -> list[dict[str, Any]]:
    """Move a booking's rows by M10."""
    answer = mapping.put(f"{NOTES}/merge/booking-id/{booking}/to/{number}")
    assert answer.status == 200, answer.body
    return [timeless(row) for row in answer.body]


@fact(f"{M} M10")
def test_a_moved_booking_renames_its_rows(mapping: Api) -> None:
    """200 with the rows as they are after it."""
    request, new = mapped(mapping), invented_number()
    rows = move(mapping, request["nomisBookingId"], new)
    assert rows == [request | {"offenderNo": new}]
    assert of_nomis(mapping, request["nomisCaseNoteId"])["offenderNo"] == new


@fact(f"{M} M10 (related rows)")
def test_rows_that_share_a_dps_id_move_along(mapping: Api) -> None:
    """Stored with the new number, printed with the old; booking rows come first."""
    old, new = invented_number(), invented_number()
    first = mapped(mapping, offenderNo=old)
    related = mapped(mapping, offenderNo=old, dpsCaseNoteId=first["dpsCaseNoteId"])
    rows = move(mapping, first["nomisBookingId"], new)
    assert rows == [first | {"offenderNo": new}, related]
    stored = of_nomis(mapping, related["nomisCaseNoteId"])
    assert stored["offenderNo"] == new


@fact(f"{M} M10")
def test_a_booking_without_rows_moves_nothing(mapping: Api) -> None:
    """`[]`."""
    assert move(mapping, invented_id(), invented_number()) == []


@fact(f"{M} (literal segments win)")
def test_literal_segments_win_over_a_prisoner_number(mapping: Api) -> None:
    """`dps-casenote-id/<uuid>/all` is M5; `<anything>/all` is M6."""
    assert mapping.get(f"{NOTES}/dps-casenote-id/all").status == 200
    path = f"{NOTES}/dps-casenote-id/{invented_uuid()}/all"
    assert mapping.get(path).status == 404


@fact(f"{M} M11")
def test_the_latest_migrated_row_is_known(mapping: Api) -> None:
    """Only rows of type MIGRATED count."""
    migrated = mapped(mapping, mappingType="MIGRATED", label="2999-01-01T00:00:00")
    mapped(mapping)
    latest = mapping.get(f"{NOTES}/migrated/latest").body
    assert timeless(latest) == migrated


@fact(f"{M} M11")
def test_a_migrations_prisoners_are_estimated(mapping: Api) -> None:
    """Rows / 134, a bare number: 0 for one row."""
    label = invented_uuid()[:20]
    mapped(mapping, mappingType="MIGRATED", label=label)
    answer = mapping.get(f"{NOTES}/migration-id/{label}/count-by-prisoner")
    assert (answer.status, answer.body) == (200, 0)


@fact("http-contracts 4.1 nomisBookingId")
def test_a_booking_may_be_zero(mapping: Api) -> None:
    """from-nomis sends 0 when the event had no booking id."""
    request = mapped(mapping, nomisBookingId=0)
    assert of_nomis(mapping, request["nomisCaseNoteId"])["nomisBookingId"] == 0
