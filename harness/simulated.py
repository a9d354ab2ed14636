"""The simulated tier: world and both halves in one process, on virtual time.

Nothing is simpler than in the wire tier but the sockets. A killed half loses every
object; what it had in flight comes back when its visibility runs out, in virtual time
at once. The same seed and the same calls give the same journal, entry by entry.
"""

from __future__ import annotations

import asyncio
import gc
import hashlib
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import msgspec

from harness import environment
from harness.adapters import Latency, SimulatedHttp, SimulatedQueues, SimulatedTime
from harness.api import WorldApi
from harness.composition import Settings
from harness.control import dispatch
from harness.defects import planted
from harness.stack import ADMIN_WAIT, Stack, StackError, check_switched, targets_of
from harness.targets import HALVES, check_half
from harness.world import World
from simulators.clock import Clock, virtual_loop
from simulators.sync import settings as sync_settings
from simulators.sync.program import Half

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterable

    from harness.options import RunOptions

# Virtual seconds that settling may take: longer than every back-off of a queue
# (1 + 10 + 60 + 600 s, five attempts) with a lease of 120 s before each.
_PATIENCE = 3600.0
# What a stack makes in a common scenario stays below this many objects.
_YOUNG = 100_000

# Virtual seconds that a half's old and new instances work side by side: a user's call
# takes no time here, so a burst alone would leave them none.
_OVERLAP = 0.2


class SimulatedStack(Stack):
    """World and halves on one virtual loop, which runs while a call is under way."""

    tier = "simulated"

    def __init__(
        self,
        seed: int = 1,
        defects: Iterable[str] = (),
        options: RunOptions | None = None,
    ) -> None:
        """Compose a fresh world from `seed`, with the planted defects in force."""
        super().__init__(targets_of(options))
        self._undo = ExitStack()
        self._undo.enter_context(planted(defects))
        self._loop = virtual_loop()
        self._instances = options.instances if options is not None else 1
        self._halves: dict[str, list[Half]] = {half: [] for half in HALVES}
        # How many of a half's instances are the old build, yet to be ended.
        self._leaving: dict[str, int] = {}
        try:
            self._run(self._open(Settings(seed=seed, mode=_mode(options))))
        except BaseException:
            self.close()
            raise

    async def _open(self, settings: Settings) -> None:
        self._clock = Clock(settings.seed, source=self._loop.time)
        deliveries = Latency(self._clock, "dps")
        self.inner = World(self._clock, settings, deliveries.pause)
        self.inner.presence.patience = _PATIENCE
        kinds = {half: str(target) for half, target in self.targets.items()}
        self.inner.set_targets(kinds, {}, grace=0.0)
        self.inner.presence.idle = self._busy
        await self.inner.start()
        self.world = WorldApi(self._call)
        addresses = environment.at_host()
        self._settings = {
            half: sync_settings.read(
                half, environment.PROGRAMS[half](addresses).variables
            )
            for half in HALVES
        }
        for half in HALVES:
            if self.targets[half].traits.runs:
                await self._begin(half)

    async def _begin(self, half: str) -> None:
        for _ in range(self._instances):
            # Beside another, an instance has its own times: no two go in step.
            other = len(self._halves[half])
            latency = Latency(self._clock, f"{half}-{other}" if other else half)
            program = Half(
                self._settings[half],
                SimulatedHttp(self.inner.fakes.wire, self._clock, latency),
                SimulatedQueues(self.inner.fakes.bus, half, latency),
                SimulatedTime(self._clock),
            )
            await program.start()
            self._halves[half].append(program)

    async def _busy(self) -> list[str]:
        return [f"{half} is at work" for half in HALVES if self._at_work(half)]

    def _at_work(self, half: str) -> bool:
        return any(not program.idle for program in self._halves[half])

    def _run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return self._loop.run_until_complete(coroutine)

    def _call(self, method: str, arguments: dict[str, Any]) -> Any:
        return self._run(dispatch(self.inner, method, arguments))

    def kill(self, half: str) -> None:
        """Drop the half's tasks and objects, as a crash would."""
        self._require_runs(half)
        for program in self._take(half):
            self._run(program.kill())
        self.world.note_half(half, "killed")

    def stop(self, half: str) -> None:
        """Let the half finish what it has in hand, then end it."""
        self._require_runs(half)
        for program in self._take(half):
            self._run(program.stop())
        self.world.note_half(half, "stopped")

    def start(self, half: str) -> None:
        """Start the half afresh."""
        self.require(half, "runs")
        if self._halves[half]:
            raise StackError(f"{half} runs already")
        self.world.note_half(half, "started")
        self._run(self._begin(half))

    def running(self, half: str) -> bool:
        """Tell whether the half runs just now."""
        return bool(self._halves[check_half(half)])

    def begin_old(self, half: str) -> None:
        """Leave what runs: this tier knows one build only."""
        self._require_runs(half)

    def begin_new(self, half: str) -> None:
        """Start as many instances again beside those that run."""
        self._leaving[half] = len(self._halves[half])
        self._run(self._begin(half))
        self.world.note_half(half, "started")

    def renew(self, half: str) -> None:
        """End the instances that ran before, if they are there still."""
        if half in self._leaving:
            self.pass_time(_OVERLAP)
        for program in self._take(half, self._leaving.pop(half, 0)):
            self._run(program.stop())

    def admin(
        self,
        half: str,
        method: str,
        path: str,
        body: Any = None,
        wait: float = ADMIN_WAIT,
    ) -> dict[str, Any]:
        """Call the half's operator endpoints; on virtual time nobody grows tired."""
        self._require_runs(half)
        return self._operate(half, 0, method, path, body)

    def _operate(
        self, half: str, instance: int, method: str, path: str, body: Any
    ) -> dict[str, Any]:
        program = self._halves[half][instance]
        status, document = self._run(program.admin(method, path, body))
        return {"status": status, "body": document}

    def switch(self, half: str, event_type: str, on: bool) -> None:
        """Switch an event type of the half, live."""
        self.world.note_switch(half, event_type, on)
        for instance in range(len(self._halves[half])):
            path, body = f"/switches/{event_type}", {"on": on}
            answer = self._operate(half, instance, "PUT", path, body)
            check_switched(half, event_type, answer)

    def pass_time(self, seconds: float) -> None:
        """Let time pass: polls, leases and tokens run their course."""
        self._run(asyncio.sleep(seconds))  # virtual: nobody waits

    def digest(self) -> str:
        """Return a digest of the whole journal: equal runs have equal digests."""
        entries = [entry.as_dict() for entry in self.inner.book.entries]
        return hashlib.sha256(msgspec.json.encode(entries)).hexdigest()

    def close(self) -> None:
        """End halves and world, and take planted defects back."""
        if not self._loop.is_closed():
            self._loop.run_until_complete(self._close())
            self._loop.close()
        self._undo.close()

    async def _close(self) -> None:
        for half in HALVES:
            for program in self._take(half):
                await program.kill()
        if hasattr(self, "inner"):
            await self.inner.stop()
        rest = [t for t in asyncio.all_tasks() if t is not asyncio.current_task()]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    def _require_runs(self, half: str) -> None:
        if not self._halves[check_half(half)]:
            raise StackError(f"{half} does not run")

    def _take(self, half: str, count: int | None = None) -> list[Half]:
        """Take out a half's first instances; all of them by default."""
        if count is None:
            self._leaving.pop(half, None)
        taken = self._halves[half][:count]
        del self._halves[half][:count]
        return taken


def _mode(options: RunOptions | None) -> str:
    return options.mode if options is not None else "as-deployed"


def fresh_stack(
    seed: int = 1, defects: Iterable[str] = (), options: RunOptions | None = None
) -> SimulatedStack:
    """Return a stack for one scenario, once the last one's is cleared away.

    A stack is one heap of cycles: looking for them while it plays finds all in use,
    and one look at what is still young frees it when it is done.
    """
    gc.collect(0)
    gc.set_threshold(_YOUNG)
    return SimulatedStack(seed, defects, options)
