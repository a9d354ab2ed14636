"""Reading what lies in a queue: SNS notifications and the sync's own messages.

Sources: events-and-config 3.1 to 3.3. Only members that are used are demanded, and
unknown ones are ignored (CFG-02); a missing or contradictory audit module in an event
is never looked at (LOOP-05, LOOP-06).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulators.sync.ports import Attributes, Message

NOTIFICATION = "Notification"


class Unreadable(Exception):  # noqa: N818
    """The message is not what any publisher sends; it belongs in the DLQ."""


@dataclass(frozen=True, slots=True)
class Event:
    """A message read: its type, its document, and whether the sync sent it itself."""

    type: str
    content: dict[str, Any]
    internal: bool
    message: Message


def read(message: Message) -> Event:
    """Read a queue message; raises Unreadable."""
    try:
        outer = json.loads(message.body)
        kind = outer["Type"]
        content = json.loads(outer["Message"])
        if not isinstance(content, dict):
            raise Unreadable(f"Message is no object: {content!r}")
        if kind != NOTIFICATION:
            return Event(kind, content, True, message)
        attribute = outer.get("MessageAttributes", {}).get("eventType", {})
        event_type = content.get("eventType") or attribute.get("Value")
        if not event_type:
            raise Unreadable("neither the event nor its attributes name a type")
        return Event(event_type, content, False, message)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise Unreadable(f"{type(error).__name__}: {error}") from error


def internal(
    kind: str, content: dict[str, Any], attribute: str, with_id: bool = False
) -> tuple[str, Attributes]:
    """Write an own message: its body and its attributes.

    to-nomis prints a null MessageId, from-nomis leaves null members out.
    """
    outer: dict[str, Any] = {"Type": kind, "Message": json.dumps(content)}
    if with_id:
        outer["MessageId"] = None
    body = json.dumps(outer)
    return body, {"eventType": {"DataType": "String", "StringValue": attribute}}


def prisoner_of(content: dict[str, Any]) -> str:
    """Return the NOMS number of a domain event."""
    for identifier in content["personReference"]["identifiers"]:
        if identifier["type"] == "NOMS":
            return str(identifier["value"])
    raise Unreadable("personReference has no NOMS number")
