"""How many users come a second, over the time of a run.

A shape is a list of corners `(seconds, rate)`, joined by straight lines; after the
last corner its rate stays. Written `0:5,60:5,61:50`. It may end: then nobody comes any
more. `weekday` gives the shape of a working day, squeezed into a run.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

# Assumed, not measured: no source tells the hours (events-and-config 10). Officers
# write after the morning unlock, after lunch and before the evening lock-up.
HOURS = (
    *(0.10, 0.08, 0.06, 0.05, 0.05, 0.10, 0.30, 0.55, 0.80, 0.95, 1.00, 0.95),
    *(0.70, 0.80, 0.95, 1.00, 0.95, 0.75, 0.60, 0.45, 0.35, 0.30, 0.20, 0.15),
)
"""The rate in each hour of a weekday, as a share of the peak hour's."""
WEEKEND = 0.5
"""What of a weekday's rate a Saturday or Sunday has; assumed."""
DAYS = 7
_WORKING_DAYS = 5


@dataclass(frozen=True)
class Shape:
    """Corners of (seconds, arrivals a second); nobody comes after `ends` seconds."""

    corners: tuple[tuple[float, float], ...]
    ends: float = math.inf

    @property
    def highest(self) -> float:
        """The highest rate there is."""
        return max(rate for _, rate in self.corners)

    def rate(self, at: float) -> float:
        """Return the rate `at` seconds after the start; 0 after the end."""
        if at > self.ends:
            return 0.0
        first = self.corners[0]
        if at <= first[0]:
            return first[1]
        for (left, low), (right, high) in pairwise(self.corners):
            if at < right:
                return low + (high - low) * (at - left) / (right - left)
        return self.corners[-1][1]

    def share(self, parts: int) -> Shape:
        """Return the shape of one of so many equal parts of its users."""
        corners = tuple((at, rate / parts) for at, rate in self.corners)
        return Shape(corners, self.ends)

    def __str__(self) -> str:
        return ",".join(f"{at:g}:{rate:g}" for at, rate in self.corners)


def parse(text: str, ends: float = math.inf) -> Shape:
    """Read `seconds:rate,...` or `weekday:PEAK:SECONDS`; else ValueError."""
    name, _, given = text.partition(":")
    if name == "weekday":
        peak, _, seconds = given.partition(":")
        return weekday(float(peak), float(seconds))
    corners = []
    for part in text.split(","):
        at, sign, rate = part.partition(":")
        try:
            corners.append((float(at), float(rate)))
        except ValueError:
            raise ValueError(f"{part!r}: write seconds:rate, such as 60:5") from None
        if not sign or min(corners[-1]) < 0:
            raise ValueError(f"{part!r}: seconds and rate are 0 or more")
    if any(left >= right for (left, _), (right, _) in pairwise(corners)):
        raise ValueError(f"{text!r}: the seconds must increase from corner to corner")
    return Shape(tuple(corners), ends)


def hour_of_week(hour: float) -> float:
    """Return the share of the peak rate at an hour of the week, 0 on Monday 0:00."""
    day, of_day = divmod(hour % (DAYS * 24), 24)
    here, there = HOURS[int(of_day)], HOURS[(int(of_day) + 1) % 24]
    share = here + (there - here) * (of_day % 1)
    return share if day < _WORKING_DAYS else share * WEEKEND


def weekday(peak: float, seconds: float) -> Shape:
    """Return a weekday's shape, squeezed into so many seconds."""
    hour = seconds / 24
    corners = [(at * hour, peak * hour_of_week(at)) for at in range(25)]
    return Shape(tuple(corners), seconds)
