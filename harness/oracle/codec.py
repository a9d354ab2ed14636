"""The oracle's own text codec: NOMIS's inline notation of amendments.

Written apart from the fake's codec on purpose; both are held to `contracts/vectors/`.
Facts: http-contracts 2.2.

A **marker** stands in the stored text before each amendment and carries a username
and a local time in whole seconds. Three eras wrote its date in three layouts. Text of
more than 4000 UTF-8 bytes is **truncated**: cut and closed with `SUFFIX`.
"""

from __future__ import annotations

import calendar
import re
from typing import NamedTuple

LIMIT = 4000
SUFFIX = "... see DPS for full text"
_KEPT = LIMIT - len(SUFFIX)
_MARKER = re.compile(
    r" \.\.\.\[([A-Za-z0-9_]+) updated the case notes? on "
    r"(\d{2,4}[/-]\d{2}[/-]\d{2,4}) (\d{2}):(\d{2}):(\d{2})\] ",
    re.ASCII,
)
_ERAS = (
    re.compile(r"(?P<d>\d{2})/(?P<m>\d{2})/(?P<y>\d{4})", re.ASCII),
    re.compile(r"(?P<d>\d{2})-(?P<m>\d{2})-(?P<y>\d{4})", re.ASCII),
    re.compile(r"(?P<y>\d{4})/(?P<m>\d{2})/(?P<d>\d{2})", re.ASCII),
)
_MARKER_START = " ...["


class Part(NamedTuple):
    """One amendment as text holds it: `at` is `yyyy-mm-ddThh:mm:ss`, local."""

    author: str
    at: str
    text: str


class UnreadableMarkerError(ValueError):
    """A marker of the right shape carries a date or time that cannot be."""


def seconds(moment: str | None) -> str:
    """Cut a local date-time to whole seconds, as NOMIS keeps it; None gives ''."""
    if not moment:
        return ""
    if len(moment) == len("2026-03-02T09:00"):
        return moment + ":00"
    return moment[:19]


def stored(text: str, amendments: tuple[Part, ...] | list[Part] = ()) -> str:
    """Return what NOMIS stores for a text and its amendments, truncated."""
    if not amendments and len(text) * 4 <= LIMIT:
        return text
    return truncate(render(text, amendments))


def render(text: str, amendments: tuple[Part, ...] | list[Part]) -> str:
    """Return the text followed by each amendment in the notation of today."""
    pieces = [text]
    for author, at, words in amendments:
        day, clock = at[:10].replace("-", "/"), at[11:19]
        pieces.append(f" ...[{author} updated the case notes on {day} {clock}] {words}")
    return "".join(pieces)


def truncate(text: str) -> str:
    """Cut to at most 4000 UTF-8 bytes, whole characters, and close with `SUFFIX`."""
    if len(text) * 4 <= LIMIT:
        return text
    data = text.encode("utf-8", "surrogatepass")
    if len(data) <= LIMIT:
        return text
    return data[:_KEPT].decode("utf-8", "ignore") + SUFFIX


def truncate_before_2025(text: str) -> str:
    """Cut as the NOMIS API did before 2025-07-17 08:08 (seen in old rows only)."""
    size = len(text.encode("utf-8", "surrogatepass"))
    if size <= LIMIT:
        return text
    units = text.encode("utf-16-le", "surrogatepass")
    kept = LIMIT - (size - len(units) // 2) - len(SUFFIX)
    return units[: max(kept, 0) * 2].decode("utf-16-le", "ignore") + SUFFIX


def split(raw: str, tolerant: bool = False) -> tuple[str, list[Part]]:
    """Return main text and amendments, as the NOMIS API reads a stored text.

    Raises UnreadableMarkerError where the real service answers 500; `tolerant` leaves
    such a marker in the text instead, as a right reader would.
    """
    if _MARKER_START not in raw:
        return raw, []
    main: str | None = None
    parts: list[Part] = []
    head: tuple[str, str] | None = None
    start = 0
    for found in _MARKER.finditer(raw):
        moment = _moment(found)
        if moment is None:
            if tolerant:
                continue
            raise UnreadableMarkerError(found.group().strip())
        words = raw[start : found.start()]
        if head is None:
            main = words
        else:
            parts.append(Part(*head, words))
        head, start = (found.group(1), moment), found.end()
    if head is None or main is None:
        return raw, []
    parts.append(Part(*head, raw[start:]))
    return main, parts


def is_truncated(raw: str) -> bool:
    """Say whether a text carries the mark of a cut."""
    return raw.endswith(SUFFIX)


def normal(text: str) -> str:
    """Return the text as both sides can hold it: without U+0000 (contracts 0.2)."""
    return text.replace("\0", "") if "\0" in text else text


def _moment(found: re.Match[str]) -> str | None:
    hour, minute, second = (int(found.group(n)) for n in (3, 4, 5))
    if hour > 23 or minute > 59 or second > 59:  # noqa: PLR2004 - a clock's face
        return None
    for era in _ERAS:
        if match := era.fullmatch(found.group(2)):
            year, month, day = (int(match[name]) for name in "ymd")
            if year < 1 or not 1 <= month <= 12 or not 1 <= day <= 31:  # noqa: PLR2004
                return None
            # The real reader pulls 31 February back to the end of its month.
            day = min(day, calendar.monthrange(year, month)[1])
            clock = f"{hour:02}:{minute:02}:{second:02}"
            return f"{year:04}-{month:02}-{day:02}T{clock}"
    return None
