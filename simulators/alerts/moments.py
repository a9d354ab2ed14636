"""Dates and times as the alerts service reads and prints them (http-contracts 0.2)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

_MICRO_DIGITS = 6


def local(text: str) -> datetime:
    """Read a local date-time; seconds may be missing, nanoseconds are cut."""
    whole, _, fraction = text.partition(".")
    return datetime.fromisoformat(whole) + timedelta(
        microseconds=int(fraction[:_MICRO_DIGITS].ljust(_MICRO_DIGITS, "0"))
    )


def shown_day(moment: date | None) -> str | None:
    """Print a date."""
    return None if moment is None else moment.isoformat()


def seconds(moment: datetime | None) -> str | None:
    """Print as A1 to A4 do: never a fraction."""
    return None if moment is None else moment.isoformat(timespec="seconds")


def full(moment: datetime | None) -> str | None:
    """Print as A10 does: the fraction when not zero, without trailing zeros."""
    if moment is None:
        return None
    text = moment.isoformat()
    return text.rstrip("0") if moment.microsecond else text


def with_offset(moment: datetime) -> str:
    """Print an aware London moment as events do: `Z` in winter, `+01:00` in summer."""
    text = full(moment.replace(tzinfo=None)) or ""
    offset = moment.utcoffset() or timedelta()
    if not offset:
        return f"{text}Z"
    return f"{text}+{offset // timedelta(hours=1):02d}:00"
