"""Resync: replace a prisoner's alerts by those of NOMIS (http-contracts A6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulators.alerts.limits import RESYNC_RENEWS_ALL
from simulators.alerts.records import Action, Alert, AuditEvent, Context

if TYPE_CHECKING:
    from datetime import date, datetime

    from simulators.alerts.model import AlertsModel


@dataclass(frozen=True, slots=True)
class Listed:
    """One alert as NOMIS has it; `modified` is the last change, if any."""

    code: str
    description: str | None
    authorised_by: str | None
    active_from: date
    active_to: date | None
    created: AuditEvent
    modified: AuditEvent | None

    def matches(self, alert: Alert) -> bool:
        """Tell whether `alert` is the same one as far as its history goes."""
        return (self.code, self.active_from, self.active_to) == (
            alert.code,
            alert.active_from,
            alert.active_to,
        )


def creation(at: datetime, by: str, display_name: str) -> AuditEvent:
    """Return the entry that stands for NOMIS' create time and user."""
    return AuditEvent(Action.CREATED, at, by, display_name)


def modification(at: datetime, by: str, display_name: str) -> AuditEvent:
    """Return the entry that stands for NOMIS' modify time and user."""
    return AuditEvent(Action.UPDATED, at, by, display_name)


def resync(model: AlertsModel, prisoner: str, listed: list[Listed]) -> list[Alert]:
    """Replace all alerts; returns the new ones in the order of `listed`.

    All are deleted and created anew under new ids, the created events first. History
    is carried over from a former alert with equal code and dates, each used once.
    """
    former = model.of_prisoner(prisoner)
    context = model.system("NOMIS")
    twins = _twins(listed, former)
    if model.fixed(RESYNC_RENEWS_ALL):
        return _reconcile(model, prisoner, listed, twins, context)
    made = [
        _renewed(model, prisoner, one, twin, context)
        for one, twin in zip(listed, twins, strict=True)
    ]
    for alert in made:
        model.keep(alert)
        model.tell("created", alert, context)
    for alert in former:
        model.drop(alert, context)
        model.tell("deleted", alert, context)
    if made or former:
        model.tell_changed(prisoner, context)
    return made


def _twins(listed: list[Listed], former: list[Alert]) -> list[Alert | None]:
    unused = list(former)
    twins: list[Alert | None] = []
    for one in listed:
        twin = next((alert for alert in unused if one.matches(alert)), None)
        twins.append(twin)
        if twin is not None:
            unused.remove(twin)
    return twins


def _renewed(
    model: AlertsModel,
    prisoner: str,
    one: Listed,
    twin: Alert | None,
    context: Context,
) -> Alert:
    alert = model.make(
        prisoner,
        one.code,
        context,
        active_from=one.active_from,
        active_to=one.active_to,
        description=one.description,
        authorised_by=one.authorised_by,
    )
    if twin is not None:
        alert.audit = list(twin.audit)
        alert.created_at = twin.created_at
        alert.first_active_from = twin.first_active_from
        alert.prison = twin.prison
        alert.ended = twin.ended
        return alert
    alert.audit = [one.created]
    if one.modified is not None:
        alert.audit.append(one.modified)
    return alert


def _reconcile(
    model: AlertsModel,
    prisoner: str,
    listed: list[Listed],
    twins: list[Alert | None],
    context: Context,
) -> list[Alert]:
    """Resync as intended: what is the same stays, only differences are told."""
    kept = {twin.uuid for twin in twins if twin is not None}
    made: list[Alert] = []
    for one, twin in zip(listed, twins, strict=True):
        if twin is None:
            alert = _renewed(model, prisoner, one, None, context)
            model.add(alert, context)
            made.append(alert)
            continue
        texts = {"description": one.description, "authorised_by": one.authorised_by}
        model.change(twin, texts, context)
        made.append(twin)
    gone = {alert.uuid for alert in made} | kept
    for alert in model.of_prisoner(prisoner):
        if alert.uuid not in gone:
            model.delete(alert, context)
    return made
