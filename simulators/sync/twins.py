"""Rows that the sync made a second time for one DPS note, and may delete again.

NOMIS takes a create twice; when its answer is lost, or two workers race, a second row
can arise (DUP-01, DUP-06). Deleting in NOMIS is the most dangerous thing the sync
does, so each rule here names every condition.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from simulators.sync import merging
from simulators.sync.notes import by_sync, may_be_ours, second

if TYPE_CHECKING:
    from datetime import datetime

    from simulators.sync.notes import DpsNote, Mapping, NomisNote

ALERT = "ALERT"
IN_FLIGHT = timedelta(minutes=2)


def equal_twins(
    rows: list[Mapping], nomis: list[NomisNote], dps: list[DpsNote], now: datetime
) -> list[NomisNote]:
    """Return the rows that the sync made a second time for a note (DUP-01).

    Such a row carries our marker, has no mapping, and equals a DPS note to which
    another row, just as equal, is mapped. A row that a NOMIS user wrote never counts,
    nor one so young that its mapping may be on its way (DUP-03).
    """
    mapped = {row.nomis_id: row.dps_id for row in rows}
    stored = {note.id: note for note in nomis}
    partners = {
        row.dps_id
        for row in rows
        if row.nomis_id in stored
        for note in dps
        if note.id == row.dps_id and merging.same_note(stored[row.nomis_id], note)
    }
    unmapped = {note.id for note in dps} - set(mapped.values())
    twins = []
    for row in sorted(nomis, key=lambda row: row.id):
        if row.id in mapped or not is_repairable(row, now):
            continue
        equal = [note.id for note in dps if merging.same_note(row, note)]
        if set(equal) & partners and not set(equal) & unmapped:
            twins.append(row)
    return twins


def is_repairable(row: NomisNote, now: datetime) -> bool:
    """Whether an unmapped row may be deleted at all: ours, and not in flight."""
    age = now - row.inserted
    return by_sync(row.module) and not timedelta(0) <= age < IN_FLIGHT


def own_twins(
    note: DpsNote,
    nomis: list[NomisNote],
    dps: list[DpsNote],
    mapped: dict[int, Mapping],
    mapped_dps: set[str],
) -> list[NomisNote]:
    """Return the unmapped rows that an earlier attempt made for a mapped note.

    `nomis` and `dps` are the prisoner's notes, `mapped_dps` the DPS ids that have a
    mapping. None if some other DPS note, equal in author and second, still awaits its
    row: that one may be it.
    """
    likely = [
        row
        for row in nomis
        if by_sync(row.module) and row.id not in mapped and is_row_of(row, note)
    ]
    waiting = [
        other
        for other in dps
        if other.id not in mapped_dps and any(is_row_of(row, other) for row in likely)
    ]
    return [] if waiting else likely


def may_be_own(row: NomisNote, note: DpsNote) -> bool:
    """Whether the sync can have written this row for this note.

    Author and second of creation tell one note from another; the text may have
    changed meanwhile.
    """
    return may_be_ours(row) and is_row_of(row, note)


def may_be_orphan(row: NomisNote, moment: datetime) -> bool:
    """Whether the sync wrote the row for a note created in DPS at that second.

    Notes of alerts are NOMIS' own, though its trigger ran in our session (ALT-12).
    """
    ours = by_sync(row.module) or (row.module is None and row.made_by_api)
    return ours and second(row.created) == moment and row.type != ALERT


def orphans(
    rows: list[NomisNote], dps: list[DpsNote], mapped: dict[int, Mapping]
) -> list[NomisNote]:
    """Return the rows that no mapping and no DPS note of the prisoner speaks for."""
    return [
        row
        for row in rows
        if row.id not in mapped and not any(is_row_of(row, note) for note in dps)
    ]


def is_row_of(row: NomisNote, note: DpsNote) -> bool:
    """Whether a row can have been written for a note: author, second and type."""
    return merging.same_origin(row, note) and merging.same_type(row, note)
