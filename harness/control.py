"""The world's control API: what a control method is, calling one, and the client.

The methods are those of `harness.world.World`; nothing is listed here, so the two
transports (direct, and HTTP by `harness.controlserver`) cannot drift apart.
"""

from __future__ import annotations

import inspect
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.world import World

_encode = msgspec.json.Encoder().encode
_OK = 200


class WorldError(ValueError):
    """The world was asked for something it does not have, or cannot do now.

    The message names the thing asked for and lists what exists.
    """


def control(method: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a method of `World` as part of the control API."""
    method.__control__ = True  # type: ignore[attr-defined]
    return method


def control_methods(world: type[World]) -> frozenset[str]:
    """Return the names of all control methods."""
    return frozenset(
        name
        for name, member in inspect.getmembers(world)
        if getattr(member, "__control__", False)
    )


@cache
def _signatures(world: Any) -> dict[str, inspect.Signature]:
    """Return what each control method takes; reading it costs more than most calls."""
    return {
        name: inspect.signature(getattr(world, name)) for name in control_methods(world)
    }


async def dispatch(world: World, name: str, arguments: dict[str, Any]) -> Any:
    """Call one control method with plain data; the result is plain data.

    Arguments and result are re-encoded here, so that a caller in the same process
    (simulated tier) can never share an object with the world.
    """
    kind: Any = type(world)
    known = _signatures(kind)
    if name not in known:
        raise WorldError(f"unknown control method {name!r}; methods: {sorted(known)}")
    method = getattr(world, name)
    copied = msgspec.json.decode(_encode(arguments))
    try:
        known[name].bind(world, **copied)
    except TypeError as error:
        raise WorldError(
            f"{name}: {error}; it takes {inspect.signature(method)}"
        ) from None
    result = method(**copied)
    if inspect.isawaitable(result):
        result = await result
    return msgspec.json.decode(_encode(result))


class ControlClient:
    """Calls a world's control API over HTTP; one per thread."""

    def __init__(self, url: str) -> None:
        """`url` is the control address, without a trailing slash."""
        # The world itself uses this module and starts faster without httpx.
        import httpx

        self.url = url
        self._unreachable = httpx.TransportError
        # A settle call may take as long as its own limit; the world enforces it.
        self._client = httpx.Client(base_url=url, timeout=None, trust_env=False)  # noqa: S113

    def call(self, name: str, arguments: dict[str, Any]) -> Any:
        """Call a control method; raises WorldError with the world's own words."""
        try:
            response = self._client.post(f"/control/{name}", content=_encode(arguments))
        except self._unreachable as error:
            raise WorldError(
                f"the world at {self.url} does not answer: {error}"
            ) from error
        if response.status_code == _OK:
            return msgspec.json.decode(response.content)
        raise WorldError(
            _error(response.content)
            or f"what answers at {self.url} is no world's control API (status "
            f"{response.status_code}); `tandem up` prints its address"
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def _error(content: bytes) -> str | None:
    """Read what a world says went wrong; None when no world wrote this."""
    try:
        said = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return said.get("error") if isinstance(said, dict) else None
