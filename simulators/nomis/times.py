"""Local date-times as NOMIS speaks them: London wall clock, no zone, no offset.

Source: http-contracts 0.2. Contact and creation times are Oracle DATE columns, that is
whole seconds; insert stamps keep their fraction.
"""

from __future__ import annotations

import re
from datetime import date, datetime

_LOCAL = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?", re.ASCII)


def parse_local(text: str) -> datetime:
    """Read `yyyy-MM-ddTHH:mm[:ss[.fraction]]`; anything else is a ValueError."""
    if not _LOCAL.fullmatch(text):
        raise ValueError(f"Text '{text}' could not be parsed")
    whole, _, fraction = text.partition(".")
    moment = datetime.fromisoformat(whole)
    if not fraction:
        return moment
    return moment.replace(microsecond=int(fraction[:6].ljust(6, "0")))


def parse_date(text: str) -> date:
    """Read `yyyy-MM-dd`; anything else is a ValueError."""
    return date.fromisoformat(text)


def whole_seconds(moment: datetime) -> datetime:
    """Drop the fraction, as an Oracle DATE column does (truncate, never round)."""
    return moment.replace(microsecond=0)


def print_local(moment: datetime) -> str:
    """Print seconds always, the fraction only when it is not zero, no zeros after."""
    whole = moment.isoformat(timespec="seconds")
    if not moment.microsecond:
        return whole
    return f"{whole}.{moment.microsecond:06d}".rstrip("0")


def print_millis(moment: datetime) -> str:
    """Print at millisecond precision, the most an event's time carries."""
    return print_local(moment.replace(microsecond=moment.microsecond // 1000 * 1000))
