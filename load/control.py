"""The world's control API over plain HTTP, as `harness.controlserver` serves it."""

from __future__ import annotations

import time
from typing import Any

import httpx

_RENEW = 60.0
"""Seconds before its end at which a token is renewed."""


class ControlError(RuntimeError):
    """The world is not there, or refused; the text says which and why."""


class Control:
    """Calls control methods of the world at `url`."""

    def __init__(self, url: str) -> None:
        """`url` is what `tandem up` prints as the control API."""
        self.url = url.rstrip("/")
        # The world itself limits how long settling takes.
        self._client = httpx.Client(timeout=None, trust_env=False)  # noqa: S113

    def call(self, method: str, **arguments: Any) -> Any:
        """Call one method; its result is JSON data."""
        answer = self._ask("POST", f"{self.url}/control/{method}", json=arguments)
        if answer.status_code != httpx.codes.OK:
            raise ControlError(f"{method}: {answer.json()['error']}")
        return answer.json()

    def token(self, auth: str, client: str) -> tuple[str, float]:
        """Return a token of the auth service at `auth`, and for how many seconds.

        By client credentials.
        """
        answer = self._ask(
            "POST",
            f"{auth}/auth/oauth/token",
            auth=(client, f"{client}-secret"),
            data={"grant_type": "client_credentials"},
        )
        if answer.status_code != httpx.codes.OK:
            raise ControlError(f"no token for {client}: {answer.text}")
        body = answer.json()
        return str(body["access_token"]), float(body["expires_in"])

    def _ask(self, method: str, url: str, **content: Any) -> httpx.Response:
        try:
            return self._client.request(method, url, **content)
        except httpx.TransportError as error:
            raise ControlError(
                f"no world answers at {url} ({error}); start one with `tandem up` and "
                "give its control API as --host"
            ) from error


class Token:
    """A client's token, taken anew before it expires."""

    def __init__(self, control: Control, auth: str, client: str) -> None:
        """Take the first at once: a wrong address shows before anybody comes."""
        self._control, self._auth, self._client = control, auth, client
        self._value, self._until = "", 0.0
        self.value()

    def value(self) -> str:
        """Return a token that is good for a minute at least."""
        now = time.monotonic()
        if now >= self._until:
            # Nobody else renews while this one is asked for.
            self._until = now + _RENEW
            self._value, lasts = self._control.token(self._auth, self._client)
            self._until = now + lasts - _RENEW
        return self._value
