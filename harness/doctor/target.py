"""Checks of a target's services: reachable URLs, tokens with their roles, the clock."""

from __future__ import annotations

import base64
import json
import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import httpx

from harness.credentials import HALVES, Client
from harness.doctor.checks import FAIL, OK, SKIP, WARN, Check

if TYPE_CHECKING:
    from collections.abc import Iterator

    Variables = dict[str, str]

_BASE = "API_BASE_URL_"
_AUTH = f"{_BASE}HMPPS_AUTH"
# Which two variables hold the id and the secret of each client that we know the roles
# of (events-and-config 6.2, 6.3: two secrets of from-nomis are spelt without CLIENT).
_CLIENTS = {
    "to-nomis": {
        "nomis": ("API_CLIENT_ID", "API_CLIENT_SECRET"),
        "mapping": ("MAPPING_CLIENT_ID", "MAPPING_CLIENT_SECRET"),
        "dps": ("CASENOTES_CLIENT_ID", "CASENOTES_CLIENT_SECRET"),
        "alerts": ("ALERTS_CLIENT_ID", "ALERTS_CLIENT_SECRET"),
    },
    "from-nomis": {
        "nomis": ("NOMIS_PRISONER_API_CLIENT_ID", "NOMIS_PRISONER_API_SECRET"),
        "mapping": ("NOMIS_MAPPING_API_CLIENT_ID", "NOMIS_MAPPING_API_SECRET"),
        "dps": ("CASENOTES_CLIENT_ID", "CASENOTES_CLIENT_SECRET"),
        "alerts": ("ALERTS_CLIENT_ID", "ALERTS_CLIENT_SECRET"),
    },
}
SKEW = 5.0
"""Seconds by which clocks may differ before tokens and times cannot be trusted."""


def services(client: httpx.Client, half: str, variables: Variables) -> Iterator[Check]:
    """Ask each distinct base URL for its health; any answer at all means reachable."""
    users: dict[str, list[str]] = {}
    for name, url in variables.items():
        if name.startswith(_BASE) and url:
            users.setdefault(url, []).append(name)
    for url, names in users.items():
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        yield _reached(client, f"{half} {names[0]}{more}", url)


def _reached(client: httpx.Client, name: str, url: str) -> Check:
    if url.endswith("/"):
        return Check(
            name,
            FAIL,
            f"{url} ends in a slash",
            "write it without: the builds concatenate",
        )
    try:
        answer = client.get(f"{url}/health/ping")
    except httpx.InvalidURL as error:
        return Check(name, FAIL, f"{url}: {error}", "write an http or https address")
    except httpx.HTTPError as error:
        return Check(
            name,
            FAIL,
            f"{url} does not answer: {error}",
            "start the service or mend the variable; in a container 127.0.0.1 is the "
            "container itself",
        )
    if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Check(
            name,
            WARN,
            f"{url} answers {answer.status_code}",
            "look into the service's own health page",
        )
    return Check(name, OK, f"{url} answers {answer.status_code}")


def tokens(client: httpx.Client, half: str, variables: Variables) -> Iterator[Check]:
    """Fetch a token for each client and look for the roles that the sync needs."""
    newest: float | None = None
    for service, names in _CLIENTS[half].items():
        name = f"{half} token for {service}"
        identifier, secret = (variables.get(each, "") for each in names)
        if not identifier or not secret:
            yield Check(name, FAIL, f"{' or '.join(names)} is not set", "set both")
            continue
        try:
            claims = _claims(client, variables.get(_AUTH, ""), identifier, secret)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            yield Check(
                name,
                FAIL,
                f"no token for {identifier}: {str(error).splitlines()[0]}",
                f"check {_AUTH} (it ends in /auth) and the client's registration",
            )
            continue
        except (KeyError, ValueError) as error:
            yield Check(
                name,
                FAIL,
                f"what came is no token: {error!r}",
                f"{_AUTH} must be hmpps-auth's own address",
            )
            continue
        newest = float(claims["iat"]) if "iat" in claims else newest
        yield _roles(name, HALVES[half][service], identifier, claims)
    yield _skew(half, newest)


def _claims(
    client: httpx.Client, auth: str, identifier: str, secret: str
) -> dict[str, Any]:
    answer = client.post(
        f"{auth}/oauth/token",
        auth=(identifier, secret),
        data={"grant_type": "client_credentials"},
    )
    token: str = answer.raise_for_status().json()["access_token"]
    part = token.split(".")[1]
    text = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    claims: dict[str, Any] = json.loads(text)
    return claims


def _roles(name: str, wanted: Client, identifier: str, claims: dict[str, Any]) -> Check:
    missing = sorted(wanted.roles - set(claims.get("authorities", ())))
    if missing:
        return Check(
            name,
            FAIL,
            f"{identifier} lacks {', '.join(missing)}",
            "ask for these roles where clients are registered (http-contracts 1.4)",
        )
    return Check(name, OK, f"{identifier} has {', '.join(sorted(wanted.roles))}")


def _skew(half: str, issued: float | None) -> Check:
    name = f"{half} clock"
    if issued is None:
        return Check(name, SKIP, "no token says when it was issued")
    skew = issued - time.time()
    if abs(skew) > SKEW:
        return Check(
            name,
            FAIL,
            f"hmpps-auth is {skew:+.0f} s from this machine",
            "set both by NTP: tokens expire early, and times of notes are compared",
        )
    return Check(name, OK, f"within {SKEW:g} s of hmpps-auth")
