"""`CaseNote` as the API prints it: nulls left out (http-contracts 3.0)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.dps.moments import show

if TYPE_CHECKING:
    from simulators.dps.records import Amendment, Note
    from simulators.dps.reference import Reference


def case_note(note: Note, reference: Reference) -> dict[str, Any]:
    """Return the response body of one note."""
    sub_type = reference.of(note.type, note.sub_type)
    return {
        "caseNoteId": note.id,
        "offenderIdentifier": note.person,
        "type": note.type,
        "typeDescription": sub_type.type_description,
        "subType": note.sub_type,
        "subTypeDescription": sub_type.description,
        "source": sub_type.source,
        "creationDateTime": show(note.created),
        "occurrenceDateTime": show(note.occurred),
        "authorName": note.author.name,
        "authorUserId": note.author.user_id,
        "authorUsername": note.author.username,
        "text": note.text,
        "locationId": note.location,
        "eventId": note.legacy_id,
        "sensitive": sub_type.sensitive,
        "amendments": [_amendment(one) for one in note.amendments],
        "systemGenerated": note.system_generated,
        "legacyId": note.legacy_id,
    }


def _amendment(amendment: Amendment) -> dict[str, Any]:
    return {
        "creationDateTime": show(amendment.created),
        "authorUserName": amendment.author.username,
        "authorName": amendment.author.name,
        "authorUserId": amendment.author.user_id,
        "additionalNoteText": amendment.text,
        "id": amendment.id,
    }
