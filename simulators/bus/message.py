"""Message attributes, digests, sizes and event types.

An attribute is `{"DataType": ..., "StringValue": ...}`, or with `BinaryValue` (base64
text), as SQS and SNS carry it. MD5 sums are those the AWS SDKs recompute and check.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from simulators.bus.errors import BusError, invalid_parameter

if TYPE_CHECKING:
    from collections.abc import Mapping

Attribute = dict[str, str]
Attributes = dict[str, Attribute]

MIB = 1_048_576
# SQS raised its limit from 256 KiB to 1 MiB in August 2025, for a message and for a
# whole batch; SNS still takes 256 KiB a publish.
SQS_LIMIT = MIB
SNS_LIMIT = 262_144
ATTRIBUTE_LIMIT = 10

_INTERNAL_PREFIX = "prisoner-from-nomis-synchronisation-"
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_decode = msgspec.json.Decoder().decode


@dataclass(slots=True)
class Delivery:
    """A message as its consumer receives it.

    `system` holds the SQS attributes (`ApproximateReceiveCount`, `SentTimestamp`,
    ...), every value a string; `copy` is the ledger's number of the copy.
    """

    message_id: str
    receipt: str
    body: str
    attributes: Attributes
    system: dict[str, str]
    md5_body: str
    md5_attributes: str
    copy: int


def normalise(attributes: Mapping[str, Attribute | str] | None) -> Attributes:
    """Return attributes in their long form; a plain text means DataType String."""
    if not attributes:
        return {}
    return {
        name: {"DataType": "String", "StringValue": value}
        if isinstance(value, str)
        else value
        for name, value in attributes.items()
    }


def check_attributes(attributes: Attributes) -> None:
    """Refuse what SQS and SNS refuse: untyped, empty or too many attributes."""
    if len(attributes) > ATTRIBUTE_LIMIT:
        raise invalid_parameter(
            "MessageAttributes", len(attributes), "at most 10 attributes a message"
        )
    for name, attribute in attributes.items():
        kind = attribute.get("DataType", "").split(".")[0]
        if kind not in {"String", "Number", "Binary"}:
            raise invalid_parameter(
                f"MessageAttributes.{name}",
                attribute.get("DataType"),
                "its DataType must be String, Number or Binary",
            )
        member = "BinaryValue" if kind == "Binary" else "StringValue"
        if not attribute.get(member):
            raise invalid_parameter(
                f"MessageAttributes.{name}", "", f"{member} must not be empty"
            )


def check_body(body: str) -> None:
    """Refuse an empty body and characters outside XML's set, as SQS does."""
    if not body:
        raise invalid_parameter("MessageBody", "(empty)", "it must not be empty")
    if _FORBIDDEN.search(body):
        raise BusError("InvalidMessageContents", "Invalid characters in the message")


def md5_of_body(body: str) -> str:
    """Return the hex MD5 of a body's UTF-8 bytes."""
    return hashlib.md5(body.encode(), usedforsecurity=False).hexdigest()


def md5_of_attributes(attributes: Attributes) -> str:
    """Return the hex MD5 of attributes in SQS's canonical form, '' for none."""
    if not attributes:
        return ""
    digest = hashlib.md5(usedforsecurity=False)
    for name in sorted(attributes):
        attribute = attributes[name]
        binary = attribute["DataType"].startswith("Binary")
        raw = _binary(attribute) if binary else attribute["StringValue"].encode()
        for part in (name.encode(), attribute["DataType"].encode()):
            digest.update(len(part).to_bytes(4, "big") + part)
        digest.update(b"\x02" if binary else b"\x01")
        digest.update(len(raw).to_bytes(4, "big") + raw)
    return digest.hexdigest()


def size_of(body: str, attributes: Attributes) -> int:
    """Return the bytes that count against the limit: body, names, types, values."""
    texts = [body, *attributes]
    for attribute in attributes.values():
        texts += attribute.values()
    return len("".join(texts).encode())


def parse(text: str) -> Any:
    """Return the JSON document in `text`, or the text itself when it is none."""
    try:
        return _decode(text)
    except (msgspec.DecodeError, UnicodeError):
        return text


def event_type(document: Any, attributes: Attributes) -> str:
    """Return what a message is called, '' when nothing says so.

    Domain and NOMIS events carry the attribute `eventType`; internal messages name
    themselves in `Type` (from-nomis prefixes the attribute); the reconciliation
    message has it inside the body (events-and-config 3.1 to 3.5).
    """
    body = document if isinstance(document, dict) else {}
    internal = body.get("Type")
    if isinstance(internal, str) and internal != "Notification":
        return internal
    attribute = attributes.get("eventType")
    if attribute is not None:
        return attribute.get("StringValue", "").removeprefix(_INTERNAL_PREFIX)
    inner = body.get("MessageAttributes")
    if isinstance(inner, dict) and isinstance(inner.get("eventType"), dict):
        return str(inner["eventType"].get("Value", ""))
    named = body.get("eventType")
    return named if isinstance(named, str) else ""


def _binary(attribute: Attribute) -> bytes:
    return base64.b64decode(attribute.get("BinaryValue", ""))
