"""The rows NOMIS keeps, with the columns a case-note sync can see.

Columns and who sets them: http-contracts 2.0 (notes) and 2.6 (alerts).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simulators.nomis.times import whole_seconds

if TYPE_CHECKING:
    from datetime import date, datetime

SYNC_MODULE = "DPS_SYNCHRONISATION"
LEGACY_MODULES = frozenset({"PRISON_API", "ELITE2_API"})


@dataclass(slots=True)
class Staff:
    """A member of staff and the names of their accounts, at least one."""

    staff_id: int
    first_name: str | None
    last_name: str
    usernames: list[str]

    @property
    def display_name(self) -> str:
        """Return `FIRST LAST`, as audit blocks show it."""
        return " ".join(filter(None, (self.first_name, self.last_name)))


@dataclass(slots=True)
class Booking:
    """A stay in prison. `sequence` 1 is the prisoner's latest booking."""

    booking_id: int
    prisoner: str
    agency: str
    started: datetime
    sequence: int = 1
    active: bool = True
    in_out: str = "IN"
    ended: date | None = None


@dataclass(slots=True)
class Offender:
    """A prisoner record under one number, with the ids of its bookings."""

    number: str
    offender_id: int
    bookings: list[int] = field(default_factory=list)

    @property
    def root_offender_id(self) -> int:
        """Aliases are not modelled: each record is its own root."""
        return self.offender_id


@dataclass(slots=True)
class CaseNote:
    """A row of OFFENDER_CASE_NOTES; dates and times stand in two columns each."""

    case_note_id: int
    booking_id: int
    type: str
    sub_type: str
    occurred_date: date
    occurred_time: datetime
    created_date: date
    created_time: datetime | None
    staff_id: int
    agency: str | None
    text: str
    source: str
    inserted: datetime
    create_user: str
    audit_module: str | None
    modify_user: str | None = None
    modified: datetime | None = None
    # The account that was posted; the real table keeps only the staff id.
    username: str | None = None
    # What the API last showed or wrote: only behaviour as intended reads it.
    shown: str = ""
    version: int = 1
    linked: bool = False


@dataclass(slots=True)
class Alert:
    """A row of OFFENDER_ALERTS, keyed by booking and sequence."""

    booking_id: int
    sequence: int
    code: str
    type: str
    alert_date: date
    active: bool
    create_user: str
    created: datetime
    audit_module: str | None
    expiry: date | None = None
    comment: str | None = None
    authorised_by: str | None = None
    verified: bool = False
    modify_user: str | None = None
    modified: datetime | None = None
    additional_info: str | None = None

    @property
    def key(self) -> tuple[int, int]:
        """Return (booking id, sequence)."""
        return self.booking_id, self.sequence


@dataclass(frozen=True, slots=True)
class Merge:
    """A row of MERGE_TRANSACTIONS: `removed` went, `retained` stayed."""

    removed: str
    retained: str
    active_booking: int
    previous_booking: int
    requested: datetime


def two_columns(moment: datetime) -> tuple[date, datetime]:
    """Split a moment as NOMIS stores it: the date, and the time in whole seconds."""
    return moment.date(), whole_seconds(moment)
