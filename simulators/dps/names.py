"""Author names as the service stores them (http-contracts C3)."""

from __future__ import annotations

import re

# A part of a name begins the text or follows a blank, a hyphen or an apostrophe.
_PART = re.compile(r"(?:^|(?<=[\s'\-\u2019]))\w")


def capitalise(name: str) -> str:
    """Lower-case, then capitalise each part: `O'NEIL` -> `O'Neil`."""
    return _PART.sub(lambda found: found.group().upper(), name.lower())


def full_name(first: str, last: str) -> str:
    """Join first and last name, each capitalised, by one space."""
    return f"{capitalise(first)} {capitalise(last)}"
