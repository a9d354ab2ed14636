"""Operations on alert codes and types (http-contracts A7 and 11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.alerts.context import context_of
from simulators.alerts.errors import duplicate, not_found
from simulators.alerts.events import reference_event
from simulators.alerts.printing import code_document, type_document
from simulators.wire.message import Response, answer
from simulators.wire.service import Refused

if TYPE_CHECKING:
    from simulators.alerts.model import AlertsModel
    from simulators.alerts.reference import AlertCode, AlertType
    from simulators.wire.service import Call


def get_alert_codes(model: AlertsModel, call: Call) -> Response:
    """List the codes in use, or all, by type and list sequence."""
    codes = [
        code
        for kind in model.reference.types
        for code in model.reference.of_type(kind)
        if code.active or _inactive_too(call)
    ]
    return answer(200, [code_document(code, call.user) for code in codes])


def get_alert_code(model: AlertsModel, call: Call) -> Response:
    """A7."""
    return answer(200, code_document(_code(model, call), call.user))


def create_alert_code(model: AlertsModel, call: Call) -> Response:
    """Add a code under an existing type."""
    context, body = context_of(call), call.body
    if body["parent"] not in model.reference.types:
        return not_found("Alert type", body["parent"])
    if body["code"] in model.reference.codes:
        return duplicate("Alert code", body["code"])
    code = model.reference.add_code(
        body["code"],
        body["description"],
        body["parent"],
        context.local,
        context.username,
    )
    code.restricted = bool(body.get("restricted"))
    return _told_of_code(model, call, code, "created", status=201)


def update_alert_code(model: AlertsModel, call: Call) -> Response:
    """Rename a code: notes written from now on carry the new description."""
    code = _code(model, call)
    if code.description == call.body["description"]:
        return _unchanged(call, code_document(code, call.user))
    code.rename(call.body["description"], context_of(call))
    return _told_of_code(model, call, code, "updated")


def deactivate_alert_code(model: AlertsModel, call: Call) -> Response:
    """Take a code out of use for DPS users; alerts of it stay."""
    code = _code(model, call)
    if not code.deactivate(context_of(call)):
        return _unchanged(call, code_document(code, call.user))
    return _told_of_code(model, call, code, "deactivated")


def reactivate_alert_code(model: AlertsModel, call: Call) -> Response:
    """Put a code into use again."""
    code = _code(model, call)
    if not code.reactivate():
        return _unchanged(call, code_document(code, call.user))
    return _told_of_code(model, call, code, "reactivated")


def restrict_alert_code(model: AlertsModel, call: Call) -> Response:
    """Keep a code for the users on its list; nobody is told by an event [I]."""
    code = _code(model, call)
    call.wrote = not code.restricted
    code.restricted = True
    return answer(200, code_document(code, call.user))


def remove_alert_code_restriction(model: AlertsModel, call: Call) -> Response:
    """Open a code to everyone."""
    code = _code(model, call)
    call.wrote = code.restricted
    code.restricted = False
    return answer(200, code_document(code, call.user))


def add_privileged_user(model: AlertsModel, call: Call) -> Response:
    """Put a user on a restricted code's list."""
    code = _code(model, call)
    code.privileged.add(call.path["username"])
    return answer(200, code_document(code, call.user))


def remove_privileged_user(model: AlertsModel, call: Call) -> Response:
    """Take a user off a restricted code's list."""
    code = _code(model, call)
    code.privileged.discard(call.path["username"])
    return answer(200, code_document(code, call.user))


def get_alert_types(model: AlertsModel, call: Call) -> Response:
    """List the types in use, or all, with their codes."""
    inactive = _inactive_too(call)
    return answer(
        200,
        [
            type_document(model.reference, kind, call.user, inactive=inactive)
            for kind in model.reference.types.values()
            if kind.active or inactive
        ],
    )


def get_alert_type(model: AlertsModel, call: Call) -> Response:
    """A7: one object, not the list that the published document promises."""
    return answer(200, type_document(model.reference, _type(model, call), call.user))


def create_alert_type(model: AlertsModel, call: Call) -> Response:
    """Add a type."""
    context, body = context_of(call), call.body
    if body["code"] in model.reference.types:
        return duplicate("Alert type", body["code"])
    kind = model.reference.add_type(
        body["code"], body["description"], context.local, context.username
    )
    return _told_of_type(model, call, kind, "created", status=201)


def update_alert_type(model: AlertsModel, call: Call) -> Response:
    """Rename a type: notes written from now on carry the new description."""
    kind = _type(model, call)
    if kind.description == call.body["description"]:
        return _unchanged(call, type_document(model.reference, kind, call.user))
    kind.rename(call.body["description"], context_of(call))
    return _told_of_type(model, call, kind, "updated")


def deactivate_alert_type(model: AlertsModel, call: Call) -> Response:
    """Take a type out of use."""
    kind = _type(model, call)
    if not kind.deactivate(context_of(call)):
        return _unchanged(call, type_document(model.reference, kind, call.user))
    return _told_of_type(model, call, kind, "deactivated")


def reactivate_alert_type(model: AlertsModel, call: Call) -> Response:
    """Put a type into use again."""
    kind = _type(model, call)
    if not kind.reactivate():
        return _unchanged(call, type_document(model.reference, kind, call.user))
    return _told_of_type(model, call, kind, "reactivated")


def _inactive_too(call: Call) -> bool:
    return call.query.get("includeInactive", ["false"])[0].lower() == "true"


def _code(model: AlertsModel, call: Call) -> AlertCode:
    name = call.path["alertCode"]
    code = model.reference.codes.get(name)
    if code is None:
        raise Refused(not_found("Alert code", name))
    return code


def _type(model: AlertsModel, call: Call) -> AlertType:
    name = call.path["alertType"]
    kind = model.reference.types.get(name)
    if kind is None:
        raise Refused(not_found("Alert type", name))
    return kind


def _unchanged(call: Call, document: dict[str, object]) -> Response:
    call.wrote = False
    return answer(200, document)


def _told_of_code(
    model: AlertsModel, call: Call, code: AlertCode, kind: str, status: int = 200
) -> Response:
    at = context_of(call).at
    model.outbox.append(reference_event("code", kind, code.code, at, model.base_url))
    return answer(status, code_document(code, call.user))


def _told_of_type(
    model: AlertsModel, call: Call, entry: AlertType, kind: str, status: int = 200
) -> Response:
    at = context_of(call).at
    model.outbox.append(reference_event("type", kind, entry.code, at, model.base_url))
    return answer(status, type_document(model.reference, entry, call.user))
