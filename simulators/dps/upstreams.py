"""The services that the service itself asks (http-contracts 6), and how (0.1).

Two seconds a call, up to three more attempts with growing pauses (0.25, 0.5, 1 s) on
connection errors and 5xx. All of these calls only read, so repeating them is safe.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote

from simulators.wire.message import Dropped, Response
from simulators.wire.service import UpstreamFailed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulators.clock import Clock

RETRIES = 3
FIRST_PAUSE = 0.25  # seconds


class Upstream(Protocol):
    """Calls another service over the Wire with this service's own token."""

    async def upstream(
        self,
        service: str,
        method: str,
        path: str,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Return the answer; raise `UpstreamFailed` when there is none."""


class UpstreamRefused(Exception):  # noqa: N818 - an answer, not a program error
    """A service answered with a status that the caller cannot use."""

    def __init__(self, service: str, response: Response) -> None:
        """Keep the answer: web requests pass it on with status and body."""
        super().__init__(f"{service} answered {response.status}")
        self.response = response


async def ask(ports: Upstream, clock: Clock, service: str, path: str) -> Response:
    """GET `path` from `service`, repeated while it fails; returns any other answer."""
    pause = FIRST_PAUSE
    for attempt in range(RETRIES + 1):
        last = attempt == RETRIES
        try:
            response = await ports.upstream(service, "GET", path)
        except (UpstreamFailed, Dropped):
            if last:
                raise
        else:
            if last or response.status < HTTPStatus.INTERNAL_SERVER_ERROR:
                return response
        await clock.sleep(pause)
        pause *= 2
    raise AssertionError("unreachable: the last attempt returns or raises")


async def read(ports: Upstream, clock: Clock, service: str, path: str) -> Any:
    """GET and decode; None for 404, `UpstreamRefused` for any other failure."""
    response = await ask(ports, clock, service, path)
    if response.status == HTTPStatus.NOT_FOUND:
        return None
    if response.status >= HTTPStatus.BAD_REQUEST:
        raise UpstreamRefused(service, response)
    return response.json()


async def user_details(
    ports: Upstream, clock: Clock, username: str
) -> dict[str, Any] | None:
    """Ask manage-users who `username` is; None when unknown."""
    path = f"/users/{quote(username, safe='')}"
    found: dict[str, Any] | None = await read(ports, clock, "manage-users", path)
    return found


async def present_prison(ports: Upstream, clock: Clock, person: str) -> str:
    """Ask prisoner search where the person is; `UpstreamRefused` when unknown."""
    path = f"/prisoner/{quote(person, safe='')}"
    response = await ask(ports, clock, "prisoner-search", path)
    if response.status >= HTTPStatus.BAD_REQUEST:
        raise UpstreamRefused("prisoner-search", response)
    return str(response.json()["prisonId"])
