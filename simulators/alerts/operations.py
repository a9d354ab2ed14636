"""Operations on alerts, A1 and A3 to A6 and A8, named as in the contract."""

from __future__ import annotations

import re
from datetime import date
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from simulators.alerts.context import context_of
from simulators.alerts.errors import (
    duplicate,
    not_found,
    permission_denied,
    refused,
    unreadable,
    upstream_failed,
)
from simulators.alerts.limits import (
    COMMENT_EMPTIED,
    RESTRICTED_REFUSES_NOMIS,
    RESYNC_NEEDS_MODIFIER,
)
from simulators.alerts.model import FIXED_TEXT, FIXED_TEXT_CODE, AlertsModel
from simulators.alerts.moments import local
from simulators.alerts.printing import alert_document
from simulators.alerts.resync import Listed, creation, modification, resync
from simulators.wire.message import Response, answer
from simulators.wire.service import Refused

if TYPE_CHECKING:
    from simulators.alerts.records import Alert, AuditEvent, Context
    from simulators.alerts.reference import AlertCode
    from simulators.wire.service import Call

_PRISON_NUMBER = re.compile(r"\w\d{4}\w{2}", re.ASCII)


def get_alert(model: AlertsModel, call: Call) -> Response:
    """A1."""
    alert = _found(model, call)
    return answer(200, alert_document(model, alert, call.user))


async def create_alert(model: AlertsModel, call: Call) -> Response:
    """A3: three checks are for DPS users alone, the restriction is for everyone."""
    context, body = context_of(call), call.body
    active_from = _day(body.get("activeFrom")) or context.local.date()
    active_to = _day(body.get("activeTo"))
    code = model.reference.codes.get(body["alertCode"])
    if code is None:
        return refused(f"Alert code '{body['alertCode']}' not found")
    _permit(model, code, context)
    if context.source == "DPS":
        _check_for_users(call, code, active_from, active_to)
    prisoner = call.path["prisonNumber"]
    prison = await _prison(call, prisoner)
    # After the look-up: another request may have raised the same alert meanwhile.
    if context.source == "DPS" and _already_active(model, prisoner, code.code):
        return duplicate("Alert", code.code)
    fixed_text = FIXED_TEXT if code.code == FIXED_TEXT_CODE else None
    alert = model.make(
        prisoner,
        code.code,
        context,
        active_from=active_from,
        active_to=active_to,
        description=fixed_text or body.get("description"),
        authorised_by=body.get("authorisedBy"),
        prison=prison,
    )
    model.add(alert, context)
    return answer(201, alert_document(model, alert, context.username))


def update_alert(model: AlertsModel, call: Call) -> Response:
    """A4: null or absent leaves a member unchanged, but clears the end date."""
    context, body = context_of(call), call.body
    alert = _found(model, call)
    _permit(model, model.reference.codes[alert.code], context)
    members = {
        name: value
        for name, value in (
            ("description", body.get("description")),
            ("authorised_by", body.get("authorisedBy")),
            ("active_from", _day(body.get("activeFrom"))),
        )
        if value is not None
    }
    if context.source == "NOMIS" and model.fixed(COMMENT_EMPTIED):
        for name, member in (
            ("description", "description"),
            ("authorised_by", "authorisedBy"),
        ):
            if member in body:
                members[name] = body[member]
    members["active_to"] = _day(body.get("activeTo"))
    call.wrote = model.change(alert, members, context)
    return answer(200, alert_document(model, alert, context.username))


def delete_alert(model: AlertsModel, call: Call) -> Response:
    """A5: an alert already deleted is not found."""
    context = context_of(call)
    alert = _found(model, call)
    _permit(model, model.reference.codes[alert.code], context)
    model.delete(alert, context)
    return answer(204)


def resync_alerts(model: AlertsModel, call: Call) -> Response:
    """A6."""
    unknown = sorted(
        {element["alertCode"] for element in call.body} - set(model.reference.codes)
    )
    if unknown:
        return refused(f"Alert code(s) {', '.join(unknown)} not found")
    listed = [_listed(model, element) for element in call.body]
    made = resync(model, call.path["prisonNumber"], listed)
    return answer(
        201,
        [
            {
                "offenderBookId": int(element["offenderBookId"]),
                "alertSeq": int(element["alertSeq"]),
                "alertUuid": alert.uuid,
            }
            for element, alert in zip(call.body, made, strict=True)
        ],
    )


def publish_inactive_alerts(model: AlertsModel, call: Call) -> Response:
    """A8."""
    model.end_todays()
    return answer(204)


def _found(model: AlertsModel, call: Call) -> Alert:
    uuid = call.path["alertUuid"]
    alert = model.find(uuid)
    if alert is None:
        raise Refused(not_found("Alert", uuid))
    return alert


def _permit(model: AlertsModel, code: AlertCode, context: Context) -> None:
    if code.allows(context.username):
        return
    if context.source == "NOMIS" and model.fixed(RESTRICTED_REFUSES_NOMIS):
        return
    raise Refused(permission_denied(code.code))


def _check_for_users(
    call: Call, code: AlertCode, active_from: date, active_to: date | None
) -> None:
    lifted = call.query.get("allowInactiveCode", ["false"])[0].lower() == "true"
    if not code.active and not lifted:
        raise Refused(refused(f"Alert code '{code.code}' is inactive"))
    if active_to is not None and active_from > active_to:
        raise Refused(refused("Active from must be before active to"))


def _already_active(model: AlertsModel, prisoner: str, code: str) -> bool:
    return any(
        alert.code == code and alert.active(model.today)
        for alert in model.of_prisoner(prisoner)
    )


async def _prison(call: Call, prisoner: str) -> str:
    """Return where prisoner search has the prisoner; 400 when it has none."""
    if not _PRISON_NUMBER.fullmatch(prisoner):
        raise Refused(refused("Prison number not found"))
    path = f"/prisoner/{quote(prisoner, safe='')}"
    found = await call.upstream("prisoner-search", "GET", path)
    if found.status == HTTPStatus.NOT_FOUND:
        raise Refused(refused("Prison number not found"))
    if found.status != HTTPStatus.OK:
        raise Refused(upstream_failed("prisoner-search"))
    prison: str = found.json()["prisonId"]
    return prison


def _listed(model: AlertsModel, element: dict[str, Any]) -> Listed:
    try:
        created_at = local(element["createdAt"])
    except ValueError as error:
        raise Refused(unreadable(str(error))) from None
    return Listed(
        code=element["alertCode"],
        description=element.get("description"),
        authorised_by=element.get("authorisedBy"),
        active_from=_date(element["activeFrom"]),
        active_to=_day(element.get("activeTo")),
        created=creation(
            created_at, element["createdBy"], element["createdByDisplayName"]
        ),
        modified=_modified(model, element),
    )


def _modified(model: AlertsModel, element: dict[str, Any]) -> AuditEvent | None:
    text = element.get("lastModifiedAt")
    if text is None:
        return None
    by = element.get("lastModifiedBy")
    name = element.get("lastModifiedByDisplayName")
    if by is None or name is None:
        if not model.fixed(RESYNC_NEEDS_MODIFIER):
            raise Refused(
                refused(
                    "Last modified by and display name are required when last "
                    "modified at is set"
                )
            )
        by, name = by or element["createdBy"], name or element["createdByDisplayName"]
    try:
        return modification(local(text), by, name)
    except ValueError as error:
        raise Refused(unreadable(str(error))) from None


def _day(text: str | None) -> date | None:
    return None if text is None else _date(text)


def _date(text: str) -> date:
    """Read a date that the contract's pattern let through: 30 February is none."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refused(unreadable(str(error))) from None
