"""Historic notes, put in without an event, in any shape that NOMIS ever stored.

Used before a migration and by scenarios about old data: any text and era of marker, a
creation date without a time, two columns that disagree, an older booking.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from simulators.nomis.notes import INSTITUTION
from simulators.nomis.people import SCHEMA_OWNER
from simulators.nomis.rows import CaseNote, two_columns
from simulators.nomis.times import whole_seconds

if TYPE_CHECKING:
    from datetime import date

    from simulators.nomis.model import Nomis


def seed_note(
    nomis: Nomis,
    *,
    text: str,
    booking_id: int | None = None,
    prisoner: str | None = None,
    type: str = "GEN",  # noqa: A002 - the column's name
    sub_type: str = "HIS",
    username: str = SCHEMA_OWNER,
    occurred: datetime | None = None,
    occurred_date: date | None = None,
    created: datetime | date | None = None,
    created_date: date | None = None,
    inserted: datetime | None = None,
    audit_module: str | None = "OIDNOMIS",
    source: str = INSTITUTION,
    agency: str | None = "",
    linked: bool = False,
    create_user: str | None = None,
) -> CaseNote:
    """Insert a note on `booking_id`, or on the latest booking of `prisoner`.

    `created` as a plain date leaves the time column null; `occurred_date` and
    `created_date` make the date column differ from the time column. `agency` ""
    means where the booking is now, None (before 2017) that it was not recorded.
    """
    people = nomis.people
    booking = people.latest(prisoner or "") if booking_id is None else None
    if booking is None:
        booking = people.booking(booking_id or 0)
    now = nomis.clock.local()
    occurred_on, occurred_at = two_columns(occurred or now)
    made = created or occurred or now
    made_at = whole_seconds(made) if isinstance(made, datetime) else None
    made_on = made.date() if isinstance(made, datetime) else made
    return nomis.notes.seed(
        CaseNote(
            case_note_id=0,
            booking_id=booking.booking_id,
            type=type,
            sub_type=sub_type,
            occurred_date=occurred_date or occurred_on,
            occurred_time=occurred_at,
            created_date=created_date or made_on,
            created_time=made_at,
            staff_id=people.accounts[username].staff_id,
            agency=booking.agency if agency == "" else agency,
            text=text,
            source=source,
            inserted=inserted or now,
            create_user=create_user or username,
            audit_module=audit_module,
            username=username,
            linked=linked,
        )
    )
