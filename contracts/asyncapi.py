"""The events that cross the Bus, and the check of a body against its event type.

Source: `events.asyncapi.yaml` (AsyncAPI 3). Each message under `components.messages`
names its event types by `x-event-type` (one or a list), else by `name` or its key.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from contracts.contract import read_yaml
from contracts.problems import Problem
from contracts.schemas import Schemas


class Events:
    """The documented events, by type."""

    def __init__(self, document: dict[str, Any]) -> None:
        """Index messages by event type; ValueError when a type stands twice."""
        self.document = document
        self._schemas = Schemas("events", document)
        self._payloads: dict[str, tuple[str, ...]] = {}
        for key, message in document["components"]["messages"].items():
            for event_type in _types(key, message):
                if event_type in self._payloads:
                    raise ValueError(f"event type {event_type} is described twice")
                self._payloads[event_type] = ("components", "messages", key, "payload")

    @property
    def types(self) -> list[str]:
        """The documented event types, sorted."""
        return sorted(self._payloads)

    def check(self, event_type: str, body: Any) -> list[Problem]:
        """Check a decoded event body; an undocumented type is a problem."""
        where = self._payloads.get(event_type)
        if where is None:
            message = f"event type {event_type} is not documented"
            return [Problem("", "unknown", message, "")]
        return self._schemas.check(where)(body)


@cache
def events() -> Events:
    """Return the events document, read once a process."""
    return Events(read_yaml(files(__package__).joinpath("events.asyncapi.yaml")))


def _types(key: str, message: dict[str, Any]) -> list[str]:
    named = message.get("x-event-type", message.get("name", key))
    return [named] if isinstance(named, str) else list(named)
