"""The alerts of the estate's prisoners in NOMIS, DPS and mapping, in and out again.

They came to DPS years before the notes: they stand there and are mapped even where a
migration of notes is still to come. DPS has those of the latest booking alone, as each
resynchronisation leaves it (http-contracts 7.6).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.alerts.records import Action, AuditEvent
from simulators.alerts.records import Alert as DpsAlert
from simulators.mapping.alerts import AlertMapping
from simulators.nomis.rows import Alert as NomisAlert

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from harness.composition import Composition
    from simulators.dps.records import Author
    from simulators.estate_alerts import HistoricAlert

_MODULE = "OCDALERT"


def bring_alerts(
    fakes: Composition,
    alerts: Iterable[HistoricAlert],
    number: str,
    agency: str,
    author: Callable[[int], Author],
) -> None:
    """Put one prisoner's alerts where they belong; `author` knows the staff."""
    now = fakes.clock.local()
    for alert in alerts:
        fakes.nomis.alerts.keep_historic(_in_nomis(alert, author))
        if alert.dps_id is None:
            continue
        fakes.alerts.keep(_in_dps(alert, alert.dps_id, number, agency, author))
        row = AlertMapping(
            alert.dps_id,
            alert.booking,
            alert.sequence,
            number,
            mapping_type="MIGRATED",
            label="estate",
            when_created=now,
        )
        fakes.mapping.alerts.insert_all([row])


def drop_alerts(fakes: Composition, number: str, bookings: Iterable[int]) -> None:
    """Forget the alerts of somebody whose history nobody changed."""
    for booking in bookings:
        fakes.nomis.alerts.drop_historic(booking)
    for alert in fakes.alerts.forget(number):
        fakes.mapping.alerts.delete(alert.uuid)


def _in_nomis(alert: HistoricAlert, author: Callable[[int], Author]) -> NomisAlert:
    ended_by = None if alert.ended_by is None else author(alert.ended_by).username
    return NomisAlert(
        booking_id=alert.booking,
        sequence=alert.sequence,
        code=alert.code,
        type=alert.type,
        alert_date=alert.started,
        active=alert.active,
        create_user=author(alert.staff).username,
        created=alert.created,
        audit_module=_MODULE,
        expiry=alert.expiry,
        comment=alert.comment,
        modify_user=ended_by,
        modified=alert.ended,
    )


def _in_dps(
    alert: HistoricAlert,
    uuid: str,
    number: str,
    agency: str,
    author: Callable[[int], Author],
) -> DpsAlert:
    made = DpsAlert(
        uuid=uuid,
        prisoner=number,
        code=alert.code,
        description=alert.comment,
        authorised_by=None,
        active_from=alert.started,
        active_to=alert.expiry,
        created_at=alert.created,
        prison=agency,
        first_active_from=alert.started,
        ended=not alert.active,
        audit=[_entry(Action.CREATED, alert.created, author(alert.staff))],
    )
    if alert.ended is not None and alert.ended_by is not None:
        ended_by = author(alert.ended_by)
        made.audit.append(_entry(Action.UPDATED, alert.ended, ended_by, end=True))
    return made


def _entry(
    action: Action, at: datetime, who: Author, *, end: bool = False
) -> AuditEvent:
    return AuditEvent(action, at, who.username, who.name, end_changed=end)
