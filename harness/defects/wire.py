"""The score in the wire tier: processes, sockets, and the same defects.

Slow to start, so for a sample: each defect gets a world and halves of its own, and
only the scenarios that killed it in the simulated tier are played.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from harness.defects.scenarios import Play, load, play_on
from harness.defects.score import RIGHT, Row, Score, Seen, judged, score
from harness.options import RunOptions
from harness.starting import start_wire

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from harness.defects.registry import Defect

_VIRTUAL = "virtual-time"


def score_wire(
    files: Sequence[str],
    wanted: Sequence[Defect],
    *,
    seed: int = 1,
    progress: Callable[[Row], None] | None = None,
) -> Score:
    """Play each defect's killers again over sockets, until one kills it there."""
    started = time.perf_counter()
    before = score(files, wanted, seed=seed)
    plays = {one.id: one for one in load(files)}
    rows = []
    for one, known in zip(wanted, before.rows, strict=True):
        killers = [plays[seen.scenario] for seen in known.kills]
        able = [play for play in killers if _VIRTUAL not in play.tags]
        if killers and not able:
            continue  # only virtual time shows it: not for this tier
        row = _play(one, able, seed)
        rows.append(row)
        if progress is not None:
            progress(row)
    return Score(rows, len(plays), time.perf_counter() - started, seed, full=False)


def _play(one: Defect, killers: list[Play], seed: int) -> Row:
    row = Row(one.id)
    started = time.perf_counter()
    stack = start_wire(RunOptions(tier="wire", seed=seed, defects=(one.id,)))
    try:
        for killer in killers:
            begun = time.perf_counter()
            result, reason = judged(one, play_on(stack, killer), "")
            row.plays += 1
            seconds = round(time.perf_counter() - begun, 3)
            row.seen.append(Seen(killer.id, result, reason, seconds))
            if result == RIGHT:
                break
    finally:
        stack.close()
    row.seconds = time.perf_counter() - started
    return row
