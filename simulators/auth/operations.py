"""The operations of hmpps-auth that a sync uses (http-contracts section 1)."""

from __future__ import annotations

import binascii
from base64 import b64decode
from typing import TYPE_CHECKING

from simulators.auth import errors
from simulators.auth.keys import key_set
from simulators.wire.message import Response, answer

if TYPE_CHECKING:
    from simulators.auth.model import AuthModel, Client
    from simulators.wire.service import Call


def issue_token(model: AuthModel, call: Call) -> Response:
    """Exchange client credentials for a token (1.1)."""
    client = _client(model, call.header("authorization") or "")
    if client is None:
        return errors.bad_credentials()
    user = call.body.get("username")
    # A user-linked token carries the username as its subject (1.3).
    subject = user or client.client_id
    document = model.issue(subject, client.client_id, client.roles, user)
    return answer(200, document, cache_control="no-store")


def public_keys(model: AuthModel, call: Call) -> Response:
    """Give the keys that services verify tokens with (1.2)."""
    return answer(200, key_set(model.key_id))


def ping(model: AuthModel, call: Call) -> Response:
    """Say that auth is up, below the builds' base URL (0.3)."""
    return answer(200, {"status": "UP"})


def _client(model: AuthModel, header: str) -> Client | None:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        text = b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    client_id, _, secret = text.partition(":")
    return model.client(client_id, secret)
