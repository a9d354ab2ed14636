"""Scoring the mechanical mutants: which scenarios notice them.

A mutant is killed when a scenario that passes on the reference fails, cannot be told
or does not end: a mutant has no rule that must see it. Only scenarios that run the
changed function are played.
"""

from __future__ import annotations

import logging
import multiprocessing
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.defects.bounded import TooLong, at_most
from harness.defects.mutating import PACKAGE, Mutant, mutants, mutated
from harness.defects.scenarios import load, play_simulated

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import FrameType

_LIMIT = 10.0
_PATIENCE = 40.0  # wall seconds that all scenarios of one mutant may take
# Very many scenarios that run the same code in the same way.
_LEFT_OUT = frozenset({"toggle-matrix.feature", "rehearsal.feature"})
_FOLDER = str(Path(__file__).resolve().parents[2] / PACKAGE.replace(".", "/"))


@dataclass(frozen=True)
class Fate:
    """What became of a mutant: killed by which scenario, or how many it outlived.

    `plays` is -1 where the time was up before it was its turn.
    """

    mutant: Mutant
    killer: str
    plays: int


def score_mutants(
    files: Sequence[str],
    wanted: Sequence[Mutant],
    *,
    seed: int = 1,
    workers: int = 2,
    plays: int = 40,
    minutes: float | None = None,
    progress: Callable[[Fate], None] | None = None,
) -> list[Fate]:
    """Play at most `plays` covering scenarios, the cheapest first, a mutant.

    The first kill ends it, and so do 40 seconds; after `minutes` nothing is begun.
    """
    deadline = time.time() + 60 * minutes if minutes else float("inf")
    context = multiprocessing.get_context("spawn")
    with context.Pool(workers, _begin, (list(files), seed)) as pool:
        total = len(load(files))
        covered: dict[tuple[str, str], list[tuple[float, int]]] = {}
        for index, (seconds, passed, functions) in enumerate(
            pool.map(_cover, range(total), chunksize=4)
        ):
            for function in functions if passed else ():
                covered.setdefault(function, []).append((seconds, index))
        jobs = [(one, _spread(covered, one, plays), deadline) for one in wanted]
        fates = []
        for fate in pool.imap_unordered(_kill, jobs):
            fates.append(fate)
            if progress is not None:
                progress(fate)
    return sorted(fates, key=lambda fate: fate.mutant.id)


def _spread(
    covered: dict[tuple[str, str], list[tuple[float, int]]], one: Mutant, plays: int
) -> list[int]:
    """Choose scenarios evenly over the files, since like ones stand together."""
    file = f"{one.module.rpartition('.')[2]}.py"
    able = sorted(index for _, index in covered.get((file, one.function), []))
    step = max(1, len(able) // plays)
    chosen = able[::step][:plays]
    cost = {index: s for s, index in covered.get((file, one.function), [])}
    return sorted(chosen, key=lambda index: cost[index])


_WORKER: dict[str, Any] = {}


def _begin(files: list[str], seed: int) -> None:
    logging.disable(logging.CRITICAL)
    _WORKER["plays"], _WORKER["seed"] = load(files), seed


def _cover(index: int) -> tuple[float, bool, set[tuple[str, str]]]:
    """Play on the reference: seconds, whether it passes, and what it runs."""
    ran: set[tuple[str, str]] = set()

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(_FOLDER):
            name = Path(frame.f_code.co_filename).name
            ran.add((name, frame.f_code.co_qualname))

    started = time.perf_counter()
    scenario = _WORKER["plays"][index]
    if scenario.feature in _LEFT_OUT or "long" in scenario.tags:
        return 0.0, False, ran
    sys.setprofile(note)
    try:
        with at_most(_LIMIT):
            outcome = play_simulated(scenario, _WORKER["seed"])
    except TooLong:
        return _LIMIT, False, ran
    finally:
        sys.setprofile(None)
    return time.perf_counter() - started, outcome.verdict == "pass", ran


def _kill(job: tuple[Mutant, list[int], float]) -> Fate:
    one, order, deadline = job
    began = time.time()
    if began > deadline:
        return Fate(one, "", -1)
    for number, index in enumerate(order):
        if time.time() - began > _PATIENCE:
            return Fate(one, "", number)
        scenario = _WORKER["plays"][index]
        try:
            with at_most(_LIMIT), mutated(one):
                outcome = play_simulated(scenario, _WORKER["seed"])
        except TooLong:
            return Fate(one, f"{scenario.id} (time-out)", number + 1)
        except Exception as error:  # noqa: BLE001 - a crash shows the change
            return Fate(one, f"{scenario.id} ({type(error).__name__})", number + 1)
        if outcome.verdict != "pass":
            return Fate(one, scenario.id, number + 1)
    return Fate(one, "", len(order))


def chosen(words: str | None, sample: int | None, seed: int) -> list[Mutant]:
    """Return the mutants whose id has the words, or a seeded sample of those."""
    import random

    found = [one for one in mutants() if not words or words in one.id]
    if sample is not None:
        stream = random.Random(f"mutants/{seed}")  # noqa: S311 - no secret
        found = stream.sample(found, min(sample, len(found)))
    return found
