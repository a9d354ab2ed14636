"""The text of a NOMIS case note: amendments live inside it, behind markers.

NOMIS keeps one string of at most 4000 UTF-8 bytes. Each amendment is appended as
`<space>...[<username> updated the case notes on <date> <time>]<space><text>`; a reader
finds the markers again. Source: http-contracts 2.2.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LIMIT_BYTES = 4000
KEPT_BYTES = 3975
SUFFIX = "... see DPS for full text"

_MARKER_TAIL = (
    r" updated the case notes? on "
    r"([0-9]{2,4}[/-][0-9]{2}[/-][0-9]{2,4}) ([0-9]{2}:[0-9]{2}:[0-9]{2})\] "
)
_MARKER = re.compile(r" \.\.\.\[([A-Za-z0-9_]+)" + _MARKER_TAIL)
_MARKER_ANY_USERNAME = re.compile(r" \.\.\.\[([^\s\[\]]+)" + _MARKER_TAIL)

_LAYOUTS = (
    re.compile(r"(?P<day>\d{2})/(?P<month>\d{2})/(?P<year>\d{4})", re.ASCII),
    re.compile(r"(?P<day>\d{2})-(?P<month>\d{2})-(?P<year>\d{4})", re.ASCII),
    re.compile(r"(?P<year>\d{4})/(?P<month>\d{2})/(?P<day>\d{2})", re.ASCII),
)


class Era(Enum):
    """The date layouts NOMIS has written in markers, oldest first."""

    OLDEST = "%d/%m/%Y"  # until about 2009
    DASHED = "%d-%m-%Y"  # from about 2009
    CURRENT = "%Y/%m/%d"  # from 2018


class UnparsableMarkerError(ValueError):
    """A marker's date fits the shape but is a date in none of the three layouts."""


@dataclass(frozen=True, slots=True)
class Amendment:
    """An amendment: its text, the username in the marker, local time in seconds."""

    text: str
    username: str
    created: datetime

    def rendered(self, era: Era = Era.CURRENT) -> str:
        """Return marker and text; fractions of a second are dropped."""
        at = self.created
        year, month, day = f"{at.year:04d}", f"{at.month:02d}", f"{at.day:02d}"
        if era is Era.OLDEST:
            date = f"{day}/{month}/{year}"
        elif era is Era.DASHED:
            date = f"{day}-{month}-{year}"
        else:
            date = f"{year}/{month}/{day}"
        time = f"{at.hour:02d}:{at.minute:02d}:{at.second:02d}"
        who = f"{self.username} updated the case notes on {date} {time}"
        return f" ...[{who}] {self.text}"


@dataclass(frozen=True, slots=True)
class SplitText:
    """A stored text taken apart: the main text and its amendments, in text order."""

    main: str
    amendments: tuple[Amendment, ...]


def render(main: str, amendments: Iterable[Amendment]) -> str:
    """Return the text NOMIS stores for `main` and its amendments, truncated."""
    return truncate(main + "".join(each.rendered() for each in amendments))


def split(
    stored: str, *, lenient: bool = False, any_username: bool = False
) -> SplitText:
    """Take a stored text apart at its markers.

    A marker with an impossible date raises `UnparsableMarkerError`, or, with `lenient`,
    is plain text. `any_username` also finds usernames outside `[A-Za-z0-9_]`.
    """
    pattern = _MARKER_ANY_USERNAME if any_username else _MARKER
    marks = list(_marks(stored, pattern, lenient=lenient))
    if not marks:
        return SplitText(stored, ())
    ends = [start for start, _, _, _ in marks[1:]] + [len(stored)]
    amendments = tuple(
        Amendment(stored[after:end], username, created)
        for (_, after, username, created), end in zip(marks, ends, strict=True)
    )
    return SplitText(stored[: marks[0][0]], amendments)


def truncate(text: str) -> str:
    """Cut a text to what NOMIS holds: 4000 bytes, the last 25 saying where to look.

    Python counts code points, so a character outside the BMP is never halved.
    """
    encoded = text.encode("utf-8", "replace")
    if len(encoded) <= LIMIT_BYTES:
        return text
    kept = encoded[:KEPT_BYTES].decode("utf-8", "ignore")
    return text[: len(kept)] + SUFFIX


def cut_comment(text: str | None) -> str | None:
    """Cut an alert comment to 4000 bytes, without a suffix (http-contracts NA5)."""
    if text is None:
        return None
    return text.encode("utf-8", "replace")[:LIMIT_BYTES].decode("utf-8", "ignore")


def byte_length(text: str) -> int:
    """Return the UTF-8 length, which is what the column's limit counts."""
    return len(text.encode("utf-8", "replace"))


def _marks(
    stored: str, pattern: re.Pattern[str], *, lenient: bool
) -> Iterator[tuple[int, int, str, datetime]]:
    for match in pattern.finditer(stored):
        username, date, time = match.groups()
        created = _moment(date, time)
        if created is not None:
            yield match.start(), match.end(), username, created
        elif not lenient:
            raise UnparsableMarkerError(f"Text '{date} {time}' could not be parsed")


def _moment(date: str, time: str) -> datetime | None:
    for layout in _LAYOUTS:
        parts = layout.fullmatch(date)
        if parts is None:
            continue
        year, month, day = (int(parts[name]) for name in ("year", "month", "day"))
        try:
            # The real reader's date resolver pulls 31 February back to the month's end.
            last = calendar.monthrange(year, month)[1]
            if 1 <= day <= 31:  # noqa: PLR2004 - the longest month
                day = min(day, last)
            hour, minute, second = (int(part) for part in time.split(":"))
            return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001
        except ValueError:
            return None
    return None
