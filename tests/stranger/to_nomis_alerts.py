"""DPS alerts to NOMIS, and their reference data (events-and-config 7.5, 2.5).

After http-contracts 7.6; the bodies are those of 2.6. Codes and types are read from DPS
when they are created or renamed, and told to NOMIS as they are then.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from tests.stranger import reading
from tests.stranger.calling import RefusedError
from tests.stranger.to_nomis import ToNomis

if TYPE_CHECKING:
    from tests.stranger.calling import Calls
    from tests.stranger.settings import Settings
    from tests.stranger.starter import LiveQueue

_log = logging.getLogger(__name__)

_REFERENCE = "prisoner-alerts.alert-"
_PAGE = "page=0&size=1000"


class Alerts(ToNomis):
    """Alerts (events-and-config 7.5, http-contracts 7.6)."""

    def __init__(self, queue: LiveQueue, calls: Calls, settings: Settings) -> None:
        """Listen to the queue with id `alerts`."""
        super().__init__("alerts", "alert", queue, calls, settings)
        self.handlers = {
            "person.alert.created": self.created,
            "person.alert.updated": self.updated,
            "person.alert.deleted": self.deleted,
        }
        for kind in ("code", "type"):
            for change in ("created", "updated"):
                self.handlers[f"{_REFERENCE}{kind}-{change}"] = self.described
            for change in ("deactivated", "reactivated"):
                self.handlers[f"{_REFERENCE}{kind}-{change}"] = self.switched

    def created(self, event: dict[str, Any]) -> None:
        """Create in NOMIS unless mapped already."""
        alert_id = self._ours(event)
        if alert_id is None:
            return
        if self._mapping(alert_id) is not None:
            _log.info("alert-create-duplicate %s", alert_id)
            return
        number = reading.prisoner_of(event)
        alert = self._alert(alert_id)
        path = f"/prisoners/{number}/alerts"
        made = reading.need(
            self.calls.call("nomis", "POST", path, _new_alert(alert)),
            reading.NOMIS_ALERT_CREATED,
        )
        self.map_or_queue(
            {
                "dpsAlertId": alert_id,
                "nomisBookingId": made["bookingId"],
                "nomisAlertSequence": made["alertSequence"],
                "offenderNo": number,
                "mappingType": "DPS_CREATED",
                "label": None,
                "whenCreated": None,
            }
        )

    def updated(self, event: dict[str, Any]) -> None:
        """Overwrite the NOMIS alert."""
        alert_id = self._ours(event)
        if alert_id is None:
            return
        mapping = self._mapping(alert_id)
        if mapping is None:
            raise RefusedError(f"no mapping for alert {alert_id}", None)
        alert = self._alert(alert_id)
        body = _new_alert(alert)
        del body["alertCode"], body["createUsername"]
        body["updateUsername"] = alert.get("lastModifiedBy") or alert["createdBy"]
        answer = self.calls.call("nomis", "PUT", _alert_path(mapping), body)
        reading.need(answer, reading.NOMIS_ALERT)

    def deleted(self, event: dict[str, Any]) -> None:
        """Delete the NOMIS alert and its mapping."""
        alert_id = self._ours(event)
        mapping = None if alert_id is None else self._mapping(alert_id)
        if mapping is None:
            return
        self.calls.call("nomis", "DELETE", _alert_path(mapping))
        try:
            self.calls.call(
                "mapping", "DELETE", f"/mapping/alerts/dps-alert-id/{alert_id}"
            )
        except RefusedError as error:
            _log.warning("alert-mapping-deleted-failed %s", error)

    def described(self, event: dict[str, Any]) -> None:
        """Create or rename a code or type as DPS has it now (A7, NA9, NA10)."""
        kind, change, code = _reference(event)
        found = self.calls.call("alerts", "GET", f"/alert-{kind}s/{code}")
        reading.need(found, reading.ALERT_REFERENCE[kind])
        body = {"description": found["description"]}
        if change == "updated":
            self.calls.call("nomis", "PUT", f"/alerts/{kind}s/{code}", body)
            return
        body |= {"code": code, "listSequence": found["listSequence"]}
        if kind == "code":
            body["typeCode"] = found["alertTypeCode"]
        self.calls.call("nomis", "POST", f"/alerts/{kind}s", body)

    def switched(self, event: dict[str, Any]) -> None:
        """Take a code or type out of use, or back (NA11)."""
        kind, change, code = _reference(event)
        path = f"/alerts/{kind}s/{code}/{change.removesuffix('d')}"
        self.calls.call("nomis", "PUT", path)

    def resynchronise(self, number: str) -> None:
        """Replace a prisoner's NOMIS alerts by those of DPS, ended ones too (8.3)."""
        self._replace_mappings(number, [])
        page = self.calls.call("alerts", "GET", f"/prisoners/{number}/alerts?{_PAGE}")
        alerts = reading.whole_page(page)
        for alert in alerts:
            reading.need(alert, reading.DPS_ALERT)
        path = f"/prisoners/{number}/alerts/resynchronise"
        requests = [_new_alert(alert) for alert in alerts]
        made = self.calls.call("nomis", "POST", path, requests)
        rows = [
            {
                "dpsAlertId": alert["alertUuid"],
                "nomisBookingId": done["bookingId"],
                "nomisAlertSequence": done["alertSequence"],
            }
            for alert, done in zip(alerts, made, strict=True)
        ]
        self._replace_mappings(number, rows)

    def _replace_mappings(self, number: str, rows: list[dict[str, Any]]) -> None:
        body = {"mappingType": "DPS_CREATED", "mappings": rows}
        self.calls.call("mapping", "PUT", f"/mapping/alerts/{number}/all", body)

    def _ours(self, event: dict[str, Any]) -> str | None:
        more = reading.need(event, reading.ALERT_EVENT)["additionalInformation"]
        return more["alertUuid"] if more["source"] == "DPS" else None

    def _mapping(self, alert_id: str) -> dict[str, Any] | None:
        found = self.calls.find("mapping", f"/mapping/alerts/dps-alert-id/{alert_id}")
        return None if found is None else reading.need(found, reading.ALERT_MAPPING)

    def _alert(self, alert_id: str) -> dict[str, Any]:
        found = self.calls.call("alerts", "GET", f"/alerts/{alert_id}")
        alert: dict[str, Any] = reading.need(found, reading.DPS_ALERT)
        return alert


def _reference(event: dict[str, Any]) -> tuple[str, str, str]:
    """Return kind (code, type), change and code; for a type it is the type's."""
    kind, change = event["eventType"].removeprefix(_REFERENCE).split("-")
    return kind, change, reading.member(event, "additionalInformation.alertCode")


def _new_alert(alert: dict[str, Any]) -> dict[str, Any]:
    return {
        "alertCode": alert["alertCode"]["code"],
        "date": alert["activeFrom"],
        "isActive": alert["isActive"],
        "createUsername": alert["createdBy"],
        "expiryDate": alert.get("activeTo"),
        "comment": alert.get("description"),
        "authorisedBy": alert.get("authorisedBy"),
    }


def _alert_path(mapping: dict[str, Any]) -> str:
    booking, sequence = mapping["nomisBookingId"], mapping["nomisAlertSequence"]
    return f"/prisoners/booking-id/{booking}/alerts/{sequence}"
