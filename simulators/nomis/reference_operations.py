"""Operations on alert reference data, NA9 to NA11 (http-contracts 2.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.nomis.errors import bad_data, error, not_found
from simulators.nomis.reference import Code
from simulators.wire.message import Response, answer

if TYPE_CHECKING:
    from simulators.nomis.model import Nomis
    from simulators.wire.service import Call

__all__ = [
    "create_alert_code",
    "create_alert_type",
    "deactivate_alert_code",
    "deactivate_alert_type",
    "reactivate_alert_code",
    "reactivate_alert_type",
    "update_alert_code",
    "update_alert_type",
]


def create_alert_code(model: Nomis, call: Call) -> Response:
    """Answer NA9 for a code: 409 when it exists, 400 when its type does not."""
    body = call.body
    reference = model.reference
    if body["code"] in reference.alert_codes:
        return error(409, f"Alert code {body['code']} already exists")
    if body["typeCode"] not in reference.alert_types:
        return bad_data(f"Alert type {body['typeCode']} does not exist")
    reference.alert_codes[body["code"]] = Code(
        body["code"], body["description"], body["listSequence"], parent=body["typeCode"]
    )
    return answer(201)


def create_alert_type(model: Nomis, call: Call) -> Response:
    """Answer NA9 for a type: 409 when it exists."""
    body = call.body
    if body["code"] in model.reference.alert_types:
        return error(409, f"Alert type {body['code']} already exists")
    model.reference.alert_types[body["code"]] = Code(
        body["code"], body["description"], body["listSequence"]
    )
    return answer(201)


def update_alert_code(model: Nomis, call: Call) -> Response:
    """Answer NA10 for a code: its description changes."""
    return _describe(model.reference.alert_codes, call, "code")


def update_alert_type(model: Nomis, call: Call) -> Response:
    """Answer NA10 for a type: its description changes."""
    return _describe(model.reference.alert_types, call, "type")


def deactivate_alert_code(model: Nomis, call: Call) -> Response:
    """Answer NA11: the code becomes inactive."""
    return _activate(model.reference.alert_codes, call, "code", on=False)


def reactivate_alert_code(model: Nomis, call: Call) -> Response:
    """Answer NA11: the code becomes active again."""
    return _activate(model.reference.alert_codes, call, "code", on=True)


def deactivate_alert_type(model: Nomis, call: Call) -> Response:
    """Answer NA11: the type becomes inactive."""
    return _activate(model.reference.alert_types, call, "type", on=False)


def reactivate_alert_type(model: Nomis, call: Call) -> Response:
    """Answer NA11: the type becomes active again."""
    return _activate(model.reference.alert_types, call, "type", on=True)


def _describe(codes: dict[str, Code], call: Call, kind: str) -> Response:
    known = codes.get(call.path["code"])
    if known is None:
        return not_found(f"Alert {kind} {call.path['code']} not found")
    known.description = call.body["description"]
    return answer(204)


def _activate(codes: dict[str, Code], call: Call, kind: str, *, on: bool) -> Response:
    known = codes.get(call.path["code"])
    if known is None:
        return not_found(f"Alert {kind} {call.path['code']} not found")
    known.active = on
    return answer(204)
