"""Users' actions: a call through the Wire with the token of a signed-in user."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import msgspec

import contracts
from harness.control import WorldError
from simulators.auth import LIFETIME
from simulators.wire.message import Dropped, Request

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from contracts import Operation
    from simulators.auth import AuthModel
    from simulators.wire.wire import Wire

_PLACE = re.compile(r"\{([^}]+)\}")

# A user's client never has a program's prefix, or the oracle would take the user for
# the sync (harness.credentials).
USER_CLIENT = "user-interface"

# Seconds a user's browser waits; longer than any fault that answers at all.
_PATIENCE = 60.0


class Users:
    """Performs operations as users; tokens carry the roles the operation asks for."""

    def __init__(self, wire: Wire, auth: AuthModel) -> None:
        """Act on `wire` with tokens of `auth`."""
        self._wire = wire
        self._auth = auth
        self._tokens: dict[tuple[str, tuple[str, ...], str], tuple[str, float]] = {}

    async def act(
        self,
        service: str,
        operation: str,
        path: Mapping[str, Any] | None = None,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        user: str | None = None,
        roles: Iterable[str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Perform one operation; returns `{"status", "body"}`.

        No answer gives status 0 and `dropped`: timeout, reset or refused. Without
        `roles` the token has every role that the contract accepts there.
        """
        if service not in self._wire.services:
            known = sorted(self._wire.services)
            raise WorldError(f"unknown service {service!r}; services: {known}")
        found = _operation(service, operation)
        request = Request(
            method=found.method,
            path=_path(found, path or {}),
            query=urlencode(query or {}, doseq=True),
            headers=self._headers(found, user, roles, headers or {}),
        )
        if body is not None:
            request.headers["content-type"] = "application/json"
            request.body = msgspec.json.encode(body)
        try:
            response = await self._wire.exchange(service, request, _PATIENCE)
        except Dropped as dropped:
            return {"status": 0, "body": None, "dropped": dropped.how}
        return {"status": response.status, "body": _decoded(response.body)}

    def _headers(
        self,
        operation: Operation,
        user: str | None,
        roles: Iterable[str] | None,
        extra: Mapping[str, str],
    ) -> dict[str, str]:
        headers = {name.lower(): value for name, value in extra.items()}
        if operation.roles is None:
            return headers
        held = tuple(sorted(operation.roles if roles is None else roles))
        token = self._token(user, held)
        headers.setdefault("authorization", f"Bearer {token}")
        if user is not None:
            headers.setdefault("username", user)
        return headers

    def _token(self, user: str | None, roles: tuple[str, ...]) -> str:
        """Return the token of a user's session, signed in anew when half expired.

        Or when the sign-on service has new keys.
        """
        subject = user or USER_CLIENT
        session = (subject, roles, self._auth.key_id)
        token, until = self._tokens.get(session, ("", 0.0))
        if self._auth.now() >= until:
            token = self._auth.mint(subject, USER_CLIENT, roles, user)
            until = self._auth.now() + LIFETIME / 2
            self._tokens[session] = token, until
        return token


def _operation(service: str, name: str) -> Operation:
    try:
        return contracts.load(service).operation(name)
    except LookupError as error:
        raise WorldError(str(error)) from None


def _path(operation: Operation, values: Mapping[str, Any]) -> str:
    names = _PLACE.findall(operation.path)
    if set(names) != set(values):
        raise WorldError(
            f"{operation.id} is {operation.method} {operation.path}: it takes the "
            f"path values {sorted(names)}, got {sorted(values)}"
        )
    return _PLACE.sub(
        lambda match: quote(str(values[match[1]]), safe=""), operation.path
    )


def _decoded(body: bytes) -> Any:
    if not body:
        return None
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError:
        return body.decode("utf-8", "replace")
