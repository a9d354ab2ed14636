"""Alert mapping operations, named as in contracts/mapping.openapi.yaml."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.mapping.alerts import (
    AlertConflictError,
    AlertMapping,
    RepeatedAlertKeyError,
)
from simulators.mapping.errors import conflict, not_found, unexpected
from simulators.mapping.printing import alert_mapping, prisoner_number
from simulators.wire.message import Response, answer

if TYPE_CHECKING:
    from simulators.mapping.model import MappingModel
    from simulators.wire.service import Call

_KEY_CLASH = "duplicate key value violates unique constraint"


def create_alert_mapping(model: MappingModel, call: Call) -> Response:
    """MA3: any duplicate is 409, an identical one too."""
    return _insert(model, [_requested(model, call.body)])


def create_alert_mappings(model: MappingModel, call: Call) -> Response:
    """MA4: all or none."""
    return _insert(model, [_requested(model, element) for element in call.body])


def get_alert_mapping_by_nomis_id(model: MappingModel, call: Call) -> Response:
    """MA1."""
    row = _by_nomis_id(model, call)
    return _missing(call) if row is None else answer(200, alert_mapping(row))


def get_alert_mapping_by_dps_id(model: MappingModel, call: Call) -> Response:
    """MA2."""
    dps_id = call.path["dpsAlertId"]
    row = model.alerts.by_dps_id(dps_id)
    if row is None:
        return not_found(f"Alert with dpsAlertId={dps_id} not found")
    return answer(200, alert_mapping(row))


def delete_alert_mapping_by_dps_id(model: MappingModel, call: Call) -> Response:
    """MA5."""
    model.alerts.delete(call.path["dpsAlertId"])
    return answer(204)


def get_alert_mappings_of_prisoner(model: MappingModel, call: Call) -> Response:
    """MA8."""
    rows = model.alerts.of_prisoner(call.path["offenderNo"])
    return answer(200, {"mappings": [alert_mapping(row) for row in rows]})


def replace_alert_mappings_of_prisoner(model: MappingModel, call: Call) -> Response:
    """MA6: a clash with another prisoner's row is not foreseen, hence 500 [I]."""
    number = prisoner_number(call.path["offenderNo"])
    return _replace(model, [number], _listed(model, number, call.body))


def merge_alert_mappings(model: MappingModel, call: Call) -> Response:
    """MA7: both prisoners' rows go, the list comes under the retained number."""
    retained = prisoner_number(call.path["offenderNo"])
    rows = _listed(model, retained, call.body["prisonerMapping"])
    return _replace(model, [retained, call.body["removedOffenderNo"]], rows)


def migrate_alert_mappings_of_prisoner(model: MappingModel, call: Call) -> Response:
    """MA9: as MA6 plus the summary row of the load."""
    number = prisoner_number(call.path["offenderNo"])
    rows = _listed(model, number, call.body)
    try:
        model.alerts.replace_prisoners([number], rows)
    except AlertConflictError as clash:
        return _conflict(clash)
    except RepeatedAlertKeyError:
        return unexpected(_KEY_CLASH)
    model.alert_loads[number] = (call.body.get("label"), len(rows))
    return answer(201)


def move_alert_mapping(model: MappingModel, call: Call) -> Response:
    """MA10."""
    row = _by_nomis_id(model, call)
    if row is None:
        return _missing(call)
    try:
        moved = model.alerts.move(row, int(call.body["bookingId"]))
    except AlertConflictError:
        return unexpected(_KEY_CLASH)
    return answer(200, alert_mapping(moved))


def _insert(model: MappingModel, rows: list[AlertMapping]) -> Response:
    try:
        model.alerts.insert_all(rows)
    except AlertConflictError as clash:
        return _conflict(clash)
    except RepeatedAlertKeyError:
        return unexpected(_KEY_CLASH)
    return answer(201)


def _replace(
    model: MappingModel, numbers: list[str], rows: list[AlertMapping]
) -> Response:
    try:
        model.alerts.replace_prisoners(numbers, rows)
    except (AlertConflictError, RepeatedAlertKeyError):
        return unexpected(_KEY_CLASH)
    return answer(200)


def _by_nomis_id(model: MappingModel, call: Call) -> AlertMapping | None:
    return model.alerts.by_nomis_id(
        int(call.path["bookingId"]), int(call.path["alertSequence"])
    )


def _missing(call: Call) -> Response:
    booking_id, sequence = call.path["bookingId"], call.path["alertSequence"]
    return not_found(
        f"Alert with nomisBookingId={booking_id}, nomisAlertSequence={sequence} "
        "not found"
    )


def _requested(model: MappingModel, body: dict[str, Any]) -> AlertMapping:
    return model.alert_row(
        body["dpsAlertId"],
        int(body["nomisBookingId"]),
        int(body["nomisAlertSequence"]),
        prisoner_number(body["offenderNo"]),
        mapping_type=body.get("mappingType"),
        label=body.get("label"),
    )


def _listed(
    model: MappingModel, offender_no: str, body: dict[str, Any]
) -> list[AlertMapping]:
    return [
        model.alert_row(
            element["dpsAlertId"],
            int(element["nomisBookingId"]),
            int(element["nomisAlertSequence"]),
            offender_no,
            mapping_type=body.get("mappingType"),
            label=body.get("label"),
        )
        for element in body["mappings"]
    ]


def _conflict(clash: AlertConflictError) -> Response:
    return conflict(
        "Alert",
        "Alert mapping already exists",
        alert_mapping(clash.wanted, created=False),
        alert_mapping(clash.existing),
    )
