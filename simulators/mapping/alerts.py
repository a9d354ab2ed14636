"""Alert mappings: the DPS id is the key, the NOMIS pair is unique (http-contracts 4.3).

Unlike case notes, an identical repeat is a duplicate too (MA3).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


@dataclass(slots=True, frozen=True)
class AlertMapping:
    """One row: which DPS alert a NOMIS alert (booking, sequence) belongs to."""

    dps_id: str
    booking_id: int
    sequence: int
    offender_no: str
    mapping_type: str
    label: str | None
    when_created: datetime

    @property
    def nomis_key(self) -> tuple[int, int]:
        """Return (booking id, alert sequence), NOMIS' own key."""
        return self.booking_id, self.sequence


class AlertConflictError(Exception):
    """A row stands in the way: `wanted` (request element) against `existing`."""

    def __init__(self, wanted: AlertMapping, existing: AlertMapping) -> None:
        """Keep both rows; the 409 body prints them."""
        super().__init__(wanted.dps_id, existing.dps_id)
        self.wanted = wanted
        self.existing = existing


class RepeatedAlertKeyError(Exception):
    """A list names one key twice: a clash that no stored row explains."""


class AlertMappings:
    """The table of alert mappings with its indexes."""

    def __init__(self) -> None:
        """Start empty."""
        self._rows: dict[str, AlertMapping] = {}
        self._by_nomis: dict[tuple[int, int], str] = {}
        self._by_prisoner: dict[str, dict[str, None]] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def insert_all(self, rows: list[AlertMapping]) -> None:
        """Add all rows or none; any duplicate is a conflict (MA3, MA4)."""
        self._check(rows, leaving=frozenset())
        for row in rows:
            self._put(row)

    def replace_prisoners(self, numbers: list[str], rows: list[AlertMapping]) -> None:
        """Delete all rows of the prisoners, then add `rows`, in one step (MA6, MA7)."""
        leaving = frozenset(
            dps_id for number in numbers for dps_id in self._by_prisoner.get(number, ())
        )
        self._check(rows, leaving)
        for dps_id in leaving:
            self.delete(dps_id)
        for row in rows:
            self._put(row)

    def by_dps_id(self, dps_id: str) -> AlertMapping | None:
        """Return the row of one DPS alert."""
        return self._rows.get(dps_id)

    def by_nomis_id(self, booking_id: int, sequence: int) -> AlertMapping | None:
        """Return the row of one NOMIS alert."""
        return self._rows.get(self._by_nomis.get((booking_id, sequence), ""))

    def of_prisoner(self, offender_no: str) -> list[AlertMapping]:
        """Return a prisoner's rows by booking, then sequence (MA8)."""
        rows = (self._rows[key] for key in self._by_prisoner.get(offender_no, ()))
        return sorted(rows, key=lambda row: row.nomis_key)

    def all(self) -> Iterable[AlertMapping]:
        """Return every row."""
        return self._rows.values()

    def move(self, row: AlertMapping, booking_id: int) -> AlertMapping:
        """Give a row another booking (MA10); the target must be free."""
        moved = replace(row, booking_id=booking_id)
        self._check([moved], leaving=frozenset({row.dps_id}))
        del self._by_nomis[row.nomis_key]
        self._put(moved)
        return moved

    def delete(self, dps_id: str) -> None:
        """Forget the row of a DPS alert (MA5)."""
        row = self._rows.pop(dps_id, None)
        if row is None:
            return
        del self._by_nomis[row.nomis_key]
        del self._by_prisoner[row.offender_no][dps_id]

    def _check(self, rows: list[AlertMapping], leaving: frozenset[str]) -> None:
        for row in rows:
            for dps_id in (row.dps_id, self._by_nomis.get(row.nomis_key)):
                existing = self._rows.get(dps_id) if dps_id is not None else None
                if existing is not None and existing.dps_id not in leaving:
                    raise AlertConflictError(row, existing)
        if len({row.dps_id for row in rows}) < len(rows):
            raise RepeatedAlertKeyError
        if len({row.nomis_key for row in rows}) < len(rows):
            raise RepeatedAlertKeyError

    def _put(self, row: AlertMapping) -> None:
        self._rows[row.dps_id] = row
        self._by_nomis[row.nomis_key] = row.dps_id
        self._by_prisoner.setdefault(row.offender_no, {})[row.dps_id] = None
