"""Case-note mappings: one row per NOMIS note (http-contracts 4.1).

The NOMIS id is the only key. Several NOMIS notes may name one DPS note, because a
merge copies notes; anything stricter breaks merges (fault-corpus IDM-01).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


@dataclass(slots=True, frozen=True)
class NoteMapping:
    """One row: which DPS note a NOMIS note belongs to, under which prisoner."""

    dps_id: str
    nomis_id: int
    offender_no: str
    booking_id: int
    mapping_type: str
    label: str | None
    when_created: datetime


class ConflictError(Exception):
    """A row stands in the way: `wanted` (request element) against `existing`."""

    def __init__(self, wanted: NoteMapping, existing: NoteMapping) -> None:
        """Keep both rows; the 409 body prints them."""
        super().__init__(wanted.nomis_id, existing.nomis_id)
        self.wanted = wanted
        self.existing = existing


class RepeatedKeyError(Exception):
    """A batch names one NOMIS id twice: a key clash that no stored row explains."""


class NoteMappings:
    """The table of case-note mappings with its indexes."""

    def __init__(self) -> None:
        """Start empty."""
        self._rows: dict[int, NoteMapping] = {}
        self._by_dps: dict[str, dict[int, None]] = {}
        self._by_prisoner: dict[str, dict[int, None]] = {}
        self._by_booking: dict[int, dict[int, None]] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def insert(self, row: NoteMapping) -> bool:
        """Add a row and tell whether it was new: the same pair again is not (M1).

        Raises ConflictError when the NOMIS note belongs to another DPS note.
        """
        known = self._rows.get(row.nomis_id)
        if known is None:
            self._put(row)
            return True
        if known.dps_id != row.dps_id:
            raise ConflictError(row, known)
        return False

    def insert_all(self, rows: list[NoteMapping]) -> None:
        """Add all rows or none; any known NOMIS id is a clash (M2).

        The pair reported is the first element that resembles any stored row, which
        need not be the one that clashed.
        """
        ids = {row.nomis_id for row in rows}
        if len(ids) < len(rows) or not ids.isdisjoint(self._rows):
            raise self._clash(rows)
        for row in rows:
            self._put(row)

    def by_nomis_id(self, nomis_id: int) -> NoteMapping | None:
        """Return the row of one NOMIS note."""
        return self._rows.get(nomis_id)

    def by_dps_id(self, dps_id: str) -> list[NoteMapping]:
        """Return all rows of one DPS note, oldest first."""
        return [self._rows[key] for key in self._by_dps.get(dps_id, ())]

    def of_prisoner(self, offender_no: str) -> list[NoteMapping]:
        """Return a prisoner's rows by booking, then NOMIS id (M6)."""
        rows = (self._rows[key] for key in self._by_prisoner.get(offender_no, ()))
        return sorted(rows, key=lambda row: (row.booking_id, row.nomis_id))

    def all(self) -> Iterable[NoteMapping]:
        """Return every row."""
        return self._rows.values()

    def delete_dps_id(self, dps_id: str) -> None:
        """Forget every row of a DPS note (M7)."""
        for row in self.by_dps_id(dps_id):
            self._drop(row)

    def delete_nomis_id(self, nomis_id: int) -> None:
        """Forget the row of a NOMIS note (M8)."""
        row = self._rows.get(nomis_id)
        if row is not None:
            self._drop(row)

    def rename_prisoner(self, old: str, new: str) -> None:
        """Give every row of `old` the number `new` (M9)."""
        for row in self.of_prisoner(old):
            self._put(replace(row, offender_no=new))

    def move_booking(self, booking_id: int, new: str) -> list[NoteMapping]:
        """Give a booking's rows, and those sharing a DPS note, a new number (M10).

        Returns the rows as the service prints them: booking rows after their update,
        related rows as read before theirs, so with the old number unless the booking
        holds them too; a row comes once for each booking row it is related to.
        """
        keys = sorted(self._by_booking.get(booking_id, ()))
        for key in keys:
            self._put(replace(self._rows[key], offender_no=new))
        moved = [self._rows[key] for key in keys]
        related = [
            other
            for row in moved
            for other in self.by_dps_id(row.dps_id)
            if other.nomis_id != row.nomis_id
        ]
        for row in related:
            self._put(replace(row, offender_no=new))
        return moved + related

    def _resembling(self, row: NoteMapping) -> NoteMapping | None:
        known = self._rows.get(row.nomis_id)
        if known is not None:
            return known
        return next(iter(self.by_dps_id(row.dps_id)), None)

    def _clash(self, rows: list[NoteMapping]) -> Exception:
        for row in rows:
            resembling = self._resembling(row)
            if resembling is not None:
                return ConflictError(row, resembling)
        return RepeatedKeyError()

    def _put(self, row: NoteMapping) -> None:
        known = self._rows.get(row.nomis_id)
        if known is not None and known.offender_no != row.offender_no:
            del self._by_prisoner[known.offender_no][row.nomis_id]
        self._rows[row.nomis_id] = row
        self._by_dps.setdefault(row.dps_id, {})[row.nomis_id] = None
        self._by_prisoner.setdefault(row.offender_no, {})[row.nomis_id] = None
        self._by_booking.setdefault(row.booking_id, {})[row.nomis_id] = None

    def _drop(self, row: NoteMapping) -> None:
        del self._rows[row.nomis_id]
        del self._by_dps[row.dps_id][row.nomis_id]
        del self._by_prisoner[row.offender_no][row.nomis_id]
        del self._by_booking[row.booking_id][row.nomis_id]
