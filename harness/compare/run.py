"""One comparison: whom to compare, several at a time, until all are done."""

from __future__ import annotations

import asyncio
import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from harness.compare.notes import UnreadableError
from harness.compare.rules import differences
from harness.compare.services import Access, Reader, ServiceError
from harness.compare.state import DIFFERS, EQUAL, UNCHECKED, Outcome, Run, State, trend
from harness.results import EXIT_CODES, FAIL, PASS, UNKNOWN
from simulators.clock import Clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.compare.findings import Finding
    from harness.compare.state import Day

_NUMBER = re.compile(r"[A-Z]\d{4}[A-Z]{2}", re.ASCII)


@dataclass(frozen=True)
class Asked:
    """Whom to compare: `prisoners` by number, a `sample` of so many, or all.

    `workers` prisoners are read at a time. A prisoner with differences is read again
    after `recheck` seconds, and only what both readings show counts: on a live system
    the sync may be at work. After `give_up` failures in a row the run stops.
    """

    prisoners: tuple[str, ...] = ()
    sample: int | None = None
    seed: int = 1
    workers: int = 4
    recheck: float = 5.0
    give_up: int = 50

    def identity(self, access: Access) -> dict[str, Any]:
        """Return what makes two runs the same: where, and whom."""
        who: dict[str, Any] = {"sample": self.sample, "seed": self.seed}
        if self.prisoners:
            joined = "\n".join(self.prisoners).encode()
            who = {"list": hashlib.sha256(joined).hexdigest()[:16]}
        return {**who, "urls": dict(sorted(access.urls.items()))}


@dataclass
class Comparison:
    """A run's end: `trouble` says why it could not do all it should."""

    run: Run
    days: list[Day]
    trouble: list[str] = field(default_factory=list)
    resumed: int = 0

    @property
    def verdict(self) -> str:
        """Fail on any difference, else unknown if anything is unchecked or none is."""
        if self.run.count(DIFFERS):
            return FAIL
        if self.trouble or self.run.unchecked or not self.run.prisoners:
            return UNKNOWN
        return PASS

    @property
    def exit_code(self) -> int:
        """0 equal, 1 differences, 3 something unchecked."""
        return EXIT_CODES[self.verdict]


def prisoners_of(text: str) -> tuple[str, ...]:
    """Read prisoner numbers, one a line; `#` begins a comment; ValueError names bad."""
    found: dict[str, None] = {}
    for number, line in enumerate(text.splitlines(), 1):
        word = line.partition("#")[0].strip()
        if not word:
            continue
        if not _NUMBER.fullmatch(word):
            raise ValueError(f"line {number}: {word!r} is no prisoner number (A1234BC)")
        found[word] = None
    return tuple(found)


async def compare(
    access: Access,
    asked: Asked,
    state: State,
    day: str,
    tell: Callable[[Run], None] | None = None,
) -> Comparison:
    """Compare; `day` (ISO) dates a new run, `tell(run)` hears of each prisoner done."""
    async with Reader(access) as reader:
        identity = asked.identity(access)
        run = state.resumable(identity)
        resumed = 0 if run is None else len(run.prisoners) - len(run.waiting())
        if run is None:
            try:
                chosen = await _choose(reader, asked)
            except ServiceError as error:
                run = state.begin(day, identity, [])
                return Comparison(run, trend(state.runs), [f"no list: {error}"])
            run = state.begin(day, identity, chosen)
        trouble = await _all(reader, asked, state, run, tell)
        if not trouble:
            state.end(run)
    return Comparison(run, trend(state.runs), trouble, resumed)


async def _choose(reader: Reader, asked: Asked) -> list[str]:
    if asked.prisoners:
        return list(asked.prisoners)
    every = sorted({number async for number in reader.prisoners()})
    if asked.sample is None or asked.sample >= len(every):
        return every
    # The same seed asks for the same prisoners every day: that makes a trend.
    chance = Clock(asked.seed, source=lambda: 0.0).stream("comparison sample")
    return sorted(chance.sample(every, asked.sample))


async def _all(
    reader: Reader,
    asked: Asked,
    state: State,
    run: Run,
    tell: Callable[[Run], None] | None,
) -> list[str]:
    waiting = iter(run.waiting())
    failures = 0
    trouble: list[str] = []

    async def work() -> None:
        nonlocal failures
        for who in waiting:
            if trouble:
                return
            outcome = await _one(reader, who, asked.recheck)
            state.keep(run, outcome)
            if tell is not None:
                tell(run)
            failures = failures + 1 if outcome.outcome == UNCHECKED else 0
            if failures == asked.give_up:
                trouble.append(f"gave up after {failures} failures in a row")

    async with asyncio.TaskGroup() as group:
        for _ in range(asked.workers):
            group.create_task(work())
    return trouble


async def _one(reader: Reader, who: str, recheck: float) -> Outcome:
    """Compare one prisoner; a failure of any kind leaves them unchecked."""
    try:
        found, notes = await _look(reader, who)
        if any(not one.remark for one in found):
            # A change may be on its way: only what is still so later counts.
            await asyncio.sleep(recheck)  # nothing tells when the sync is through
            again, notes = await _look(reader, who)
            before = {one.key for one in found}
            found = [one for one in again if one.key in before]
    except (ServiceError, UnreadableError) as error:
        return Outcome(who, UNCHECKED, reason=str(error))
    outcome = Outcome(who, EQUAL, found, notes=notes)
    if outcome.differences:
        outcome.outcome = DIFFERS
    return outcome


async def _look(reader: Reader, who: str) -> tuple[list[Finding], int]:
    nomis, dps, mapping = await reader.answers(who)
    return differences(who, nomis, dps, mapping), len(dps)
