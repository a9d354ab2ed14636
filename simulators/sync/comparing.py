"""When a mapped pair of notes counts as equal (http-contracts 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.sync import merging
from simulators.sync.notes import SYSTEM_AUTHOR, second

if TYPE_CHECKING:
    from datetime import datetime

    from simulators.sync.notes import DpsNote, Mapping, NomisNote

ANCIENT = 1960


def differences(
    rows: list[Mapping], nomis: list[NomisNote], dps: list[DpsNote]
) -> list[str]:
    """Compare a prisoner's notes: sets of ids first, never their number (REC-04)."""
    by_nomis = {note.id: note for note in nomis}
    by_dps = {note.id: note for note in dps}
    mapped_nomis = {row.nomis_id for row in rows}
    mapped_dps = {row.dps_id for row in rows}
    found = [f"NOMIS {i} has no mapping" for i in sorted(set(by_nomis) - mapped_nomis)]
    found += [f"DPS {i} has no mapping" for i in sorted(set(by_dps) - mapped_dps)]
    for row in sorted(rows, key=lambda row: row.nomis_id):
        stored, note = by_nomis.get(row.nomis_id), by_dps.get(row.dps_id)
        if stored is None:
            found.append(f"mapping {row.nomis_id}: NOMIS has no such note")
        if note is None:
            found.append(f"mapping {row.nomis_id}: DPS has no note {row.dps_id}")
        if stored and note:
            fields = differing_fields(stored, note)
            found += [f"NOMIS {stored.id}, DPS {note.id}: {name}" for name in fields]
    return found


def differing_fields(stored: NomisNote, note: DpsNote) -> list[str]:
    """Return the names of the shared fields that differ (REC-11)."""
    checks = {
        "text": merging.same_text(stored, note),
        "type": merging.same_type(stored, note),
        "occurrence": same_time(stored.occurred, note.occurred),
        "creation": same_time(stored.created, note.created),
        "author": merging.same_author(stored, note) or is_system_made(note),
    }
    return [name for name, equal in checks.items() if not equal]


def same_time(one: datetime, other: datetime) -> bool:
    """Whether two times agree to the second; mistyped ancient ones count as equal.

    The two sides convert years before 1960 differently (DAT-08).
    """
    if one.year <= ANCIENT and other.year <= ANCIENT:
        return True
    return second(one) == second(other)


def is_system_made(note: DpsNote) -> bool:
    """Whether the author is the schema owner's because the system made the note.

    On any other note that name hides a lost author (REC-10).
    """
    return note.username == SYSTEM_AUTHOR and note.system_generated
