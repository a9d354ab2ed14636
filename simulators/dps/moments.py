"""Date-times as the service reads and prints them (http-contracts 0.2).

Inside the fake a moment is a naive `datetime`: London wall clock, microseconds (the
precision of its database). Events alone carry an offset.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from simulators.dps.errors import unforeseen

_MICRO_DIGITS = 6


def parse(text: str) -> datetime:
    """Read a local date-time; seconds and fraction may be missing.

    Digits beyond the microsecond are rounded as the database does. Anything else, an
    offset or 30 February too, is unreadable and ends in the catch-all.
    """
    whole, _, fraction = text.partition(".")
    try:
        moment = datetime.fromisoformat(whole)
        scale = 10 ** (_MICRO_DIGITS - len(fraction))
        micros = round(int(fraction or "0") * scale)
    except ValueError:
        raise unforeseen(f"{text!r} is not a local date-time") from None
    if moment.tzinfo is not None:
        raise unforeseen(f"{text!r} carries an offset")
    return moment + timedelta(microseconds=micros)


def parse_optional(text: str | None) -> datetime | None:
    """Read a local date-time that may be null or absent."""
    return None if text is None else parse(text)


def parse_date(text: str) -> date:
    """Read `yyyy-MM-dd`."""
    return date.fromisoformat(text)


def midnight(text: str) -> datetime:
    """Return the start of a day given as `yyyy-MM-dd`."""
    return datetime.combine(parse_date(text), time())


def show(moment: datetime) -> str:
    """Print as Java does: always seconds, the fraction without trailing zeros."""
    text = moment.isoformat()
    return text.rstrip("0") if moment.microsecond else text


def second(moment: datetime) -> datetime:
    """Cut to the second, NOMIS' precision."""
    return moment.replace(microsecond=0)


def with_offset(moment: datetime) -> str:
    """Print an aware moment with London's offset: `+01:00` in summer, `Z` in winter."""
    shown = show(moment.replace(tzinfo=None))
    hours = (moment.utcoffset() or timedelta()) // timedelta(hours=1)
    return f"{shown}{'Z' if hours == 0 else f'+{hours:02d}:00'}"


def has_offset(text: object) -> bool:
    """Tell whether `text` is a date-time with an offset or `Z`, as events need it."""
    if not isinstance(text, str):
        return False
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False
