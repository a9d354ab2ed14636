"""NOMIS alerts to DPS (events-and-config 7.5, http-contracts 5 and 7.6)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from tests.stranger import reading
from tests.stranger.calling import RefusedError
from tests.stranger.from_nomis import MERGED, MOVED, FromNomis

if TYPE_CHECKING:
    from tests.stranger.calling import Calls
    from tests.stranger.settings import Settings
    from tests.stranger.starter import LiveQueue

_log = logging.getLogger(__name__)

_OURS = "DPS_SYNCHRONISATION"
_COPIED = "OMKCOPY.COPY_BOOKING_DATA"
_RETRY = "RETRY_SYNCHRONISATION_MAPPING"
_RETRY_BATCH = "RETRY_SYNCHRONISATION_MAPPING_BATCH"
_RETRY_ALL = "RETRY_RESYNCHRONISATION_MAPPING_BATCH"
_RETRY_MERGED = "RETRY_RESYNCHRONISATION_MERGED_MAPPING_BATCH"
_MOVE_TARGET = "RESYNCHRONISE_MOVE_BOOKING_TARGET"
_CONFLICT = 409
_RESYNCED_REASONS = ("NEW_ADMISSION", "READMISSION_SWITCH_BOOKING")
_MAPPING = "/mapping/alerts"


class Alerts(FromNomis):
    """Alerts."""

    def __init__(self, queue: LiveQueue, calls: Calls, settings: Settings) -> None:
        """Listen to the queue with id `eventalerts`."""
        super().__init__("alerts", queue, calls, settings)
        self.handlers = {
            "ALERT-INSERTED": self.inserted,
            "ALERT-UPDATED": self.updated,
            "ALERT-DELETED": self.deleted,
            MERGED: self.merged,
            MOVED: self.moved,
            "prisoner-offender-search.prisoner.received": self.received,
        }
        self.internal = {
            _RETRY: self._post_mapping,
            _RETRY_BATCH: self._post_mappings,
            _RETRY_ALL: self._put_all,
            _RETRY_MERGED: self._put_merged,
            _MOVE_TARGET: self._moved_to,
        }

    def inserted(self, event: dict[str, Any]) -> None:
        """Create in DPS unless it is an echo, a copy, mapped or of an old booking."""
        booking, sequence, number = _key(event)
        alert = self._nomis_alert(booking, sequence)
        copied = alert["audit"].get("auditAdditionalInfo") == _COPIED
        if (
            _echo(alert)
            or copied
            or self._mapping(booking, sequence) is not None
            or alert["bookingSequence"] != 1
        ):
            _log.info("alert-synchronisation-created-ignored %s/%s", booking, sequence)
            return
        body = {
            "alertCode": alert["alertCode"]["code"],
            "description": alert.get("comment"),
            "authorisedBy": alert.get("authorisedBy"),
            "activeFrom": alert["date"],
            "activeTo": alert.get("expiryDate"),
        }
        made = self.calls.call(
            "alerts",
            "POST",
            f"/prisoners/{number}/alerts",
            body,
            _as(alert["audit"]["createUsername"]),
        )
        mapping = {
            "dpsAlertId": reading.need(made, reading.DPS_ALERT)["alertUuid"],
            "nomisBookingId": booking,
            "nomisAlertSequence": sequence,
            "offenderNo": number,
            "mappingType": "NOMIS_CREATED",
            "label": None,
            "whenCreated": None,
        }
        self._or_queue(_RETRY, mapping, self._post_mapping)

    def updated(self, event: dict[str, Any]) -> None:
        """Overwrite the DPS alert."""
        booking, sequence, _ = _key(event)
        alert = self._nomis_alert(booking, sequence)
        if _echo(alert):
            return
        mapping = self._mapping(booking, sequence)
        if mapping is None:
            if alert["bookingSequence"] != 1:
                return
            raise RefusedError("alert-synchronisation-updated-failed", 404)
        body = {
            "description": alert.get("comment"),
            "authorisedBy": alert.get("authorisedBy"),
            "activeFrom": alert["date"],
            "activeTo": alert.get("expiryDate"),
        }
        audit = alert["audit"]
        user = audit.get("modifyUserId") or audit["createUsername"]
        answer = self.calls.call(
            "alerts", "PUT", f"/alerts/{mapping['dpsAlertId']}", body, _as(user)
        )
        reading.need(answer, reading.DPS_ALERT)

    def deleted(self, event: dict[str, Any]) -> None:
        """Delete the DPS alert and its mapping."""
        booking, sequence, _ = _key(event)
        mapping = self._mapping(booking, sequence)
        if mapping is None:
            return
        alert_id = mapping["dpsAlertId"]
        self.calls.call("alerts", "DELETE", f"/alerts/{alert_id}", None, _as(None))
        try:
            path = f"{_MAPPING}/dps-alert-id/{alert_id}"
            self.calls.call("mapping", "DELETE", path)
        except RefusedError as error:
            _log.warning("alert-mapping-deleted-failed %s", error)

    def merged(self, event: dict[str, Any]) -> None:
        """Empty the removed number, resync the surviving one."""
        more = event["additionalInformation"]
        kept, removed = more["nomsNumber"], more["removedNomsNumber"]
        alerts = self._latest_alerts(kept)
        self._resync(removed, [])
        mappings = self._resync(kept, alerts)
        body = {
            "offenderNo": kept,
            "prisonerMappings": {
                "removedOffenderNo": removed,
                "prisonerMapping": mappings,
            },
        }
        self._or_queue(_RETRY_MERGED, body, self._put_merged)

    def moved(self, event: dict[str, Any]) -> None:
        """Resync the old owner now, the new one by a message of our own."""
        more = event["additionalInformation"]
        self.resynchronise(more["movedFromNomsNumber"])
        self.queue_again(
            _MOVE_TARGET,
            {
                "bookingId": int(more["bookingId"]),
                "offenderNo": more["movedToNomsNumber"],
                "whichPrisoner": "TO",
            },
        )

    def received(self, event: dict[str, Any]) -> None:
        """Resync on two of the reasons."""
        more = event["additionalInformation"]
        if more["reason"] in _RESYNCED_REASONS:
            self.resynchronise(more["nomsNumber"])

    def _moved_to(self, body: dict[str, Any]) -> None:
        number = body["offenderNo"]
        prisoner = self.calls.call("nomis", "GET", f"/prisoners/{number}")
        if not reading.member(prisoner, "active"):
            self.resynchronise(number)

    def resynchronise(self, number: str) -> None:
        """Replace a prisoner's DPS alerts by those of NOMIS (8.3)."""
        mappings = self._resync(number, self._latest_alerts(number))
        body = {"offenderNo": number, "prisonerMappings": mappings}
        self._or_queue(_RETRY_ALL, body, self._put_all)

    def _resync(self, number: str, alerts: list[dict[str, Any]]) -> dict[str, Any]:
        path = f"/resync/{number}/alerts"
        body = [_resync_alert(alert) for alert in alerts]
        made = self.calls.call("alerts", "POST", path, body, _as(None))
        rows = [
            {
                "dpsAlertId": reading.member(row, "alertUuid"),
                "nomisBookingId": reading.member(row, "offenderBookId"),
                "nomisAlertSequence": reading.member(row, "alertSeq"),
            }
            for row in made
        ]
        return {"mappingType": "NOMIS_CREATED", "mappings": rows}

    def _put_all(self, body: dict[str, Any]) -> None:
        path = f"{_MAPPING}/{body['offenderNo']}/all"
        self.calls.call("mapping", "PUT", path, body["prisonerMappings"])

    def _put_merged(self, body: dict[str, Any]) -> None:
        path = f"{_MAPPING}/{body['offenderNo']}/merge"
        self.calls.call("mapping", "PUT", path, body["prisonerMappings"])

    def _post_mapping(self, mapping: dict[str, Any]) -> None:
        self.calls.call("mapping", "POST", _MAPPING, mapping)

    def _post_mappings(self, mappings: list[dict[str, Any]]) -> None:
        """Write several; what is there already is not tried again (7.5)."""
        try:
            self.calls.call("mapping", "POST", f"{_MAPPING}/batch", mappings)
        except RefusedError as error:
            if error.status != _CONFLICT:
                raise
            _log.warning("from-nomis-sync-alert-duplicate %s", mappings)

    def _or_queue(self, kind: str, body: dict[str, Any], write: Any) -> None:
        try:
            write(body)
        except Exception as error:  # noqa: BLE001 - the build catches all of them
            _log.warning("%s %s", kind, error)
            self.queue_again(kind, body)

    def _latest_alerts(self, number: str) -> list[dict[str, Any]]:
        found = self.calls.find("nomis", f"/prisoners/{number}/alerts/to-migrate")
        alerts = [] if found is None else found["latestBookingAlerts"]
        return [reading.need(alert, reading.NOMIS_ALERT) for alert in alerts]

    def _nomis_alert(self, booking: int, sequence: int) -> dict[str, Any]:
        path = f"/prisoners/booking-id/{booking}/alerts/{sequence}"
        alert: dict[str, Any] = reading.need(
            self.calls.call("nomis", "GET", path), reading.NOMIS_ALERT
        )
        return alert

    def _mapping(self, booking: int, sequence: int) -> dict[str, Any] | None:
        path = f"{_MAPPING}/nomis-booking-id/{booking}/nomis-alert-sequence/{sequence}"
        found = self.calls.find("mapping", path)
        return None if found is None else reading.need(found, reading.ALERT_MAPPING)


def _key(event: dict[str, Any]) -> tuple[int, int, str]:
    reading.need(event, "bookingId alertSeq offenderIdDisplay")
    return int(event["bookingId"]), int(event["alertSeq"]), event["offenderIdDisplay"]


def _echo(alert: dict[str, Any]) -> bool:
    return (alert["audit"].get("auditModuleName") or "").startswith(_OURS)


def _as(user: str | None) -> dict[str, str]:
    headers = {"Source": "NOMIS"}
    return headers if user is None else {**headers, "Username": user}


def _resync_alert(alert: dict[str, Any]) -> dict[str, Any]:
    audit = alert["audit"]
    return {
        "offenderBookId": alert["bookingId"],
        "alertSeq": alert["alertSequence"],
        "alertCode": alert["alertCode"]["code"],
        "description": alert.get("comment"),
        "authorisedBy": alert.get("authorisedBy"),
        "activeFrom": alert["date"],
        "activeTo": alert.get("expiryDate"),
        "isActive": alert["isActive"],
        "createdAt": audit["createDatetime"],
        "createdBy": audit["createUsername"],
        "createdByDisplayName": audit.get("createDisplayName")
        or audit["createUsername"],
        "lastModifiedAt": audit.get("modifyDatetime"),
        "lastModifiedBy": audit.get("modifyUserId"),
        "lastModifiedByDisplayName": audit.get("modifyDisplayName")
        or audit.get("modifyUserId"),
    }
