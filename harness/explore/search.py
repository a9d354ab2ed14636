"""The search: many seeded histories, each judged; the first wrong ones made short."""

from __future__ import annotations

import logging
import multiprocessing
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.defects.bounded import TooLong, at_most
from harness.explore.scripts import draw
from harness.explore.shrink import shrink
from harness.player import Line, Outcome, as_feature, play
from harness.simulated import fresh_stack
from harness.stack import StackError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_LIMIT = 60.0  # wall seconds of one history, many times what it takes
_SHRINKING = 600.0


@dataclass(frozen=True)
class Finding:
    """A history that the sync got wrong (or that cannot be told), shortened."""

    seed: int
    lines: list[Line]
    outcome: Outcome

    def feature(self) -> str:
        """Return it as a feature file."""
        remark = f"Found by exploring with seed {self.seed}.\n{self.outcome.message}"
        return as_feature(f"History {self.seed}", self.lines, remark)


@dataclass(frozen=True)
class Search:
    """What to play: history `n` has seed `seed + n`, so each can be replayed alone."""

    seed: int
    changes: int = 10
    defects: tuple[str, ...] = ()
    kind: str | None = None

    def lines(self, own: int) -> list[Line]:
        """Return the script of one history."""
        stream = random.Random(f"history/{own}")  # noqa: S311 - no secret
        return draw(stream, self.changes, self.kind)

    def look(self, own: int) -> Finding | None:
        """Play one history; a wrong one is returned, made short.

        It is shortened while the same rule stays broken by the same owner.
        """
        lines = self.lines(own)
        try:
            with at_most(_LIMIT):
                outcome = play_once(lines, own, self.defects)
        except TooLong:
            outcome = Outcome("unknown", f"did not end in {_LIMIT:.0f} s")
            return Finding(own, lines, outcome)
        if outcome.verdict == "pass":
            return None
        try:
            with at_most(_SHRINKING):
                return _shortened(own, lines, outcome, self.defects)
        except TooLong:
            return Finding(own, lines, outcome)


def play_once(
    lines: Sequence[Line],
    seed: int,
    defects: Sequence[str] = (),
    *,
    explain: bool = False,
) -> Outcome:
    """Play one script on a fresh simulated stack."""
    stack = fresh_stack(seed=seed, defects=defects)
    try:
        return play(stack, f"history {seed}", lines, explain=explain)
    finally:
        stack.close()


def explore(
    seed: int,
    histories: int,
    changes: int = 10,
    defects: Sequence[str] = (),
    kind: str | None = None,
) -> Iterator[Finding]:
    """Yield every history among `histories` whose verdict is not pass."""
    search = Search(seed, changes, tuple(defects), kind)
    for own in range(seed, seed + histories):
        found = search.look(own)
        if found is not None:
            yield found


def explore_with(
    search: Search,
    histories: int,
    workers: int,
    progress: Callable[[int], None] | None = None,
) -> Iterator[Finding]:
    """Yield the same findings, in the same order, played by several processes."""
    context = multiprocessing.get_context("spawn")
    seeds = range(search.seed, search.seed + histories)
    with context.Pool(workers, _begin, (search,)) as pool:
        for done, found in enumerate(pool.imap(_look, seeds, chunksize=5), start=1):
            if progress is not None:
                progress(done)
            if found is not None:
                yield found


_SEARCH: list[Search] = []


def _begin(search: Search) -> None:
    logging.disable(logging.CRITICAL)
    _SEARCH[:] = [search]


def _look(own: int) -> Finding | None:
    return _SEARCH[0].look(own)


def _shortened(
    seed: int, lines: list[Line], outcome: Outcome, defects: Sequence[str]
) -> Finding:
    wanted = outcome.signature

    def breaks(trial: Sequence[Line]) -> bool:
        try:
            again = play_once(trial, seed, defects)
        except StackError:
            return False  # such as a start without the kill that stood before it
        if outcome.verdict != "fail":
            return again.verdict != "pass" and again.message == outcome.message
        return bool(again.signature & wanted)

    short = shrink(lines, breaks)
    return Finding(seed, short, play_once(short, seed, defects, explain=True))
