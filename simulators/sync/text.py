"""The notation in which NOMIS keeps amendments inside the note's text.

Written anew here, independently of the fakes and of the oracle; all are held to
`contracts/vectors/`. Source: http-contracts 2.2.
"""

from __future__ import annotations

import calendar
import re
from datetime import date, datetime, time
from functools import lru_cache

LIMIT = 4000
SUFFIX = "... see DPS for full text"

_MARKER = re.compile(
    r" \.\.\.\[([A-Za-z0-9_]+) updated the case notes? on "
    r"(\d{2,4}[/-]\d{2}[/-]\d{2,4} \d{2}:\d{2}:\d{2})\] "
)
_ERAS = tuple(
    re.compile(layout)
    for layout in (
        r"(?P<year>\d{4})/(?P<month>\d\d)/(?P<day>\d\d)",
        r"(?P<day>\d\d)([/-])(?P<month>\d\d)\2(?P<year>\d{4})",
    )
)
_LONGEST_MONTH = 31

Written = tuple[str, datetime, str]
"""An amendment as NOMIS holds it: username, time to the second, text."""


def clean(text: str) -> str:
    """Leave out what DPS never stores: the NUL character (TXT-07)."""
    return text.replace("\0", "")


def render(text: str, amendments: list[Written]) -> str:
    """Write a note as NOMIS stores it, before any shortening."""
    parts = [text]
    for username, at, words in amendments:
        parts.append(f" ...[{username} updated the case notes on {_stamp(at)}] {words}")
    return "".join(parts)


def _stamp(at: datetime) -> str:
    # strftime does not pad years below 1000 on every platform (DAT-08).
    return at.isoformat(" ", "seconds").replace("-", "/")


def cut(text: str) -> str:
    """Shorten to 4000 UTF-8 bytes, ending in the suffix when something was lost."""
    data = text.encode()
    if len(data) <= LIMIT:
        return text
    return data[: LIMIT - len(SUFFIX)].decode(errors="ignore") + SUFFIX


def parse(text: str) -> tuple[str, list[Written]]:
    """Split a stored text into the note's own text and its amendments.

    A marker whose date no era could have written is plain text (TXT-02).
    """
    marks = []
    for match in _MARKER.finditer(text):
        at = _moment(match[2])
        if at is not None:
            marks.append((match, at))
    if not marks:
        return text, []
    ends = [match.start() for match, _ in marks[1:]] + [len(text)]
    amendments = [
        (match[1], at, text[match.end() : end])
        for (match, at), end in zip(marks, ends, strict=True)
    ]
    return text[: marks[0][0].start()], amendments


@lru_cache(maxsize=10_000)
def _moment(stamp: str) -> datetime | None:
    day_told, _, clock = stamp.partition(" ")
    for era in _ERAS:
        if (found := era.fullmatch(day_told)) is None:
            continue
        year, month, day = (int(found[name]) for name in ("year", "month", "day"))
        try:
            if day <= _LONGEST_MONTH:
                # NOMIS reads 30 February as the end of its month.
                day = min(day, calendar.monthrange(year, month)[1])
            return datetime.combine(date(year, month, day), time.fromisoformat(clock))
        except ValueError:
            return None
    return None


def shows(stored: str, full: str) -> bool:
    """Whether a text stored in NOMIS is the given full text, whole or shortened.

    Any cut of a too long text counts: the algorithm changed in July 2025 (REC-08).
    """
    stored, full = clean(stored), clean(full)
    if stored == full:
        return True
    if not stored.endswith(SUFFIX) or len(full.encode()) <= LIMIT:
        return False
    return full.startswith(stored.removesuffix(SUFFIX))
