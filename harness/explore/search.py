"""The search: many seeded histories, each judged; the first wrong ones made short."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.explore.scripts import draw
from harness.explore.shrink import shrink
from harness.player import Line, Outcome, as_feature, play
from harness.simulated import SimulatedStack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


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


def play_once(
    lines: Sequence[Line],
    seed: int,
    defects: Sequence[str] = (),
    *,
    explain: bool = False,
) -> Outcome:
    """Play one script on a fresh simulated stack."""
    stack = SimulatedStack(seed=seed, defects=defects)
    try:
        return play(stack, f"history {seed}", lines, explain=explain)
    finally:
        stack.close()


def explore(
    seed: int,
    histories: int,
    changes: int = 10,
    defects: Sequence[str] = (),
    progress: Callable[[int], None] | None = None,
) -> Iterator[Finding]:
    """Yield every history among `histories` whose verdict is not pass.

    History `n` is drawn from seed `seed + n`, so each can be replayed alone. A
    counterexample is shortened while the same rule stays broken by the same owner.
    """
    for number in range(histories):
        own = seed + number
        lines = draw(random.Random(f"history/{own}"), changes)  # noqa: S311
        outcome = play_once(lines, own, defects)
        if progress is not None:
            progress(number + 1)
        if outcome.verdict == "pass":
            continue
        yield _shortened(own, lines, outcome, defects)


def _shortened(
    seed: int, lines: list[Line], outcome: Outcome, defects: Sequence[str]
) -> Finding:
    wanted = outcome.signature

    def breaks(trial: Sequence[Line]) -> bool:
        again = play_once(trial, seed, defects)
        if outcome.verdict != "fail":
            return again.verdict != "pass" and again.message == outcome.message
        return bool(again.signature & wanted)

    short = shrink(lines, breaks)
    return Finding(seed, short, play_once(short, seed, defects, explain=True))
