"""The faults of the real service that a world may switch off, one by one.

As-deployed (the default) every fault is reproduced. `DpsModel.limits` holds the ids of
those that are *fixed* (as-intended). Each constant cites where the fault is described.
"""

from __future__ import annotations

# Alert notes (events-and-config 7.2; corpus ALT-04, ALT-03, ALT-13, TOG-09, ALT-02).
ALERT_NO_DEDUPLICATION = "dps-alert-handler-does-not-deduplicate"
ALERT_STATE_AT_PROCESSING = "dps-alert-note-follows-state-at-processing"
ALERT_PRESENT_PRISON = "dps-alert-note-takes-present-prison"
ALERT_SWITCH_404_OFF = "dps-alert-switch-404-reads-as-off"
ALERT_RECONCILIATION_SOURCE = "dps-alert-reconciliation-publishes-source-nomis"

# The sync upsert (http-contracts C3; corpus TXT-10, TXT-12, ORD-09, TXT-11, DAT-04).
EQUAL_SECOND_AMENDMENTS = "dps-equal-second-amendments-are-re-added"
AMENDMENT_IDS_CHANGE = "dps-amendment-ids-change-on-replace"
REPLACE_LOSES_SYSTEM = "dps-replace-loses-system"
REPLACE_LOSES_DPS_AMENDMENTS = "dps-replace-loses-dps-amendments"
AMENDMENTS_NEVER_REMOVED = "dps-amendments-removed-in-nomis-stay"
FRACTION_FORCES_REPLACE = "dps-occurrence-fraction-forces-replace"

ALL = frozenset(
    {
        ALERT_NO_DEDUPLICATION,
        ALERT_STATE_AT_PROCESSING,
        ALERT_PRESENT_PRISON,
        ALERT_SWITCH_404_OFF,
        ALERT_RECONCILIATION_SOURCE,
        EQUAL_SECOND_AMENDMENTS,
        AMENDMENT_IDS_CHANGE,
        REPLACE_LOSES_SYSTEM,
        REPLACE_LOSES_DPS_AMENDMENTS,
        AMENDMENTS_NEVER_REMOVED,
        FRACTION_FORCES_REPLACE,
    }
)
