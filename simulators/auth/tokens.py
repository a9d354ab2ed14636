"""Checks the tokens that callers bring, once per token string."""

from __future__ import annotations

from functools import lru_cache
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

    A signature is checked once per token and remembered with its key, for all worlds
    of the process; expiry and revocation are judged each time.
    """

    def __init__(self, model: AuthModel) -> None:
        """Check against `model`'s time."""
        self._model = model
        self._own: dict[tuple[str, str], tuple[str, float]] = {}

    def check(self, token: str) -> Caller | None:
        """Return who holds the token; None when it is invalid or expired."""
        known = _read(token, self._model.key_id)
        if known is None:
            return None
        caller, expires, token_id = known
        if self._model.now() >= expires:
            return None
        return None if self._model.is_revoked(caller.subject, token_id) else caller

    def own(self, service: str) -> str:
        """Return a live token of a fake itself, renewed a minute before it expires."""
        held = (service, self._model.key_id)
        token, expires = self._own.get(held, ("", 0.0))
        now = self._model.now()
        if now >= expires - _RENEW_BEFORE:
            roles = OWN_ROLES.get(service, frozenset())
            token = self._model.mint(service, f"{service}-client", roles)
            self._own[held] = token, now + LIFETIME
        return token


@lru_cache(maxsize=_KEPT)
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
