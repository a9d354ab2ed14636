"""Alerts from DPS to NOMIS (http-contracts 7.6, events-and-config 7.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.sync import alert_clients
from simulators.sync.creating import RETRY_CREATE_MAPPING
from simulators.sync.envelope import internal
from simulators.sync.locks import Locks
from simulators.sync.notes import by_sync
from simulators.sync.ports import CallFailed, CallRefused, NotYet
from simulators.sync.telemetry import alarm, track
from simulators.sync.told import from_dps

if TYPE_CHECKING:
    from simulators.sync.alert_clients import AlertServices, Json
    from simulators.sync.envelope import Event
    from simulators.sync.ports import Queues

DPS_CREATED = "DPS_CREATED"
BAD_REQUEST = 400
CONFLICT = 409


class AlertsToNomis:
    """The alert flows of the half that writes NOMIS."""

    def __init__(self, services: AlertServices, queues: Queues, queue: str) -> None:
        self._services = services
        self._queues = queues
        self._queue = queue
        self._locks = Locks()

    async def changed(self, event: Event) -> None:
        """Handle created and updated: NOMIS gets the alert as it is now."""
        about = event.content["additionalInformation"]
        uuid = about["alertUuid"]
        if not from_dps(about["source"]):
            track("alert-ignored", dpsAlertId=uuid)
            return
        async with self._locks.hold(uuid):
            alert = await self._services.dps.alert(uuid)
            if alert is None:
                track("alert-skipped-deleted", dpsAlertId=uuid)
                return
            row = await self._services.mappings.by_dps(uuid)
            if row is None:
                await self._create(alert, event.message.attempt)
            else:
                await self._update(alert, row)

    async def deleted(self, event: Event) -> None:
        """Handle deleted: the NOMIS alert goes, then the mapping."""
        about = event.content["additionalInformation"]
        uuid = about["alertUuid"]
        if not from_dps(about["source"]):
            track("alert-deleted-ignored", dpsAlertId=uuid)
            return
        async with self._locks.hold(uuid):
            row = await self._services.mappings.by_dps(uuid)
            if row is None:
                track("alert-deleted-skipped", dpsAlertId=uuid)
                return
            await self._services.nomis.delete(
                row["nomisBookingId"], row["nomisAlertSequence"]
            )
            await self._services.mappings.remove(uuid)

    async def retry_mapping(self, event: Event) -> None:
        """Handle RETRY_CREATE_MAPPING, if the alert still lives on both sides."""
        row = event.content["mapping"]
        key = (row["nomisBookingId"], row["nomisAlertSequence"])
        async with self._locks.hold(row["dpsAlertId"]):
            if await self._services.nomis.alert(*key) is None:
                return
            if await self._services.dps.alert(row["dpsAlertId"]) is None:
                await self._services.nomis.delete(*key)
                return
            if not await self._map(row):
                raise NotYet("mapping service still refuses the alert mapping")

    async def resynchronise(self, prisoner: str) -> None:
        """Replace the prisoner's NOMIS alerts by those of DPS (repair)."""
        await self._services.mappings.replace(prisoner, _mappings([]))
        alerts = await self._services.dps.all(prisoner)
        requests = [create_request(alert) for alert in alerts]
        made = await self._services.nomis.replace_all(prisoner, requests)
        rows = [
            alert_clients.row(
                alert["alertUuid"],
                done["bookingId"],
                done["alertSequence"],
                None,
                DPS_CREATED,
            )
            for alert, done in zip(alerts, made, strict=True)
        ]
        await self._services.mappings.replace(prisoner, _mappings(rows))

    async def _create(self, alert: Json, attempt: int) -> None:
        prisoner = alert["prisonNumber"]
        own = await self._own_alert(alert) if attempt > 1 else None
        if own is None:
            answer = await self._services.nomis.create(prisoner, create_request(alert))
            if answer.status >= BAD_REQUEST:
                # 409: an older alert of the code is still active; its end is told by
                # another message, so this one waits for it (DUP-09).
                raise CallRefused(answer.status, "alert create", answer.body)
            own = answer.body
        row = alert_clients.row(
            alert["alertUuid"],
            own["bookingId"],
            own["alertSequence"],
            prisoner,
            DPS_CREATED,
        )
        if not await self._map(row):
            content = {
                "mapping": row,
                "telemetryAttributes": {"dpsAlertId": alert["alertUuid"]},
                "entityName": "alert",
            }
            body, attributes = internal(
                RETRY_CREATE_MAPPING, content, RETRY_CREATE_MAPPING, with_id=True
            )
            await self._queues.send(self._queue, body, attributes)

    async def _own_alert(self, alert: Json) -> Json | None:
        """Find an alert that we made for this one and never mapped (DUP-01)."""
        wanted = create_request(alert)
        for stored in await self._services.nomis.latest(alert["prisonNumber"]):
            if not is_own(stored, wanted):
                continue
            key = (stored["bookingId"], stored["alertSequence"])
            if await self._services.mappings.by_nomis(*key) is None:
                return stored
        return None

    async def _update(self, alert: Json, row: Json) -> None:
        key = (row["nomisBookingId"], row["nomisAlertSequence"])
        stored = await self._services.nomis.alert(*key)
        if stored is None or shows(stored, alert):
            return
        request = create_request(alert)
        del request["alertCode"], request["createUsername"]
        request["updateUsername"] = alert.get("lastModifiedBy") or alert["createdBy"]
        await self._services.nomis.update(*key, request)
        track("alert-updated-success", dpsAlertId=alert["alertUuid"])

    async def _map(self, row: Json) -> bool:
        """Write the mapping; False when it is to be tried again."""
        try:
            answer = await self._services.mappings.add(row)
        except (CallFailed, CallRefused):
            return False
        if answer.status == CONFLICT:
            stored = await self._services.mappings.by_dps(row["dpsAlertId"])
            if not alert_clients.is_same(stored, row):
                alarm("to-nomis-synch-alert-duplicate", wanted=row, existing=stored)
            return True
        return answer.status < BAD_REQUEST


def create_request(alert: Json) -> dict[str, Any]:
    """Return the CreateAlertRequest of a DPS alert (http-contracts 2.6)."""
    return {
        "alertCode": alert["alertCode"]["code"],
        "date": alert["activeFrom"],
        "isActive": alert["isActive"],
        "createUsername": alert["createdBy"],
        "expiryDate": alert.get("activeTo"),
        "comment": alert.get("description"),
        "authorisedBy": alert.get("authorisedBy"),
    }


def is_own(stored: Json, wanted: Json) -> bool:
    """Whether a NOMIS alert is one that the sync made from this request."""
    return (
        by_sync(stored["audit"].get("auditModuleName"))
        and stored["alertCode"]["code"] == wanted["alertCode"]
        and stored["date"] == wanted["date"]
        and stored["audit"]["createUsername"] == wanted["createUsername"]
    )


def shows(stored: Json, alert: Json) -> bool:
    """Whether the NOMIS alert says what the DPS alert says."""
    wanted = create_request(alert)
    members = ("date", "isActive", "expiryDate", "comment", "authorisedBy")
    return all(stored.get(member) == wanted[member] for member in members)


def _mappings(rows: list[Json]) -> Json:
    return {"label": None, "mappingType": DPS_CREATED, "mappings": rows}


class ReferenceData:
    """Alert codes and types, which are made in DPS only."""

    def __init__(self, services: AlertServices) -> None:
        self._services = services

    async def changed(self, event: Event) -> None:
        """Write a code or type to NOMIS as it is in DPS now."""
        code = event.content["additionalInformation"]["alertCode"]
        kind, action = event.type.removeprefix("prisoner-alerts.alert-").split("-")
        path = f"{kind}s/{code}"
        if action in {"deactivated", "reactivated"}:
            verb = action.removesuffix("d")
            await self._services.nomis.reference("PUT", f"{path}/{verb}", None)
            return
        read = self._services.dps.code if kind == "code" else self._services.dps.type
        found = await read(code)
        request = {"description": found["description"]}
        if action == "updated":
            await self._services.nomis.reference("PUT", path, request)
            return
        request |= {"code": code, "listSequence": found["listSequence"]}
        if kind == "code":
            request["typeCode"] = found["alertTypeCode"]
        try:
            await self._services.nomis.reference("POST", f"{kind}s", request)
        except CallRefused as refusal:
            if refusal.status != CONFLICT:
                raise
