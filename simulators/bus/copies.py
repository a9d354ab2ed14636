"""The unit of the ledger: one message copy in one queue, however it came."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from simulators.bus.message import Attributes

# Where an open copy is. `queued`: visible, a consumer may take it. `returned`: its
# consumer gave it back for later. `held`: by a delivery fault. `dead`: rests in a
# dead-letter queue; `parked`: in a `_parked` queue. Nobody polls the last two.
QUEUED = "queued"
IN_FLIGHT = "in-flight"
RETURNED = "returned"
DELAYED = "delayed"
HELD = "held"
DEAD = "dead"
PARKED = "parked"
STATES = (QUEUED, IN_FLIGHT, RETURNED, DELAYED, HELD, DEAD, PARKED)
VISIBLE = frozenset({QUEUED, DEAD, PARKED})
TIMED = frozenset({IN_FLIGHT, RETURNED, DELAYED})

# How a copy ended; `still-queued` is the fate of those that have not.
FATES = (
    "filtered",
    "dropped",
    "deleted",
    "dead-lettered",
    "moved",
    "expired",
    "purged",
    "parked",
    "still-queued",
)


class Receive(NamedTuple):
    """One receive: stopwatch seconds of the bus, receive count, who received."""

    at: float
    nth: int
    consumer: str | None


@dataclass(slots=True, eq=False)
class Copy:
    """One copy: the message, where it is, what became of it.

    `number` is the copy's identity, `message` the SQS MessageId (a UUID; the Spring
    library parses it, events-and-config 4.4), `event` the SNS MessageId it came from,
    `parent` the copy it was made from. Times are seconds of the bus, `sent_ms` and
    `first_received_ms` are epoch milliseconds of the calendar.
    """

    number: int
    queue: str
    message: str
    body: str
    attributes: Attributes
    type: str
    origin: str
    subjects: frozenset[str]
    sent: float
    sent_ms: int
    parent: int | None = None
    event: str | None = None
    count: int = 0
    md5_body: str = ""
    md5_attributes: str = ""
    source_arn: str | None = None
    trace: str | None = None
    first_received_ms: int | None = None

    state: str = QUEUED
    due: float = 0.0
    expires: float = 0.0
    ticket: int = 0
    receipt: str | None = None
    consumer: str | None = None
    orphaned: bool = False
    fate: str | None = None
    ends_as: str | None = None
    receives: list[Receive] = field(default_factory=list)

    @property
    def redeliveries(self) -> int:
        """How often this copy was received beyond the first time."""
        return max(len(self.receives) - 1, 0)

    def as_dict(self) -> dict[str, Any]:
        """Return plain data, as the control API and the oracle read it.

        `waited` is the seconds of the bus from its sending to its last receive.
        """
        return {
            "copy": self.number,
            "queue": self.queue,
            "message": self.message,
            "event": self.event,
            "type": self.type,
            "origin": self.origin,
            "parent": self.parent,
            "state": self.fate or self.state,
            "open": self.fate is None,
            "receives": len(self.receives),
            "waited": round(self.receives[-1].at - self.sent, 3)
            if self.receives
            else 0.0,
            "subjects": sorted(self.subjects),
        }
