"""The world's control API over plain HTTP, as `harness.controlserver` serves it."""

from __future__ import annotations

from typing import Any

import httpx


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

    def token(self, auth: str, client: str) -> str:
        """Return a token of the auth service at `auth`, by client credentials."""
        answer = self._ask(
            "POST",
            f"{auth}/auth/oauth/token",
            auth=(client, f"{client}-secret"),
            data={"grant_type": "client_credentials"},
        )
        if answer.status_code != httpx.codes.OK:
            raise ControlError(f"no token for {client}: {answer.text}")
        token: str = answer.json()["access_token"]
        return token

    def _ask(self, method: str, url: str, **content: Any) -> httpx.Response:
        try:
            return self._client.request(method, url, **content)
        except httpx.TransportError as error:
            raise ControlError(
                f"no world answers at {url} ({error}); start one with `tandem up` and "
                "give its control API as --host"
            ) from error
