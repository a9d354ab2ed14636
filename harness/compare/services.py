"""Reading the three services, and nothing but reading: every call is a GET.

NOMIS N5 and N9, DPS C2, mapping M6 (http-contracts 2, 3, 4); the one POST asks
hmpps-auth for a token (1.1). A call is repeated after time-outs, broken connections
and 429, 502, 503, 504, as to-nomis repeats its own list calls (0.1).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote

import aiohttp
import msgspec

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

SERVICES = ("nomis", "dps", "mapping")
PAGE = 1000
ATTEMPTS = 4
_PASSING = frozenset({429, 502, 503, 504})
_UNAUTHORISED = 401
_OK = 200
# Seconds before a token's end at which a fresh one is asked for.
_MARGIN = 30.0


class ServiceError(Exception):
    """A service could not be read: names it, the call and what came back."""


@dataclass(frozen=True)
class Access:
    """Where the services are and who asks.

    `urls` holds nomis, dps and mapping. Either `token` is given, or `auth` (ending in
    `/auth`, as the builds are configured) with a client's id and secret.
    """

    urls: dict[str, str]
    token: str | None = None
    auth: str | None = None
    client_id: str = ""
    client_secret: str = ""
    timeout: float = 60.0
    backoff: float = 0.1


class Reader:
    """The three services, read-only; an async context manager."""

    def __init__(self, access: Access) -> None:
        """Remember where to ask."""
        self._access = access
        self._token = access.token
        self._until = float("inf") if access.token else 0.0
        self._lock = asyncio.Lock()

    async def __aenter__(self) -> Self:
        """Open the connections."""
        limit = aiohttp.ClientTimeout(total=self._access.timeout)
        self._session = aiohttp.ClientSession(timeout=limit)
        return self

    async def __aexit__(self, *problem: object) -> None:
        """Close them."""
        await self._session.close()

    async def answers(self, prisoner: str) -> tuple[Any, Any, Any]:
        """Return the answers of N5, C2 and M6 about a prisoner."""
        who = quote(prisoner, safe="")
        return (
            await self._get("nomis", f"/prisoners/{who}/casenotes"),
            await self._get("dps", f"/sync/case-notes/{who}"),
            await self.mappings(prisoner),
        )

    async def mappings(self, prisoner: str) -> Any:
        """Return the answer of M6 about a prisoner."""
        who = quote(prisoner, safe="")
        return await self._get("mapping", f"/mapping/casenotes/{who}/all")

    async def prisoners(self) -> AsyncIterator[str]:
        """Give every prisoner number of NOMIS, by N9's pages."""
        last = 0
        while True:
            path = f"/prisoners/ids/all-from-id?offenderId={last}&pageSize={PAGE}"
            page = await self._get("nomis", path)
            try:
                numbers = [one["offenderNo"] for one in page["prisonerIds"]]
                following = int(page["lastOffenderId"])
            except (KeyError, TypeError, ValueError) as error:
                raise ServiceError(f"nomis GET {path}: no page of ids") from error
            for number in numbers:
                yield number
            if len(numbers) < PAGE:
                return
            if following <= last:
                raise ServiceError(f"nomis GET {path}: the same page comes again")
            last = following

    async def _get(self, service: str, path: str) -> Any:
        what = f"{service} GET {path}"
        fresh = False
        for attempt in range(1, ATTEMPTS + 1):
            try:
                status, body = await self._once(self._access.urls[service] + path)
            except (aiohttp.ClientError, TimeoutError) as error:
                said = str(error) or type(error).__name__
                if attempt == ATTEMPTS:
                    raise ServiceError(f"{what}: {said}") from error
            else:
                if status == _OK:
                    return _decoded(what, body)
                if status == _UNAUTHORISED and self._access.token is None and not fresh:
                    self._until, fresh = 0.0, True
                    continue
                if status not in _PASSING or attempt == ATTEMPTS:
                    raise ServiceError(f"{what}: status {status}")
            # A service in trouble is given longer each time: we read from live ones.
            pause = self._access.backoff * 2**attempt
            await asyncio.sleep(pause)  # it tells nobody when it is well again
        raise ServiceError(f"{what}: the token is not accepted")

    async def _once(self, url: str) -> tuple[int, bytes]:
        headers = {"Authorization": f"Bearer {await self._bearer()}"}
        async with self._session.get(url, headers=headers) as answer:
            return answer.status, await answer.read()

    async def _bearer(self) -> str:
        async with self._lock:
            now = asyncio.get_running_loop().time()
            if self._token is None or now >= self._until:
                document = await self._ask_token()
                self._token = str(document["access_token"])
                self._until = now + _lifetime(document) - _MARGIN
            return self._token

    async def _ask_token(self) -> Any:
        access = self._access
        what = f"auth POST {access.auth}/oauth/token"
        who = aiohttp.encode_basic_auth(access.client_id, access.client_secret)
        form = {"grant_type": "client_credentials"}
        url = f"{access.auth}/oauth/token"
        headers = {"Authorization": who}
        async with self._session.post(url, data=form, headers=headers) as answer:
            if answer.status != _OK:
                raise ServiceError(f"{what}: status {answer.status}")
            document = _decoded(what, await answer.read())
        if not isinstance(document, dict) or "access_token" not in document:
            raise ServiceError(f"{what}: no access_token in the answer")
        return document


def _lifetime(document: dict[str, Any]) -> float:
    """Return how many seconds the token lasts; 0, to ask each time, if not told."""
    seconds = document.get("expires_in")
    return float(seconds) if isinstance(seconds, int | float) else 0.0


def _decoded(what: str, body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError as error:
        raise ServiceError(f"{what}: the answer is no JSON") from error
