"""Asking the reference's halves whether they are idle, over their own port."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_WAIT = 5.0


class IdleProbes:
    """The halves that report exactly what they hold."""

    def __init__(self, urls: Mapping[str, str], absent: Collection[str]) -> None:
        """`urls` are the halves' own addresses; those in `absent` are not asked."""
        self._urls = urls
        self._absent = absent
        self._client: httpx.AsyncClient | None = None

    async def ask(self) -> list[str]:
        """Return what each half still holds; a half that was ended holds nothing."""
        halves = [half for half in sorted(self._urls) if half not in self._absent]
        answers = await asyncio.gather(*map(self._ask, halves))
        return [answer for answer in answers if answer]

    async def _ask(self, half: str) -> str:
        if self._client is None:
            self._client = httpx.AsyncClient(timeout=_WAIT, trust_env=False)
        try:
            response = await self._client.get(f"{self._urls[half]}/idle")
        except httpx.TransportError as error:
            return f"{half} does not say whether it is idle: {error!r}"
        report = response.json()
        return "" if report["idle"] else f"{half} is at work: {report}"
