"""What the reference sync needs from outside: HTTP, queues and time.

Everything else in this package is plain code over these three protocols, so the same
flows run on sockets (`simulators.sync.sockets`) and in the simulated tier.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

NO_MORE = 1000
Attributes = dict[str, dict[str, str]]
"""SQS message attributes: name -> {"DataType": .., "StringValue": ..}."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer: its status and its body decoded from JSON (None when empty)."""

    status: int
    body: Any = None


@dataclass(frozen=True, slots=True)
class Message:
    """One delivery of a queue message; `receive_count` is 1 on the first.

    `last`: the queue grants no further delivery; the consumer sets it.
    """

    message_id: str
    receipt: str
    body: str
    attributes: Attributes = field(default_factory=dict)
    receive_count: int = 1
    last: bool = False

    @property
    def attempt(self) -> int:
        """Return the receive count; a last delivery waits for nothing any more."""
        return NO_MORE if self.last else self.receive_count


@dataclass(frozen=True, slots=True)
class Terms:
    """What a queue grants: the lease in seconds, and receives before the DLQ."""

    visibility: float = 30.0
    max_receives: int = 5


class CallFailed(Exception):  # noqa: N818 - the field's word for it
    """No answer came: `how` is timeout, reset or refused. The write may have landed.

    `create`: the call was to create something, which a repeat would create twice.
    """

    def __init__(self, how: str, what: str = "") -> None:
        super().__init__(f"{what}: {how}" if what else how)
        self.how = how
        self.create = False


class CallRefused(Exception):  # noqa: N818
    """The service answered with an error status that the caller does not expect."""

    def __init__(self, status: int, what: str = "", body: Any = None) -> None:
        super().__init__(f"{what}: {status} {body}")
        self.status = status
        self.body = body


class NotYet(Exception):  # noqa: N818
    """The other half, or NOMIS, is still at work: look again at a later delivery."""


class Http(Protocol):
    """Calls to the services, named nomis, dps, mapping, alerts and auth."""

    async def request(
        self,
        service: str,
        method: str,
        path: str,
        *,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = 60.0,  # noqa: ASYNC109 - the adapter owns the deadline
    ) -> Answer:
        """Send one request; any status is an answer; raises CallFailed.

        `path` is relative to the service's base URL (that of auth ends in `/auth`) and
        carries the query string. `form` is sent url-encoded, in place of `json`.
        """
        ...


class Queues(Protocol):
    """The SQS calls of a consumer, by queue name; each may raise CallFailed."""

    async def receive(self, queue: str, limit: int, wait: float) -> list[Message]:
        """Long-poll for up to `limit` messages, at most `wait` seconds."""
        ...

    async def delete(self, queue: str, receipt: str) -> None:
        """Acknowledge one delivery."""
        ...

    async def change_visibility(self, queue: str, receipt: str, seconds: float) -> None:
        """Give a delivery back, visible again after `seconds`."""
        ...

    async def send(
        self,
        queue: str,
        body: str,
        attributes: Attributes | None = None,
        delay: float = 0.0,
    ) -> str:
        """Put a message into the queue; returns its message id."""
        ...

    async def ensure_queue(self, queue: str) -> None:
        """Create the queue unless it exists (CreateQueue is idempotent)."""
        ...

    async def terms(self, queue: str) -> Terms:
        """Read VisibilityTimeout and the RedrivePolicy's maxReceiveCount."""
        ...


class Time(Protocol):
    """The stopwatch and the calendar."""

    async def sleep(self, seconds: float) -> None:
        """Wait on the stopwatch."""
        ...

    def stopwatch(self) -> float:
        """Seconds; only differences mean anything."""
        ...

    def now(self) -> datetime:
        """Aware calendar time."""
        ...
