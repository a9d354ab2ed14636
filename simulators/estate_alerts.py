"""The historic alerts of one prisoner of the estate, drawn anew whenever asked for.

The figures stand in the table at the head of `simulators.estate`, which knows whose
bookings they are on.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

from simulators.alert_codes import ALERT_CODES

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

MOST = 20
"""Alerts of one prisoner at the most."""
RAISED_IN_RUNS = frozenset(
    ("XA", "XC", "XEL", "XER", "XHT", "HA", "HS", "VI", "VU", "PEEP", "RCON")
)
"""What users of a load run raise: no historic alert of these is active any more.

Both sides refuse a second active alert of one code (http-contracts A3, NA5).
"""
# DPS words its description itself.
_FIXED_TEXT = "DOCGM"
CODES = tuple(code for code, _, _ in ALERT_CODES if code != _FIXED_TEXT)
ACTIVE_CODES = tuple(code for code in CODES if code not in RAISED_IN_RUNS)
_TYPES = {code: kind for code, kind, _ in ALERT_CODES}

_NONE, _NO_OTHER = 0.45, 0.4
_ON_OLDER, _ACTIVE, _COMMENT = 0.4, 0.4, 0.6
_COMMENTS = (
    "See the security file.",
    "He told the wing office himself, and was spoken to.",
    "Reported by another establishment; review with his offender manager.",
)


class Stay(NamedTuple):
    """A booking, the first and last day on which alerts of it may begin or end."""

    booking: int
    first: date
    last: date


class HistoricAlert(NamedTuple):
    """A historic alert, the same on both sides; times are local, in whole seconds.

    Booking and sequence are NOMIS' key. `dps_id` is None on an older booking: DPS has
    those of the latest booking alone. Who `ended` it, and when, is None while active.
    """

    booking: int
    sequence: int
    dps_id: str | None
    code: str
    type: str
    started: date
    created: datetime
    staff: int
    comment: str | None
    expiry: date | None
    ended: datetime | None
    ended_by: int | None

    @property
    def active(self) -> bool:
        """Whether nobody has ended it."""
        return self.expiry is None


def dps_id(seed: int, booking: int, sequence: int) -> str:
    """Return the DPS id of an alert: the key can be read off its beginning."""
    digest = hashlib.blake2b(
        b"%d/alert/%d/%d" % (seed, booking, sequence), digest_size=9
    ).hexdigest()
    return f"{booking:08x}-{sequence:04x}-7{digest[:3]}-8{digest[3:6]}-{digest[6:18]}"


def key(alert_id: str) -> tuple[int, int]:
    """Return the booking and sequence that an id of an alert begins with."""
    return int(alert_id[:8], 16), int(alert_id[9:13], 16)


def drawn(
    draw: random.Random, seed: int, stays: Sequence[Stay], staff: range
) -> list[HistoricAlert]:
    """Draw a prisoner's alerts; `stays` has the latest booking first.

    They ascend by sequence within each booking, the latest booking's first.
    """
    count = _count(draw)
    active = draw.sample(ACTIVE_CODES, min(count, len(ACTIVE_CODES)))
    begun: list[list[date]] = [[] for _ in stays]
    for _ in range(count):
        older = len(stays) > 1 and draw.random() < _ON_OLDER
        stay = stays[-1] if older else stays[0]
        begun[-1 if older else 0].append(_day(draw, stay.first, stay.last))
    return [
        _alert(draw, seed, stay, latest, sequence, day, staff, active)
        for latest, stay, days in zip((True, False), stays, begun, strict=False)
        for sequence, day in enumerate(sorted(days), 1)
    ]


def _count(draw: random.Random) -> int:
    if draw.random() < _NONE:
        return 0
    count = 1
    while count < MOST and draw.random() >= _NO_OTHER:
        count += 1
    return count


def _alert(
    draw: random.Random,
    seed: int,
    stay: Stay,
    latest: bool,
    sequence: int,
    day: date,
    staff: range,
    active: list[str],
) -> HistoricAlert:
    open_ = latest and draw.random() < _ACTIVE
    # An active code comes once: the list is as long as there are alerts.
    code = active.pop() if open_ else draw.choice(CODES)
    created = _at(draw, day, 8)
    comment = draw.choice(_COMMENTS) if draw.random() < _COMMENT else None
    writer = draw.choice(staff)
    expiry = ended = ended_by = None
    if not open_:
        expiry = _day(draw, day, stay.last)
        # In the afternoon: also later than an alert of the same day began.
        ended, ended_by = _at(draw, expiry, 13), draw.choice(staff)
    return HistoricAlert(
        booking=stay.booking,
        sequence=sequence,
        dps_id=dps_id(seed, stay.booking, sequence) if latest else None,
        code=code,
        type=_TYPES[code],
        started=day,
        created=created,
        staff=writer,
        comment=comment,
        expiry=expiry,
        ended=ended,
        ended_by=ended_by,
    )


def _day(draw: random.Random, first: date, last: date) -> date:
    return first + timedelta(days=int(draw.random() * ((last - first).days + 1)))


def _at(draw: random.Random, day: date, hour: int) -> datetime:
    """Return a moment in the four and a half hours from an hour on."""
    begin = datetime.combine(day, time(hour))
    return begin + timedelta(minutes=int(draw.random() * 270))
