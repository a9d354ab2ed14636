"""Configuration as Spring reads it: properties from the process environment.

A placeholder without a value aborts the start, for every domain, used or not
(events-and-config 6.1).
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class PlaceholderError(RuntimeError):
    """A mandatory property has no value; names it as Spring does."""

    def __init__(self, name: str) -> None:
        """Say which property is missing."""
        super().__init__(f"Could not resolve placeholder '{name}'")


@dataclass(frozen=True)
class Settings:
    """The environment, asked by property name."""

    variables: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def find(self, name: str) -> str | None:
        """Return a property; a hyphen may stand for itself or be `_` (5.1)."""
        kept = name.upper().replace(".", "_")
        return self.variables.get(kept, self.variables.get(kept.replace("-", "_")))

    def need(self, name: str) -> str:
        """Return a property that must be there."""
        value = self.find(name)
        if not value:
            raise PlaceholderError(name)
        return value

    def switches(self) -> dict[str, bool]:
        """Return the event switches that are set, by variable (5.1)."""
        return {
            name: value.lower() == "true"
            for name, value in sorted(self.variables.items())
            if name.startswith("FEATURE_EVENT_")
        }

    def enabled(self, domain: str, event_type: str) -> bool:
        """Tell whether both switches of an event type stand on (5.1)."""
        names = (f"feature.event.{event_type}", f"feature.event.{domain}.{event_type}")
        return all((self.find(name) or "true").lower() == "true" for name in names)
