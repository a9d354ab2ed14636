"""Scoring the mechanical mutants: which scenarios and histories notice them.

A mutant is killed when a scenario (or a random history) that passes on the reference
fails, cannot be told or does not end: a mutant has no rule that must see it. Only what
runs the changed line is played, the cheapest first; the first kill ends it.
"""

from __future__ import annotations

import logging
import multiprocessing
import time
from asyncio import CancelledError
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zlib import crc32

from harness.defects.bounded import TooLong, at_most
from harness.defects.covering import Covered, covered
from harness.defects.mutating import Mutant, lines_of, mutants, mutated
from harness.defects.scenarios import load, play_simulated
from harness.explore.search import Search, play_once

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from harness.player import Outcome

_LIMIT = 10.0  # wall seconds a play may take under a mutant, beyond thrice its own
_BRIEFLY = 1.0  # what is long over sockets is played if virtual time makes it so brief
_PATIENCE = 30.0  # seconds of computing that all plays of one mutant may take
# Very many scenarios that run the same code in the same way.
_LEFT_OUT = frozenset({"toggle-matrix.feature", "rehearsal.feature"})
# The former count the tries of every message, so they notice also what only costs time;
# the latter look at orders that nothing else comes to.
_FIRST = frozenset({"plain-days.feature", "slow-and-crossing.feature"})
_HISTORIES = range(9_001, 9_121)
_CHANGES = 8


@dataclass(frozen=True)
class Fate:
    """What became of a mutant: killed by which play, or how many it outlived.

    `plays` is -1 where the time was up before it was its turn.
    """

    mutant: Mutant
    killer: str
    plays: int


def score_mutants(
    files: Sequence[str],
    wanted: Sequence[Mutant],
    *,
    known: Iterable[Fate] = (),
    seed: int = 1,
    workers: int = 2,
    plays: int = 60,
    minutes: float | None = None,
    progress: Callable[[Fate], None] | None = None,
) -> list[Fate]:
    """Play the likeliest scenarios, `plays` others and as many random histories.

    The first kill ends it, and so does most of a minute; after `minutes` nothing is
    begun. The fates that are `known` are taken over.
    """
    deadline = time.time() + 60 * minutes if minutes else float("inf")
    context = multiprocessing.get_context("spawn")
    fates = list(known)
    done = {fate.mutant.id for fate in fates}
    wanted = [one for one in wanted if one.id not in done]
    if not wanted:
        return sorted(fates, key=lambda fate: fate.mutant.id)
    with context.Pool(workers, _begin, (list(files), seed)) as pool:
        number = len(load(files))
        first = {i for i, one in enumerate(load(files)) if one.feature in _FIRST}
        seen = pool.map(_cover, range(number + len(_HISTORIES)), chunksize=4)
        cost = [one.seconds if one else 0.0 for one in seen]
        rare = rarity(seen)
        jobs = [
            (
                one,
                choose(seen[:number], one, plays, first, rare[:number])
                + [number + i for i in choose(seen[number:], one, plays)],
                cost,
                deadline,
            )
            for one in wanted
        ]
        for fate in pool.imap_unordered(_kill, jobs):
            fates.append(fate)
            if progress is not None:
                progress(fate)
    return sorted(fates, key=lambda fate: fate.mutant.id)


def choose(
    known: Sequence[Covered | None],
    one: Mutant,
    plays: int,
    first: Collection[int] = (),
    rare: Sequence[dict[str, float]] = (),
) -> list[int]:
    """Choose what runs the mutant's line: the `first`, then the cheapest.

    A third of the rest is what runs most of the sync, a third what runs those lines of
    the mutant's module that few others do: a line that all run matters in rare cases
    alone. The others stand evenly over the list, since like ones stand together.
    """
    wanted = {(one.module, line) for line in lines_of(one)}
    able = [(i, seen) for i, seen in enumerate(known) if seen and seen.places & wanted]
    likely = [pair for pair in able if pair[0] in first]
    able = [pair for pair in able if pair[0] not in first]
    rich = sorted(able, key=lambda pair: -len(pair[1].places))[: plays // 3]
    taken = {i for i, _ in rich}
    if rare:
        left = [pair for pair in able if pair[0] not in taken]
        left.sort(key=lambda pair: -rare[pair[0]].get(one.module, 0.0))
        rich += left[: plays // 3]
        taken = {i for i, _ in rich}
    rest = [pair for pair in able if pair[0] not in taken]
    step = max(1, len(rest) // max(plays - len(rich), 1))
    others = rich + rest[::step][: plays - len(rich)]
    ordered = [
        *sorted(likely, key=lambda pair: pair[1].seconds),
        *sorted(others, key=lambda pair: pair[1].seconds),
    ]
    return [i for i, _ in ordered]


def rarity(known: Sequence[Covered | None]) -> list[dict[str, float]]:
    """Return of each play, by module, how rare the lines are that it runs."""
    shown = [seen.places if seen else frozenset() for seen in known]
    often = Counter(place for places in shown for place in places)
    found: list[dict[str, float]] = []
    for places in shown:
        sums: dict[str, float] = {}
        for place in places:
            sums[place[0]] = sums.get(place[0], 0.0) + 1 / often[place]
        found.append(sums)
    return found


_WORKER: dict[str, Any] = {}


def _begin(files: list[str], seed: int) -> None:
    logging.disable(logging.CRITICAL)
    _WORKER["plays"], _WORKER["seed"] = load(files), seed


def _play(index: int) -> tuple[str, Callable[[], Outcome]]:
    """Return the name of a play and what plays it: scenarios first, then histories."""
    plays, seed = _WORKER["plays"], _WORKER["seed"]
    if index < len(plays):
        return plays[index].id, lambda: play_simulated(plays[index], seed)
    own = _HISTORIES[index - len(plays)]
    lines = Search(0, _CHANGES).lines(own)
    return f"history {own}", lambda: play_once(lines, own)


def _cover(index: int) -> Covered | None:
    """Play on the reference and note its lines; None where it does not serve."""
    plays, limit = _WORKER["plays"], 6 * _LIMIT
    if index < len(plays):
        scenario = plays[index]
        if scenario.feature in _LEFT_OUT:
            return None
        if "long" in scenario.tags:
            limit = _BRIEFLY
    _, played = _play(index)
    try:
        with at_most(limit):
            return covered(played)
    except TooLong:
        return None


def _kill(job: tuple[Mutant, list[int], list[float], float]) -> Fate:
    one, order, cost, deadline = job
    if time.time() > deadline:
        return Fate(one, "", -1)
    began, number = time.process_time(), 0
    for number, index in enumerate(order, start=1):
        name, played = _play(index)
        seen = _noticed(one, played, _LIMIT + 3 * cost[index])
        if seen is not None:
            return Fate(one, name + seen, number)
        if time.process_time() - began > _PATIENCE:
            break
    return Fate(one, "", number)


def _noticed(one: Mutant, played: Callable[[], Outcome], limit: float) -> str | None:
    """Play with the mutant; None when all passed, else how it did not."""
    try:
        with at_most(limit), mutated(one):
            outcome = played()
    except TooLong:
        return " (time-out)"
    except (Exception, CancelledError) as error:  # noqa: BLE001 - a crash shows it
        return f" ({type(error).__name__})"
    return None if outcome.verdict == "pass" else ""


def chosen(words: str | None, sample: int | None, seed: int) -> list[Mutant]:
    """Return the mutants whose id has the words, or a seeded sample of those.

    Whether a mutant is in the sample does not depend on which others there are, so a
    change of the sync leaves the rest of the sample as it was.
    """
    found = [one for one in mutants() if not words or words in one.id]
    if sample is None:
        return found
    return sorted(found, key=lambda one: crc32(f"{seed}/{one.id}".encode()))[:sample]
