"""Watching a load run from inside the world, as the journal is written.

Everything is counted while it happens; nothing is asked for and nothing is kept of a
change that is done. The watch also measures itself: how late the loop of the world's
process wakes up, how much of a core it uses, and how late requests came.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from harness.loadrun.backlog import DRAINED, Backlog
from harness.loadrun.changes import Change, Changes
from harness.loadrun.disruption import Disruption
from harness.loadrun.folding import Folding
from harness.loadrun.histogram import Histogram
from harness.loadrun.series import Series
from harness.targets import HALVES

if TYPE_CHECKING:
    from pathlib import Path

    from harness.world import World
    from simulators.journal import Entry

LOOK = 0.1
"""Seconds between looks at loop, processor and queues."""


class Watch:
    """One run: lags by half and kind, series, backlog, health."""

    def __init__(
        self, world: World, spool: Path | None, limit: float | None = None
    ) -> None:
        """Watch nothing yet; `begin` starts. What leaves memory goes into `spool`.

        With `limit`, the lag objective in seconds, disruption is watched for, too.
        """
        self._world = world
        self.folding = Folding(world, spool)
        self._clock = world.clock
        epoch = world.settings.epoch or world.clock.stopwatch
        # What the generator calls now is what our stopwatch calls now.
        self._offset = epoch() - self._clock.stopwatch()
        self._changes = Changes(
            self._action_of, self._moment, self._arrived, self._done, self._partner
        )
        self.folding.forgotten = self._changes.forget
        self.disruption = None if limit is None else Disruption(limit)
        self._backlog = Backlog()
        self._series = Series()
        self._lags: dict[tuple[str, str], Histogram] = {}
        self._troubled = {half: Histogram() for half in HALVES}
        self._sent_after = Histogram()
        self._loop = Histogram()
        self._began = self._clock.stopwatch()
        self._first = self._last = 0.0
        self._trouble: float | None = None
        self._off_since: float | None = None
        self._quiet: float | None = None
        self._drained: float | None = None
        self._depths = dict.fromkeys(HALVES, 0)
        self._actions: dict[tuple[str, str], str | None] = {}
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Listen from now on; retry delays are real from now on, none is skipped."""
        self._world.fakes.bus.idle_skip = False
        self._world.book.listen(self.hear)
        self._task = asyncio.get_running_loop().create_task(self._look())

    async def end(self) -> None:
        """Look no more; the counts stay."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        self.folding.spool.close()

    def hear(self, entry: Entry) -> None:
        """Take in one entry, until the run has ended."""
        if self._task is None:
            return
        self.folding.hear(entry)
        if entry.kind in ("copy", "fate"):
            self._backlog.hear(entry)
            return
        if entry.kind == "request":
            self._row(entry.at).calls += 1
        if self.disruption is not None:
            self.disruption.hear(entry)
        self._changes.hear(entry)

    def trouble(self, on: bool) -> None:
        """Note that an outage begins or ends: changes meanwhile are counted apart."""
        now = self._clock.stopwatch()
        if on:
            self._trouble = self._off_since = now
            self._quiet = self._drained = None
            for change in self._changes.under_way:
                change.calm = False
        else:
            self._quiet = now

    def told(self, *, whole: bool) -> dict[str, Any]:
        """Return what was measured; with `whole` the series and distributions too."""
        now = self._clock.stopwatch()
        waiting = self._changes.under_way
        document: dict[str, Any] = {
            "seconds": round(now - self._began, 3),
            "first": round(self._first - self._began, 3),
            "last": round(self._last - self._began, 3),
            "sums": asdict(self._changes.sums),
            "waiting": len(waiting),
            "oldest": round(max((now - c.intended for c in waiting), default=0.0), 3),
            "lag": {half: self._of(half).told() for half in HALVES},
            "backlog": {
                "depth": {half: self._backlog.depth(half) for half in HALVES},
                "peak": dict(self._backlog.peak),
                "dead_letters": self._backlog.dead_letters,
                "drain": self._drain(),
            },
            "health": {
                "loop": self._loop.told(),
                "sent_after": self._sent_after.told(),
                "late": round(self._sent_after.beyond(0.5), 5),
            },
            "journal": self.folding.told(),
        }
        if self.disruption is not None:
            document["disruption"] = self.disruption.told()
        if whole:
            document["kinds"] = {
                f"{half} {kind}": lags.told()
                for (half, kind), lags in sorted(self._lags.items())
            }
            document["troubled"] = {h: self._troubled[h].told() for h in HALVES}
            document["distribution"] = {h: self._of(h).steps() for h in HALVES}
            document["trouble"] = [
                None if each is None else round(each - self._began, 3)
                for each in (self._off_since, self._quiet)
            ]
            document["series"] = self._series.told()
            document["series_span"] = self._series.span
        return document

    def _of(self, half: str) -> Histogram:
        whole = Histogram()
        for (mine, _), lags in self._lags.items():
            if mine == half:
                whole.merge(lags)
        return whole

    def _drain(self) -> float | None:
        """Return the seconds from an outage's end until its backlog was worked off."""
        if self._quiet is None or self._drained is None:
            return None
        return round(self._drained - self._quiet, 3)

    def _row(self, at: float) -> Any:
        return self._series.at(at - self._began)

    def _moment(self, epoch: float) -> float:
        return epoch - self._offset

    def _action_of(self, service: str, operation: str) -> str | None:
        key = service, operation
        if key not in self._actions:
            found = self._world.fakes.wire.services[service].contract.by_id.get(
                operation
            )
            self._actions[key] = found.user_action if found is not None else None
        return self._actions[key]

    def _partner(self, note: str) -> str | None:
        """Return the id of the note's copy, as the mapping service has it."""
        notes = self._world.fakes.mapping.notes
        if note.isdecimal():
            row = notes.by_nomis_id(int(note))
            return row.dps_id if row is not None else None
        rows = notes.by_dps_id(note)
        return str(rows[0].nomis_id) if rows else None

    def _arrived(self, change: Change) -> None:
        after = change.asked - change.intended
        self._sent_after.add(after)
        row = self._row(change.intended)
        row.arrivals += 1
        row.late += after > LOOK
        if not self._first:
            self._first = change.intended
        self._last = max(self._last, change.intended)
        change.calm = self._trouble is None

    def _done(self, change: Change, at: float) -> None:
        lag = at - change.intended
        if self.disruption is not None:
            self.disruption.lag(lag)
        row = self._row(at)
        row.done += 1
        row.lags[change.half].add(lag)
        if change.calm:
            lags = self._lags.setdefault((change.half, change.kind), Histogram())
            lags.add(lag)
        else:
            self._troubled[change.half].add(lag)

    async def _look(self) -> None:
        busy = time.process_time()
        before = self._clock.stopwatch()
        while True:
            await self._clock.sleep(LOOK)
            now, used = self._clock.stopwatch(), time.process_time()
            self._loop.add(now - before - LOOK)
            row = self._row(now)
            row.busy = max(row.busy, (used - busy) / (now - before))
            for half in HALVES:
                depth = self._backlog.depth(half)
                row.depth[half] = max(row.depth[half], depth)
                row.age = max(row.age, self._backlog.age(half, now))
            self._see_drained(now)
            self.folding.tidy()
            busy, before = used, now

    def _see_drained(self, now: float) -> None:
        if self._quiet is None or self._drained is not None:
            return
        overdue = any(not change.calm for change in self._changes.under_way)
        if overdue or any(self._backlog.depth(half) > DRAINED for half in HALVES):
            return
        self._drained, self._trouble = now, None
