"""A client of fakes over the Wire, on virtual time, for the tests of one fake.

    client = FakeClient()
    client.add(mapping.build(client.clock))
    client.send("mapping", "GET", "/mapping/casenotes/A1234BC/all", roles=[...])

Events that operations publish are kept in `client.events`, in order.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import msgspec

from simulators.clock import Clock, virtual_loop
from simulators.journal import Journal
from simulators.wire.message import Caller, Request, Response
from simulators.wire.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from simulators.wire.message import OutboxEvent
    from simulators.wire.service import Service


class _Tokens:
    """Tokens that are readable: `<subject> <role> <role> ...`."""

    def __init__(self, own: Mapping[str, Iterable[str]]) -> None:
        self._own = own

    def check(self, token: str) -> Caller | None:
        if not token.startswith("test "):
            return None
        _, subject, *roles = token.split(" ")
        return Caller(subject, subject, frozenset(roles), {})

    def own(self, service: str) -> str:
        return _token(service, self._own.get(service, ()))


class FakeClient:
    """Fakes on one Wire, called as if from outside; calls return when answered."""

    def __init__(
        self, seed: int = 0, own_roles: Mapping[str, Iterable[str]] | None = None
    ) -> None:
        """Start a clock and an empty Wire; `own_roles` are those of calling fakes."""
        self.loop = virtual_loop()
        self.clock = Clock(seed, source=self.loop.time)
        self.journal = Journal(self.clock)
        self.events: list[OutboxEvent] = []
        self.wire = Wire(
            self.clock, self.journal, _Tokens(own_roles or {}), self._publish
        )

    async def _publish(
        self, _service: str, events: list[OutboxEvent], _cause: str | None
    ) -> None:
        self.events.extend(events)

    def add(self, service: Service) -> Service:
        """Put a fake on the Wire."""
        self.wire.add(service)
        return service

    def send(
        self,
        service: str,
        method: str,
        path: str,
        body: Any = None,
        *,
        roles: Iterable[str] | None = None,
        subject: str = "test-client",
        headers: Mapping[str, str] | None = None,
        raw: bytes | None = None,
    ) -> Response:
        """Send one request; `roles` None means without a token, `raw` replaces `body`.

        Fails when the fake broke its own contract, whatever it answered.
        """
        plain, _, query = path.partition("?")
        names = {"content-type": "application/json"} if method != "GET" else {}
        names |= {key.lower(): value for key, value in (headers or {}).items()}
        if roles is not None:
            names["authorization"] = f"Bearer {_token(subject, roles)}"
        content = raw if raw is not None else b""
        if body is not None:
            content = msgspec.json.encode(body)
        request = Request(method, plain, query, names, content)
        response: Response = self.run(self.wire.handle(service, request))
        assert not self.wire.broken, self.wire.broken
        return response

    def run(self, awaitable: Any) -> Any:
        """Run a coroutine on the virtual loop until it is done."""
        return self.loop.run_until_complete(awaitable)

    def pass_time(self, seconds: float) -> None:
        """Let virtual seconds go by."""
        self.run(asyncio.sleep(seconds))

    def close(self) -> None:
        """Close the loop."""
        self.loop.close()


def _token(subject: str, roles: Iterable[str]) -> str:
    return " ".join(["test", subject, *sorted(roles)])


def operation_functions(service: Service, *modules: Any) -> set[str]:
    """Return the public functions that the modules of operations define themselves."""
    names = {module.__name__ for module in modules}
    return {
        name
        for name, value in service.operations.items()
        if callable(value)
        and getattr(value, "__module__", "") in names
        and not name.startswith("_")
    }
