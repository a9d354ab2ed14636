"""Every operation of the officers' screens by its operationId."""

from __future__ import annotations

from simulators.nomis.screen_alerts import (
    delete_alert,
    edit_alert,
    end_alert,
    raise_alert,
)
from simulators.nomis.screen_movements import (
    admit_prisoner,
    change_booking_number,
    delete_booking,
    merge_prisoners,
    move_booking,
    release_prisoner,
    transfer_prisoner,
)
from simulators.nomis.screen_notes import (
    amend_note,
    create_note,
    delete_note,
    edit_note,
    list_notes,
)

__all__ = [
    "admit_prisoner",
    "amend_note",
    "change_booking_number",
    "create_note",
    "delete_alert",
    "delete_booking",
    "delete_note",
    "edit_alert",
    "edit_note",
    "end_alert",
    "list_notes",
    "merge_prisoners",
    "move_booking",
    "raise_alert",
    "release_prisoner",
    "transfer_prisoner",
]
