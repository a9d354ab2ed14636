"""The mapping service's state: which NOMIS row belongs to which DPS record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.mapping.alerts import AlertMapping, AlertMappings
from simulators.mapping.notes import NoteMapping, NoteMappings

if TYPE_CHECKING:
    from simulators.clock import Clock
    from simulators.wire.message import OutboxEvent

DEFAULT_TYPE = "DPS_CREATED"


class MappingModel:
    """Both tables, filled by the sync halves or by the harness's own seeding."""

    def __init__(self, clock: Clock) -> None:
        """Start empty; `clock` stamps `whenCreated`."""
        self.clock = clock
        self.notes = NoteMappings()
        self.alerts = AlertMappings()
        # The service publishes no events; the Wire drains an outbox of every fake.
        self.outbox: list[OutboxEvent] = []
        # Prisoner -> (label, number of alerts): the summary row of MA9.
        self.alert_loads: dict[str, tuple[str | None, int]] = {}

    def note_row(
        self,
        dps_id: str,
        nomis_id: int,
        offender_no: str,
        booking_id: int,
        *,
        mapping_type: str | None = None,
        label: str | None = None,
    ) -> NoteMapping:
        """Make a case-note row stamped now, not yet stored."""
        return NoteMapping(
            dps_id=dps_id,
            nomis_id=nomis_id,
            offender_no=offender_no,
            booking_id=booking_id,
            mapping_type=mapping_type or DEFAULT_TYPE,
            label=label,
            when_created=self.clock.local(),
        )

    def alert_row(
        self,
        dps_id: str,
        booking_id: int,
        sequence: int,
        offender_no: str,
        *,
        mapping_type: str | None = None,
        label: str | None = None,
    ) -> AlertMapping:
        """Make an alert row stamped now, not yet stored."""
        return AlertMapping(
            dps_id=dps_id,
            booking_id=booking_id,
            sequence=sequence,
            offender_no=offender_no,
            mapping_type=mapping_type or DEFAULT_TYPE,
            label=label,
            when_created=self.clock.local(),
        )

    def latest_migrated(self) -> NoteMapping | None:
        """Return the newest MIGRATED case-note row (M11)."""
        migrated = (row for row in self.notes.all() if row.mapping_type == "MIGRATED")
        return max(
            migrated, key=lambda row: (row.when_created, row.nomis_id), default=None
        )

    def snapshot(self, prisoners: set[str] | None) -> dict[str, Any]:
        """Return the rows of `prisoners` (None: everyone's) as plain data."""
        notes: list[NoteMapping]
        alerts: list[AlertMapping]
        if prisoners is None:
            notes = list(self.notes.all())
            alerts = list(self.alerts.all())
        else:
            numbers = sorted(prisoners)
            notes = [row for no in numbers for row in self.notes.of_prisoner(no)]
            alerts = [row for no in numbers for row in self.alerts.of_prisoner(no)]
        return {
            "notes": [_note(row) for row in notes],
            "alerts": [_alert(row) for row in alerts],
        }


def _note(row: NoteMapping) -> dict[str, Any]:
    return {
        "dps_id": row.dps_id,
        "nomis_id": row.nomis_id,
        "prisoner": row.offender_no,
        "booking": row.booking_id,
        "mapping_type": row.mapping_type,
    }


def _alert(row: AlertMapping) -> dict[str, Any]:
    return {
        "dps_id": row.dps_id,
        "booking": row.booking_id,
        "sequence": row.sequence,
        "prisoner": row.offender_no,
        "mapping_type": row.mapping_type,
    }
