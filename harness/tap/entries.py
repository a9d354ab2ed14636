"""WireMock's journal as request and response entries of ours."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

import msgspec

from contracts import NoRoute
from simulators.subjects import subjects

if TYPE_CHECKING:
    from contracts import Contract


def entries(
    service: str, contract: Contract, served: list[dict[str, Any]], seq: int
) -> list[dict[str, Any]]:
    """Return two entries a served call, oldest first.

    `served` are WireMock's serve events, oldest first. The entries' `seq` is that of
    the world's entry after which they came: a tap has no place of its own in the
    world's order.
    """
    found = []
    for event in served:
        request = _request(service, contract, event, seq)
        found += [request, _response(request, event, seq)]
    return found


def _request(
    service: str, contract: Contract, event: dict[str, Any], seq: int
) -> dict[str, Any]:
    asked = event["request"]
    path, _, query = asked["url"].partition("?")
    body = asked.get("body") or ""
    headers = {name.lower(): value for name, value in asked["headers"].items()}
    route = contract.match(asked["method"], path)
    cause = headers.get("x-tandem-cause")
    return {
        "seq": seq,
        "kind": "request",
        "tap": event["id"],
        "service": service,
        "operation": None if isinstance(route, NoRoute) else route[0].id,
        "method": asked["method"],
        "path": path,
        "query": query,
        "client": client_of(headers.get("authorization", "")),
        "user": headers.get("username"),
        "subjects": sorted(subjects(path, query, body)),
        "body": _decoded(body),
        "cause": cause,
        "certainty": "certain" if cause else "unknown",
    }


def _response(
    request: dict[str, Any], event: dict[str, Any], seq: int
) -> dict[str, Any]:
    answer = event["response"]
    body = answer.get("body") or ""
    fault = (event.get("stubMapping") or {}).get("metadata", {}).get("fault")
    lost = "fault" in answer
    status = None if lost else answer.get("status")
    return {
        "seq": seq,
        "kind": "response",
        "tap": event["id"],
        "request": seq,
        "status": status,
        "body": _decoded(body),
        # A tap sees answers, not the upstream's state.
        "wrote": None,
        "fault": fault,
        "lost": lost,
        "sent": status,
        "subjects": sorted({*request["subjects"], *subjects(body)}),
    }


def _decoded(text: str) -> Any:
    try:
        return msgspec.json.decode(text) if text else None
    except msgspec.DecodeError:
        return text


def client_of(authorization: str) -> str | None:
    """Return the client of a bearer token, unverified: the upstream does that."""
    pieces = authorization.removeprefix("Bearer ").split(".")
    if len(pieces) != 3:  # noqa: PLR2004 - header, payload, signature
        return None
    try:
        padded = pieces[1] + "=" * (-len(pieces[1]) % 4)
        claims = msgspec.json.decode(base64.urlsafe_b64decode(padded))
    except (binascii.Error, msgspec.DecodeError, ValueError):
        return None
    found = claims.get("client_id") or claims.get("sub")
    return None if found is None else str(found)
