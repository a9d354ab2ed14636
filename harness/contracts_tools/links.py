"""Which answer leads to which next call: OpenAPI links, for stateful fuzzing.

Contracts hold what the services publish; links are ours, so they stand here and are
added to the document only when it is fuzzed. An entry reads: the answer `status` of
operation `source` feeds the parameters of `target`.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from contracts import Contract


class Link(NamedTuple):
    """One step: where a parameter's value is found in request or answer."""

    source: str
    status: int
    target: str
    parameters: dict[str, str]


NOTE = {"caseNoteId": "$response.body#/id"}
SAME_PRISONER = {"offenderNo": "$request.path.offenderNo"}
BODY_NOTE = {"caseNoteId": "$response.body#/caseNotes/0/caseNoteId"}
ALERT = {
    "bookingId": "$response.body#/bookingId",
    "alertSequence": "$response.body#/alertSequence",
}
DPS_NOTE = {
    "personIdentifier": "$response.body#/offenderIdentifier",
    "caseNoteIdentifier": "$response.body#/caseNoteId",
}
MAPPED = {"caseNoteId": "$request.body#/nomisCaseNoteId"}
MAPPED_DPS = {"dpsCaseNoteId": "$request.body#/dpsCaseNoteId"}
MAPPED_ALERT = {
    "bookingId": "$request.body#/nomisBookingId",
    "alertSequence": "$request.body#/nomisAlertSequence",
}
MAPPED_DPS_ALERT = {"dpsAlertId": "$request.body#/dpsAlertId"}
UUID = {"alertUuid": "$response.body#/alertUuid"}

LINKS: dict[str, tuple[Link, ...]] = {
    "nomis": (
        Link("create_case_note", 201, "get_case_note", NOTE),
        Link("create_case_note", 201, "update_case_note", NOTE),
        Link("create_case_note", 201, "delete_case_note", NOTE),
        Link("create_case_note", 201, "get_case_notes", SAME_PRISONER),
        Link(
            "create_case_note", 201, "get_case_notes_for_reconciliation", SAME_PRISONER
        ),
        Link("get_case_notes", 200, "get_case_note", BODY_NOTE),
        Link("create_alert", 201, "get_alerts_for_reconciliation", SAME_PRISONER),
        Link("create_alert", 201, "get_alert", ALERT),
        Link("create_alert", 201, "update_alert", ALERT),
        Link("create_alert", 201, "delete_alert", ALERT),
    ),
    "dps": (
        Link("create_case_note", 201, "get_case_note", DPS_NOTE),
        Link("create_case_note", 201, "amend_case_note", DPS_NOTE),
        Link("create_case_note", 201, "delete_case_note", DPS_NOTE),
        Link(
            "create_case_note",
            201,
            "replace_case_note",
            {"id": "$response.body#/caseNoteId"},
        ),
        # Chains begin with a POST: this one only leads to the sync's PUT.
        Link("create_case_note", 201, "put_sync_case_note", {}),
        *(
            Link("put_sync_case_note", status, target, parameters)
            for status in (200, 201)
            for target, parameters in (
                ("delete_sync_case_note", {"id": "$response.body#/id"}),
                (
                    "get_sync_case_notes",
                    {"personIdentifier": "$request.body#/personIdentifier"},
                ),
            )
        ),
    ),
    "mapping": (
        Link(
            "create_case_note_mapping",
            201,
            "get_case_note_mapping_by_nomis_id",
            MAPPED,
        ),
        Link(
            "create_case_note_mapping",
            201,
            "delete_case_note_mapping_by_nomis_id",
            MAPPED,
        ),
        Link(
            "create_case_note_mapping",
            201,
            "get_case_note_mappings_by_dps_id",
            MAPPED_DPS,
        ),
        Link(
            "create_case_note_mapping",
            201,
            "delete_case_note_mappings_by_dps_id",
            MAPPED_DPS,
        ),
        Link(
            "create_alert_mapping", 201, "get_alert_mapping_by_nomis_id", MAPPED_ALERT
        ),
        Link(
            "create_alert_mapping", 201, "get_alert_mapping_by_dps_id", MAPPED_DPS_ALERT
        ),
        Link(
            "create_alert_mapping",
            201,
            "delete_alert_mapping_by_dps_id",
            MAPPED_DPS_ALERT,
        ),
    ),
    "alerts": (
        Link("create_alert", 201, "get_alert", UUID),
        Link("create_alert", 201, "update_alert", UUID),
        Link("create_alert", 201, "delete_alert", UUID),
        Link(
            "resync_alerts",
            201,
            "get_alert",
            {"alertUuid": "$response.body#/0/alertUuid"},
        ),
    ),
}


def names(service: str) -> list[str]:
    """Return a service's links as `SOURCE -> TARGET`, each once."""
    links = LINKS.get(service, ())
    return list(dict.fromkeys(f"{link.source} -> {link.target}" for link in links))


def with_links(contract: Contract) -> dict[str, Any]:
    """Return the contract's document with its links; the contract is not changed."""
    document: dict[str, Any] = copy.deepcopy(contract.document)
    for number, link in enumerate(LINKS.get(contract.name, ())):
        source, target = (
            contract.operation(link.source),
            contract.operation(link.target),
        )
        item = document["paths"][source.path][source.method.lower()]
        response = item["responses"][str(link.status)]
        if "$ref" in response:
            found = contract.schemas.resolve(
                (
                    "paths",
                    source.path,
                    source.method.lower(),
                    "responses",
                    str(link.status),
                )
            )[1]
            response = item["responses"][str(link.status)] = copy.deepcopy(found)
        response.setdefault("links", {})[f"{number}-{target.id}"] = {
            "operationId": target.id,
            "parameters": link.parameters,
        }
    return document
