"""Lists of alerts: the page of A2 and the two of the alert-note reconciliation."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from simulators.alerts.errors import refused
from simulators.alerts.printing import alert_document, case_note_alert
from simulators.wire.message import Response, answer
from simulators.wire.service import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulators.alerts.model import AlertsModel
    from simulators.alerts.records import Alert
    from simulators.wire.service import Call

_DEFAULT_SORT = "activeFrom,desc"
_DEFAULT_SIZE = 2**31 - 1
_SORTS: dict[str, Callable[[Alert], Any]] = {
    "activeFrom": lambda alert: alert.active_from,
    "activeTo": lambda alert: alert.active_to or date.max,
    "alertCode": lambda alert: alert.code,
    "createdAt": lambda alert: alert.created_at,
    "lastModifiedAt": lambda alert: (
        alert.last_update.at if alert.last_update else datetime.min  # noqa: DTZ901
    ),
}


def get_alerts_of_prisoner(model: AlertsModel, call: Call) -> Response:
    """A2: an empty page for an unknown person, ended alerts too unless filtered."""
    alerts = [
        alert
        for alert in model.of_prisoner(call.path["prisonNumber"])
        if _wanted(model, alert, call.query)
    ]
    orders = call.query.get("sort", [_DEFAULT_SORT])
    for order in reversed(orders):
        name, _, direction = order.partition(",")
        if name not in _SORTS:
            return refused(f"No property '{name}' found for type 'Alert'")
        alerts.sort(key=_SORTS[name], reverse=direction.lower() == "desc")
    page = int(call.query.get("page", ["0"])[0])
    size = int(call.query.get("size", [str(_DEFAULT_SIZE)])[0])
    shown = alerts[page * size : (page + 1) * size]
    documents = [alert_document(model, alert, call.user) for alert in shown]
    return answer(200, _page(documents, page, size, len(alerts)))


def get_prisoners_with_changed_alerts(model: AlertsModel, call: Call) -> Response:
    """A9."""
    start, end = _range(call)
    numbers = [
        number
        for number, alerts in model.everyone()
        if any(_touched(alert, start, end) for alert in alerts)
    ]
    return answer(200, {"personIdentifiers": numbers})


def get_alerts_for_case_notes(model: AlertsModel, call: Call) -> Response:
    """A10."""
    start, end = _range(call)
    content = [
        case_note_alert(model, alert)
        for alert in model.of_prisoner(call.path["prisonNumber"])
        if _touched(alert, start, end)
    ]
    return answer(200, {"content": content})


def _wanted(model: AlertsModel, alert: Alert, query: dict[str, list[str]]) -> bool:
    code = model.reference.codes[alert.code]
    active = _one(query, "isActive")
    if active is not None and (active.lower() == "true") != alert.active(model.today):
        return False
    types, codes = _listed(query, "alertType"), _listed(query, "alertCode")
    if (types and code.parent not in types) or (codes and code.code not in codes):
        return False
    start, end = _one(query, "activeFromStart"), _one(query, "activeFromEnd")
    if start is not None and alert.active_from < _date(start):
        return False
    if end is not None and alert.active_from > _date(end):
        return False
    text = (_one(query, "search") or "").lower()
    found_in = f"{alert.description or ''}\n{alert.authorised_by or ''}".lower()
    return text in found_in


def _one(query: dict[str, list[str]], name: str) -> str | None:
    text = query.get(name, [""])[0]
    return text or None


def _listed(query: dict[str, list[str]], name: str) -> set[str]:
    return {part.strip() for text in query.get(name, ()) for part in text.split(",")}


def _range(call: Call) -> tuple[datetime, datetime]:
    """Return midnight of `from` and of `to`: the day `to` itself lies outside."""
    start, end = (
        datetime.combine(_date(call.query[name][0]), time()) for name in ("from", "to")
    )
    return start, end


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refused(refused(str(error))) from None


def _touched(alert: Alert, start: datetime, end: datetime) -> bool:
    """Tell whether it was created, starts, ends or was audited in the range."""
    moments = [alert.created_at, *(event.at for event in alert.audit)]
    days = (alert.active_from, alert.active_to)
    moments += [datetime.combine(day, time()) for day in days if day is not None]
    return any(start <= moment < end for moment in moments)


def _page(
    content: list[dict[str, Any]], number: int, size: int, total: int
) -> dict[str, Any]:
    pages = -(-total // size)
    order = {"sorted": True, "unsorted": False, "empty": False}
    return {
        "content": content,
        "pageable": {
            "pageNumber": number,
            "pageSize": size,
            "offset": number * size,
            "paged": True,
            "unpaged": False,
            "sort": order,
        },
        "totalElements": total,
        "totalPages": pages,
        "last": number + 1 >= pages,
        "first": number == 0,
        "size": size,
        "number": number,
        "numberOfElements": len(content),
        "empty": not content,
        "sort": order,
    }
