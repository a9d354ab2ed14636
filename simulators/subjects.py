"""Which prisoners and notes a document speaks of.

A *subject* is a prisoner number (`A1234BC`), a DPS id (a lower-case UUID) or a NOMIS
case-note id (nine digits: the fake allocates them from 100,000,001 up, booking ids
have seven digits). Subjects scope settling, faults and timelines. They are read off
the raw text, which works for any shape of message, also malformed ones.
"""

from __future__ import annotations

import re

# The first character stands before the look-behinds: the engine then skips to the
# next candidate by a table, which halves the cost on long case-note texts.
_SUBJECT = re.compile(
    r"[A-Z0-9a-f](?<![0-9A-Za-z-].)"
    r"(?:(?<=[A-Z])\d{4}[A-Z]{2}|(?<=\d)\d{8}"
    r"|(?<=[0-9a-f])[0-9a-f]{7}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
    r"(?![0-9A-Za-z-])"
)


def subjects(*texts: str) -> frozenset[str]:
    """Return every subject named in the given texts (paths, JSON bodies)."""
    return frozenset(_SUBJECT.findall(" ".join(texts)))
