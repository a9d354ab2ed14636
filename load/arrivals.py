"""When users come, and what they do: an open model.

In an open model the next user comes whether or not the last one has been served, as in
life. Arrivals are Poisson: their gaps are exponential, drawn from a seed, so that two
runs with one seed offer the same users the same changes at the same moments.

Whom an arrival is about is drawn by itself, evenly over the prisoners. A Poisson
stream thus dealt out is one Poisson stream for each prison, independent of the others,
with a rate that goes with its population (the colouring theorem): one stream stands
for all prisons.
"""

from __future__ import annotations

import heapq
import math
import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from load.shape import Shape

if TYPE_CHECKING:
    from collections.abc import Iterator

NOMIS, DPS = "NOMIS", "DPS"
CREATE, AMEND, READ, DELETE = "create", "amend", "read", "delete"
ALERT = "alert"

# In per cent: most of the writing has moved to DPS, and most of it is new notes.
# Deletions are "extremely rare" (events-and-config 10); at their true share of a few
# in a million no run would show one.
SIDES = {NOMIS: 40, DPS: 60}
ACTIONS = {CREATE: 69, AMEND: 20, READ: 10, DELETE: 1}


_RAISING = 0.1
"""Seconds between two alerts of a burst at the screens: several people raise them."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One user's action: `at` in seconds after the start, its number from 0 up.

    `whom` is where the prisoner stands among all, from 0 to below 1; those of a burst
    come one after another.
    """

    number: int
    at: float
    side: str
    action: str
    whom: float | None = None


@dataclass(frozen=True, slots=True)
class Bursts:
    """Alerts in bursts: on average every so many seconds, so many alerts at once.

    After an incident the officers of a wing raise them at the NOMIS screens within
    moments; in DPS one person raises them for a whole list, all at the same moment.
    """

    every: float
    size: int

    def arrivals(self, seed: int, ends: float) -> Iterator[Arrival]:
        """Yield the alerts of each burst; the numbers are not given yet."""
        stream = random.Random(f"bursts/{seed}")  # noqa: S311 - repeatable, not secret
        at = stream.expovariate(1 / self.every)
        while at < ends:
            side = _drawn(stream, SIDES)
            for place in range(self.size):
                later = place * _RAISING if side == NOMIS else 0.0
                yield Arrival(0, at + later, side, ALERT)
            at += self.size * _RAISING + stream.expovariate(1 / self.every)


def parse_bursts(text: str) -> Bursts | None:
    """Read `SECONDS:ALERTS`; empty: none. ValueError says what is right."""
    if not text:
        return None
    every, _, size = text.partition(":")
    try:
        bursts = Bursts(float(every), int(size))
    except ValueError:
        bursts = Bursts(0, 0)
    if bursts.every <= 0 or bursts.size <= 0:
        raise ValueError(f"{text!r}: write SECONDS:ALERTS, such as 30:20")
    return bursts


def mixed(rate: float | Shape, seed: int, bursts: Bursts | None) -> Iterator[Arrival]:
    """Yield all arrivals with the bursts among them, numbered through."""
    if bursts is None:
        yield from arrivals(rate, seed)
        return
    ends = rate.ends if isinstance(rate, Shape) else math.inf
    streams = arrivals(rate, seed), bursts.arrivals(seed, ends)
    whole = heapq.merge(*streams, key=lambda arrival: arrival.at)
    for number, arrival in enumerate(whole):
        yield replace(arrival, number=number)


def arrivals(rate: float | Shape, seed: int) -> Iterator[Arrival]:
    """Yield arrivals, on average `rate` a second: for ever, or as a shape says.

    A shape's arrivals are drawn at its highest rate and thinned to the rate of their
    moment, which leaves a Poisson process of just that rate (Lewis and Shedler).
    """
    shape = Shape(((0.0, rate),)) if isinstance(rate, (int, float)) else rate
    highest = shape.highest
    if highest <= 0:
        raise ValueError(f"a rate of {highest} arrivals a second; it must be above 0")
    stream = random.Random(f"arrivals/{seed}")  # noqa: S311 - repeatable, not secret
    people = random.Random(f"people/{seed}")  # noqa: S311
    at, number = 0.0, 0
    while at < shape.ends:
        at += stream.expovariate(highest)
        side, action = _drawn(stream, SIDES), _drawn(stream, ACTIONS)
        if stream.random() * highest > shape.rate(at):
            continue
        yield Arrival(number, at, side, action, people.random())
        number += 1


def _drawn(stream: random.Random, weights: dict[str, int]) -> str:
    return stream.choices(list(weights), list(weights.values()))[0]
