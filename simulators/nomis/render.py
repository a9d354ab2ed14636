"""Rows as the NOMIS API prints them: nulls omitted (http-contracts 2.1, 2.6)."""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from simulators.nomis import limits
from simulators.nomis.rows import LEGACY_MODULES
from simulators.nomis.text import SplitText
from simulators.nomis.times import print_local, whole_seconds

if TYPE_CHECKING:
    from datetime import date

    from simulators.nomis.model import Nomis
    from simulators.nomis.rows import Alert, CaseNote
    from simulators.nomis.text import Amendment


def case_note(nomis: Nomis, row: CaseNote, *, raw: bool = False) -> dict[str, Any]:
    """Return `CaseNoteResponse`; `raw` leaves the text unsplit (N6).

    Raises `UnparsableMarkerError` when a marker's date is impossible.
    """
    parts = SplitText(row.text, ()) if raw else nomis.split(row)
    staff = nomis.people.staff[row.staff_id]
    booking = nomis.people.bookings.get(row.booking_id)
    fallback = booking.agency if booking else None
    document = {
        "caseNoteId": row.case_note_id,
        "bookingId": row.booking_id,
        "caseNoteType": nomis.reference.type_of(row.type),
        "caseNoteSubType": nomis.reference.sub_type_of(row.type, row.sub_type),
        "noteSourceCode": row.source,
        "occurrenceDateTime": print_local(occurrence(nomis, row)),
        "creationDateTime": print_local(creation(nomis, row)),
        "authorStaffId": row.staff_id,
        "authorUsername": staff.usernames[0],
        "authorFirstName": staff.first_name,
        "authorLastName": staff.last_name,
        "authorUsernames": list(dict.fromkeys(staff.usernames)),
        "prisonId": row.agency or fallback,
        "caseNoteText": parts.main,
        "amendments": [_amendment(nomis, row, each) for each in parts.amendments],
        "createdDatetime": print_local(row.inserted),
        "createdUsername": row.create_user,
        "auditModuleName": row.audit_module,
        "sourceSystem": "DPS" if _from_dps(row) else "NOMIS",
        "version": row.version if nomis.fixed(limits.BLIND_REPLACE) else None,
    }
    return _without_nulls(document)


def occurrence(nomis: Nomis, row: CaseNote) -> datetime:
    """Return when the contact happened, as the API shows it."""
    return _two_columns(nomis, row.occurred_date, row.occurred_time)


def creation(nomis: Nomis, row: CaseNote) -> datetime:
    """Return the time column, or the date at midnight when the time is null."""
    if row.created_time is None:
        return datetime.combine(row.created_date, time.min)
    return _two_columns(nomis, row.created_date, row.created_time)


def alert(nomis: Nomis, row: Alert) -> dict[str, Any]:
    """Return `AlertResponse`."""
    document = {
        **alert_key(nomis, row),
        "bookingSequence": nomis.people.booking(row.booking_id).sequence,
        "date": row.alert_date.isoformat(),
        "expiryDate": row.expiry.isoformat() if row.expiry else None,
        "isActive": row.active,
        "isVerified": row.verified,
        "authorisedBy": row.authorised_by,
        "comment": row.comment,
        "audit": _audit(nomis, row),
    }
    return _without_nulls(document)


def alert_key(nomis: Nomis, row: Alert) -> dict[str, Any]:
    """Return `CreateAlertResponse`: which alert it is."""
    reference = nomis.reference
    return {
        "bookingId": row.booking_id,
        "alertSequence": row.sequence,
        "alertCode": reference.alert_codes[row.code].described(),
        "type": reference.alert_types[row.type].described(),
    }


def _audit(nomis: Nomis, row: Alert) -> dict[str, Any]:
    return _without_nulls(
        {
            "createDatetime": print_local(row.created),
            "createUsername": row.create_user,
            "createDisplayName": _display_name(nomis, row.create_user),
            "modifyUserId": row.modify_user,
            "modifyDisplayName": _display_name(nomis, row.modify_user),
            "modifyDatetime": print_local(row.modified) if row.modified else None,
            "auditTimestamp": print_local(row.modified or row.created),
            "auditUserId": row.modify_user or row.create_user,
            "auditModuleName": row.audit_module,
            "auditAdditionalInfo": row.additional_info,
        }
    )


def _amendment(nomis: Nomis, row: CaseNote, amendment: Amendment) -> dict[str, Any]:
    staff = nomis.people.accounts.get(amendment.username)
    legacy = row.audit_module in LEGACY_MODULES and row.modified is not None
    return _without_nulls(
        {
            "text": amendment.text,
            "authorUsername": amendment.username,
            "authorStaffId": staff.staff_id if staff else None,
            "authorFirstName": staff.first_name if staff else None,
            "authorLastName": staff.last_name if staff else None,
            "createdDateTime": print_local(amendment.created),
            "sourceSystem": "DPS" if legacy else "NOMIS",
        }
    )


def _from_dps(row: CaseNote) -> bool:
    # Rows of the sync itself answer NOMIS (http-contracts 2.4).
    return row.audit_module in LEGACY_MODULES and row.modify_user in (
        None,
        row.create_user,
    )


def _two_columns(nomis: Nomis, day: date, moment: datetime) -> datetime:
    moment = whole_seconds(moment)
    if nomis.fixed(limits.RUBBISH_TIME_COLUMN):
        return datetime.combine(day, moment.time())
    return moment


def _display_name(nomis: Nomis, username: str | None) -> str | None:
    staff = nomis.people.accounts.get(username or "")
    return staff.display_name if staff else None


def _without_nulls(document: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in document.items() if value is not None}
