"""Every operation of the NOMIS API by its operationId."""

from __future__ import annotations

from simulators.nomis.alert_operations import (
    create_alert,
    delete_alert,
    get_alert,
    get_alerts_for_reconciliation,
    get_alerts_to_migrate,
    get_booking_alerts,
    resynchronise_alerts,
    update_alert,
)
from simulators.nomis.note_operations import (
    create_case_note,
    delete_case_note,
    get_case_note,
    get_case_notes,
    get_case_notes_for_reconciliation,
    update_case_note,
)
from simulators.nomis.prisoner_operations import (
    get_active_prisoner_ids,
    get_all_prisoner_ids,
    get_merges,
    get_prisoner,
    get_prisoner_ids_from,
)
from simulators.nomis.reference_operations import (
    create_alert_code,
    create_alert_type,
    deactivate_alert_code,
    deactivate_alert_type,
    reactivate_alert_code,
    reactivate_alert_type,
    update_alert_code,
    update_alert_type,
)
from simulators.nomis.switch_operations import (
    check_agency_switch,
    check_prisoner_switch,
    get_agency_switches,
    get_blocked_prisons,
    get_splash_screen,
    turn_on_agency_switch,
)

__all__ = [
    "check_agency_switch",
    "check_prisoner_switch",
    "create_alert",
    "create_alert_code",
    "create_alert_type",
    "create_case_note",
    "deactivate_alert_code",
    "deactivate_alert_type",
    "delete_alert",
    "delete_case_note",
    "get_active_prisoner_ids",
    "get_agency_switches",
    "get_alert",
    "get_alerts_for_reconciliation",
    "get_alerts_to_migrate",
    "get_all_prisoner_ids",
    "get_blocked_prisons",
    "get_booking_alerts",
    "get_case_note",
    "get_case_notes",
    "get_case_notes_for_reconciliation",
    "get_merges",
    "get_prisoner",
    "get_prisoner_ids_from",
    "get_splash_screen",
    "reactivate_alert_code",
    "reactivate_alert_type",
    "resynchronise_alerts",
    "turn_on_agency_switch",
    "update_alert",
    "update_alert_code",
    "update_alert_type",
    "update_case_note",
]
