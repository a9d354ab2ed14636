"""Scoring the mechanical mutants: which scenarios and histories notice them.

A mutant is killed when a scenario (or a random history) that passes on the reference
fails, cannot be told or does not end: a mutant has no rule that must see it. Only
scenarios that run the changed line are played.
"""

from __future__ import annotations

import logging
import multiprocessing
import sys
import time
from asyncio import CancelledError
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.defects.bounded import TooLong, at_most
from harness.defects.mutating import PACKAGE, Mutant, lines_of, mutants, mutated
from harness.defects.scenarios import load, play_simulated

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import FrameType

    from harness.player import Outcome

    Place = tuple[str, int]  # module and line

_LIMIT = 10.0
_PATIENCE = 60.0  # wall seconds that all plays of one mutant may take
# Very many scenarios that run the same code in the same way.
_LEFT_OUT = frozenset({"toggle-matrix.feature", "rehearsal.feature"})
_FOLDER = str(Path(__file__).resolve().parents[2] / PACKAGE.replace(".", "/"))
_HISTORIES = range(9_001, 9_031)
_CHANGES = 8


@dataclass(frozen=True)
class Fate:
    """What became of a mutant: killed by which scenario, or how many it outlived.

    `plays` is -1 where the time was up before it was its turn.
    """

    mutant: Mutant
    killer: str
    plays: int


@dataclass(frozen=True)
class Covered:
    """What a scenario does on the reference: seconds, and the lines it runs."""

    seconds: float
    places: frozenset[Place]


def score_mutants(
    files: Sequence[str],
    wanted: Sequence[Mutant],
    *,
    seed: int = 1,
    workers: int = 2,
    plays: int = 60,
    minutes: float | None = None,
    progress: Callable[[Fate], None] | None = None,
) -> list[Fate]:
    """Play at most `plays` scenarios, then 30 random histories, a mutant.

    The first kill ends it, and so does a minute; after `minutes` nothing is begun.
    """
    deadline = time.time() + 60 * minutes if minutes else float("inf")
    context = multiprocessing.get_context("spawn")
    with context.Pool(workers, _begin, (list(files), seed)) as pool:
        total = len(load(files))
        known = pool.map(_cover, range(total), chunksize=4)
        cost = [seen.seconds if seen else 0.0 for seen in known]
        jobs = [(one, choose(known, one, plays), cost, deadline) for one in wanted]
        fates = []
        for fate in pool.imap_unordered(_kill, jobs):
            fates.append(fate)
            if progress is not None:
                progress(fate)
    return sorted(fates, key=lambda fate: fate.mutant.id)


def choose(known: Sequence[Covered | None], one: Mutant, plays: int) -> list[int]:
    """Choose scenarios that run the mutant's line, the cheapest first.

    Half of them are those that run most of the sync, the others stand evenly over the
    files, since like ones stand together.
    """
    wanted = {(one.module, line) for line in lines_of(one)}
    able = [i for i, seen in enumerate(known) if seen and seen.places & wanted]
    rich = sorted(able, key=lambda i: -len(known[i].places))[: plays // 2]  # type: ignore[union-attr]
    rest = [i for i in able if i not in rich]
    step = max(1, len(rest) // max(plays - len(rich), 1))
    chosen = rich + rest[::step][: plays - len(rich)]
    return sorted(chosen, key=lambda i: known[i].seconds)  # type: ignore[union-attr]


_WORKER: dict[str, Any] = {}


def _begin(files: list[str], seed: int) -> None:
    logging.disable(logging.CRITICAL)
    _WORKER["plays"], _WORKER["seed"] = load(files), seed


def _cover(index: int) -> Covered | None:
    """Play on the reference and note its lines; None where it does not serve."""
    ran: set[Place] = set()

    def enter(frame: FrameType, _: str, __: object) -> Any:
        if not frame.f_code.co_filename.startswith(_FOLDER):
            return None
        module = f"{PACKAGE}.{Path(frame.f_code.co_filename).stem}"

        def note(inner: FrameType, event: str, _: object) -> Any:
            if event == "line":
                ran.add((module, inner.f_lineno))
            return note

        return note

    started = time.perf_counter()
    scenario = _WORKER["plays"][index]
    if scenario.feature in _LEFT_OUT or "long" in scenario.tags:
        return None
    sys.settrace(enter)
    try:
        with at_most(6 * _LIMIT):
            outcome = play_simulated(scenario, _WORKER["seed"])
    except TooLong:
        return None
    finally:
        sys.settrace(None)
    if outcome.verdict != "pass":
        return None
    return Covered(time.perf_counter() - started, frozenset(ran))


def _kill(job: tuple[Mutant, list[int], list[float], float]) -> Fate:
    one, order, cost, deadline = job
    began = time.time()
    if began > deadline:
        return Fate(one, "", -1)
    number = 0
    for number, index in enumerate(order, start=1):
        scenario = _WORKER["plays"][index]
        played = partial(play_simulated, scenario, _WORKER["seed"])
        seen = _noticed(one, played, _LIMIT + 3 * cost[index])
        if seen is not None:
            return Fate(one, scenario.id + seen, number)
        if time.time() - began > _PATIENCE:
            return Fate(one, "", number)
    from harness.explore.search import Search, play_once

    search = Search(0, _CHANGES)
    for number, own in enumerate(_HISTORIES, start=len(order) + 1):
        seen = _noticed(one, partial(play_once, search.lines(own), own), 3 * _LIMIT)
        if seen is not None:
            return Fate(one, f"history {own}{seen}", number)
        if time.time() - began > _PATIENCE:
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
    """Return the mutants whose id has the words, or a seeded sample of those."""
    import random

    found = [one for one in mutants() if not words or words in one.id]
    if sample is not None:
        stream = random.Random(f"mutants/{seed}")  # noqa: S311 - no secret
        found = stream.sample(found, min(sample, len(found)))
    return found
