"""Checks the tokens that callers bring, once per token string."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.auth.keys import verified
from simulators.auth.model import LIFETIME, OWN_ROLES
from simulators.wire.message import Caller

if TYPE_CHECKING:
    from simulators.auth.model import AuthModel

_KEPT = 10_000
_RENEW_BEFORE = 60


class TokenChecker:
    """Tells who a token speaks for: signature, then `exp` on the model's clock.

    A signature is checked once per token and remembered; expiry is judged each time.
    """

    def __init__(self, model: AuthModel) -> None:
        """Check against `model`'s time."""
        self._model = model
        self._known: dict[str, tuple[Caller, float]] = {}
        self._own: dict[str, tuple[str, float]] = {}

    def check(self, token: str) -> Caller | None:
        """Return who holds the token; None when it is invalid or expired."""
        known = self._known.get(token)
        if known is None:
            known = _read(token)
            if known is None:
                return None
            if len(self._known) >= _KEPT:
                self._known.clear()
            self._known[token] = known
        caller, expires = known
        return caller if self._model.now() < expires else None

    def own(self, service: str) -> str:
        """Return a live token of a fake itself, renewed a minute before it expires."""
        token, expires = self._own.get(service, ("", 0.0))
        now = self._model.now()
        if now >= expires - _RENEW_BEFORE:
            roles = OWN_ROLES.get(service, frozenset())
            token = self._model.mint(service, f"{service}-client", roles)
            self._own[service] = token, now + LIFETIME
        return token


def _read(token: str) -> tuple[Caller, float] | None:
    claims = verified(token)
    if claims is None:
        return None
    subject, expires = claims.get("sub"), claims.get("exp")
    roles = claims.get("authorities")
    if not isinstance(subject, str) or not isinstance(expires, int | float):
        return None
    if not isinstance(roles, list):
        return None
    client_id = str(claims.get("client_id") or "")
    caller = Caller(subject, client_id, frozenset(map(str, roles)), claims)
    return caller, float(expires)
