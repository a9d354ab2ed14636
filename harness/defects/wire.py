"""The score in the wire tier: whether sockets show the same kills.

Slow to start, so for a sample: what kills a defect in the simulated tier is played
again over sockets, each on a world and halves of its own, and must kill it there too.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.defects.scenarios import Play, load, play_on
from harness.defects.score import RIGHT, Row, Score, Seen, judged, score
from harness.options import RunOptions
from harness.starting import for_scenarios, start_wire

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from harness.defects.registry import Defect

_VIRTUAL = "virtual-time"
# Over sockets no seed says which of two crossing messages comes first.
_TURNS = 3
_NOT_OVER_WIRE = (
    "no scenario that sockets can play kills it: what does is tagged @virtual-time, "
    "since the sync's own clock must be moved"
)
SURVIVES = "nothing kills it in the simulated tier: mend that first"


@dataclass
class Agreement:
    """How the kills over sockets compare with the simulated ones.

    `out` has the defects that are not for this tier (or not killed at all), with the
    reason; `differing` says, one a line, which kill was not repeated, and `missing`
    names the defects of which none was.
    """

    wire: Score
    compared: int = 0
    equal: int = 0
    out: dict[str, str] = field(default_factory=dict)
    differing: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)

    @property
    def missing(self) -> list[str]:
        """Return the defects that are killed in the simulated tier only."""
        return [row.id for row in self.wire.rows if not row.kills]


def score_wire(
    files: Sequence[str],
    wanted: Sequence[Defect],
    *,
    enough: int | None = None,
    seed: int = 1,
    workers: int = 2,
    minutes: float | None = None,
    progress: Callable[[Row], None] | None = None,
) -> Agreement:
    """Play each defect's simulated killers again over sockets.

    `enough` ends it after so many defects, those that are not for this tier not
    counted: `wanted` is in the order of the sample. After `minutes` none is begun.
    """
    started = time.perf_counter()
    plays = {one.id: one for one in load(files)}
    result = Agreement(Score([], len(plays), 0.0, seed, full=False))
    left = list(wanted)
    late = False
    while left and not late and len(result.wire.rows) < (enough or len(wanted)):
        size = (enough or len(wanted)) - len(result.wire.rows)
        portion, left = left[:size], left[size:]
        before = score(files, portion, seed=seed, workers=workers, able=_is_able)
        for one, known in zip(portion, before.rows, strict=True):
            late = bool(minutes and time.perf_counter() - started > 60 * minutes)
            if late:
                result.late.append(one.id)
                continue
            if not known.kills:
                result.out[one.id] = _why_out(one, files, seed, workers)
                continue
            row = _play_all(one, known, plays, result)
            result.wire.rows.append(row)
            if progress is not None:
                progress(row)
    result.wire.seconds = time.perf_counter() - started
    return result


def _is_able(play: Play) -> bool:
    """Whether sockets can play it."""
    return _VIRTUAL not in play.tags


def _why_out(one: Defect, files: Sequence[str], seed: int, workers: int) -> str:
    anywhere = score(files, [one], seed=seed, workers=workers, kills=1)
    return _NOT_OVER_WIRE if anywhere.rows[0].kills else SURVIVES


def _play_all(
    one: Defect, known: Row, plays: dict[str, Play], result: Agreement
) -> Row:
    row = Row(one.id)
    for kill in known.kills:
        for turn in range(_TURNS):
            seen = _play(one, plays[kill.scenario], result.wire.seed + turn)
            if seen.result == RIGHT:
                break
        row.seen.append(seen)
        row.plays += 1
        row.seconds += seen.seconds
        result.compared += 1
        if seen.result == RIGHT:
            result.equal += 1
        else:
            result.differing.append(
                f"{one.id} in {kill.scenario}: simulated {kill.reason}; over sockets "
                f"{seen.reason or 'nothing was seen'}"
            )
    return row


def _play(one: Defect, killer: Play, seed: int) -> Seen:
    """Play on a stack of its own: what a defect leaves behind spoils nothing else."""
    begun = time.perf_counter()
    options = RunOptions(tier="wire", seed=seed, defects=(one.id,))
    stack = start_wire(for_scenarios(options))
    try:
        result, reason = judged(one, play_on(stack, killer), "")
    except Exception as error:  # noqa: BLE001 - noise, and shown
        result, reason = "noise", f"crash: {type(error).__name__}: {error}"
    finally:
        stack.close()
    return Seen(killer.id, result, reason, round(time.perf_counter() - begun, 3))
