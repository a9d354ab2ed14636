"""Case-note mapping operations, named as in contracts/mapping.openapi.yaml."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.mapping.errors import conflict, not_found, unexpected
from simulators.mapping.notes import ConflictError, RepeatedKeyError
from simulators.mapping.printing import (
    dps_case_note_id,
    note_mapping,
    prisoner_number,
)
from simulators.wire.message import Response, answer

if TYPE_CHECKING:
    from simulators.mapping.model import MappingModel
    from simulators.mapping.notes import NoteMapping
    from simulators.wire.service import Call

# The load's rows a prisoner has on average, as the service estimates it (M11).
_ROWS_A_PRISONER = 134


def create_case_note_mapping(model: MappingModel, call: Call) -> Response:
    """M1: the same pair again is 201 and no change; another DPS id is 409."""
    row = _requested(model, call.body)
    try:
        call.wrote = model.notes.insert(row)
    except ConflictError as clash:
        return _conflict(
            clash,
            "Casenote mapping already exists.\n"
            f"Existing mapping: {note_mapping(clash.existing)}\n"
            f"Duplicate mapping: {note_mapping(clash.wanted, created=False)}",
        )
    return answer(201)


def create_case_note_mappings(model: MappingModel, call: Call) -> Response:
    """M2: all or none; no tolerance for a repeat of the same pair."""
    rows = [_requested(model, element) for element in call.body]
    try:
        model.notes.insert_all(rows)
    except ConflictError as clash:
        return _conflict(clash, "Casenote mapping already exists")
    except RepeatedKeyError:
        return unexpected("duplicate key value violates unique constraint")
    return answer(201)


def get_case_note_mapping_by_nomis_id(model: MappingModel, call: Call) -> Response:
    """M3."""
    nomis_id = int(call.path["caseNoteId"])
    row = model.notes.by_nomis_id(nomis_id)
    if row is None:
        return not_found(f"CaseNote with nomisCaseNoteId={nomis_id} not found")
    return answer(200, note_mapping(row))


def find_case_note_mappings_by_nomis_ids(model: MappingModel, call: Call) -> Response:
    """M4: ids that are not mapped are left out."""
    rows = (model.notes.by_nomis_id(nomis_id) for nomis_id in sorted(set(call.body)))
    return answer(200, [note_mapping(row) for row in rows if row is not None])


def get_case_note_mappings_by_dps_id(model: MappingModel, call: Call) -> Response:
    """M5: never an empty list, which to-nomis would read as "already mapped"."""
    dps_id = dps_case_note_id(call.path["dpsCaseNoteId"])
    rows = model.notes.by_dps_id(dps_id)
    if not rows:
        return not_found(f"CaseNote with dpsCaseNoteId={dps_id} not found")
    return answer(200, [note_mapping(row) for row in rows])


def get_case_note_mappings_of_prisoner(model: MappingModel, call: Call) -> Response:
    """M6."""
    rows = model.notes.of_prisoner(call.path["offenderNo"])
    return answer(200, {"mappings": [note_mapping(row) for row in rows]})


def delete_case_note_mappings_by_dps_id(model: MappingModel, call: Call) -> Response:
    """M7."""
    model.notes.delete_dps_id(dps_case_note_id(call.path["dpsCaseNoteId"]))
    return answer(204)


def delete_case_note_mapping_by_nomis_id(model: MappingModel, call: Call) -> Response:
    """M8."""
    model.notes.delete_nomis_id(int(call.path["caseNoteId"]))
    return answer(204)


def merge_case_note_mappings(model: MappingModel, call: Call) -> Response:
    """M9: 200 with no body, also when nothing matched."""
    new = prisoner_number(call.path["newOffenderNo"])
    model.notes.rename_prisoner(call.path["oldOffenderNo"], new)
    return answer(200)


def move_case_note_mappings_of_booking(model: MappingModel, call: Call) -> Response:
    """M10."""
    new = prisoner_number(call.path["newOffenderNo"])
    rows = model.notes.move_booking(int(call.path["bookingId"]), new)
    return answer(200, [note_mapping(row) for row in rows])


def get_latest_migrated_case_note_mapping(model: MappingModel, call: Call) -> Response:
    """M11."""
    row = model.latest_migrated()
    if row is None:
        return not_found("No migrated mapping found")
    return answer(200, note_mapping(row))


def count_case_note_mappings_of_migration(model: MappingModel, call: Call) -> Response:
    """M11: an estimate of the load's prisoners, a bare number."""
    label = call.path["migrationId"]
    rows = sum(
        row.label == label and row.mapping_type == "MIGRATED"
        for row in model.notes.all()
    )
    return answer(200, rows // _ROWS_A_PRISONER)


def _requested(model: MappingModel, body: dict[str, Any]) -> NoteMapping:
    return model.note_row(
        dps_case_note_id(body["dpsCaseNoteId"]),
        int(body["nomisCaseNoteId"]),
        prisoner_number(body["offenderNo"]),
        int(body["nomisBookingId"]),
        mapping_type=body.get("mappingType"),
        label=body.get("label"),
    )


def _conflict(clash: ConflictError, message: str) -> Response:
    return conflict(
        "Casenote",
        message,
        note_mapping(clash.wanted, created=False),
        note_mapping(clash.existing),
    )
