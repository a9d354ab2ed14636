"""The events NOMIS raises: one for every row change, whoever made it.

Bodies follow events-and-config 1.2 to 1.4: nulls omitted, numbers as numbers, local
date-times. `offenderIdDisplay` and the message attributes are the relay's to add; for
alerts we hand it the alert code, for movements the reason and the prison.
"""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from simulators.nomis.times import print_local, print_millis
from simulators.wire.message import OutboxEvent

if TYPE_CHECKING:
    from datetime import date

    from simulators.clock import Clock
    from simulators.nomis.rows import Alert, Booking, CaseNote

_ALERT_TRIGGERS = {
    "ALERT-INSERTED": "OFF_ALERT_INSERT",
    "ALERT-UPDATED": "OFF_ALERT_UPDATE",
    "ALERT-DELETED": "OFF_ALERT_DELETE",
}


class Emitter:
    """Puts NOMIS events into the outbox, in the order of the row changes."""

    def __init__(self, clock: Clock, outbox: list[OutboxEvent]) -> None:
        """Write into `outbox`, which the Wire drains after each operation."""
        self._clock = clock
        self._outbox = outbox
        # False: as before 24 June 2026, when case-note events carried no module.
        self.with_audit_module = True

    def note(self, event: str, row: CaseNote, module: str | None) -> None:
        """Raise OFFENDER_CASE_NOTES-`event` (INSERTED, UPDATED or DELETED)."""
        self._put(
            f"OFFENDER_CASE_NOTES-{event}",
            {
                "bookingId": row.booking_id,
                "recordDeleted": event == "DELETED",
                "caseNoteId": row.case_note_id,
                "auditModuleName": module if self.with_audit_module else None,
                "caseNoteType": row.type,
                "caseNoteSubType": row.sub_type,
            },
        )

    def alert(self, event: str, row: Alert, root_offender_id: int | None) -> None:
        """Raise ALERT-`event`; alerts carry no audit module (fact 14)."""
        kind = f"ALERT-{event}"
        expiry = row.expiry if event == "DELETED" else None
        self._put(
            kind,
            {
                "bookingId": row.booking_id,
                "nomisEventType": _ALERT_TRIGGERS[kind],
                "rootOffenderId": root_offender_id,
                "alertSeq": row.sequence,
                "alertDateTime": _midnight(row.alert_date),
                "alertType": row.type,
                "alertCode": row.code,
                "expiryDateTime": _midnight(expiry) if expiry else None,
            },
            code=row.code,
        )

    def number_changed(
        self,
        booking: Booking,
        offender_id: int,
        kind: str,
        retained: str | None = None,
        removed: str | None = None,
    ) -> None:
        """Raise BOOKING_NUMBER-CHANGED; only MERGE names the two prisoners."""
        self._put(
            "BOOKING_NUMBER-CHANGED",
            {
                "bookingId": booking.booking_id,
                "offenderId": offender_id,
                "bookingNumber": f"B{booking.booking_id:07d}",
                "previousBookingNumber": f"P{booking.booking_id:07d}",
                "type": kind,
                "offenderIdDisplay": retained,
                "previousOffenderIdDisplay": removed,
            },
        )

    def reassigned(
        self, booking: Booking, new: tuple[int, str], old: tuple[int, str]
    ) -> None:
        """Raise OFFENDER_BOOKING-REASSIGNED; `new`, `old` = (offender id, number)."""
        self._put(
            "OFFENDER_BOOKING-REASSIGNED",
            {
                "bookingId": booking.booking_id,
                "offenderId": new[0],
                "previousOffenderId": old[0],
                "offenderIdDisplay": new[1],
                "previousOffenderIdDisplay": old[1],
                "bookingStartDateTime": print_local(booking.started),
                "bookingEndDateTime": _midnight(booking.ended)
                if booking.ended
                else None,
                "lastAdmissionDate": booking.started.date().isoformat(),
            },
        )

    def booking_deleted(self, booking: Booking) -> None:
        """Raise BOOKING-DELETED, which still knows whose booking it was."""
        self._put(
            "BOOKING-DELETED",
            {
                "bookingId": booking.booking_id,
                "offenderIdDisplay": booking.prisoner,
            },
        )

    def received(self, booking: Booking, reason: str) -> None:
        """Raise an external movement into a prison, with the reason for the relay."""
        self._put(
            "EXTERNAL_MOVEMENT-CHANGED",
            {
                "bookingId": booking.booking_id,
                "offenderIdDisplay": booking.prisoner,
                "toAgencyLocationId": booking.agency,
                "directionCode": "IN",
                "movementType": "TRN" if reason == "TRANSFERRED" else "ADM",
            },
            reason=reason,
            prisonId=booking.agency,
        )

    def _put(self, kind: str, members: dict[str, Any], **attributes: str) -> None:
        body = {
            "eventType": kind,
            "eventDatetime": print_millis(self._clock.local()),
            **{key: value for key, value in members.items() if value is not None},
        }
        self._outbox.append(OutboxEvent("offender", kind, body, attributes))


def _midnight(day: date) -> str:
    return print_local(datetime.combine(day, time.min))
