"""What the service does with the messages of its queue (http-contracts 7.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from simulators.dps import moves
from simulators.dps.alert_notes import CREATED, INACTIVE, note_alert
from simulators.dps.alert_reconciliation import RECONCILE, reconcile_person
from simulators.dps.moments import has_offset

if TYPE_CHECKING:
    from simulators.dps.model import DpsModel
    from simulators.dps.upstreams import Upstream

MERGED = "prison-offender-events.prisoner.merged"
# What the event class cannot do without (7.1).
_ENVELOPE = ("description", "eventType", "additionalInformation", "personReference")


class Message(Protocol):
    """A parsed notification: `type` is the attribute `eventType`, not the body's."""

    @property
    def type(self) -> str:
        """The event type, from the message attributes."""

    @property
    def body(self) -> dict[str, Any]:
        """The domain event."""


class UnreadableEvent(Exception):  # noqa: N818 - the message's fault, not the program's
    """A member that the service cannot do without is missing."""


async def handle(model: DpsModel, message: Message, ports: Upstream) -> None:
    """Handle one message; raising means that it is delivered again.

    Unknown types are silently acknowledged (events-and-config 3.1).
    """
    kind = message.type
    if kind not in (MERGED, CREATED, INACTIVE, RECONCILE):
        return
    information = _information(message.body)
    if kind == MERGED:
        survivor = _member(information, "nomsNumber")
        moves.merge_person(model, _member(information, "removedNomsNumber"), survivor)
    elif kind == RECONCILE:
        person = _member(information, "personIdentifier")
        first, last = _member(information, "from"), _member(information, "to")
        await reconcile_person(model, person, first, last, ports)
    else:
        await note_alert(model, kind, _member(information, "alertUuid"), ports)


def _information(body: dict[str, Any]) -> dict[str, Any]:
    if not has_offset(body.get("occurredAt")):
        raise UnreadableEvent("occurredAt must be a date-time with an offset")
    for name in _ENVELOPE:
        if body.get(name) is None:
            raise UnreadableEvent(f"{name} is missing")
    information: dict[str, Any] = body["additionalInformation"]
    return information


def _member(information: dict[str, Any], name: str) -> str:
    value = information.get(name)
    if not isinstance(value, str):
        raise UnreadableEvent(f"additionalInformation.{name} is missing")
    return value
