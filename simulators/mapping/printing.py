"""How the mapping service reads ids and prints its rows (http-contracts 0.2, 4.1)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from simulators.mapping.errors import unexpected
from simulators.wire.service import Refused

if TYPE_CHECKING:
    from datetime import datetime

    from simulators.mapping.alerts import AlertMapping
    from simulators.mapping.notes import NoteMapping

_UUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
# Width of the prisoner-number column: longer values fail in the database (4.1).
_PRISONER_NUMBER_WIDTH = 10


def dps_case_note_id(text: str) -> str:
    """Return the UUID in lower case; malformed is a 500, not a 400 (4.0)."""
    if not _UUID.fullmatch(text):
        raise Refused(unexpected(f"Invalid UUID string: {text}"))
    return text.lower()


def prisoner_number(text: str) -> str:
    """Return the number; the column holds ten characters."""
    if len(text) > _PRISONER_NUMBER_WIDTH:
        raise Refused(unexpected("value too long for type character varying(10)"))
    return text


def note_mapping(row: NoteMapping, *, created: bool = True) -> dict[str, Any]:
    """Return a CaseNoteMappingDto; `created=False` prints a row not yet stored."""
    document: dict[str, Any] = {
        "dpsCaseNoteId": row.dps_id,
        "nomisCaseNoteId": row.nomis_id,
        "offenderNo": row.offender_no,
        "nomisBookingId": row.booking_id,
        "mappingType": row.mapping_type,
    }
    return _with_options(document, row.label, row.when_created if created else None)


def alert_mapping(row: AlertMapping, *, created: bool = True) -> dict[str, Any]:
    """Return an AlertMappingDto; `created=False` prints a row not yet stored."""
    document: dict[str, Any] = {
        "dpsAlertId": row.dps_id,
        "nomisBookingId": row.booking_id,
        "nomisAlertSequence": row.sequence,
        "offenderNo": row.offender_no,
        "mappingType": row.mapping_type,
    }
    return _with_options(document, row.label, row.when_created if created else None)


def _with_options(
    document: dict[str, Any], label: str | None, created: datetime | None
) -> dict[str, Any]:
    if label is not None:
        document["label"] = label
    if created is not None:
        document["whenCreated"] = _local(created)
    return document


def _local(moment: datetime) -> str:
    """Print as Java does: the fraction only when not zero, no trailing zeros."""
    text = moment.isoformat()
    return text.rstrip("0") if "." in text else text
