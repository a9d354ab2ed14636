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

    A signature is checked once per token and remembered, until the key is replaced;
    expiry and revocation are judged each time.
    """

    def __init__(self, model: AuthModel) -> None:
        """Check against `model`'s time."""
        self._model = model
        self._key_id = model.key_id
        self._known: dict[str, tuple[Caller, float, str]] = {}
        self._own: dict[str, tuple[str, float]] = {}

    def check(self, token: str) -> Caller | None:
        """Return who holds the token; None when it is invalid or expired."""
        self._follow_keys()
        known = self._known.get(token)
        if known is None:
            known = _read(token, self._key_id)
            if known is None:
                return None
            if len(self._known) >= _KEPT:
                self._known.clear()
            self._known[token] = known
        caller, expires, token_id = known
        if self._model.now() >= expires:
            return None
        return None if self._model.is_revoked(caller.subject, token_id) else caller

    def _follow_keys(self) -> None:
        """Forget what an earlier key had signed."""
        if self._key_id != self._model.key_id:
            self._key_id = self._model.key_id
            self._known.clear()
            self._own.clear()

    def own(self, service: str) -> str:
        """Return a live token of a fake itself, renewed a minute before it expires."""
        self._follow_keys()
        token, expires = self._own.get(service, ("", 0.0))
        now = self._model.now()
        if now >= expires - _RENEW_BEFORE:
            roles = OWN_ROLES.get(service, frozenset())
            token = self._model.mint(service, f"{service}-client", roles)
            self._own[service] = token, now + LIFETIME
        return token


def _read(token: str, key_id: str) -> tuple[Caller, float, str] | None:
    claims = verified(token, key_id)
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
    return caller, float(expires), str(claims.get("jti") or "")
