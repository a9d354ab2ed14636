"""How the alerts service prints alerts and codes: nulls and all (http-contracts 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.alerts.moments import full, seconds, shown_day

if TYPE_CHECKING:
    from datetime import datetime

    from simulators.alerts.model import AlertsModel
    from simulators.alerts.records import Alert, AuditEvent
    from simulators.alerts.reference import AlertCode, AlertType, Reference


def alert_document(
    model: AlertsModel, alert: Alert, username: str | None
) -> dict[str, Any]:
    """Return an Alert; `username` decides `canBeAdministered`."""
    created = alert.creation
    code = model.reference.codes[alert.code]
    return {
        "alertUuid": alert.uuid,
        "prisonNumber": alert.prisoner,
        "alertCode": {
            "alertTypeCode": code.parent,
            "alertTypeDescription": model.reference.types[code.parent].description,
            "code": code.code,
            "description": code.description,
            "canBeAdministered": code.allows(username or ""),
        },
        "description": alert.description,
        "authorisedBy": alert.authorised_by,
        "activeFrom": shown_day(alert.active_from),
        "activeTo": shown_day(alert.active_to),
        "isActive": alert.active(model.today),
        "createdAt": seconds(alert.created_at),
        "createdBy": created.by,
        "createdByDisplayName": created.display_name,
        **_done("lastModified", alert.last_update),
        **_done("activeToLastSet", alert.last_end_change),
        **_done("madeInactive", alert.end_event(model.today)),
        "prisonCodeWhenCreated": alert.prison,
    }


def case_note_alert(model: AlertsModel, alert: Alert) -> dict[str, Any]:
    """Return an element of A10: the first start date, times with their fraction."""
    code = model.reference.codes[alert.code]
    kind = model.reference.types[code.parent]
    ended = alert.end_event(model.today)
    return {
        "type": {"code": kind.code, "description": kind.description},
        "subType": {"code": code.code, "description": code.description},
        "prisonCode": alert.prison,
        "activeFrom": shown_day(alert.first_active_from),
        "activeTo": shown_day(alert.active_to),
        "createdAt": full(alert.creation.at),
        "madeInactiveAt": full(ended.at) if ended else None,
        "createdBy": _actor(alert.creation),
        "deactivatedBy": _actor(ended) if ended else None,
    }


def code_document(code: AlertCode, username: str | None) -> dict[str, Any]:
    """Return an AlertCode."""
    return {
        "alertTypeCode": code.parent,
        **_listed(code),
        "isRestricted": code.restricted,
        "canBeAdministered": code.allows(username or ""),
    }


def type_document(
    reference: Reference,
    kind: AlertType,
    username: str | None,
    *,
    inactive: bool = True,
) -> dict[str, Any]:
    """Return an AlertType with its codes, the inactive ones too unless told not to."""
    codes = reference.of_type(kind.code)
    return {
        **_listed(kind),
        "alertCodes": [
            code_document(code, username) for code in codes if inactive or code.active
        ],
    }


def _listed(entry: AlertType) -> dict[str, Any]:
    return {
        "code": entry.code,
        "description": entry.description,
        "listSequence": entry.sequence,
        "isActive": entry.active,
        "createdAt": seconds(entry.created_at),
        "createdBy": entry.created_by,
        **_stamped("modified", entry.modified),
        **_stamped("deactivated", entry.deactivated),
    }


def _stamped(name: str, stamp: tuple[datetime, str] | None) -> dict[str, Any]:
    at, by = stamp or (None, None)
    return {f"{name}At": seconds(at), f"{name}By": by}


def _done(name: str, event: AuditEvent | None) -> dict[str, Any]:
    return {
        f"{name}At": seconds(event.at) if event else None,
        f"{name}By": event.by if event else None,
        f"{name}ByDisplayName": event.display_name if event else None,
    }


def _actor(event: AuditEvent) -> dict[str, str]:
    return {"username": event.by, "displayName": event.display_name}
