"""Which defect each scenario sees: the matrix by its other side, at a small price.

A full score plays everything against everything. Whether a scenario kills *anything*
is known after the first right kill, most often of a defect that it is tagged with.
"""

from __future__ import annotations

import multiprocessing
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.defects.blind import outline_of
from harness.defects.registry import defects
from harness.defects.scenarios import HOME, load
from harness.defects.score import RIGHT, begin, judged, play_of, played, reference

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from harness.defects.scenarios import Play

_LIMIT = 12.0


@dataclass(frozen=True)
class Sight:
    """The first defect that a scenario (one of its rows) kills, if any.

    `plays` says after how many plays, `broken` why the reference does not pass it.
    """

    scenario: str
    kills: str
    plays: int
    broken: str = ""


def look(
    files: Sequence[str],
    *,
    seed: int = 1,
    workers: int = 2,
    progress: Callable[[Sight], None] | None = None,
) -> list[Sight]:
    """Return what each scenario of the files kills first, in their order."""
    rows: dict[str, list[int]] = {}
    for index, one in enumerate(load(files)):
        rows.setdefault(outline_of(one.id), []).append(index)
    context = multiprocessing.get_context("spawn")
    found = []
    with context.Pool(workers, begin, (list(files), seed)) as pool:
        for sight in pool.imap(_look, rows.items()):
            found.append(sight)
            if progress is not None:
                progress(sight)
    return found


_HELPFUL: Counter[str] = Counter()  # which defects many scenarios see, in this worker


def _look(job: tuple[str, list[int]]) -> Sight:
    """Try the defects on one row of an outline after the other."""
    name, rows = job
    plays = 0
    for index in rows:
        seconds, broken = reference(index)
        if broken:
            return Sight(name, "", plays, broken)
        for identifier in _likeliest_first(play_of(index)):
            plays += 1
            outcome, trouble = played(index, (identifier,), _LIMIT + 3 * seconds)
            if judged(defects()[identifier], outcome, trouble)[0] == RIGHT:
                _HELPFUL[identifier] += 1
                return Sight(name, identifier, plays)
    return Sight(name, "", plays)


def _likeliest_first(play: Play) -> list[str]:
    """Order the defects: tagged ones, those at home here, those often seen."""

    def key(identifier: str) -> tuple[bool, bool, int]:
        one = defects()[identifier]
        home = any(play.feature.startswith(word) for word in HOME.get(one.group, ()))
        return not play.tags & set(one.corpus), not home, -_HELPFUL[identifier]

    return sorted((d.id for d in defects().values() if not d.equivalent), key=key)
