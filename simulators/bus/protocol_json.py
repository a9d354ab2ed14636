"""The AWS JSON protocol: `x-amz-target` names the operation, bodies are JSON."""

from __future__ import annotations

from typing import Any

import msgspec

from simulators.bus.errors import BusError

CONTENT_TYPE = b"application/x-amz-json-1.0"
_SHAPES = {
    "AmazonSQS": "com.amazonaws.sqs#",
    "AmazonSimpleNotificationService": "com.amazonaws.sns#",
}
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, Any]).decode


def read(body: bytes) -> dict[str, Any]:
    """Return the parameters; an unreadable body is a SerializationException."""
    if not body:
        return {}
    try:
        return _decode(body)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise BusError("SerializationException", str(error)) from None


def write(result: dict[str, Any]) -> bytes:
    """Return the body of a successful answer."""
    return _encode(result)


def write_error(service: str, error: BusError) -> bytes:
    """Return the body of a refusal; the SDKs take the class from `__type`."""
    shape = _SHAPES.get(service, "") + error.code
    return _encode({"__type": shape, "message": error.message})


def error_headers(error: BusError) -> list[tuple[bytes, bytes]]:
    """Return the header by which SDKs recover the query protocol's error code."""
    return [(b"x-amzn-query-error", f"{error.query_code};Sender".encode())]
