"""Alerts from NOMIS to DPS (http-contracts 7.6, events-and-config 7.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.sync import alert_clients, finding
from simulators.sync.envelope import internal
from simulators.sync.locks import Locks
from simulators.sync.notes import by_sync
from simulators.sync.ports import CallFailed, CallRefused, NotYet
from simulators.sync.telemetry import alarm, track
from simulators.sync.welcoming import ATTRIBUTE, RETRY_MAPPING

if TYPE_CHECKING:
    from simulators.sync.alert_clients import AlertServices, Json
    from simulators.sync.clients import Nomis
    from simulators.sync.envelope import Event
    from simulators.sync.ports import Queues

NOMIS_CREATED = "NOMIS_CREATED"
COPIED = "OMKCOPY.COPY_BOOKING_DATA"
MOVE_TARGET = "RESYNCHRONISE_MOVE_BOOKING_TARGET"
ADMISSIONS = frozenset({"READMISSION_SWITCH_BOOKING", "NEW_ADMISSION"})
BAD_REQUEST = 400
CONFLICT = 409


class AlertsFromNomis:
    """The alert flows of the half that writes DPS."""

    def __init__(
        self, services: AlertServices, nomis: Nomis, queues: Queues, queue: str
    ) -> None:
        self._services = services
        self._nomis = nomis
        self._queues = queues
        self._queue = queue
        self._locks = Locks()

    async def changed(self, event: Event) -> None:
        """Handle inserted and updated: DPS gets the alert as it is now."""
        booking, sequence = key_of(event)
        async with self._locks.hold(f"{booking}/{sequence}"):
            stored = await self._services.nomis.alert(booking, sequence)
            if stored is None:
                track("alert-synchronisation-gone", bookingId=booking, seq=sequence)
                return
            if is_echo(stored):
                track("alert-synchronisation-skipped", bookingId=booking, seq=sequence)
                return
            row = await self._services.mappings.by_nomis(booking, sequence)
            if row is not None:
                await self._update(stored, row)
            elif is_copy(stored) or not is_latest(stored):
                track("alert-synchronisation-ignored", bookingId=booking, seq=sequence)
            else:
                await self._create(
                    stored,
                    event.content["offenderIdDisplay"],
                    event.message.attempt,
                )

    async def deleted(self, event: Event) -> None:
        """Handle deleted: the DPS alert goes, then the mapping."""
        booking, sequence = key_of(event)
        async with self._locks.hold(f"{booking}/{sequence}"):
            row = await self._services.mappings.by_nomis(booking, sequence)
            if row is None:
                track("alert-synchronisation-deleted-ignored", bookingId=booking)
                return
            if await self._services.nomis.alert(booking, sequence) is not None:
                track("alert-synchronisation-deleted-not-gone", bookingId=booking)
                return
            await self._services.dps.delete(row["dpsAlertId"])
            await self._services.mappings.remove(row["dpsAlertId"])

    async def merged(self, event: Event) -> None:
        """Handle a merge: the survivor's alerts anew, the removed number's gone."""
        about = event.content["additionalInformation"]
        survivor = await finding.surviving(self._nomis, about["nomsNumber"])
        removed = about["removedNomsNumber"]
        alerts = await self._services.nomis.latest(survivor)
        await self._services.dps.resync(removed, [])
        document = await self._resync(survivor, alerts)
        await self._services.mappings.merge(survivor, removed, document)

    async def booking_moved(self, event: Event) -> None:
        """Handle a booking move: the former prisoner now, the new one by message."""
        about = event.content["additionalInformation"]
        await self.resynchronise(about["movedFromNomsNumber"])
        target = about["movedToNomsNumber"]
        content = {
            "body": {
                "bookingId": int(about["bookingId"]),
                "offenderNo": target,
                "whichPrisoner": "TO",
            },
            "telemetryAttributes": {"movedToNomsNumber": target},
        }
        body, attributes = internal(MOVE_TARGET, content, ATTRIBUTE + MOVE_TARGET)
        await self._queues.send(self._queue, body, attributes)

    async def move_target(self, event: Event) -> None:
        """Handle the second part of a move, unless an admission will do it."""
        prisoner = event.content["body"]["offenderNo"]
        found = await self._nomis.prisoner(prisoner)
        if found is None:
            raise LookupError(f"NOMIS has no booking of {prisoner}")
        if found["active"]:
            track("from-nomis-synch-alerts-booking-moved-ignored", offenderNo=prisoner)
            return
        await self.resynchronise(prisoner)

    async def received(self, event: Event) -> None:
        """Handle an admission that may have made a new booking."""
        about = event.content["additionalInformation"]
        if about["reason"] in ADMISSIONS:
            await self.resynchronise(about["nomsNumber"])

    async def resynchronise(self, prisoner: str) -> None:
        """Replace the prisoner's DPS alerts by those of the latest booking."""
        alerts = await self._services.nomis.latest(prisoner)
        document = await self._resync(prisoner, alerts)
        await self._services.mappings.replace(prisoner, document)

    async def retry_mapping(self, event: Event) -> None:
        """Handle RETRY_SYNCHRONISATION_MAPPING, if the alert lives on both sides."""
        row = event.content["body"]
        key = (row["nomisBookingId"], row["nomisAlertSequence"])
        async with self._locks.hold(f"{key[0]}/{key[1]}"):
            if await self._services.nomis.alert(*key) is None:
                await self._services.dps.delete(row["dpsAlertId"])
                return
            if await self._services.dps.alert(row["dpsAlertId"]) is None:
                return
            if not await self._map(row):
                raise NotYet("mapping service still refuses the alert mapping")

    async def _resync(self, prisoner: str, alerts: list[Json]) -> Json:
        requests = [resync_request(alert) for alert in alerts]
        made = await self._services.dps.resync(prisoner, requests)
        rows = [
            alert_clients.row(
                done["alertUuid"],
                done["offenderBookId"],
                done["alertSeq"],
                None,
                NOMIS_CREATED,
            )
            for done in made
        ]
        return {"label": None, "mappingType": NOMIS_CREATED, "mappings": rows}

    async def _create(self, stored: Json, prisoner: str, attempt: int) -> None:
        own = await self._own_alert(stored, prisoner) if attempt > 1 else None
        uuid = own or await self._post(stored, prisoner)
        row = alert_clients.row(
            uuid,
            stored["bookingId"],
            stored["alertSequence"],
            prisoner,
            NOMIS_CREATED,
        )
        if not await self._map(row):
            document = {k: v for k, v in row.items() if v is not None}
            content = {"body": document, "telemetryAttributes": {"dpsAlertId": uuid}}
            body, attributes = internal(
                RETRY_MAPPING, content, ATTRIBUTE + RETRY_MAPPING
            )
            await self._queues.send(self._queue, body, attributes)

    async def _own_alert(self, stored: Json, prisoner: str) -> str | None:
        """Find a DPS alert that we made for this one and never mapped (DUP-01)."""
        for alert in await self._services.dps.all(prisoner):
            if not is_own(alert, stored):
                continue
            uuid = str(alert["alertUuid"])
            if await self._services.mappings.by_dps(uuid) is None:
                return uuid
        return None

    async def _post(self, stored: Json, prisoner: str) -> str:
        request = update_request(stored) | {"alertCode": stored["alertCode"]["code"]}
        user = stored["audit"]["createUsername"]
        return await self._services.dps.create(prisoner, request, user)

    async def _update(self, stored: Json, row: Json) -> None:
        alert = await self._services.dps.alert(row["dpsAlertId"])
        if alert is None or shows(alert, stored):
            return
        audit = stored["audit"]
        user = audit.get("modifyUserId") or audit["createUsername"]
        await self._services.dps.update(row["dpsAlertId"], update_request(stored), user)
        track("alert-synchronisation-updated-success", dpsAlertId=row["dpsAlertId"])

    async def _map(self, row: Json) -> bool:
        """Write the mapping; False when it is to be tried again."""
        try:
            answer = await self._services.mappings.add(row)
        except (CallFailed, CallRefused):
            return False
        if answer.status == CONFLICT:
            key = (row["nomisBookingId"], row["nomisAlertSequence"])
            stored = await self._services.mappings.by_nomis(*key)
            if not alert_clients.is_same(stored, row):
                alarm("from-nomis-sync-alert-duplicate", wanted=row, existing=stored)
            return True
        return answer.status < BAD_REQUEST


def is_own(alert: Json, stored: Json) -> bool:
    """Whether a DPS alert can be the one made for a NOMIS alert."""
    return bool(
        alert["alertCode"]["code"] == stored["alertCode"]["code"]
        and alert["activeFrom"] == stored["date"]
        and alert["createdBy"] == stored["audit"]["createUsername"]
    )


def key_of(event: Event) -> tuple[int, int]:
    """Return booking and sequence of an `ALERT-*` event."""
    return int(event.content["bookingId"]), int(event.content["alertSeq"])


def is_echo(stored: Json) -> bool:
    """Whether the alert was last written by this sync."""
    return by_sync(stored["audit"].get("auditModuleName"))


def is_copy(stored: Json) -> bool:
    """Whether NOMIS copied the alert to a new booking: no new alert (MRG-13)."""
    return bool(stored["audit"].get("auditAdditionalInfo") == COPIED)


def is_latest(stored: Json) -> bool:
    """Whether the alert is on the latest booking, the only one DPS shows."""
    return bool(stored["bookingSequence"] == 1)


def update_request(stored: Json) -> dict[str, Any]:
    """Return the UpdateAlert of a NOMIS alert (http-contracts 5.1)."""
    return {
        "description": stored.get("comment"),
        "authorisedBy": stored.get("authorisedBy"),
        "activeFrom": stored["date"],
        "activeTo": stored.get("expiryDate"),
    }


def shows(alert: Json, stored: Json) -> bool:
    """Whether the DPS alert says what NOMIS says; null leaves DPS unchanged there."""
    wanted = update_request(stored)
    if alert.get("activeTo") != wanted.pop("activeTo"):
        return False
    return all(v is None or bool(alert.get(k) == v) for k, v in wanted.items())


def resync_request(stored: Json) -> dict[str, Any]:
    """Return the ResyncAlert of a NOMIS alert.

    A modify time without a modify user would have the whole list refused, so such an
    alert travels as never modified (http-contracts 10, case 25).
    """
    audit = stored["audit"]
    modified = audit.get("modifyDatetime") if audit.get("modifyUserId") else None
    user = audit.get("modifyUserId") if modified else None
    return update_request(stored) | {
        "offenderBookId": stored["bookingId"],
        "alertSeq": stored["alertSequence"],
        "alertCode": stored["alertCode"]["code"],
        "isActive": stored["isActive"],
        "createdAt": audit["createDatetime"],
        "createdBy": audit["createUsername"],
        "createdByDisplayName": audit.get("createDisplayName")
        or audit["createUsername"],
        "lastModifiedAt": modified,
        "lastModifiedBy": user,
        "lastModifiedByDisplayName": audit.get("modifyDisplayName") or user,
    }
