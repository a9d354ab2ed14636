"""One composed world and its control API.

The world owns the fakes, the bus, the journal, the clock and settling. Steps, load,
reports and console are its clients and hold no state. Every method marked `control`
takes and returns plain JSON data; in the simulated tier it is called directly, in the
wire tier through `harness.control`. `harness.api.WorldApi` documents the arguments.
"""

from __future__ import annotations

import asyncio
import contextlib
from datetime import datetime
from typing import TYPE_CHECKING, Any

from harness import topology
from harness.cast import Cast
from harness.composition import Composition, Settings
from harness.consumers import Listener, Message, Ports
from harness.control import WorldError, control
from harness.faults import FaultBoard
from harness.frontend import FrontEnd
from harness.migration import migrate
from harness.presence import Presence, describe
from harness.quirks import Quirks
from harness.scope import ScopeIndex
from harness.settle import BUILD_PATIENCE, Activity, settle
from harness.switches import Switches
from harness.targets import check_half
from harness.testimony import Testimony
from harness.users import Users
from simulators import dps
from simulators.bus.copies import DEAD, HELD, PARKED
from simulators.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from harness.loadrun.desk import Desk
    from simulators.clock import Clock
    from simulators.wire.server import Server

_AT_REST = frozenset({HELD, DEAD, PARKED})
# Seconds between looks at a fault: a hung call leaves no journal entry.
_GLANCE = 0.005
# Calendar seconds between two actions of users.
_BETWEEN_ACTIONS = 1.0


async def _at_once() -> None:
    """Take no time: the wire tier's sockets already do."""


class World:
    """Everything round the two halves of the sync."""

    def __init__(
        self,
        clock: Clock,
        settings: Settings | None = None,
        pause: Callable[[], Awaitable[None]] = _at_once,
    ) -> None:
        """Compose; nothing runs before `start`. `pause` takes a delivery's time."""
        self.settings = settings or Settings()
        self.clock = clock
        self.book = Journal(clock)
        self.index = ScopeIndex()
        self.book.listen(self.index.learn)
        self.activity = Activity(clock, self.book)
        self.fakes = Composition(clock, self.book, self.settings)
        self.switches = Switches(self.book, self.fakes.nomis)
        self.cast = Cast(clock, self.fakes, self.switches)
        self.users = Users(self.fakes.wire, self.fakes.auth)
        self.front_end = FrontEnd(self.users, self.cast, self.switches)
        self.faults = FaultBoard(self.fakes.wire, self.fakes.bus)
        self.testimony = Testimony(self)
        self.quirks = Quirks(self)
        self.server: Server | None = None
        self.addresses: dict[str, Any] = {}
        self.presence = Presence(self.book, self.fakes.bus)
        self._listener = Listener(
            self.fakes.bus,
            topology.DPS_DOMAIN_EVENTS.name,
            self._hear,
            self.activity.wake,
            pause,
        )
        # With one half down its queue would stop the clock of the other's retries.
        self.fakes.bus.skipper.attended = self.presence.consumed
        self.fakes.bus.skipper.at_work = self.activity.at_work
        self.activity.on_answer = self.fakes.bus.skipper.ended
        self._tasks: list[asyncio.Task[None]] = []
        self._desk: Desk | None = None

    async def start(self) -> None:
        """Start what runs inside the world: the queue listener of DPS."""
        self._tasks.append(asyncio.create_task(self._listener.run()))

    async def stop(self) -> None:
        """End everything that `start` began."""
        if self._desk is not None:
            await self._desk.end()
        self.fakes.bus.skipper.stop()
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self._tasks.clear()

    async def _hear(self, message: Message, message_id: str) -> None:
        ports = Ports(self.fakes.wire, "dps", message_id)
        await dps.handle(self.fakes.dps, message, ports)
        await self.fakes.publish_outbox("dps", message_id)

    # -- who takes part ----------------------------------------------------------

    @control
    def add_prison(
        self,
        code: str | None = None,
        nomis_screens: bool = True,
        dps_service: bool = True,
        alert_writer: str = "nomis",
    ) -> dict[str, Any]:
        """See `WorldApi.add_prison`."""
        return self.cast.add_prison(code, nomis_screens, dps_service, alert_writer)

    @control
    def add_staff(
        self,
        kind: str = "both",
        accounts: int = 1,
        prison: str | None = None,
        name: str | None = None,
    ) -> dict[str, Any]:
        """See `WorldApi.add_staff`."""
        return self.cast.add_staff(kind, accounts, prison, name)

    @control
    def add_prisoner(self, prison: str) -> dict[str, Any]:
        """See `WorldApi.add_prisoner`."""
        return self.cast.add_prisoner(prison)

    # -- what users do -----------------------------------------------------------

    @control
    async def act(
        self,
        service: str,
        operation: str,
        path: dict[str, Any] | None = None,
        query: dict[str, Any] | None = None,
        body: Any = None,
        user: str | None = None,
        roles: list[str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        """See `WorldApi.act`."""
        self._people_take_time()
        return await self.users.act(
            service, operation, path, query, body, user, roles, headers
        )

    @control
    async def write_note_as_dps_user(
        self,
        prisoner: str,
        user: str,
        text: str,
        type: str = "GEN",  # noqa: A002 - the domain's word
        sub_type: str = "OSE",
        occurred: str | None = None,
    ) -> dict[str, Any]:
        """See `WorldApi.write_note_as_dps_user`."""
        self._people_take_time()
        return await self.front_end.write_note(
            prisoner, user, text, type, sub_type, occurred
        )

    @control
    async def amend_note_as_dps_user(
        self, prisoner: str, user: str, note: str, text: str
    ) -> dict[str, Any]:
        """See `WorldApi.amend_note_as_dps_user`."""
        return await self.front_end.amend_note(prisoner, user, note, text)

    def _people_take_time(self) -> None:
        """Let the calendar go on before each action of a user.

        NOMIS tells equal amendments apart by the second only: scenarios are played
        faster than people type, and must not meet that limit by accident.
        """
        self.clock.pass_time(_BETWEEN_ACTIONS)

    # -- faults, time, switches --------------------------------------------------

    @control
    def hold(
        self,
        subjects: list[str] | None = None,
        queue: str | None = None,
        type: str | None = None,  # noqa: A002 - the domain's word
    ) -> str:
        """See `WorldApi.hold`."""
        return self.faults.hold(self._expand(subjects), queue, type)

    @control
    def release(self, id: str) -> None:  # noqa: A002 - what `hold` returned
        """See `WorldApi.release`."""
        self.faults.release(id)

    @control
    def fault(self, service: str, kind: str, fields: dict[str, Any]) -> str:
        """See `WorldApi.fault`."""
        planned = self.faults.plan_call_fault(service, kind, fields)
        self.presence.bear(kind, float(fields.get("delay") or 0.0))
        return planned

    @control
    def delivery_fault(self, kind: str, fields: dict[str, Any]) -> str:
        """See `WorldApi.delivery_fault`."""
        return self.faults.plan_delivery_fault(kind, fields)

    @control
    def clear_faults(self, ids: list[str] | None = None) -> None:
        """See `WorldApi.clear_faults`."""
        self.faults.clear(ids)

    @control
    async def await_fault(
        self,
        id: str,  # noqa: A002 - what `fault` returned
        timeout: float | None = None,  # noqa: ASYNC109 - an outcome, not an exception
    ) -> bool:
        """See `WorldApi.await_fault`."""
        if timeout is None:
            timeout = min(self.presence.patience, BUILD_PATIENCE)
        deadline = self.clock.stopwatch() + timeout
        while not self.faults.applied(id):
            left = deadline - self.clock.stopwatch()
            if left <= 0:
                return False
            await self.activity.change(min(left, _GLANCE))
        return True

    @control
    async def outage(self, service: str, on: bool) -> None:
        """See `WorldApi.outage`."""
        self.faults.check_service(service)
        action = "set" if on else "removed"
        self.book.write("fault", fault=f"outage of {service}", action=action)
        if self.server is not None:
            await self.server.outage(service, on)
        else:
            self.fakes.wire.outage(service, on)

    @control
    def calendar(self, moment: str) -> None:
        """See `WorldApi.calendar`."""
        try:
            self.clock.set_calendar(datetime.fromisoformat(moment))
        except ValueError:
            raise WorldError(
                f"{moment!r} is no ISO date-time; write 2026-10-25T01:30:00"
            ) from None
        self.book.write("calendar", moment=moment)

    @control
    def switch(self, name: str, scope: str, on: bool | str) -> None:
        """See `WorldApi.switch`."""
        self.switches.flip(name, scope, on)

    @control
    def set_targets(
        self, kinds: dict[str, str], admin: dict[str, list[str]], grace: float
    ) -> None:
        """See `WorldApi.set_targets`."""
        self.presence.set_targets(kinds, admin, grace)

    @control
    def note_switch(self, half: str, event_type: str, on: bool) -> None:
        """See `WorldApi.note_switch`."""
        self.book.write("switch", name=event_type, scope=check_half(half), on=on)

    @control
    def note_half(self, half: str, action: str) -> None:
        """See `WorldApi.note_half`."""
        self.presence.note(half, action)

    # -- what no user could do ---------------------------------------------------

    @control
    def option(self, name: str, value: Any) -> None:
        """See `WorldApi.option`."""
        self.quirks.option(name, value)

    @control
    def seed_note(self, note: dict[str, Any]) -> int:
        """See `WorldApi.seed_note`."""
        return self.quirks.seed_note(note)

    @control
    def tamper(
        self, note: int | str, text: str | None = None, where: str = "nomis"
    ) -> None:
        """See `WorldApi.tamper`."""
        self.quirks.tamper(note, text, where)

    @control
    def redeliver(self, seq: int) -> None:
        """See `WorldApi.redeliver`."""
        self.quirks.redeliver(seq)

    @control
    def redrive(self, queue: str, scope: list[str]) -> int:
        """See `WorldApi.redrive`."""
        return self.quirks.redrive(queue, scope)

    @control
    def missing_alert_notes(self, scope: list[str]) -> list[dict[str, Any]]:
        """See `WorldApi.missing_alert_notes`."""
        return self.quirks.missing_alert_notes(scope)

    @control
    def migrate(self, prisoner: str) -> list[dict[str, Any]]:
        """See `WorldApi.migrate`."""
        return migrate(self.fakes, prisoner)

    # -- waiting and judging -----------------------------------------------------

    @control
    async def settle(
        self,
        scope: list[str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - an outcome, not an exception
    ) -> dict[str, Any]:
        """See `WorldApi.settle`."""
        outcome = await settle(
            self.activity,
            self.clock,
            lambda: self._expand(scope),
            self.moving,
            idle=self.presence.idle,
            grace=self.presence.grace,
            timeout=self.presence.patience if timeout is None else timeout,
        )
        return dict(vars(outcome))

    @control
    def judge(
        self,
        scope: list[str],
        expectations: dict[str, Any] | None = None,
        since: int = 0,
    ) -> dict[str, Any]:
        """See `WorldApi.judge`."""
        return self.testimony.judge(scope, expectations or {}, since)

    @control
    def late_effects(self) -> list[dict[str, Any]]:
        """See `WorldApi.late_effects`."""
        return self.testimony.late_effects()

    @control
    def keep_baseline(self, scope: list[str]) -> None:
        """See `WorldApi.keep_baseline`."""
        self.testimony.keep_baseline(scope)

    @control
    def snapshot(self, scope: list[str] | None = None) -> dict[str, Any]:
        """See `WorldApi.snapshot`."""
        return self.testimony.snapshot(scope)

    @control
    def timeline(
        self, scope: list[str], since: int = 0, notes: list[str] | None = None
    ) -> str:
        """See `WorldApi.timeline`."""
        return self.testimony.timeline(scope, since, notes)

    @control
    def explain(
        self,
        scope: list[str],
        expectations: dict[str, Any] | None = None,
        since: int = 0,
        notes: list[str] | None = None,
    ) -> dict[str, Any]:
        """See `WorldApi.explain`."""
        return self.testimony.explain(scope, expectations or {}, since, notes)

    @control
    def journal(
        self,
        since: int = 0,
        scope: list[str] | None = None,
        kinds: list[str] | None = None,
    ) -> list[dict[str, Any]]:
        """See `WorldApi.journal`."""
        return self.testimony.entries(scope, since, kinds)

    @control
    def ledger(self, scope: list[str] | None = None) -> list[dict[str, Any]]:
        """See `WorldApi.ledger`."""
        copies = self.fakes.bus.ledger.copies(self._expand(scope))
        return [copy.as_dict() for copy in copies]

    @control
    def quarantine(self, scope: list[str]) -> int:
        """See `WorldApi.quarantine`."""
        moving = [
            copy
            for copy in self.fakes.bus.ledger.open(self._expand(scope))
            if copy.state not in _AT_REST
        ]
        for copy in moving:
            self.fakes.bus.queue(copy.queue).end(copy, "purged")
        self.fakes.bus.skipper.stirred()
        return len(moving)

    @control
    def queues(self) -> list[dict[str, Any]]:
        """See `WorldApi.queues`."""
        owners = {plan.name: plan.owner for plan in topology.PLANS}
        return [
            {
                "name": name,
                "owner": owners.get(name),
                "counts": dict(queue.shelf.counts),
                "polls": len(queue.waiters),
            }
            for name, queue in sorted(self.fakes.bus.queues.items())
        ]

    @control
    def mark(self, text: str, scenario: str) -> int:
        """See `WorldApi.mark`."""
        return self.book.write("step", text=text, scenario=scenario).seq

    @control
    def begin(self, scenario: str) -> int:
        """See `WorldApi.begin`."""
        return self.book.write("step", text="begins", scenario=scenario).seq

    @control
    async def load(self, action: str, fields: dict[str, Any]) -> dict[str, Any]:
        """See `WorldApi.load`."""
        # The world starts faster without what only a load run needs.
        if self._desk is None:
            from harness.loadrun.desk import Desk

            self._desk = Desk(self)
        return await self._desk.serve(action, fields)

    @control
    def judge_load(self, scope: list[str], since: int = 0) -> dict[str, Any]:
        """See `WorldApi.judge_load`."""
        if self._desk is None:
            raise WorldError("no load run has begun here")
        return self._desk.judge(scope, since)

    @control
    def about(self) -> dict[str, Any]:
        """See `WorldApi.about`."""
        services = self.fakes.wire.services
        return {
            "seed": self.settings.seed,
            "mode": self.settings.mode,
            "calendar": self.clock.local().isoformat(),
            "services": {
                name: sorted(service.contract.by_id)
                for name, service in sorted(services.items())
            },
            "addresses": self.addresses,
            "broken": [str(error) for error in self.fakes.wire.broken],
        }

    # -- what still moves --------------------------------------------------------

    def _expand(self, scope: list[str] | None) -> frozenset[str] | None:
        return None if scope is None else self.index.subjects(scope)

    def moving(self, subjects: frozenset[str] | None) -> Iterator[str]:
        """Yield what of the subjects still moves, in words; nothing when all rests."""
        for copy in self.fakes.bus.ledger.open(subjects):
            if copy.state not in _AT_REST and self.presence.consumed(copy.queue):
                yield describe(copy)
        for entry in self.activity.open_requests(subjects):
            yield (
                f"request {entry.seq} of {entry['client']} is open: "
                f"{entry['method']} {entry['service']} {entry['path']}"
            )
        for name in self.fakes.outboxes():
            yield f"the outbox of {name} is not published yet"
        if waiting := self.fakes.relay.pending(subjects):
            yield f"the events relay still holds {waiting} NOMIS events"
        if self._listener.busy:
            yield f"DPS handles {self._listener.busy} messages of its queue"
