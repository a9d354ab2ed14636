"""An alert and its history (http-contracts 5.0).

What A1 prints of who did what when is not stored beside the alert: it is read off the
history, and so carries over when a resync replaces the alert.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime


class Action(Enum):
    """What happened to an alert."""

    CREATED = "CREATED"
    UPDATED = "UPDATED"
    INACTIVE = "INACTIVE"
    DELETED = "DELETED"


@dataclass(frozen=True, slots=True)
class Context:
    """Who acts, when, on whose behalf: `source` is DPS or NOMIS, `at` is aware."""

    source: str
    username: str
    display_name: str
    at: datetime

    @property
    def local(self) -> datetime:
        """Return the moment as the service stores it: London wall clock."""
        return self.at.replace(tzinfo=None)


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One entry of the history; `end_changed` says that the end date was set."""

    action: Action
    at: datetime
    by: str
    display_name: str
    end_changed: bool = False


@dataclass(slots=True)
class Alert:
    """One alert. `created_at` is what A1 prints, the history may know an older time.

    `ended` says that its end has been published, or was known when it was created:
    the daily job does not publish it again.
    """

    uuid: str
    prisoner: str
    code: str
    description: str | None
    authorised_by: str | None
    active_from: date
    active_to: date | None
    created_at: datetime
    prison: str | None
    first_active_from: date
    ended: bool
    audit: list[AuditEvent] = field(default_factory=list)

    def active(self, today: date) -> bool:
        """Tell whether the alert has no end date, or one after today."""
        return self.active_to is None or self.active_to > today

    def record(
        self, action: Action, context: Context, *, end_changed: bool = False
    ) -> None:
        """Add to the history."""
        self.audit.append(
            AuditEvent(
                action,
                context.local,
                context.username,
                context.display_name,
                end_changed,
            )
        )

    @property
    def creation(self) -> AuditEvent:
        """Return the entry of the creation."""
        return next(event for event in self.audit if event.action is Action.CREATED)

    @property
    def last_update(self) -> AuditEvent | None:
        """Return the last change of any member."""
        return self._last(Action.UPDATED)

    @property
    def last_end_change(self) -> AuditEvent | None:
        """Return the last change of the end date."""
        changes = (event for event in reversed(self.audit) if event.end_changed)
        return next(changes, None)

    def end_event(self, today: date) -> AuditEvent | None:
        """Return when and by whom it was made inactive; None while active.

        The history of an older alert has no INACTIVE entry: then the last change of
        the end date counts, else the last change, else the creation (5.0).
        """
        if self.active(today):
            return None
        return (
            self._last(Action.INACTIVE)
            or self.last_end_change
            or self.last_update
            or self.creation
        )

    def _last(self, action: Action) -> AuditEvent | None:
        found = (event for event in reversed(self.audit) if event.action is action)
        return next(found, None)
