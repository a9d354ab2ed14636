"""Asking the reference's halves whether they are idle, over their own port."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

_WAIT = 5.0
_REQUEST = b"GET /idle HTTP/1.0\r\nHost: half\r\n\r\n"


class IdleProbes:
    """The halves that report exactly what they hold."""

    def __init__(
        self, urls: Mapping[str, Sequence[str]], absent: Collection[str]
    ) -> None:
        """`urls` are the addresses of each half's instances; none of `absent`'s is."""
        self._urls = urls
        self._absent = absent

    async def ask(self) -> list[str]:
        """Return what each half still holds; a half that was ended holds nothing."""
        asked = [
            self._ask(half, url)
            for half, urls in sorted(self._urls.items())
            if half not in self._absent
            for url in urls
        ]
        return [answer for answer in await asyncio.gather(*asked) if answer]

    async def _ask(self, half: str, url: str) -> str:
        try:
            report = await asyncio.wait_for(_get(url), _WAIT)
        except (OSError, TimeoutError, ValueError, msgspec.DecodeError) as error:
            return f"{half} does not say whether it is idle: {error!r}"
        return "" if report["idle"] else f"{half} is at work: {report}"


async def _get(url: str) -> dict[str, object]:
    """GET `/idle`, plainly: an HTTP client would cost the world its start-up time."""
    place = urlsplit(url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    try:
        writer.write(_REQUEST)
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    finally:
        writer.close()
    status = int(head.split(b" ", 2)[1])
    if status != HTTPStatus.OK:
        raise ValueError(f"GET {url}/idle answered {status}")
    return msgspec.json.decode(body, type=dict[str, object])
