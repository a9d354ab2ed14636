"""What a world does for a load run: fill the estate, watch, set the services' pace."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from harness.control import WorldError
from harness.loadrun.filling import Filling
from harness.loadrun.planting import plant
from harness.loadrun.watch import Watch
from simulators import estate
from simulators.wire.pacing import Pace

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.world import World


class Desk:
    """The load runs of one world, one after the other; the actions are listed below."""

    def __init__(self, world: World) -> None:
        """Watch nothing yet."""
        self._world = world
        self._watch: Watch | None = None
        self._filling: Filling | None = None
        self._actions: dict[str, Callable[..., Any]] = {
            "begin": self.begin,
            "trouble": self.trouble,
            "look": self.look,
            "report": self.report,
            "estate": self.estate,
            "plant": self.plant,
        }

    async def serve(self, action: str, fields: dict[str, Any]) -> dict[str, Any]:
        """Do one action with what it takes; WorldError says what there is."""
        if action not in self._actions:
            raise WorldError(f"{action!r}: use one of {', '.join(self._actions)}")
        method = self._actions[action]
        try:
            inspect.signature(method).bind(**fields)
        except TypeError as error:
            raise WorldError(f"load {action}: {error}") from None
        result = method(**fields)
        told: dict[str, Any] = await result if inspect.isawaitable(result) else result
        return told

    def judge(self, scope: list[str], since: int) -> dict[str, Any]:
        """See `WorldApi.judge_load`."""
        if self._watch is None:
            raise WorldError("no load run has begun here")
        return self._watch.folding.judge(scope, since)

    async def end(self) -> None:
        """Stop watching."""
        if self._watch is not None:
            await self._watch.end()
            self._watch.folding.spool.end()

    async def begin(
        self,
        latency: dict[str, dict[str, Any]] | None = None,
        disruption: float | None = None,
    ) -> dict[str, Any]:
        """Watch from now on; calls take the times of `latency` (see `wire.pacing`).

        `disruption`, a lag in seconds, asks to watch for what users notice, too.
        """
        world = self._world
        try:
            pace = Pace(world.clock, latency) if latency else None
        except ValueError as error:
            raise WorldError(str(error)) from None
        world.fakes.wire.pace = pace
        await self.end()
        self._watch = Watch(world, world.settings.spool, disruption)
        self._watch.begin()
        return self.look()

    def trouble(self, on: bool) -> dict[str, Any]:
        """Note that an outage begins or ends."""
        self._watched.trouble(on)
        return self.look()

    def look(self) -> dict[str, Any]:
        """Return what was measured so far."""
        return self._watched.told(whole=False)

    def report(self) -> dict[str, Any]:
        """Return what was measured, with series and distributions."""
        return self._watched.told(whole=True)

    def estate(
        self,
        prisoners: int,
        mapped: bool = True,
        listed: int = 0,
        giant: bool = False,
    ) -> dict[str, Any]:
        """Put the estate behind the fakes; returns so many `prisoners` of it.

        Each is as `Filling.introduce` says; their state is the baseline of judging.
        Without `mapped` histories stand in NOMIS alone. NOMIS lists `listed` more,
        whose histories are there when they are asked for. With `giant` the largest
        prisoner is among those returned.
        """
        world = self._world
        if self._filling is None:
            prisons = [world.add_prison()["code"] for _ in range(estate.PRISONS)]
            whole = estate.Estate(world.settings.seed)
            self._filling = Filling(world.fakes, whole, prisons, mapped=mapped)
            world.fakes.wire.touch = self._filling.touch
        filling = self._filling
        if filling.mapped != mapped:
            where = "on both sides" if filling.mapped else "in NOMIS alone"
            raise WorldError(f"the estate stands {where} here: start a new world")
        known = filling.changed.union(filling.listed)
        draw = world.clock.stream("estate")
        wanted = prisoners + listed
        drawn = draw.sample(range(estate.PRISONERS), wanted + len(known) + 1)
        first = [estate.GIANT] if giant else []
        rest = [one for one in drawn if one not in known and one != estate.GIANT]
        chosen = [*first, *rest][:wanted]
        told = [filling.introduce(index) for index in chosen[:prisoners]]
        if told:
            world.testimony.keep_baseline([one["prisoner"] for one in told])
        filling.list_in_nomis(chosen[prisoners:])
        return {
            "prisoners": told,
            "listed": [filling.estate.number(index) for index in filling.listed],
            "estate": estate.PRISONERS,
        }

    def plant(self, each: int) -> dict[str, Any]:
        """Plant mismatches in listed prisoners, `each` of every kind; returns them."""
        if self._filling is None:
            raise WorldError("no estate is behind the fakes yet: ask for it first")
        return {"planted": plant(self._world.fakes, self._filling, each)}

    @property
    def _watched(self) -> Watch:
        if self._watch is None:
            raise WorldError("no load run has begun here; `begin` comes first")
        return self._watch
