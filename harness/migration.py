"""Loading historic notes into DPS in the sync's place, for targets that do not migrate.

What the sync would send for each row is written here once more, after events-and-config
6.7; mappings get the type MIGRATED.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.dps import migration
from simulators.dps.requests import read_note

if TYPE_CHECKING:
    from harness.composition import Composition
    from simulators.nomis.model import Nomis
    from simulators.nomis.rows import CaseNote

LABEL = "harness"


def migrate(fakes: Composition, prisoner: str) -> list[dict[str, Any]]:
    """Load and map a prisoner's NOMIS notes; returns the pairs of ids, no event."""
    rows = [
        row
        for row in fakes.nomis.notes.of_prisoner(prisoner)
        if fakes.mapping.notes.by_nomis_id(row.case_note_id) is None
    ]
    requests = [read_note(_document(fakes.nomis, row), prisoner) for row in rows]
    loaded = migration.migrate(fakes.dps, prisoner, requests)
    pairs = [
        {"dps_id": str(made["id"]), "nomis_id": row.case_note_id}
        for row, made in zip(rows, loaded, strict=True)
    ]
    for row, pair in zip(rows, pairs, strict=True):
        mapped = fakes.mapping.note_row(
            str(pair["dps_id"]),
            row.case_note_id,
            prisoner,
            row.booking_id,
            mapping_type="MIGRATED",
            label=LABEL,
        )
        fakes.mapping.notes.insert(mapped)
    return pairs


def _document(nomis: Nomis, row: CaseNote) -> dict[str, Any]:
    """Return the row as the sync would send it to DPS (events-and-config 6.7)."""
    split = nomis.split(row)
    staff = nomis.people.staff[row.staff_id]
    return {
        "legacyId": row.case_note_id,
        "locationId": row.agency or "OUT",
        "type": row.type,
        "subType": row.sub_type,
        "occurrenceDateTime": row.occurred_time.isoformat(),
        "text": split.main,
        "systemGenerated": row.source == "AUTO",
        "author": {
            "username": row.username or staff.usernames[0],
            "userId": str(staff.staff_id),
            "firstName": staff.first_name or "",
            "lastName": staff.last_name,
        },
        "createdDateTime": nomis.notes.creation(row).isoformat(),
        "createdByUsername": row.create_user,
        "system": "NOMIS",
        "amendments": [
            {
                "text": each.text,
                "author": _account(nomis, each.username),
                "createdDateTime": each.created.isoformat(),
                "system": "NOMIS",
            }
            for each in split.amendments
        ],
    }


def _account(nomis: Nomis, username: str) -> dict[str, str]:
    staff = nomis.people.accounts.get(username)
    if staff is None:
        return {
            "username": username,
            "userId": username,
            "firstName": "",
            "lastName": username,
        }
    return {
        "username": username,
        "userId": str(staff.staff_id),
        "firstName": staff.first_name or "",
        "lastName": staff.last_name,
    }
