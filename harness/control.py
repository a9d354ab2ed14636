"""The world's control API over HTTP, server and client.

One rule: `POST /control/<method>` with a JSON object of arguments answers 200 with
the JSON result, or 400 with `{"error": text}` when the caller asked for something
that does not exist. The methods are those of `harness.world.World`; nothing is
listed here, so the two transports cannot drift apart.
"""

from __future__ import annotations

import inspect
import logging
from typing import TYPE_CHECKING, Any

import httpx
import msgspec

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    from harness.world import World

    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]

_log = logging.getLogger(__name__)
_encode = msgspec.json.Encoder().encode
_OK, _BAD, _ABSENT, _CRASHED = 200, 400, 404, 500


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


async def dispatch(world: World, name: str, arguments: dict[str, Any]) -> Any:
    """Call one control method with plain data; the result is plain data.

    Arguments and result are re-encoded here, so that a caller in the same process
    (simulated tier) can never share an object with the world.
    """
    names = control_methods(type(world))
    if name not in names:
        raise WorldError(f"unknown control method {name!r}; methods: {sorted(names)}")
    method = getattr(world, name)
    copied = msgspec.json.decode(_encode(arguments))
    try:
        inspect.signature(method).bind(**copied)
    except TypeError as error:
        raise WorldError(
            f"{name}: {error}; it takes {inspect.signature(method)}"
        ) from None
    result = method(**copied)
    if inspect.isawaitable(result):
        result = await result
    return msgspec.json.decode(_encode(result))


def application(world: World) -> Callable[[Message, Receive, Send], Awaitable[None]]:
    """Return the ASGI application that serves `world`'s control API."""

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        status, document = await _answer(world, scope, await _body(receive))
        await send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [(b"content-type", b"application/json")],
            }
        )
        await send({"type": "http.response.body", "body": _encode(document)})

    return app


async def _body(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return body


async def _answer(world: World, scope: Message, body: bytes) -> tuple[int, Any]:
    path: str = scope["path"]
    if path == "/health":
        return _OK, {"status": "UP"}
    if not path.startswith("/control/"):
        return _ABSENT, {"error": f"no {path}; POST /control/<method> or GET /health"}
    try:
        arguments = msgspec.json.decode(body or b"{}", type=dict[str, Any])
        return _OK, await dispatch(world, path.removeprefix("/control/"), arguments)
    except (WorldError, msgspec.DecodeError) as error:
        return _BAD, {"error": str(error)}
    except Exception as error:  # noqa: BLE001 - told to the caller as 500, and logged
        _log.exception("control call %s failed", path)
        return _CRASHED, {"error": f"{type(error).__name__}: {error}"}


class Facade:
    """The control methods as plain blocking calls, for steps: `world.act(...)`."""

    def __init__(self, call: Callable[[str, dict[str, Any]], Any]) -> None:
        """`call(method, arguments)` carries one call over and returns its result."""
        self._call = call

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Return the blocking form of control method `name`."""
        if name.startswith("_"):
            raise AttributeError(name)

        def call(**arguments: Any) -> Any:
            return self._call(name, arguments)

        return call


class ControlClient:
    """Calls a world's control API over HTTP; one per thread."""

    def __init__(self, url: str) -> None:
        """`url` is the control address, without a trailing slash."""
        self.url = url
        # A settle call may take as long as its own limit; the world enforces it.
        self._client = httpx.Client(base_url=url, timeout=None, trust_env=False)  # noqa: S113

    def call(self, name: str, arguments: dict[str, Any]) -> Any:
        """Call a control method; raises WorldError with the world's own words."""
        try:
            response = self._client.post(f"/control/{name}", content=_encode(arguments))
        except httpx.TransportError as error:
            raise WorldError(
                f"the world at {self.url} does not answer: {error}"
            ) from error
        if response.status_code != _OK:
            raise WorldError(response.json()["error"])
        return msgspec.json.decode(response.content)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
