"""A fake as the Wire sees it, and what an operation of a fake is given."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from simulators.wire.message import Request, Response

if TYPE_CHECKING:
    from contracts import Contract, Operation, Problem
    from simulators.clock import Clock
    from simulators.wire.message import Caller, OutboxEvent

Relay = Callable[["Call", str, Request, float], Awaitable[Response]]


class ErrorBodies(Protocol):
    """How one real service words each failure (each fake's `errors.py`).

    A module or object may also offer `status(status: int) -> Response`: the body that
    service gives with a status which a fault asks for.
    """

    def unauthorised(self) -> Response:
        """Refuse a call without a token, or with an invalid or expired one."""

    def forbidden(self, call: Call) -> Response:
        """Refuse a valid token without any of the operation's roles."""

    def no_route(self, request: Request, reason: str) -> Response:
        """Answer an unknown path (`reason` "path") or method ("method")."""

    def unreadable(self, call: Call, message: str) -> Response:
        """Refuse a body that is not UTF-8, not JSON or missing."""

    def invalid(self, call: Call, problems: list[Problem]) -> Response:
        """Refuse a body or parameter that does not fit the contract."""

    def crashed(self, call: Call, error: BaseException) -> Response:
        """Answer anything unexpected: the service's 500."""


class Tokens(Protocol):
    """What the Wire asks of auth."""

    def check(self, token: str) -> Caller | None:
        """Return who holds the token, None when it is invalid or expired."""

    def own(self, service: str) -> str:
        """Return a token of `service` itself, for its calls to other services."""


Hook = Callable[["Call"], Awaitable[Response | None]]


@dataclass(slots=True)
class Service:
    """One fake: contract, state, operation functions and error bodies.

    `operations` maps each operationId to `op(model, call) -> Response` (plain or
    async), usually `vars(module)`. `roles_first` puts the role check before body and
    parameters (http-contracts 0.3: Spring MVC binds the body first). `before` runs
    after the token check and may answer early (the acting user of DPS).
    """

    name: str
    contract: Contract
    model: Any
    operations: Mapping[str, Callable[..., Any]]
    errors: ErrorBodies
    roles_first: bool = False
    before: Hook | None = None

    @property
    def outbox(self) -> list[OutboxEvent]:
        """Events that operations caused and the Wire has not yet published."""
        outbox: list[OutboxEvent] = getattr(self.model, "outbox", [])
        return outbox


@dataclass(slots=True)
class Call:
    """One request on its way through a fake.

    `body` is decoded JSON (a mapping of strings for a form) made for this call alone:
    the model may keep it. `user` is the header `Username`, else the token's subject;
    `entry` the journal's seq of the request; `state` scratch that `before` fills.
    `wrote` may be set by an operation that knows better than its contract's
    `x-writes` whether state changed.
    """

    service: str
    request: Request
    operation: Operation
    path: dict[str, str]
    query: dict[str, list[str]]
    caller: Caller
    clock: Clock
    user: str | None
    entry: int
    body: Any = None
    state: dict[str, Any] = field(default_factory=dict)
    wrote: bool | None = None
    relay: Relay | None = None

    def header(self, name: str) -> str | None:
        """Return a request header, whatever its case."""
        return self.request.headers.get(name.lower())

    async def upstream(
        self,
        service: str,
        method: str,
        path: str,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        *,
        wait: float = 2.0,  # seconds, as offender-case-notes (http-contracts 0.1)
    ) -> Response:
        """Call another fake over the Wire with this service's own token.

        `path` may carry a query. Raises `UpstreamFailed` when no answer comes within
        `wait` seconds; statuses are the caller's to judge.
        """
        if self.relay is None:
            raise UpstreamFailed(service, "refused")
        request = outgoing(method, path, json, headers)
        return await self.relay(self, service, request, wait)


def outgoing(
    method: str, path: str, json: Any = None, headers: Mapping[str, str] | None = None
) -> Request:
    """Make a request; `json` None means no body, `path` may carry a query."""
    plain, _, query = path.partition("?")
    names = {key.lower(): value for key, value in (headers or {}).items()}
    if json is None:
        return Request(method, plain, query, names)
    names.setdefault("content-type", "application/json")
    return Request(method, plain, query, names, msgspec.json.encode(json))


class Refused(Exception):  # noqa: N818 - an answer, not a program error
    """An operation answers early, before it has changed anything."""

    def __init__(self, response: Response) -> None:
        """Carry the answer to be sent."""
        super().__init__(f"refused with {response.status}")
        self.response = response


class UpstreamFailed(Exception):  # noqa: N818 - a fault on the wire, not a program error
    """Another service gave no answer: `how` is timeout, reset or refused."""

    def __init__(self, service: str, how: str) -> None:
        """Remember which service failed and how."""
        super().__init__(f"{service} gave no answer: {how}")
        self.service = service
        self.how = how
