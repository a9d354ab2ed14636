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
        self._halves: dict[str, Half] = {}
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
        latency = Latency(self._clock, half)
        fakes = self.inner.fakes
        program = Half(
            self._settings[half],
            SimulatedHttp(fakes.wire, self._clock, latency),
            SimulatedQueues(fakes.bus, half, latency),
            SimulatedTime(self._clock),
        )
        await program.start()
        self._halves[half] = program

    async def _busy(self) -> list[str]:
        return [f"{half} is at work" for half in HALVES if self._at_work(half)]

    def _at_work(self, half: str) -> bool:
        return half in self._halves and not self._halves[half].idle

    def _run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return self._loop.run_until_complete(coroutine)

    def _call(self, method: str, arguments: dict[str, Any]) -> Any:
        return self._run(dispatch(self.inner, method, arguments))

    def kill(self, half: str) -> None:
        """Drop the half's tasks and objects, as a crash would."""
        self._require_runs(half)
        self._run(self._halves.pop(half).kill())
        self.world.note_half(half, "killed")

    def stop(self, half: str) -> None:
        """Let the half finish what it has in hand, then end it."""
        self._require_runs(half)
        self._run(self._halves.pop(half).stop())
        self.world.note_half(half, "stopped")

    def start(self, half: str) -> None:
        """Start the half afresh."""
        self.require(half, "runs")
        if half in self._halves:
            raise StackError(f"{half} runs already")
        self.world.note_half(half, "started")
        self._run(self._begin(half))

    def running(self, half: str) -> bool:
        """Tell whether the half runs just now."""
        return check_half(half) in self._halves

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
        status, document = self._run(self._halves[half].admin(method, path, body))
        return {"status": status, "body": document}

    def switch(self, half: str, event_type: str, on: bool) -> None:
        """Switch an event type of the half, live."""
        self.world.note_switch(half, event_type, on)
        answer = self.admin(half, "PUT", f"/switches/{event_type}", {"on": on})
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
        for half in list(self._halves):
            await self._halves.pop(half).kill()
        if hasattr(self, "inner"):
            await self.inner.stop()
        rest = [t for t in asyncio.all_tasks() if t is not asyncio.current_task()]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    def _require_runs(self, half: str) -> None:
        if check_half(half) not in self._halves:
            raise StackError(f"{half} does not run")


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
