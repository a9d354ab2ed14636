"""What a world does for a load run: fill the estate, watch, set the services' pace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.control import WorldError
from harness.loadrun.filling import Filling
from harness.loadrun.watch import Watch
from simulators import estate
from simulators.wire.pacing import Pace

if TYPE_CHECKING:
    from harness.world import World


class Desk:
    """The load runs of one world, one after the other."""

    def __init__(self, world: World) -> None:
        """Watch nothing yet."""
        self._world = world
        self._watch: Watch | None = None
        self._filling: Filling | None = None

    async def serve(
        self,
        action: str,
        on: bool,
        latency: dict[str, dict[str, Any]] | None,
        prisoners: int,
    ) -> dict[str, Any]:
        """See `WorldApi.load`."""
        if action == "estate":
            return self._fill(prisoners)
        if action == "begin":
            await self._begin(latency)
        if self._watch is None:
            raise WorldError(f"no load run has begun here; {action!r} comes later")
        if action == "trouble":
            self._watch.trouble(on)
        elif action not in ("begin", "look", "report"):
            raise WorldError(f"{action!r}: use begin, trouble, look or report")
        return self._watch.told(whole=action == "report")

    async def end(self) -> None:
        """Stop watching."""
        if self._watch is not None:
            await self._watch.end()

    async def _begin(self, latency: dict[str, dict[str, Any]] | None) -> None:
        world = self._world
        try:
            pace = Pace(world.clock, latency) if latency else None
        except ValueError as error:
            raise WorldError(str(error)) from None
        world.fakes.wire.pace = pace
        await self.end()
        self._watch = Watch(world)
        self._watch.begin()

    def _fill(self, prisoners: int) -> dict[str, Any]:
        """Put the estate behind the fakes; returns some of its prisoners."""
        world = self._world
        if self._filling is None:
            prisons = [world.add_prison()["code"] for _ in range(estate.PRISONS)]
            self._filling = Filling(
                world.fakes, estate.Estate(world.settings.seed), prisons, mapped=True
            )
            world.fakes.wire.touch = self._filling.touch
        draw = world.clock.stream("estate")
        chosen = draw.sample(range(estate.PRISONERS), prisoners)
        numbers = [self._filling.fill(index, writes=True) for index in chosen]
        if numbers:
            world.testimony.keep_baseline(numbers)
        return {"prisoners": numbers, "estate": estate.PRISONERS}
