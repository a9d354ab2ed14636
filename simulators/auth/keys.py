"""The signing keys of one process: made when first needed, never kept.

2048 bits take 20 to 150 ms, which a world that checks no token should not pay. No key
is stored, so none can leak from the repository.
"""

from __future__ import annotations

import threading
from functools import lru_cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

FIRST = "tandem"


def next_id(key_id: str) -> str:
    """Return the id of the key that replaces the one of that id."""
    name, _, number = key_id.partition("-")
    return f"{name}-{int(number or 1) + 1}"


_keys: dict[str, rsa.RSAPrivateKey] = {}
_making = threading.Lock()
_KEPT = 4096
_signed: dict[str, tuple[str, dict[str, Any]]] = {}


def private_key(key_id: str = FIRST) -> rsa.RSAPrivateKey:
    """Return this process's RSA key of that id.

    Worlds may live in threads: one signs and another checks, so none makes its own.
    """
    with _making:
        if key_id not in _keys:
            _keys[key_id] = rsa.generate_private_key(
                public_exponent=65537, key_size=2048
            )
        return _keys[key_id]


def key_set(key_id: str = FIRST) -> dict[str, Any]:
    """Return the JWKS document of http-contracts 1.2."""
    key = RSAAlgorithm.to_jwk(private_key(key_id).public_key(), as_dict=True)
    own = {"kty": "RSA", "alg": "RS256", "use": "sig", "kid": key_id}
    return {"keys": [{**own, "n": key["n"], "e": key["e"]}]}


@lru_cache(maxsize=_KEPT)
def sign(claims: tuple[tuple[str, Any], ...], key_id: str = FIRST) -> str:
    """Sign claims; equal claims (equal worlds on virtual time) are signed once."""
    payload = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in claims
    }
    headers = {"kid": key_id}
    key = private_key(key_id)
    token = jwt.encode(payload, key, algorithm="RS256", headers=headers)
    if len(_signed) >= _KEPT:
        _signed.clear()
    _signed[token] = key_id, payload
    return token


def verified(token: str, key_id: str = FIRST) -> dict[str, Any] | None:
    """Return the claims of a token that the key of that id signed, else None.

    The signature only: expiry is judged on the world's clock, not on the machine's.
    What was signed here needs no arithmetic to be known again.
    """
    signer, claims = _signed.get(token, (None, None))
    if signer == key_id:
        return claims
    options: Any = {"verify_exp": False, "verify_iat": False, "verify_aud": False}
    try:
        return jwt.decode(
            token,
            private_key(key_id).public_key(),
            algorithms=["RS256"],
            options=options,
        )
    except jwt.InvalidTokenError:
        return None
