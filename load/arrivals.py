"""When users come, and what they do: an open model.

In an open model the next user comes whether or not the last one has been served, as in
life. Arrivals are Poisson: their gaps are exponential, drawn from a seed, so that two
runs with one seed offer the same users the same changes at the same moments.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

NOMIS, DPS = "NOMIS", "DPS"
CREATE, AMEND, READ = "create", "amend", "read"

# In per cent: most of the writing has moved to DPS, and most of it is new notes.
SIDES = {NOMIS: 40, DPS: 60}
ACTIONS = {CREATE: 70, AMEND: 20, READ: 10}


@dataclass(frozen=True, slots=True)
class Arrival:
    """One user's action: `at` in seconds after the start, its number from 0 up."""

    number: int
    at: float
    side: str
    action: str


def arrivals(rate: float, seed: int) -> Iterator[Arrival]:
    """Yield arrivals for ever, on average `rate` a second."""
    if rate <= 0:
        raise ValueError(f"a rate of {rate} arrivals a second; it must be above 0")
    stream = random.Random(f"arrivals/{seed}")  # noqa: S311 - repeatable, not secret
    at, number = 0.0, 0
    while True:
        at += stream.expovariate(rate)
        yield Arrival(number, at, _drawn(stream, SIDES), _drawn(stream, ACTIONS))
        number += 1


def _drawn(stream: random.Random, weights: dict[str, int]) -> str:
    return stream.choices(list(weights), list(weights.values()))[0]
