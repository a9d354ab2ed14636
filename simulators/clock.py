"""The only source of time and randomness.

Two clocks, as the design defines them:

* the **stopwatch** measures durations in seconds: visibility, delay, long polls,
  token expiry, lag. It is the running event loop's time, so under `virtual_loop`
  it jumps from timer to timer and a ten-minute retry costs nothing;
* the **calendar** is the business time that fakes write and print, Europe/London.
  Scenarios set it; it then moves on with the stopwatch.

Randomness comes in named streams: the same seed and name give the same numbers,
whatever other streams were asked for in between.
"""

from __future__ import annotations

import asyncio
import heapq
import random
import time
import uuid
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, NamedTuple, TypeVarTuple
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextvars import Context

LONDON = ZoneInfo("Europe/London")
_Arguments = TypeVarTuple("_Arguments")
_RESOLUTION = 1e-9
_ROOM = 1_000
# Version and variant of a UUID.
_FIXED_BITS = 0xF << 76 | 0b11 << 62
_VERSION_4 = 0x4 << 76 | 0b10 << 62
DEFAULT_CALENDAR = datetime(2026, 3, 2, 9, 0, tzinfo=LONDON)


class Calendar(NamedTuple):
    """How stopwatch seconds read as business time, until the calendar is set anew."""

    base: datetime
    since: float

    def at(self, seconds: float) -> datetime:
        """Return the aware London time at a stopwatch reading."""
        return (self.base + timedelta(seconds=seconds - self.since)).astimezone(LONDON)


class Clock:
    """Time and randomness of one world.

    `stopwatch()` is in seconds; `now()` is an aware datetime in Europe/London with
    microseconds; `local()` is the same without its zone, as the services print it.
    """

    def __init__(
        self,
        seed: int = 0,
        calendar: datetime = DEFAULT_CALENDAR,
        source: Callable[[], float] | None = None,
    ) -> None:
        """Start at `calendar`; `source` gives seconds (default: the event loop)."""
        self.seed = seed
        self._source = source or _loop_time
        self.skipped = 0.0
        self.calendar = Calendar(calendar.astimezone(UTC), self._source())
        self._now = self.calendar.since, self.calendar.at(self.calendar.since)
        self._streams: dict[str, random.Random] = {}

    def stopwatch(self) -> float:
        """Seconds on the stopwatch; only differences mean anything."""
        return self._source()

    def passed(self) -> float:
        """Seconds of the stopwatch, plus those that idle skip spared everybody.

        What ends by itself while a build waits for its next attempt (a replica's lag)
        counts these: a skipped retry delay of ten minutes has gone by for it too.
        """
        return self._source() + self.skipped

    def now(self) -> datetime:
        """Calendar time, aware, Europe/London."""
        seconds = self._source()
        if seconds != self._now[0]:
            # Asked many times a moment: a loop's time stands still while one works.
            self._now = seconds, self.calendar.at(seconds)
        return self._now[1]

    def local(self) -> datetime:
        """Calendar time as the services keep it: London wall clock, no zone."""
        return self.now().replace(tzinfo=None, fold=0)

    def set_calendar(self, moment: datetime) -> None:
        """Jump the calendar to `moment` (naive means London); stopwatch unmoved."""
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=LONDON)
        self.calendar = Calendar(moment.astimezone(UTC), self._source())
        self._now = self.calendar.since, self.calendar.at(self.calendar.since)

    def pass_time(self, seconds: float) -> None:
        """Move the calendar on by `seconds`; stopwatch unmoved."""
        self.set_calendar(self.now() + timedelta(seconds=seconds))

    async def sleep(self, seconds: float) -> None:
        """Wait on the stopwatch."""
        await asyncio.sleep(seconds)

    def stream(self, name: str) -> random.Random:
        """Return the random stream called `name`: same seed and name, same numbers."""
        if name not in self._streams:
            self._streams[name] = random.Random(f"{self.seed}/{name}")  # noqa: S311
        return self._streams[name]

    def uuid4(self, stream: str = "uuid") -> str:
        """Return a random UUID drawn from the seeded stream, as text."""
        # Without a UUID object: each event and each message has one.
        bits = self.stream(stream).getrandbits(128) & ~_FIXED_BITS | _VERSION_4
        text = f"{bits:032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

    def uuid7(self) -> uuid.UUID:
        """Return a time-ordered UUID (version 7) of the calendar's millisecond."""
        millis = int(self.now().timestamp() * 1000)
        tail = self.stream("uuid7").getrandbits(74)
        value = (millis & (1 << 48) - 1) << 80
        value |= 0x7 << 76 | (tail >> 62) << 64 | 0b10 << 62 | tail & (1 << 62) - 1
        return uuid.UUID(int=value)


def _loop_time() -> float:
    try:
        return asyncio.get_running_loop().time()
    except RuntimeError:
        return time.monotonic()


class StalledError(RuntimeError):
    """Nothing can ever happen again on the virtual loop, yet something waits."""

    def __init__(self) -> None:
        super().__init__(
            "the virtual clock stalled: a coroutine waits for something that no "
            "timer and no other coroutine will ever bring about"
        )


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose time jumps to the next timer instead of waiting for it.

    It watches no socket and no thread. `_run_once` is asyncio's own step without the
    selector, and timers lie in tuples, which compare in C: a simulated scenario takes
    a thousand steps and most of its time went there. Equal moments keep their order.
    """

    def __init__(self) -> None:
        self.virtual_now = 0.0
        super().__init__()
        self._timers: list[tuple[float, int, asyncio.TimerHandle]] = []
        self._numbers = count()
        self._room = _ROOM

    def time(self) -> float:
        """Return virtual seconds since the loop was made."""
        return self.virtual_now

    def call_at(
        self,
        when: float,
        callback: Callable[[*_Arguments], object],
        *args: *_Arguments,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """Call `callback` when virtual time reaches `when`."""
        timer = asyncio.TimerHandle(when, callback, args, self, context)
        timers = self._timers
        heapq.heappush(timers, (when, next(self._numbers), timer))
        if len(timers) > self._room:
            # Nearly every call leaves a time-out behind that was cancelled.
            timers[:] = [entry for entry in timers if not entry[2].cancelled()]
            heapq.heapify(timers)
            self._room = 2 * len(timers) + _ROOM
        return timer

    def _run_once(self) -> None:
        state = vars(self)
        ready, timers = state["_ready"], self._timers
        if not ready and not state["_stopping"]:
            self._jump()
        now = self.virtual_now + _RESOLUTION
        while timers and timers[0][0] < now:
            timer = heapq.heappop(timers)[2]
            if not timer.cancelled():
                ready.append(timer)
        for _ in range(len(ready)):
            handle = ready.popleft()
            if not handle.cancelled():
                handle._run()  # noqa: SLF001 - as asyncio's own loop does

    def _jump(self) -> None:
        timers = self._timers
        while timers and timers[0][2].cancelled():
            heapq.heappop(timers)
        if not timers:
            raise StalledError
        self.virtual_now = max(self.virtual_now, timers[0][0])


def virtual_loop() -> VirtualLoop:
    """Make a deterministic loop on virtual time, for the simulated tier."""
    return VirtualLoop()
