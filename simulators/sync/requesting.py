"""The request with which a NOMIS row is written to DPS (http-contracts C3).

DPS replaces the whole note when type, text or occurrence differ, or when the words of
an amendment do; otherwise it only adds amendments. So a request always carries
everything that is to survive, in the values that DPS has (ORD-08, ORD-09), and nothing
that was taken away (TXT-11).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.sync import merging
from simulators.sync.notes import names, second

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulators.sync.notes import Amendment, DpsNote, NomisNote

NO_PRISON = "OUT"
UNKNOWN_ID = "unknown"
UNKNOWN_NAME = "Unknown"


def new_note(row: NomisNote, prisoner: str) -> dict[str, Any]:
    """Return the request that creates the DPS note of a NOMIS row."""
    kind = "APP" if merging.is_outcome(row) else row.type
    return {
        "legacyId": row.id,
        "id": None,
        "personIdentifier": prisoner,
        "locationId": row.prison or NO_PRISON,
        "type": kind,
        "subType": row.sub_type,
        "occurrenceDateTime": row.occurred.isoformat(),
        "text": row.text,
        "systemGenerated": row.automatic,
        "author": _author(
            row.usernames[0], str(row.staff_id), row.first_name, row.last_name
        ),
        "createdDateTime": row.created.isoformat(),
        "createdByUsername": row.inserted_by,
        "amendments": amendment_list(row.amendments),
        "system": row.system,
    }


def changed_note(
    row: NomisNote,
    note: DpsNote,
    *,
    text: str,
    row_type: bool = False,
    row_time: bool = False,
    amendments: Iterable[Amendment],
) -> dict[str, Any]:
    """Return the request that changes a DPS note, all else as DPS has it now.

    `row_type`, `row_time`: type or occurrence are NOMIS' (ORD-10), else those of DPS.
    """
    request = new_note(row, note.prisoner)
    request |= {"id": note.id, "text": text, "systemGenerated": note.system_generated}
    if note.location:
        request["locationId"] = note.location
    if merging.same_type(row, note) or not row_type:
        request |= {"type": note.type, "subType": note.sub_type}
    if merging.same_time(row, note) or not row_time:
        request["occurrenceDateTime"] = note.occurred.isoformat()
    if second(row.created) == second(note.created):
        request["createdDateTime"] = note.created.isoformat()
    if merging.same_author(row, note) or note.born_in_dps:
        first, last = names(note.author)
        request["author"] = _author(
            note.username, note.user_id, first, last or row.last_name
        )
    if note.born_in_dps:
        request |= {"system": "DPS", "createdByUsername": note.username}
    request["amendments"] = amendment_list(amendments)
    return request


def amendment_list(amendments: Iterable[Amendment]) -> list[dict[str, Any]]:
    """Return SyncCaseNoteAmendmentRequests, never with a blank name (TXT-17)."""
    return [
        {
            "text": a.text,
            "author": _author(a.username, a.user_id, a.first_name, a.last_name),
            "createdDateTime": a.created.isoformat(),
            "system": a.system or origin(a),
        }
        for a in amendments
    ]


def origin(amendment: Amendment) -> str:
    """Return where an amendment read from DPS was made, which DPS does not tell.

    NOMIS keeps whole seconds, so a fraction betrays DPS (ORD-09).
    """
    return "DPS" if amendment.created.microsecond else "NOMIS"


def _author(
    username: str, user_id: str | None, first: str | None, last: str | None
) -> dict[str, str]:
    return {
        "username": username,
        "userId": user_id or UNKNOWN_ID,
        "firstName": (first or "").strip() or UNKNOWN_NAME,
        "lastName": (last or "").strip() or UNKNOWN_NAME,
    }
