"""Requests and answers as they cross the Wire, in every tier the same bytes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec

_encode = msgspec.json.Encoder().encode


@dataclass(slots=True)
class Request:
    """A request as received: raw path and query, lower-case header names, bytes."""

    method: str
    path: str
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(slots=True)
class Response:
    """An answer ready to be sent. An empty body is truly empty, with no type."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    def json(self) -> Any:
        """Return the body decoded from JSON, None when it is empty."""
        return msgspec.json.decode(self.body) if self.body else None


def answer(status: int, document: Any = None, **headers: str) -> Response:
    """Make a JSON answer; `document=None` makes a truly empty body."""
    names = {key.replace("_", "-"): value for key, value in headers.items()}
    if document is None:
        return Response(status, b"", names)
    names.setdefault("content-type", "application/json")
    return Response(status, _encode(document), names)


class Dropped(Exception):  # noqa: N818 - an event on the wire, not a program error
    """The caller gets no answer: `how` is reset, hang or refused."""

    def __init__(self, how: str) -> None:
        """Remember how the connection ends."""
        super().__init__(how)
        self.how = how


@dataclass(slots=True)
class Caller:
    """Who calls, from the token: subject, client id and roles (`ROLE_...`)."""

    subject: str
    client_id: str
    roles: frozenset[str]
    claims: dict[str, Any]


# The topic name of a message that a service sends straight to its own queue.
OWN_QUEUE = "own-queue"


@dataclass(slots=True)
class OutboxEvent:
    """An event that an operation or listener caused.

    `topic` is "domain" (HMPPS domain events), "offender" (NOMIS events) or OWN_QUEUE
    (no topic: `body` is the SQS body); else `body` is the JSON of the SNS `Message`;
    `attributes` are its string attributes, `eventType` among them.
    """

    topic: str
    type: str
    body: dict[str, Any]
    attributes: dict[str, str]
