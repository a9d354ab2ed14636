"""The alerts of prisoners in DPS: what they are, how they change, what is told of it.

Every change puts its events on `outbox` in the order in which the service publishes
them; `person.alerts.changed` comes last, once a prisoner and request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.alerts import limits as known_limits
from simulators.alerts.events import alert_event, alerts_changed
from simulators.alerts.moments import seconds, shown_day
from simulators.alerts.records import Action, Alert, Context
from simulators.alerts.reference import Reference

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from simulators.clock import Clock
    from simulators.wire.message import OutboxEvent

SYSTEM_USER, SYSTEM_NAME = "SYS", "Sys"
# The code whose description users may not word themselves (http-contracts A3); the
# wording here is invented.
FIXED_TEXT_CODE = "DOCGM"
FIXED_TEXT = "** Restricted information. Do not share with the prisoner. **"


class AlertsModel:
    """All alerts, by id and by prisoner, and the reference data.

    `limits` holds the ids of `simulators.alerts.limits` that are fixed in this world.
    """

    def __init__(self, clock: Clock, limits: Iterable[str] = ()) -> None:
        """Start without alerts; ValueError names an unknown limit."""
        unknown = set(limits) - known_limits.KNOWN
        if unknown:
            known = ", ".join(sorted(known_limits.KNOWN))
            raise ValueError(f"unknown limits {sorted(unknown)}; alerts has {known}")
        self.clock = clock
        self.limits = set(limits)
        self.base_url = "http://dps-alerts:8080"
        self.outbox: list[OutboxEvent] = []
        self.reference = Reference(clock.local().replace(microsecond=0))
        self._alerts: dict[str, Alert] = {}
        self._by_prisoner: dict[str, list[Alert]] = {}

    @property
    def today(self) -> date:
        """Return London's date."""
        return self.clock.local().date()

    def fixed(self, limit: str) -> bool:
        """Tell whether a limit behaves as intended in this world."""
        return limit in self.limits

    def system(self, source: str) -> Context:
        """Return the context of work that no user asked for."""
        return Context(source, SYSTEM_USER, SYSTEM_NAME, self.clock.now())

    def find(self, uuid: str) -> Alert | None:
        """Return an alert that is not deleted."""
        return self._alerts.get(uuid.lower())

    def of_prisoner(self, number: str) -> list[Alert]:
        """Return a prisoner's alerts, oldest first, ended ones too."""
        return list(self._by_prisoner.get(number, ()))

    def everyone(self) -> Iterator[tuple[str, list[Alert]]]:
        """Yield prisoners and their alerts, by prisoner number."""
        yield from sorted(self._by_prisoner.items())

    def make(
        self,
        prisoner: str,
        code: str,
        context: Context,
        *,
        active_from: date,
        active_to: date | None = None,
        description: str | None = None,
        authorised_by: str | None = None,
        prison: str | None = None,
    ) -> Alert:
        """Return a new alert that is not yet kept nor told of."""
        alert = Alert(
            uuid=str(self.clock.uuid7()),
            prisoner=prisoner,
            code=code,
            description=description,
            authorised_by=authorised_by,
            active_from=active_from,
            active_to=active_to,
            created_at=context.local,
            prison=prison,
            first_active_from=active_from,
            ended=active_to is not None and active_to <= self.today,
        )
        alert.record(Action.CREATED, context)
        return alert

    def keep(self, alert: Alert) -> None:
        """Store an alert without telling anyone: also how the harness seeds."""
        self._alerts[alert.uuid] = alert
        self._by_prisoner.setdefault(alert.prisoner, []).append(alert)

    def forget(self, prisoner: str) -> list[Alert]:
        """Remove a prisoner's alerts as if they had never been; returns them."""
        alerts = self._by_prisoner.pop(prisoner, [])
        for alert in alerts:
            del self._alerts[alert.uuid]
        return alerts

    def drop(self, alert: Alert, context: Context) -> None:
        """Delete softly: the row stays in the real database but nothing shows it."""
        alert.record(Action.DELETED, context)
        del self._alerts[alert.uuid]
        self._by_prisoner[alert.prisoner].remove(alert)

    def add(self, alert: Alert, context: Context) -> None:
        """Keep a new alert and tell of it (A3)."""
        self.keep(alert)
        self.tell("created", alert, context)
        self.tell_changed(alert.prisoner, context)

    def delete(self, alert: Alert, context: Context) -> None:
        """Delete an alert and tell of it (A5)."""
        self.drop(alert, context)
        self.tell("deleted", alert, context)
        self.tell_changed(alert.prisoner, context)

    def change(self, alert: Alert, members: dict[str, Any], context: Context) -> bool:
        """Set members that differ and tell of it; False when none does (A4).

        An active alert whose new end date is today or earlier ends: `inactive` is
        published first, and once, however often the ended alert is changed (ALT-05).
        """
        changed = {
            name: value
            for name, value in members.items()
            if getattr(alert, name) != value
        }
        if not changed:
            return False
        was_active = alert.active(self.today)
        for name, value in changed.items():
            setattr(alert, name, value)
        end_changed = "active_to" in changed
        alert.record(Action.UPDATED, context, end_changed=end_changed)
        if alert.active(self.today):
            alert.ended = False
        elif was_active:
            self._end(alert, context)
        self.tell("updated", alert, context)
        self.tell_changed(alert.prisoner, context)
        return True

    def end_todays(self) -> None:
        """Tell of the alerts that end today and were not told of yet (A8).

        One day's run looks at that day alone: what a missed run left is never told.
        """
        context = self.system("DPS")
        for prisoner, alerts in self.everyone():
            ending = [
                alert
                for alert in alerts
                if alert.active_to == self.today and not alert.ended
            ]
            for alert in ending:
                self._end(alert, context)
            if ending:
                self.tell_changed(prisoner, context)

    def tell(self, kind: str, alert: Alert, context: Context) -> None:
        """Put `person.alert.<kind>` on the outbox."""
        self.outbox.append(alert_event(kind, alert, context, self.base_url))

    def tell_changed(self, prisoner: str, context: Context) -> None:
        """Put `person.alerts.changed` on the outbox."""
        self.outbox.append(alerts_changed(prisoner, context.at, self.base_url))

    def snapshot(self, prisoners: set[str] | None) -> dict[str, Any]:
        """Return the alerts of `prisoners` (None: everyone's) as plain data."""
        numbers = sorted(self._by_prisoner if prisoners is None else prisoners)
        return {
            "alerts": [
                self._plain(alert)
                for number in numbers
                for alert in self.of_prisoner(number)
            ]
        }

    def _end(self, alert: Alert, context: Context) -> None:
        alert.ended = True
        alert.record(Action.INACTIVE, context)
        self.tell("inactive", alert, context)

    def _plain(self, alert: Alert) -> dict[str, Any]:
        return {
            "id": alert.uuid,
            "prisoner": alert.prisoner,
            "code": alert.code,
            "type": self.reference.codes[alert.code].parent,
            "active_from": shown_day(alert.active_from),
            "active_to": shown_day(alert.active_to),
            "active": alert.active(self.today),
            "created": seconds(alert.created_at),
            "created_by": alert.creation.by,
        }
