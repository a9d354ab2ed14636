"""Bodies as they cross the Wire: bytes to JSON, and what of them is journalled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import msgspec

if TYPE_CHECKING:
    from simulators.wire.message import Response

_decode = msgspec.json.Decoder().decode

KEPT = 1024 * 1024
"""Bytes of one body that the journal keeps whole; no case note comes near it."""
BULK = 20 * KEPT
"""The same of an operation that carries a person's whole history at once."""

_START = 1000

_SECRETS = frozenset({"client_secret", "password"})


class Unreadable(ValueError):  # noqa: N818 - the caller's mistake, worded by the fake
    """The body is not UTF-8 or not JSON; the text says which and where."""


class UnsupportedMediaType(ValueError):  # noqa: N818 - the caller's mistake
    """The body is of a kind that the operation does not take; the text names it."""


def read_json(raw: bytes) -> Any:
    """Decode a JSON body, each time into fresh objects; `Unreadable` says why not."""
    try:
        return _decode(raw)
    except UnicodeDecodeError as error:
        raise Unreadable(f"body is not UTF-8: {error.reason}") from None
    except msgspec.DecodeError as error:
        raise Unreadable(str(error)) from None
    except RecursionError:
        raise Unreadable("JSON is nested too deeply") from None


def is_json(kind: str) -> bool:
    """Tell whether Spring's JSON reader takes a content type."""
    name = kind.partition(";")[0].strip().lower()
    return name == "application/json" or (
        name.startswith("application/") and name.endswith("+json")
    )


def read_form(raw: bytes) -> dict[str, str]:
    """Decode a form body; the last value of a repeated name counts."""
    try:
        return dict(parse_qsl(raw.decode(), keep_blank_values=True))
    except UnicodeDecodeError as error:
        raise Unreadable(f"body is not UTF-8: {error.reason}") from None


def shortened(raw: bytes, most: int, *, secret: bool = False) -> dict[str, Any]:
    """Return what the journal keeps of a body beyond `most`: that it was cut, aloud."""
    document: dict[str, Any] = {
        "truncated": f"a body of {len(raw)} bytes; the journal keeps {most} of one"
    }
    if not secret:
        document["starts"] = raw[:_START].decode("utf-8", "replace")
    return document


def kept_request(raw: bytes, *, form: bool, most: int = KEPT) -> Any:
    """Return a request body for the journal: JSON if it can be read, else text.

    Decoded apart from the body that the operation gets, or a fake that keeps and
    later changes what it was sent would rewrite history.
    """
    if not raw:
        return None
    if len(raw) > most:
        return shortened(raw, most, secret=form)
    try:
        if form:
            fields = read_form(raw)
            return {key: value for key, value in fields.items() if key not in _SECRETS}
        return read_json(raw)
    except Unreadable:
        return raw.decode("utf-8", "replace")


def kept_response(response: Response) -> Any:
    """Return an answer's body for the journal and the contract check."""
    if not response.body:
        return None
    try:
        return _decode(response.body)
    except (ValueError, RecursionError):
        return response.body.decode("utf-8", "replace")
