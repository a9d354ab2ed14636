"""When users come, and what they do: an open model.

In an open model the next user comes whether or not the last one has been served, as in
life. Arrivals are Poisson: their gaps are exponential, drawn from a seed, so that two
runs with one seed offer the same users the same changes at the same moments.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from load.shape import Shape

if TYPE_CHECKING:
    from collections.abc import Iterator

NOMIS, DPS = "NOMIS", "DPS"
CREATE, AMEND, READ, DELETE = "create", "amend", "read", "delete"

# In per cent: most of the writing has moved to DPS, and most of it is new notes.
# Deletions are "extremely rare" (events-and-config 10); at their true share of a few
# in a million no run would show one.
SIDES = {NOMIS: 40, DPS: 60}
ACTIONS = {CREATE: 69, AMEND: 20, READ: 10, DELETE: 1}


@dataclass(frozen=True, slots=True)
class Arrival:
    """One user's action: `at` in seconds after the start, its number from 0 up."""

    number: int
    at: float
    side: str
    action: str


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
    at, number = 0.0, 0
    while at < shape.ends:
        at += stream.expovariate(highest)
        side, action = _drawn(stream, SIDES), _drawn(stream, ACTIONS)
        if stream.random() * highest > shape.rate(at):
            continue
        yield Arrival(number, at, side, action)
        number += 1


def _drawn(stream: random.Random, weights: dict[str, int]) -> str:
    return stream.choices(list(weights), list(weights.values()))[0]
