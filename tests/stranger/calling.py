"""Calls to the APIs: one OAuth token per registration, fetched when first needed."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from tests.stranger.profile import Profile
    from tests.stranger.settings import Settings

# Seconds before its expiry at which a token is no longer used.
_SKEW = 60.0
_RETRIES = 3
_FIRST_BACKOFF = 0.1
_BAD_GATEWAY = 502
_NOT_FOUND = 404
_FIRST_ERROR = 300


class RefusedError(RuntimeError):
    """An API answered with an error, or did not answer."""

    def __init__(self, what: str, status: int | None, body: Any = None) -> None:
        """Name the call and its status."""
        super().__init__(f"{what}: {status or 'no answer'}")
        self.status = status
        self.body = body


class Calls:
    """The APIs of one build."""

    def __init__(self, settings: Settings, profile: Profile) -> None:
        """Read base URLs and registrations; every placeholder must have a value."""
        self._urls = {
            name: settings.need(f"api.base.url.{name}") for name in profile.urls
        }
        for name in profile.clients:
            settings.need(f"{name}.client.id")
            settings.need(f"{name}.client.secret")
        self._registrations = {
            name: (settings.need(api.client), settings.need(api.secret))
            for name, api in profile.apis.items()
        }
        self._patience = {name: api.timeout for name, api in profile.apis.items()}
        self._auth_patience = profile.auth_timeout
        self._client = httpx.Client(
            limits=httpx.Limits(max_connections=100), trust_env=False
        )
        self._tokens: dict[str, tuple[str, float]] = {}
        self._lock = threading.Lock()

    def call(
        self,
        api: str,
        method: str,
        path: str,
        body: Any = None,
        headers: dict[str, str] | None = None,
    ) -> Any:
        """Return the decoded answer, None when it is empty; raises RefusedError."""
        what = f"{method} {api} {path}"
        try:
            answer = self._client.request(
                method,
                self._urls[api] + path,
                json=body,
                timeout=self._patience[api],
                headers={
                    "Authorization": f"Bearer {self._token(api)}",
                    **(headers or {}),
                },
            )
        except httpx.TransportError as error:
            raise RefusedError(f"{what} ({error!r})", None) from error
        if answer.status_code >= _FIRST_ERROR:
            raise RefusedError(what, answer.status_code, _decoded(answer))
        return _decoded(answer)

    def find(self, api: str, path: str) -> Any:
        """GET where 404 means there is none."""
        try:
            return self.call(api, "GET", path)
        except RefusedError as error:
            if error.status == _NOT_FOUND:
                return None
            raise

    def patient_get(self, api: str, path: str) -> Any:
        """GET with the retries that to-nomis has for lists and DPS notes (9.1)."""
        for attempt in range(_RETRIES):
            try:
                return self.call(api, "GET", path)
            except RefusedError as error:
                if error.status not in (None, _BAD_GATEWAY):
                    raise
            time.sleep(_FIRST_BACKOFF * 2**attempt)
        return self.call(api, "GET", path)

    def keys(self) -> dict[str, Any]:
        """Return the keys that auth signs with."""
        path = f"{self._urls['hmpps-auth']}/.well-known/jwks.json"
        answer = self._client.get(path, timeout=self._auth_patience)
        document: dict[str, Any] = answer.raise_for_status().json()
        return document

    def ping(self, name: str) -> bool:
        """Tell whether a base URL answers its health page."""
        try:
            answer = self._client.get(self._urls[name] + "/health/ping", timeout=2.0)
        except httpx.TransportError:
            return False
        return answer.status_code == httpx.codes.OK

    def names(self) -> tuple[str, ...]:
        """Return the names of all base URLs."""
        return tuple(self._urls)

    def _token(self, api: str) -> str:
        with self._lock:
            token, until = self._tokens.get(api, ("", 0.0))
            if time.monotonic() < until:
                return token
            answer = self._client.post(
                f"{self._urls['hmpps-auth']}/oauth/token",
                auth=self._registrations[api],
                data={"grant_type": "client_credentials"},
                headers={"Accept": "application/json"},
                timeout=self._auth_patience,
            )
            if answer.status_code != httpx.codes.OK:
                raise RefusedError(f"token for {api}", answer.status_code)
            document = answer.json()
            if document["token_type"].lower() != "bearer":
                raise RefusedError(f"token type {document['token_type']}", None)
            lasts = float(document.get("expires_in", 1)) - _SKEW
            token = str(document["access_token"])
            self._tokens[api] = (token, time.monotonic() + lasts)
            return token


def _decoded(answer: httpx.Response) -> Any:
    if not answer.content:
        return None
    try:
        return answer.json()
    except ValueError:
        return answer.text
