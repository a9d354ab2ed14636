"""The events document: right messages fit, each wrong one is named."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

import contracts
from simulators.bus import Bus
from simulators.clock import Clock
from simulators.journal import Journal

NOTE = "019caf10-1111-7aaa-8bbb-000000000001"
PERSON = {"identifiers": [{"type": "NOMS", "value": "A7001XY"}]}

INSERTED: dict[str, Any] = {
    "eventType": "OFFENDER_CASE_NOTES-INSERTED",
    "eventDatetime": "2026-03-02T10:15:27.481",
    "bookingId": 1234501,
    "offenderIdDisplay": "A7001XY",
    "recordDeleted": False,
    "caseNoteId": 120000101,
    "auditModuleName": "OIDNOMIS",
    "caseNoteType": "GEN",
    "caseNoteSubType": "OSE",
}
DELETED: dict[str, Any] = {
    "eventType": "OFFENDER_CASE_NOTES-DELETED",
    "eventDatetime": "2026-03-02T11:00:00",
    "bookingId": 1234502,
    "recordDeleted": True,
    "caseNoteId": 120000077,
    "caseNoteType": "PRISON",
    "caseNoteSubType": "RELEASE",
}
ALERT: dict[str, Any] = {
    "eventType": "ALERT-INSERTED",
    "eventDatetime": "2026-03-02T09:00:00.120",
    "bookingId": 1234501,
    "offenderIdDisplay": "A7001XY",
    "nomisEventType": "OFF_ALERT_INSERT",
    "rootOffenderId": 991001,
    "alertSeq": 4,
    "alertDateTime": "2026-03-02T00:00:00",
    "alertType": "X",
    "alertCode": "XA",
}
CREATED: dict[str, Any] = {
    "occurredAt": "2026-03-02T10:17:01.52Z",
    "eventType": "person.case-note.created",
    "detailUrl": f"http://dps-casenotes:8080/case-notes/A7001XY/{NOTE}",
    "description": "A case note has been created",
    "additionalInformation": {
        "id": NOTE,
        "legacyId": -40017,
        "type": "KA",
        "subType": "KS",
        "source": "DPS",
        "syncToNomis": True,
        "systemGenerated": False,
        "previousNomsNumber": None,
    },
    "personReference": PERSON,
    "version": 1,
}
MERGED: dict[str, Any] = {
    "version": 1,
    "eventType": "prison-offender-events.prisoner.merged",
    "description": "A prisoner has been merged from A7001XY to A7002XY",
    "occurredAt": "2026-07-02T14:00:00+01:00",
    "publishedAt": "2026-07-02T14:00:01.2+01:00",
    "personReference": PERSON,
    "additionalInformation": {
        "bookingId": "1234501",
        "nomsNumber": "A7001XY",
        "removedNomsNumber": "A7002XY",
        "reason": "MERGE",
    },
}
MOVED: dict[str, Any] = MERGED | {
    "eventType": "prison-offender-events.prisoner.booking.moved",
    "description": "A booking has been moved",
    "additionalInformation": {
        "bookingId": "1234501",
        "movedToNomsNumber": "A7001XY",
        "movedFromNomsNumber": "A7002XY",
    },
}
RAISED: dict[str, Any] = {
    "eventType": "person.alert.created",
    "additionalInformation": {"alertUuid": NOTE, "alertCode": "XA", "source": "DPS"},
    "version": 1,
    "description": "An alert has been created in the alerts service",
    "occurredAt": "2026-03-02T09:00:00.5Z",
    "detailUrl": f"http://dps-alerts:8080/alerts/{NOTE}",
    "personReference": PERSON,
}
MAPPING: dict[str, Any] = {
    "dpsCaseNoteId": NOTE,
    "nomisCaseNoteId": 120000102,
    "offenderNo": "A7001XY",
    "nomisBookingId": 1234501,
    "mappingType": "DPS_CREATED",
    "label": None,
    "whenCreated": None,
}
RETRY: dict[str, Any] = {
    "mapping": MAPPING,
    "telemetryAttributes": {"dpsCaseNoteId": NOTE},
    "entityName": "casenotes",
}
RECONCILE: dict[str, Any] = {
    "eventType": "case-notes.alerts.reconciliation",
    "detailUrl": None,
    "additionalInformation": {
        "personIdentifier": "A7001XY",
        "from": "2026-03-01",
        "to": "2026-03-02",
    },
}
TARGET: dict[str, Any] = {
    "body": {"bookingId": 1234501, "offenderNo": "A7001XY", "whichPrisoner": "TO"},
    "telemetryAttributes": {},
}
ALERT_ROWS: dict[str, Any] = {
    "mappingType": "NOMIS_CREATED",
    "mappings": [
        {"dpsAlertId": NOTE, "nomisBookingId": 1234501, "nomisAlertSequence": 1}
    ],
}
REPLACED: dict[str, Any] = {
    "body": {"offenderNo": "A7001XY", "prisonerMappings": ALERT_ROWS},
    "telemetryAttributes": {},
}
MERGED_ROWS: dict[str, Any] = {
    "body": {
        "offenderNo": "A7001XY",
        "prisonerMappings": {
            "removedOffenderNo": "A7002XY",
            "prisonerMapping": ALERT_ROWS,
        },
    },
    "telemetryAttributes": {},
}
RIGHT = [
    (INSERTED["eventType"], INSERTED),
    (DELETED["eventType"], DELETED),
    (ALERT["eventType"], ALERT),
    (CREATED["eventType"], CREATED),
    (MERGED["eventType"], MERGED),
    (MOVED["eventType"], MOVED),
    (RAISED["eventType"], RAISED),
    ("RETRY_CREATE_MAPPING", RETRY),
    (
        "RETRY_SYNCHRONISATION_MAPPING",
        {"body": MAPPING, "telemetryAttributes": {}},
    ),
    ("RETRY_RESYNCHRONISATION_MAPPING_BATCH", REPLACED),
    ("RETRY_RESYNCHRONISATION_MERGED_MAPPING_BATCH", MERGED_ROWS),
    ("RESYNCHRONISE_MOVE_BOOKING_TARGET", TARGET),
    ("case-notes.alerts.reconciliation", RECONCILE),
]


@pytest.mark.parametrize(("kind", "body"), RIGHT, ids=[kind for kind, _ in RIGHT])
def test_each_documented_message_of_the_dossier_fits(kind: str, body: Any) -> None:
    """The examples that the real code was read from are right."""
    assert contracts.events().check(kind, body) == []


@pytest.mark.parametrize(
    ("body", "path", "value", "kind"),
    [
        (INSERTED, "caseNoteId", None, "null"),
        (INSERTED, "caseNoteId", ..., "missing"),
        (INSERTED, "caseNoteId", "120000101", "type"),
        (INSERTED, "recordDeleted", True, "enum"),
        (INSERTED, "eventDatetime", "2026-03-02T10:15:27Z", "pattern"),
        (INSERTED, "nomisEventType", "OFF_CASE_NOTES", "unknown"),
        (DELETED, "recordDeleted", False, "enum"),
        (ALERT, "auditModuleName", "OCDALERT", "unknown"),
        (ALERT, "expiryDateTime", "2026-03-02T00:00:00", "unknown"),
        (CREATED, "occurredAt", "2026-03-02T10:17:01", "pattern"),
        (CREATED, "occurredAt", "2026-03-02T10:17:01+00:00", "pattern"),
        (CREATED, "detailUrl", None, "null"),
        (CREATED, "additionalInformation.systemGenerated", ..., "missing"),
        (CREATED, "additionalInformation.previousNomsNumber", ..., "missing"),
        (CREATED, "additionalInformation.previousNomsNumber", "A7002XY", "type"),
        (CREATED, "additionalInformation.id", "7", "pattern"),
        (MERGED, "additionalInformation.bookingId", 1234501, "type"),
        (MERGED, "additionalInformation.removedNomsNumber", ..., "missing"),
        (MERGED, "description", ..., "missing"),
        (MERGED, "personReference", ..., "missing"),
        (RAISED, "additionalInformation.source", "TEST", "enum"),
    ],
)
def test_a_wrong_member_is_named(
    body: dict[str, Any], path: str, value: Any, kind: str
) -> None:
    """One member spoiled, one problem that points at it."""
    spoiled = copy.deepcopy(body)
    *above, last = path.split(".")
    node = spoiled
    for step in above:
        node = node[step]
    if value is ...:
        del node[last]
    else:
        node[last] = value
    found = contracts.events().check(body["eventType"], spoiled)
    assert {(p.field, p.kind) for p in found} == {(path, kind)}


def test_mappings_of_a_merge_name_the_removed_number() -> None:
    """The two retry messages are not read as one another (3.2)."""
    kind = "RETRY_RESYNCHRONISATION_MERGED_MAPPING_BATCH"
    found = contracts.events().check(kind, REPLACED)
    assert {problem.kind for problem in found} >= {"missing"}
    kind = "RETRY_RESYNCHRONISATION_MAPPING_BATCH"
    assert contracts.events().check(kind, MERGED_ROWS)


def test_a_merge_names_both_prisoners_and_other_changes_do_not() -> None:
    """BOOKING_NUMBER-CHANGED of type MERGE, against a mere new number."""
    body = {
        "eventType": "BOOKING_NUMBER-CHANGED",
        "eventDatetime": "2026-03-02T10:15:27",
        "bookingId": 1234501,
        "offenderId": 991001,
        "type": "MERGE",
        "offenderIdDisplay": "A7001XY",
        "previousOffenderIdDisplay": "A7002XY",
    }
    check = contracts.events().check
    assert check("BOOKING_NUMBER-CHANGED", body) == []
    assert check("BOOKING_NUMBER-CHANGED", body | {"type": "BOOK_NUMBER_CHANGE"})
    del body["previousOffenderIdDisplay"]
    assert check("BOOKING_NUMBER-CHANGED", body)


def test_an_unknown_event_type_is_a_problem() -> None:
    """Nothing passes unchecked because nobody described it."""
    [problem] = contracts.events().check("person.case-note.burnt", {})
    assert "not documented" in problem.message


def test_the_buss_own_envelope_fits_the_document() -> None:
    """What the bus puts into a queue is what the contract says of a Notification."""
    clock = Clock(source=lambda: 0.0)
    bus = Bus(clock, Journal(clock))
    topic = bus.create_topic("hmpps_domain_events")
    bus.create_queue("all")
    bus.subscribe(topic, "all")
    bus.publish(topic, json.dumps(CREATED), {"eventType": CREATED["eventType"]})
    [message] = bus.receive("all")
    envelope = json.loads(message.body)
    assert contracts.events().check("Notification", envelope) == []
    inner = json.loads(envelope["Message"])
    assert contracts.events().check("person.case-note.created", inner) == []


def test_every_message_of_the_document_belongs_to_a_channel() -> None:
    """A message without a channel is one that nobody sends."""
    document = contracts.events().document
    used = {
        reference["$ref"].rsplit("/", 1)[-1]
        for channel in document["channels"].values()
        for reference in channel["messages"].values()
    }
    assert used == set(document["components"]["messages"])
