"""Alert types and codes with their own life: renamed, restricted, deactivated."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simulators.alert_codes import ALERT_CODES, ALERT_TYPES

if TYPE_CHECKING:
    from datetime import datetime

    from simulators.alerts.records import Context

LOADER = "SYS"


@dataclass(slots=True)
class AlertType:
    """A type: the first level of the code list."""

    code: str
    description: str
    sequence: int
    created_at: datetime
    created_by: str
    modified: tuple[datetime, str] | None = None
    deactivated: tuple[datetime, str] | None = None

    @property
    def active(self) -> bool:
        """Tell whether the type may be used."""
        return self.deactivated is None

    def rename(self, description: str, context: Context) -> None:
        """Change the description."""
        self.description = description
        self.modified = context.local, context.username

    def deactivate(self, context: Context) -> bool:
        """Take out of use; tells whether it was in use."""
        if self.deactivated is not None:
            return False
        self.deactivated = context.local, context.username
        return True

    def reactivate(self) -> bool:
        """Put into use again; tells whether it was out of use."""
        if self.deactivated is None:
            return False
        self.deactivated = None
        return True


@dataclass(slots=True)
class AlertCode(AlertType):
    """A code under a type; a restricted one is for the users on its list only."""

    parent: str = ""
    restricted: bool = False
    privileged: set[str] = field(default_factory=set)

    def allows(self, username: str) -> bool:
        """Tell whether the user may raise, change or delete alerts of this code."""
        return not self.restricted or username in self.privileged


class Reference:
    """The two tables, filled with the estate's list at first."""

    def __init__(self, now: datetime) -> None:
        """Load the list as if a moment ago, by the system."""
        self.types: dict[str, AlertType] = {}
        self.codes: dict[str, AlertCode] = {}
        for code, description in ALERT_TYPES:
            self.add_type(code, description, now, LOADER)
        for code, parent, description in ALERT_CODES:
            self.add_code(code, description, parent, now, LOADER)

    def add_type(
        self, code: str, description: str, created_at: datetime, created_by: str
    ) -> AlertType:
        """Add a type at the end of the list."""
        made = AlertType(code, description, len(self.types) + 1, created_at, created_by)
        self.types[code] = made
        return made

    def add_code(
        self,
        code: str,
        description: str,
        parent: str,
        created_at: datetime,
        created_by: str,
    ) -> AlertCode:
        """Add a code at the end of its type's list."""
        made = AlertCode(
            code,
            description,
            len(self.of_type(parent)) + 1,
            created_at,
            created_by,
            parent=parent,
        )
        self.codes[code] = made
        return made

    def of_type(self, parent: str) -> list[AlertCode]:
        """Return a type's codes in list order."""
        return [code for code in self.codes.values() if code.parent == parent]
