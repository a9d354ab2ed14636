"""NOMIS to DPS, as events-and-config 9.3 and 11 and http-contracts 7.4 to 7.6 tell it.

With its weaknesses: failures of a delete are swallowed, an insert does not look at the
mapping first, only the row's audit module at the time of handling tells an echo.
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.stranger import reading
from tests.stranger.calling import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.stranger.calling import Calls
    from tests.stranger.settings import Settings
    from tests.stranger.starter import LiveQueue

_log = logging.getLogger(__name__)

_RETRY = "RETRY_SYNCHRONISATION_MAPPING"
_INTERNAL = "prisoner-from-nomis-synchronisation-"
_OURS = "DPS_SYNCHRONISATION"
_CONFLICT = 409
_LOOK_BACK = timedelta(minutes=30)
_MAPPING = "/mapping/casenotes"
MERGED = "prison-offender-events.prisoner.merged"
MOVED = "prison-offender-events.prisoner.booking.moved"


class FromNomis:
    """Handles the messages of one domain's queue."""

    def __init__(
        self, domain: str, queue: LiveQueue, calls: Calls, settings: Settings
    ) -> None:
        """`domain` is the name in switches and mapping paths."""
        self._domain = domain
        self._queue = queue
        self._settings = settings
        self.calls = calls
        self.handlers: dict[str, Callable[[dict[str, Any]], None]] = {}
        self.internal: dict[str, Callable[[Any], None]] = {}

    def handle(self, message: dict[str, Any]) -> None:
        """Handle an SQS message; the event type is the envelope's attribute (3.1)."""
        envelope = json.loads(message["Body"])
        inner = json.loads(envelope["Message"])
        if envelope["Type"] != "Notification":
            known = self.internal.get(envelope["Type"])
            if known is not None:
                known(inner["body"])
            return
        event_type = reading.member(envelope, "MessageAttributes.eventType.Value")
        reading.member(envelope, "MessageAttributes.eventType.Type")
        if not self._settings.enabled(self._domain, event_type):
            _log.info("Feature switch is disabled for event %s", event_type)
            return
        handler = self.handlers.get(event_type)
        if handler is not None:
            handler(inner)

    def queue_again(self, kind: str, body: Any) -> None:
        """Send an internal message to the own queue (3.2)."""
        inner = {"body": body, "telemetryAttributes": {}}
        self._queue.client.send_message(
            QueueUrl=self._queue.url,
            MessageBody=json.dumps({"Type": kind, "Message": json.dumps(inner)}),
            MessageAttributes={
                "eventType": {"DataType": "String", "StringValue": _INTERNAL + kind}
            },
        )


class CaseNotes(FromNomis):
    """Case notes."""

    def __init__(self, queue: LiveQueue, calls: Calls, settings: Settings) -> None:
        """Listen to the queue with id `eventcasenotes`."""
        super().__init__("casenotes", queue, calls, settings)
        self.handlers = {
            "OFFENDER_CASE_NOTES-INSERTED": self.inserted,
            "OFFENDER_CASE_NOTES-UPDATED": self.updated,
            "OFFENDER_CASE_NOTES-DELETED": self.deleted,
            MERGED: self.merged,
            MOVED: self.moved,
        }
        self.internal = {_RETRY: self._retry_mapping}

    def inserted(self, event: dict[str, Any]) -> None:
        """Upsert in DPS by NOMIS id, then map."""
        nomis_id = int(event["caseNoteId"])
        note = self._nomis_note(nomis_id)
        if _born_in_dps(note):
            _log.info("casenotes-synchronisation-created-skipped %s", nomis_id)
            return
        if note.get("auditModuleName") is None:
            known = self._mapping(nomis_id)
            if known is not None and known["mappingType"] == "DPS_CREATED":
                _log.info("casenotes-synchronisation-created-skipped-null")
                return
        number = reading.member(event, "offenderIdDisplay")
        result = self._put(_sync_request(note, number, None))
        self._map(
            {
                "dpsCaseNoteId": result["id"],
                "nomisCaseNoteId": nomis_id,
                "offenderNo": number,
                "nomisBookingId": int(event.get("bookingId") or 0),
                "mappingType": "NOMIS_CREATED",
                "label": None,
                "whenCreated": None,
            }
        )

    def updated(self, event: dict[str, Any]) -> None:
        """Upsert in DPS by mapped id, then rewrite the other NOMIS copies."""
        nomis_id = int(event["caseNoteId"])
        note = self._nomis_note(nomis_id)
        if _born_in_dps(note):
            _log.info("casenotes-synchronisation-updated-skipped %s", nomis_id)
            return
        mapping = self._mapping(nomis_id)
        if mapping is None:
            raise RefusedError("casenotes-synchronisation-updated-mapping-failed", 404)
        dps_id = mapping["dpsCaseNoteId"]
        number = reading.member(event, "offenderIdDisplay")
        self._put(_sync_request(note, number, dps_id))
        body = {
            "text": note["caseNoteText"],
            "amendments": [
                {
                    "text": amendment["text"],
                    "authorUsername": amendment["authorUsername"],
                    "createdDateTime": amendment["createdDateTime"],
                }
                for amendment in note["amendments"]
            ],
        }
        for sibling in self._siblings(dps_id, nomis_id):
            self.calls.call("nomis", "PUT", f"/casenotes/{sibling}", body)

    def deleted(self, event: dict[str, Any]) -> None:
        """Delete siblings, DPS note and mapping; whatever fails is swallowed."""
        try:
            self.delete(int(event["caseNoteId"]))
        except Exception as error:  # noqa: BLE001 - the build swallows every failure
            _log.warning("casenotes-synchronisation-deleted-failed %s", error)

    def delete(self, nomis_id: int) -> None:
        """Delete what belongs to a NOMIS note that is gone."""
        mapping = self._mapping(nomis_id)
        if mapping is None:
            _log.info("casenotes-deleted-synchronisation-skipped %s", nomis_id)
            return
        dps_id = mapping["dpsCaseNoteId"]
        for sibling in self._siblings(dps_id, nomis_id):
            self.calls.call("nomis", "DELETE", f"/casenotes/{sibling}")
        self.calls.call("casenotes", "DELETE", f"/sync/case-notes/{dps_id}")
        self.calls.call("mapping", "DELETE", f"{_MAPPING}/dps-casenote-id/{dps_id}")

    def merged(self, event: dict[str, Any]) -> None:
        """Give the removed number's mappings the surviving one, map fresh copies."""
        more = event["additionalInformation"]
        kept, removed = more["nomsNumber"], more["removedNomsNumber"]
        found = self.calls.call("nomis", "GET", f"/prisoners/{kept}/casenotes")
        notes = [reading.nomis_note(note) for note in found["caseNotes"]]
        since = _utc_wall_clock(event["occurredAt"]) - _LOOK_BACK
        fresh = [
            note
            for note in notes
            if note.get("auditModuleName") == "MERGE"
            and datetime.fromisoformat(note["createdDatetime"]) > since
        ]
        ids = [note["caseNoteId"] for note in notes]
        rows = self.calls.call("mapping", "POST", f"{_MAPPING}/nomis-casenote-id", ids)
        known = {row["nomisCaseNoteId"]: row["dpsCaseNoteId"] for row in rows}
        if fresh and all(each in known for each in ids):
            _log.info("casenotes-prisoner-merge-skipped")
            return
        pairs = [(copy, _original(copy, notes)) for copy in fresh]
        path = f"{_MAPPING}/merge/from/{removed}/to/{kept}"
        self.calls.call("mapping", "PUT", path)
        if fresh:
            self._map_copies(pairs, known, kept, int(more["bookingId"]))

    def moved(self, event: dict[str, Any]) -> None:
        """Move the mappings of a booking, then the mapped DPS notes."""
        more = event["additionalInformation"]
        to, booking = more["movedToNomsNumber"], more["bookingId"]
        path = f"{_MAPPING}/merge/booking-id/{booking}/to/{to}"
        rows = self.calls.call("mapping", "PUT", path)
        moved = sorted(
            {reading.need(row, reading.MAPPING)["dpsCaseNoteId"] for row in rows}
        )
        body = {
            "fromPersonIdentifier": more["movedFromNomsNumber"],
            "toPersonIdentifier": to,
            "caseNoteIds": moved,
        }
        self.calls.call("casenotes", "PUT", "/move/case-notes", body)

    def _map_copies(
        self,
        pairs: list[tuple[dict[str, Any], dict[str, Any]]],
        known: dict[int, str],
        number: str,
        booking: int,
    ) -> None:
        batch = [
            {
                "dpsCaseNoteId": known[original["caseNoteId"]],
                "nomisCaseNoteId": copy["caseNoteId"],
                "offenderNo": number,
                "nomisBookingId": booking,
                "mappingType": "NOMIS_CREATED",
                "label": None,
                "whenCreated": None,
            }
            for copy, original in pairs
            if copy["caseNoteId"] not in known
        ]
        try:
            self.calls.call("mapping", "POST", f"{_MAPPING}/batch", batch)
        except RefusedError as error:
            if error.status != _CONFLICT:
                raise

    def _map(self, mapping: dict[str, Any]) -> None:
        """Write a mapping: 409 counts as done, other failures go on the queue."""
        try:
            self._post_mapping(mapping)
        except Exception as error:  # noqa: BLE001 - the build catches all of them
            _log.warning("%s %s", _RETRY, error)
            kept = {name: value for name, value in mapping.items() if value is not None}
            self.queue_again(_RETRY, kept)

    def _retry_mapping(self, mapping: dict[str, Any]) -> None:
        self._post_mapping(mapping)

    def _post_mapping(self, mapping: dict[str, Any]) -> None:
        try:
            self.calls.call("mapping", "POST", _MAPPING, mapping)
        except RefusedError as error:
            if error.status != _CONFLICT:
                raise
            for name in ("duplicate", "existing"):
                pair = reading.member(error.body, f"moreInfo.{name}")
                reading.need(pair, reading.MAPPING)
            _log.warning("from-nomis-synch-casenote-duplicate %s", mapping)

    def _put(self, request: dict[str, Any]) -> dict[str, Any]:
        answer = self.calls.call("casenotes", "PUT", "/sync/case-notes", request)
        result: dict[str, Any] = reading.need(answer, reading.SYNC_RESULT)
        if result["action"] not in ("CREATED", "UPDATED"):
            raise reading.MissingError(f"action {result['action']}")
        return result

    def _nomis_note(self, nomis_id: int) -> dict[str, Any]:
        found = self.calls.call("nomis", "GET", f"/casenotes/{nomis_id}")
        return reading.nomis_note(found)

    def _mapping(self, nomis_id: int) -> dict[str, Any] | None:
        path = f"{_MAPPING}/nomis-casenote-id/{nomis_id}"
        found = self.calls.find("mapping", path)
        return None if found is None else reading.need(found, reading.MAPPING)

    def _siblings(self, dps_id: str, nomis_id: int) -> list[int]:
        path = f"{_MAPPING}/dps-casenote-id/{dps_id}/all"
        rows = self.calls.call("mapping", "GET", path)
        found = [reading.need(row, reading.MAPPING)["nomisCaseNoteId"] for row in rows]
        return [other for other in found if other != nomis_id]


def _born_in_dps(note: dict[str, Any]) -> bool:
    return (note.get("auditModuleName") or "").startswith(_OURS)


def _utc_wall_clock(text: str) -> datetime:
    """Return an event's time as the build compares it: UTC, without its zone."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise reading.MissingError(f"'{text}' has no offset")
    return moment.astimezone(UTC).replace(tzinfo=None)


def _original(copy: dict[str, Any], notes: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the note that a merge copied; raises when there is none."""
    names = (
        "creationDateTime",
        "caseNoteText",
        "caseNoteType",
        "caseNoteSubType",
        "occurrenceDateTime",
        "authorStaffId",
    )
    for note in notes:
        if (
            all(note.get(name) == copy.get(name) for name in names)
            and len(note["amendments"]) == len(copy["amendments"])
            and note["bookingId"] != copy["bookingId"]
            and note.get("auditModuleName") != "MERGE"
        ):
            return note
    raise RefusedError(f"no original of copy {copy['caseNoteId']}", None)


def _sync_request(
    note: dict[str, Any], number: str, dps_id: str | None
) -> dict[str, Any]:
    return {
        "legacyId": note["caseNoteId"],
        "id": dps_id,
        "personIdentifier": number,
        "locationId": note.get("prisonId") or "OUT",
        "type": note["caseNoteType"]["code"],
        "subType": note["caseNoteSubType"]["code"],
        "occurrenceDateTime": reading.member(note, "occurrenceDateTime"),
        "text": note["caseNoteText"],
        "systemGenerated": note.get("noteSourceCode") == "AUTO",
        "author": {
            "username": note["authorUsername"],
            "userId": str(note["authorStaffId"]),
            "firstName": note.get("authorFirstName") or "",
            "lastName": note["authorLastName"],
        },
        "createdDateTime": reading.member(note, "creationDateTime"),
        "createdByUsername": note["createdUsername"],
        "system": note["sourceSystem"],
        "amendments": [_amendment(each) for each in note["amendments"]],
    }


def _amendment(amendment: dict[str, Any]) -> dict[str, Any]:
    staff = amendment.get("authorStaffId")
    return {
        "text": amendment["text"],
        "author": {
            "username": amendment["authorUsername"],
            # An unknown author becomes the text `null` and blank names: a 400 (C3).
            "userId": "null" if staff is None else str(staff),
            "firstName": amendment.get("authorFirstName") or "",
            "lastName": amendment.get("authorLastName") or "",
        },
        "createdDateTime": amendment["createdDateTime"],
        "system": amendment["sourceSystem"],
    }
