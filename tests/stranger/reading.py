"""Strict reading: what the builds' generated clients cannot do without.

A missing or null member fails deserialisation, as does a date-time with an offset
(http-contracts 0.2, 9).
"""

from __future__ import annotations

import re
from typing import Any

_LOCAL = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?")

AMENDMENT = "text authorUsername createdDateTime sourceSystem"
NOMIS_NOTE = (
    "caseNoteId bookingId caseNoteType.code caseNoteType.description"
    " caseNoteSubType.code caseNoteSubType.description authorStaffId authorUsername"
    " authorLastName caseNoteText amendments createdDatetime createdUsername"
    " sourceSystem"
)
DPS_NOTE = (
    "caseNoteId offenderIdentifier type typeDescription subType subTypeDescription"
    " source creationDateTime occurrenceDateTime authorName authorUserId"
    " authorUsername text eventId sensitive amendments systemGenerated legacyId"
)
DPS_AMENDMENT = "authorUserName authorName additionalNoteText creationDateTime"
MAPPING = "dpsCaseNoteId nomisCaseNoteId offenderNo nomisBookingId mappingType"
ALERT_MAPPING = "dpsAlertId nomisBookingId nomisAlertSequence offenderNo mappingType"
NOMIS_ALERT = (
    "bookingId bookingSequence alertSequence alertCode.code alertCode.description"
    " type.code type.description date isActive isVerified audit.createDatetime"
    " audit.createUsername"
)
NOMIS_ALERT_CREATED = "bookingId alertSequence alertCode.code type.code"
DPS_ALERT = (
    "alertUuid prisonNumber alertCode.alertTypeCode alertCode.alertTypeDescription"
    " alertCode.code alertCode.description alertCode.canBeAdministered activeFrom"
    " isActive createdAt createdBy createdByDisplayName"
)
ALERT_REFERENCE = {
    "code": "alertTypeCode code description listSequence isActive isRestricted"
    " canBeAdministered createdAt createdBy",
    "type": "code description listSequence isActive createdAt createdBy alertCodes",
}
PAGE = "content number size totalElements pageable"
PRISONER_IDS = "prisonerIds lastOffenderId"
SYNC_RESULT = "id legacyId action"
CASE_NOTE_EVENT = (
    "description eventType occurredAt detailUrl personReference"
    " additionalInformation.id additionalInformation.legacyId"
    " additionalInformation.type additionalInformation.subType"
    " additionalInformation.source additionalInformation.syncToNomis"
    " additionalInformation.systemGenerated"
)
ALERT_EVENT = (
    "eventType personReference additionalInformation.alertUuid"
    " additionalInformation.alertCode additionalInformation.source"
)


class MissingError(ValueError):
    """A document lacks what its reader needs."""


def need(document: Any, names: str) -> Any:
    """Return `document` if each of the dotted names, a space between, has a value."""
    for name in names.split():
        member(document, name)
    return document


def member(document: Any, name: str) -> Any:
    """Return the value at a dotted name; absent and null fail alike."""
    value = document
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    if value is None:
        raise MissingError(f"Missing required creator property '{name}'")
    return value


def local(text: str) -> str:
    """Return a local date-time; one with an offset cannot be parsed."""
    if not _LOCAL.fullmatch(text):
        raise MissingError(f"Text '{text}' could not be parsed as local date-time")
    return text


def nomis_note(document: Any) -> dict[str, Any]:
    """Read a NOMIS note with its amendments."""
    note: dict[str, Any] = need(document, NOMIS_NOTE)
    local(note["createdDatetime"])
    for amendment in note["amendments"]:
        local(need(amendment, AMENDMENT)["createdDateTime"])
    return note


def dps_note(document: Any) -> dict[str, Any]:
    """Read a DPS note with its amendments."""
    note: dict[str, Any] = need(document, DPS_NOTE)
    local(note["creationDateTime"])
    local(note["occurrenceDateTime"])
    for amendment in note["amendments"]:
        local(need(amendment, DPS_AMENDMENT)["creationDateTime"])
    return note


def whole_page(document: Any) -> list[dict[str, Any]]:
    """Read a Spring page that has to hold everything (http-contracts 5.1 A2)."""
    content: list[dict[str, Any]] = need(document, PAGE)["content"]
    if document["totalElements"] != len(content):
        raise MissingError(f"{document['totalElements']} elements, not all on the page")
    return content


def prisoner_of(event: dict[str, Any]) -> str:
    """Return the NOMS identifier of a domain event."""
    for identifier in member(event, "personReference.identifiers"):
        if identifier["type"] == "NOMS":
            number: str = identifier["value"]
            return number
    raise MissingError("Missing required identifier 'NOMS'")
