"""The score: every defect against the scenarios, and which of them see it.

A **right kill** is a failed scenario with a violation that names an expected rule, an
expected owner and a note or prisoner (or, for defects that only a report shows, the
`Then` line that failed). Everything else that went wrong is **noise** and never
counts: another rule, a step that could not be done, a time-out, a crash.
"""

from __future__ import annotations

import logging
import multiprocessing
import time
from asyncio import CancelledError
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from harness.defects.blind import without_kill
from harness.defects.bounded import TooLong, at_most
from harness.defects.diagnosis import signature
from harness.defects.registry import Defect, defects
from harness.defects.scenarios import likeliest_first, load, play_simulated

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from harness.defects.scenarios import Play
    from harness.player import Outcome

RIGHT, NOISE, PASS = "right", "noise", "pass"
ENOUGH = 2
TELLING = 10
"""Of each group so many defects (all, in a smaller group) must be killed twice."""
_LIMIT = 12.0  # wall seconds a scenario may take under a defect, beyond thrice its own


@dataclass
class Seen:
    """What one scenario showed of one defect."""

    scenario: str
    result: str
    reason: str
    seconds: float
    signature: str = ""


@dataclass
class Row:
    """One defect: which scenarios killed it and which made only noise."""

    id: str
    plays: int = 0
    seconds: float = 0.0
    seen: list[Seen] = field(default_factory=list)

    @property
    def kills(self) -> list[Seen]:
        """Return the right kills."""
        return [one for one in self.seen if one.result == RIGHT]

    @property
    def noise(self) -> list[Seen]:
        """Return what went wrong for another reason."""
        return [one for one in self.seen if one.result == NOISE]


@dataclass
class Score:
    """The whole matrix; `broken` are scenarios that the reference itself fails."""

    rows: list[Row]
    scenarios: int
    seconds: float
    seed: int
    full: bool
    broken: dict[str, str] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)

    @property
    def survivors(self) -> list[Row]:
        """Return the defects that nothing killed, equivalent ones left out."""
        return [
            row
            for row in self.rows
            if not row.kills and not defects()[row.id].equivalent
        ]

    @property
    def no_longer_equal(self) -> list[Row]:
        """Return the defects that are called equivalent and yet were killed."""
        return [row for row in self.rows if row.kills and defects()[row.id].equivalent]

    def barely(self) -> dict[str, list[str]]:
        """Return, for groups with too few defects killed twice, those killed once."""
        found: dict[str, list[str]] = {}
        living = [row for row in self.rows if not defects()[row.id].equivalent]
        for group in {defects()[row.id].group for row in living}:
            rows = [row for row in living if defects()[row.id].group == group]
            twice = sum(len(row.kills) >= ENOUGH for row in rows)
            if twice < min(TELLING, len(rows)):
                found[group] = [row.id for row in rows if len(row.kills) == 1]
        return dict(sorted(found.items()))

    def blind(self) -> list[str]:
        """Return the scenarios that killed nothing (only a full score knows)."""
        killing = (one.scenario for row in self.rows for one in row.kills)
        return without_kill(self.names, killing)

    def as_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)


def score(
    files: Sequence[str],
    wanted: Sequence[Defect],
    *,
    seed: int = 1,
    workers: int = 2,
    full: bool = False,
    plays: int | None = None,
    kills: int = ENOUGH,
    able: Callable[[Play], bool] | None = None,
    progress: Callable[[Row], None] | None = None,
) -> Score:
    """Play until each defect has two right kills (`full`: play everything).

    `kills` are enough, and the second is looked for in the 25 scenarios after the
    first and in all that are tagged with the entry; `plays` gives up on a defect after
    so many scenarios; `able` says which scenarios may be played at all.
    """
    started = time.perf_counter()
    context = multiprocessing.get_context("spawn")
    known = load(files)
    usable = {i for i, one in enumerate(known) if able is None or able(one)}
    total = range(len(known))
    with context.Pool(workers, begin, (list(files), seed)) as pool:
        base = pool.map(reference, total, chunksize=4)
        broken = {known[i].id: base[i][1] for i in total if base[i][1]}
        cost = [seconds for seconds, _ in base]
        sound = {i for i in usable if known[i].id not in broken}
        jobs = []
        for one in wanted:
            order = [i for i in likeliest_first(one, known, cost) if i in sound]
            jobs.append((one.id, order[:plays], len(known) if full else kills))
        rows: list[Row] = []
        for row in pool.imap_unordered(play_defect, [(*job, cost) for job in jobs]):
            rows.append(row)
            if progress is not None:
                progress(row)
    place = {one.id: number for number, one in enumerate(wanted)}
    rows.sort(key=lambda row: place[row.id])
    return Score(
        rows,
        len(known),
        time.perf_counter() - started,
        seed,
        full,
        broken,
        [known[i].id for i in sorted(sound)],
    )


_WORKER: dict[str, Any] = {}
Job = tuple[str, list[int], int, list[float]]


def begin(files: list[str], seed: int) -> None:
    """Make a worker process ready."""
    # What the broken sync reports to its operators would drown the table.
    logging.disable(logging.CRITICAL)
    _WORKER["plays"], _WORKER["seed"] = load(files), seed
    defects()


def play_of(index: int) -> Play:
    """Return a worker's scenario."""
    play: Play = _WORKER["plays"][index]
    return play


def reference(index: int) -> tuple[float, str]:
    """Play on the reference as it is: seconds, and why it does not pass."""
    started = time.perf_counter()
    outcome, trouble = played(index, (), 120.0)
    reason = trouble
    if outcome is not None and outcome.verdict != "pass":
        reason = f"{outcome.verdict}: {outcome.message}"
    return time.perf_counter() - started, reason


def play_defect(job: Job) -> Row:
    """Play scenarios with one defect: its id, their order, enough kills, costs."""
    identifier, order, kills, cost = job
    one, row, first = defects()[identifier], Row(identifier), 0
    for index in order:
        started = time.perf_counter()
        outcome, trouble = played(index, (identifier,), _LIMIT + 3 * cost[index])
        seconds = time.perf_counter() - started
        row.plays += 1
        row.seconds += seconds
        result, reason = judged(one, outcome, trouble)
        if result != PASS:
            name = _WORKER["plays"][index].id
            row.seen.append(
                Seen(name, result, reason, round(seconds, 3), _signature(outcome))
            )
        if result == RIGHT and len(row.kills) == 1:
            first = row.plays
        if len(row.kills) >= kills or (one.equivalent and row.plays >= _EQUIVALENT):
            break
        made_for_it = _WORKER["plays"][index].tags & set(one.corpus)
        late = row.plays >= first + _SECOND and not made_for_it
        if row.kills and kills == ENOUGH and late:
            break
    return row


# What no scenario can show need not be shown by all; and a second kill is looked for
# among the likeliest scenarios only: all tagged with the entry, and a few more.
_EQUIVALENT = 25
_SECOND = 25


def played(
    index: int, planted: Sequence[str], limit: float
) -> tuple[Outcome | None, str]:
    """Play in a worker with these defects: the outcome, or what went wrong instead."""
    try:
        with at_most(limit):
            return play_simulated(_WORKER["plays"][index], _WORKER["seed"], planted), ""
    except TooLong:
        return None, f"time-out after {limit:.0f} s"
    except (Exception, CancelledError) as error:  # noqa: BLE001 - noise, and shown
        return None, f"crash: {type(error).__name__}: {error}"


def _signature(outcome: Outcome | None) -> str:
    report = outcome.report if outcome is not None else None
    return signature((report or {}).get("violations", []))


def judged(one: Defect, outcome: Outcome | None, trouble: str) -> tuple[str, str]:
    """Say whether an outcome is a right kill, noise or nothing, and why."""
    if outcome is None:
        return NOISE, trouble
    if outcome.verdict == "pass":
        return PASS, ""
    if outcome.verdict == "fail":
        violations = (outcome.report or {}).get("violations", [])
        for violation in violations:
            if is_right(one, violation):
                return RIGHT, f"{violation['rule']} by {violation['owner']}"
        if one.line and outcome.line.startswith(one.line):
            return RIGHT, outcome.line
        pairs = sorted({f"{v['rule']} by {v['owner']}" for v in violations})
        what = ", ".join(pairs) or f"{outcome.line}: {outcome.message}"
        return NOISE, what[:300]
    return NOISE, f"{outcome.verdict}: {outcome.message}"[:300]


def is_right(one: Defect, violation: dict[str, Any]) -> bool:
    """Whether a violation names what the defect was said to show."""
    return (
        violation["rule"] in one.rules
        and violation["owner"] in one.owners
        and bool(violation.get("note") or violation.get("prisoner"))
    )
