"""Who calls the build: the tokens of repair and queue-admin calls (6.5).

The keys are asked of auth at the first such call, not at the start.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import jwt

if TYPE_CHECKING:
    from collections.abc import Callable


class Identity:
    """Reads roles off tokens that auth has signed."""

    def __init__(self, keys: Callable[[], dict[str, Any]]) -> None:
        """`keys` fetches the JWKS document."""
        self._fetch = keys
        self._known: jwt.PyJWKSet | None = None
        self._lock = threading.Lock()

    def roles(self, authorization: str) -> list[str] | None:
        """Return the authorities of a bearer token; None when it is not valid."""
        token = authorization.removeprefix("Bearer ")
        try:
            key = self._key(jwt.get_unverified_header(token).get("kid"))
            claims = jwt.decode(
                token,
                key,
                algorithms=["RS256"],
                options={"require": ["exp", "sub", "client_id"], "verify_aud": False},
            )
        except (jwt.PyJWTError, KeyError):
            return None
        roles: list[str] = claims["authorities"]
        return roles

    def _key(self, key_id: str | None) -> jwt.PyJWK:
        """Find a key; one that is not known yet is asked for once more."""
        with self._lock:
            for fresh in (False, True):
                if self._known is None or fresh:
                    self._known = jwt.PyJWKSet.from_dict(self._fetch())
                for key in self._known.keys:
                    if key.key_id == key_id:
                        return key
        raise KeyError(key_id)
