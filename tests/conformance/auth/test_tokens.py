"""Section 1: tokens and keys."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import jwt
import pytest
from jwt.algorithms import RSAAlgorithm

from harness import credentials
from harness.conform import fact

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.conform import Answer, Api
    from harness.conform.ours import OwnWorld


@pytest.fixture
def auth(service: Callable[[str], Api], own: OwnWorld | None) -> Api:
    """Return hmpps-auth; its clients are ours, so only ours can be asked here."""
    if own is None:
        pytest.skip("needs a registered client of the real hmpps-auth")
    return service("auth")


def ask(auth: Api, secret: str | None = None, **form: str) -> Answer:
    """Ask for a token as the to-nomis build does."""
    client = credentials.TO_NOMIS["dps"]
    pair = f"{client.id}:{secret or client.secret}".encode()
    return auth.post(
        "/auth/oauth/token",
        content=urlencode({"grant_type": "client_credentials"} | form).encode(),
        headers={
            "Authorization": "Basic " + base64.b64encode(pair).decode(),
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        },
        token=None,
    )


def claims(auth: Api, token: str) -> dict[str, Any]:
    """Verify a token with the published key; returns its claims."""
    [key] = auth.get("/auth/.well-known/jwks.json", token=None).body["keys"]
    public: Any = RSAAlgorithm.from_jwk(key)
    found: dict[str, Any] = jwt.decode(token, public, algorithms=["RS256"])
    return found


@fact("http-contracts 1.1")
def test_a_client_gets_a_token(auth: Api) -> None:
    """All recommended members; bearer, 1199 s."""
    answer = ask(auth)
    assert answer.status == 200
    assert set(answer.body) >= {
        "access_token", "token_type", "expires_in", "scope", "sub", "auth_source",
        "jti", "iss",
    }  # fmt: skip
    assert answer.body["token_type"] == "bearer"
    assert answer.body["expires_in"] == 1199
    assert answer.body["auth_source"] == "none"


@fact("http-contracts 1.1 (scope=read)")
def test_a_scope_may_be_sent(auth: Api) -> None:
    """offender-case-notes sends `scope=read`."""
    assert ask(auth, scope="read").status == 200


@fact("http-contracts 1.1", inferred=True)
def test_a_wrong_secret_is_refused(auth: Api) -> None:
    """401 invalid_client."""
    answer = ask(auth, "wrong")
    assert answer.status == 401
    assert answer.body["error"] == "invalid_client"
    assert "error_description" in answer.body


@fact("http-contracts 1.2")
def test_the_keys_are_published(auth: Api) -> None:
    """A JWKS with one RSA signing key."""
    answer = auth.get("/auth/.well-known/jwks.json", token=None)
    [key] = answer.body["keys"]
    assert (key["kty"], key["alg"], key["use"]) == ("RSA", "RS256", "sig")
    assert {"kid", "n", "e"} <= set(key)


@fact("http-contracts 1.3")
def test_a_token_carries_the_claims(auth: Api) -> None:
    """Sub and client_id are the client's, authorities its roles, exp 1199 s on."""
    client = credentials.TO_NOMIS["dps"]
    found = claims(auth, ask(auth).body["access_token"])
    assert found["sub"] == client.id
    assert found["client_id"] == client.id
    assert found["authorities"] == sorted(client.roles)
    assert found["exp"] - found["iat"] == 1199


@fact("http-contracts 1.3 (user-linked)")
def test_a_user_linked_token_has_the_username_as_subject(auth: Api) -> None:
    """`username` in the form."""
    found = claims(auth, ask(auth, username="ABC12D_GEN").body["access_token"])
    assert (found["sub"], found["user_name"]) == ("ABC12D_GEN", "ABC12D_GEN")


CLIENTS = [
    ("to-nomis", "nomis", "ROLE_NOMIS_PRISONER_API__SYNCHRONISATION__RW"),
    ("to-nomis", "mapping", "ROLE_NOMIS_MAPPING_API__SYNCHRONISATION__RW"),
    ("to-nomis", "dps", "ROLE_PRISONER_CASE_NOTES__SYNC__RW"),
    ("to-nomis", "alerts", "ROLE_PRISONER_ALERTS__RO"),
    ("from-nomis", "nomis", "ROLE_NOMIS_PRISONER_API__SYNCHRONISATION__RW"),
    ("from-nomis", "mapping", "ROLE_NOMIS_MAPPING_API__SYNCHRONISATION__RW"),
    ("from-nomis", "dps", "ROLE_PRISONER_CASE_NOTES__SYNC__RW"),
    ("from-nomis", "alerts", "ROLE_NOMIS_ALERTS"),
]


@fact("http-contracts 1.4")
@pytest.mark.parametrize(("half", "target", "role"), CLIENTS)
def test_each_client_of_a_build_has_its_role(
    auth: Api, half: str, target: str, role: str
) -> None:
    """As the table of roles says."""
    client = credentials.HALVES[half][target]
    pair = f"{client.id}:{client.secret}".encode()
    answer = auth.post(
        "/auth/oauth/token",
        content=b"grant_type=client_credentials",
        headers={
            "Authorization": "Basic " + base64.b64encode(pair).decode(),
            "Content-Type": "application/x-www-form-urlencoded",
        },
        token=None,
    )
    assert role in claims(auth, answer.body["access_token"])["authorities"]


@fact("http-contracts 0.3")
def test_ping_is_below_the_base_url_too(auth: Api) -> None:
    """`{auth base}/health/ping`."""
    assert auth.get("/auth/health/ping", token=None).status == 200


@fact("http-contracts 0.3 (expired)")
def test_an_expired_token_is_no_token(auth: Api, own: OwnWorld, nomis: Api) -> None:
    """401 at a resource server."""
    token = own.sign(["ROLE_NOMIS_PRISONER_API__SYNCHRONISATION__RW"], None, -10)
    assert nomis.get("/casenotes/1", token=token).status == 401
