"""Note identifiers in paths: a UUID, or the numeric legacy id (3.0)."""

from __future__ import annotations

import re

from simulators.dps.errors import bad_request

_NUMBER = re.compile(r"[+-]?\d+", re.ASCII)
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_LONG = range(-(2**63), 2**63)


def parse_identifier(text: str) -> int | str:
    """Return the legacy id, or the UUID in lower case; refuses with 400."""
    if _NUMBER.fullmatch(text) and int(text) in _LONG:
        return int(text)
    if _UUID.fullmatch(text):
        return text.lower()
    raise bad_request(f"Invalid UUID string: {text}")
