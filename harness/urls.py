"""Addresses that users give: what could be asked at all."""

from __future__ import annotations

from urllib.parse import urlsplit


def is_address(text: str) -> bool:
    """Say whether a service could be asked there: http or https, a host, a port."""
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises where it is no number
    except ValueError:
        return False
    named = bool(parts.hostname) and not any(one.isspace() for one in text)
    return named and parts.scheme in ("http", "https")
