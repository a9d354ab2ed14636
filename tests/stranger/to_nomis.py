"""DPS to NOMIS, as events-and-config 9.2 and http-contracts 7.3 tell it.

With its weaknesses: no look before a create, a 409 of the mapping service is a failure
like any other, an update rewrites text and amendments blindly.
"""

from __future__ import annotations

import json
import logging
import time
from typing import TYPE_CHECKING, Any

from tests.stranger import reading
from tests.stranger.calling import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.stranger.calling import Calls
    from tests.stranger.settings import Settings
    from tests.stranger.starter import LiveQueue

_log = logging.getLogger(__name__)

_SENDS = 10
_RETRY = "RETRY_CREATE_MAPPING"
_BY_DPS_ID = "/mapping/casenotes/dps-casenote-id"


def send_again(queue: LiveQueue, body: str, event_type: str) -> None:
    """Queue an internal message; the send itself is tried ten times (3.3)."""
    for attempt in range(_SENDS):
        try:
            queue.client.send_message(
                QueueUrl=queue.url,
                MessageBody=body,
                MessageAttributes={
                    "eventType": {"DataType": "String", "StringValue": event_type}
                },
            )
        except Exception:
            if attempt == _SENDS - 1:
                raise
            time.sleep(2**attempt)
        else:
            return


class ToNomis:
    """Handles the messages of one domain's queue."""

    def __init__(
        self,
        domain: str,
        entity: str,
        queue: LiveQueue,
        calls: Calls,
        settings: Settings,
    ) -> None:
        """`entity` is the name of the retry message: casenotes or alert."""
        self._domain = domain
        self._entity = entity
        self._queue = queue
        self._settings = settings
        self.calls = calls
        self.handlers: dict[str, Callable[[dict[str, Any]], None]] = {}

    def handle(self, message: dict[str, Any]) -> None:
        """Handle an SQS message; the event type comes from inside `Message` (3.1)."""
        envelope = json.loads(message["Body"])
        kind, inner = envelope["Type"], json.loads(envelope["Message"])
        if kind == _RETRY:
            self._post_mapping(inner["mapping"])
            return
        if kind != "Notification":
            return
        event_type = reading.member(inner, "eventType")
        if not self._settings.enabled(self._domain, event_type):
            _log.warning("Feature switch is disabled for event %s", event_type)
            return
        handler = self.handlers.get(event_type)
        if handler is not None:
            handler(inner)

    def map_or_queue(self, mapping: dict[str, Any]) -> None:
        """Write a mapping; any failure, a 409 too, goes on the queue as a retry."""
        try:
            self._post_mapping(mapping)
        except Exception as error:  # noqa: BLE001 - the build catches all of them
            _log.warning("%s-mapping-create-failed %s", self._domain, error)
            telemetry = {k: str(v) for k, v in mapping.items() if v is not None}
            inner = {
                "mapping": mapping,
                "telemetryAttributes": telemetry,
                "entityName": self._entity,
            }
            body = {"Type": _RETRY, "Message": json.dumps(inner), "MessageId": None}
            send_again(self._queue, json.dumps(body), _RETRY)

    def _post_mapping(self, mapping: dict[str, Any]) -> None:
        self.calls.call("mapping", "POST", f"/mapping/{self._domain}", mapping)


class CaseNotes(ToNomis):
    """Case notes."""

    def __init__(self, queue: LiveQueue, calls: Calls, settings: Settings) -> None:
        """Listen to the queue with id `casenotes`."""
        super().__init__("casenotes", "casenotes", queue, calls, settings)
        self.handlers = {
            "person.case-note.created": self.created,
            "person.case-note.updated": self.updated,
            "person.case-note.deleted": self.deleted,
        }

    def created(self, event: dict[str, Any]) -> None:
        """Create in NOMIS, without amendments, unless mapped already."""
        if not _ours(event):
            _log.info("casenotes-create-ignored")
            return
        number, dps_id = _named(event)
        if self.calls.find("mapping", f"{_BY_DPS_ID}/{dps_id}/all") is not None:
            _log.info("casenotes-create-duplicate %s", dps_id)
            return
        note = self._dps_note(number, dps_id)
        made = reading.need(
            self.calls.call(
                "nomis",
                "POST",
                f"/prisoners/{number}/casenotes",
                {
                    "caseNoteType": note["type"],
                    "caseNoteSubType": note["subType"],
                    "occurrenceDateTime": note["occurrenceDateTime"],
                    "creationDateTime": note["creationDateTime"],
                    "authorUsername": note["authorUsername"],
                    "caseNoteText": note["text"],
                },
            ),
            "id bookingId",
        )
        self.map_or_queue(
            {
                "dpsCaseNoteId": dps_id,
                "nomisCaseNoteId": made["id"],
                "offenderNo": number,
                "nomisBookingId": made["bookingId"],
                "mappingType": "DPS_CREATED",
                "label": None,
                "whenCreated": None,
            }
        )

    def updated(self, event: dict[str, Any]) -> None:
        """Rewrite text and amendments of every mapped NOMIS note."""
        if not _ours(event):
            _log.info("casenotes-amend-ignored")
            return
        self.resynchronise(*_named(event))

    def resynchronise(self, number: str, dps_id: str) -> None:
        """Rewrite all NOMIS copies of a note; without a mapping this fails."""
        mappings = self.calls.call("mapping", "GET", f"{_BY_DPS_ID}/{dps_id}/all")
        note = self._dps_note(number, dps_id)
        body = {
            "text": note["text"],
            "amendments": [
                {
                    "text": amendment["additionalNoteText"],
                    "authorUsername": amendment["authorUserName"],
                    "createdDateTime": amendment["creationDateTime"],
                }
                for amendment in note["amendments"]
            ],
        }
        for mapping in mappings:
            nomis_id = reading.need(mapping, reading.MAPPING)["nomisCaseNoteId"]
            self.calls.call("nomis", "PUT", f"/casenotes/{nomis_id}", body)

    def deleted(self, event: dict[str, Any]) -> None:
        """Delete every mapped NOMIS note, then the mapping."""
        if not _ours(event):
            _log.info("casenotes-deleted-ignored")
            return
        _, dps_id = _named(event)
        mappings = self.calls.find("mapping", f"{_BY_DPS_ID}/{dps_id}/all")
        if mappings is None:
            _log.info("casenotes-deleted-skipped %s", dps_id)
            return
        for mapping in mappings:
            nomis_id = reading.need(mapping, reading.MAPPING)["nomisCaseNoteId"]
            self.calls.call("nomis", "DELETE", f"/casenotes/{nomis_id}")
        try:
            self.calls.call("mapping", "DELETE", f"{_BY_DPS_ID}/{dps_id}")
        except RefusedError as error:
            # The orphan mapping remains; the message is acknowledged all the same.
            _log.warning("casenotes-mapping-deleted-failed %s", error)

    def _dps_note(self, number: str, dps_id: str) -> dict[str, Any]:
        found = self.calls.patient_get("casenotes", f"/case-notes/{number}/{dps_id}")
        return reading.dps_note(found)


def _ours(event: dict[str, Any]) -> bool:
    reading.need(event, reading.CASE_NOTE_EVENT)
    more = event["additionalInformation"]
    return more["source"] == "DPS" and more["syncToNomis"] is True


def _named(event: dict[str, Any]) -> tuple[str, str]:
    return reading.prisoner_of(event), event["additionalInformation"]["id"]


class NonAssociations(ToNomis):
    """The one other domain that hears of merges: its mappings are not simulated."""

    def __init__(self, queue: LiveQueue, calls: Calls, settings: Settings) -> None:
        """Listen to the queue with id `nonassociation`."""
        super().__init__("nonassociation", "nonassociation", queue, calls, settings)
        self.handlers = {"prison-offender-events.prisoner.merged": self.merged}

    def merged(self, event: dict[str, Any]) -> None:
        """Ask the mapping service for what Tandem's fake of it does not have."""
        more = event["additionalInformation"]
        removed, kept = more["removedNomsNumber"], more["nomsNumber"]
        path = f"/mapping/non-associations/merge/from/{removed}/to/{kept}"
        self.calls.call("mapping", "PUT", path)
