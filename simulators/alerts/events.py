"""Events of the alerts service (events-and-config 2.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.alerts.moments import with_offset
from simulators.wire.message import OutboxEvent

if TYPE_CHECKING:
    from datetime import datetime

    from simulators.alerts.records import Alert, Context

# "inactive" speaks of an update: the service reuses that wording.
_DONE = {
    "created": "created",
    "updated": "updated",
    "inactive": "updated",
    "deleted": "deleted",
}


def alert_event(kind: str, alert: Alert, context: Context, base: str) -> OutboxEvent:
    """Return `person.alert.<kind>`; `base` is the prefix of `detailUrl`."""
    body = _body(
        f"person.alert.{kind}",
        f"An alert has been {_DONE[kind]} in the alerts service",
        context.at,
        f"{base}/alerts/{alert.uuid}",
        {"alertUuid": alert.uuid, "alertCode": alert.code, "source": context.source},
    )
    return _of_person(body, alert.prisoner)


def alerts_changed(prisoner: str, at: datetime, base: str) -> OutboxEvent:
    """Return `person.alerts.changed`, which says nothing but whose alerts changed."""
    body = _body(
        "person.alerts.changed",
        "The alerts of a person have changed in the alerts service",
        at,
        f"{base}/prisoners/{prisoner}/alerts",
        {},
    )
    return _of_person(body, prisoner)


def reference_event(
    table: str, kind: str, code: str, at: datetime, base: str
) -> OutboxEvent:
    """Return `prisoner-alerts.alert-<code|type>-<kind>`; always source DPS.

    The member `alertCode` holds the type's code when `table` is "type".
    """
    body = _body(
        f"prisoner-alerts.alert-{table}-{kind}",
        f"An alert {table} has been {kind} in the alerts reference data service",
        at,
        f"{base}/alert-{table}s/{code}",
        {"alertCode": code, "source": "DPS"},
    )
    name = body["eventType"]
    return OutboxEvent("domain", name, body, {"eventType": name})


def _body(
    name: str, description: str, at: datetime, url: str, information: dict[str, str]
) -> dict[str, Any]:
    return {
        "eventType": name,
        "additionalInformation": information,
        "version": 1,
        "description": description,
        "occurredAt": with_offset(at),
        "detailUrl": url,
    }


def _of_person(body: dict[str, Any], prisoner: str) -> OutboxEvent:
    body["personReference"] = {"identifiers": [{"type": "NOMS", "value": prisoner}]}
    name = body["eventType"]
    return OutboxEvent("domain", name, body, {"eventType": name, "noTracing": "true"})
