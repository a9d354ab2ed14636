"""One world's parts put together: fakes on the Wire, topics and queues on the Bus."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from harness import credentials, topology
from simulators import alerts, auth, dps, mapping, nomis, periphery, relay
from simulators.bus import Bus
from simulators.wire.message import OWN_QUEUE
from simulators.wire.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from simulators.alerts.model import AlertsModel
    from simulators.clock import Clock
    from simulators.dps.model import DpsModel
    from simulators.journal import Journal
    from simulators.mapping.model import MappingModel
    from simulators.nomis.model import Nomis
    from simulators.wire.message import OutboxEvent

MODES = ("as-deployed", "as-intended")


@dataclass(frozen=True)
class Settings:
    """What a world is made with.

    `mode` says whether the fakes keep the real services' own faults; `epoch` gives the
    seconds by which tokens expire (None: the stopwatch). A long load run's journal
    goes into the folder `spool` (None: one for a while).
    """

    seed: int = 1
    mode: str = "as-deployed"
    epoch: Callable[[], float] | None = None
    spool: Path | None = None

    def __post_init__(self) -> None:
        """Refuse a mode that does not exist."""
        if self.mode not in MODES:
            raise ValueError(f"mode {self.mode!r} is none of {', '.join(MODES)}")


class Composition:
    """Wire, bus, relay and the models behind the services of one world."""

    nomis: Nomis
    dps: DpsModel
    alerts: AlertsModel
    mapping: MappingModel

    def __init__(self, clock: Clock, journal: Journal, settings: Settings) -> None:
        """Build every fake and connect them; nothing runs yet."""
        self.clock = clock
        self.bus = Bus(clock, journal)
        self.arns = topology.lay_out(self.bus)
        authority = auth.build(clock, settings.epoch)
        self.auth: auth.AuthModel = authority.model
        tokens = auth.TokenChecker(self.auth)
        self.wire = Wire(clock, journal, tokens, self._publish)
        for client in credentials.every_client():
            self.auth.register(client.id, client.secret, client.roles)
        office = nomis.build(clock)
        around = periphery.build(clock)
        notes = dps.build(clock)
        alerting = alerts.build(clock)
        maps = mapping.build(clock)
        for service in (
            authority, *office, notes, alerting, maps, *around,
        ):  # fmt: skip
            self.wire.add(service)
        self.nomis = office.nomis.model
        self.dps = notes.model
        self.alerts = alerting.model
        self.mapping = maps.model
        self.users: periphery.ManageUsersModel = around.manage_users.model
        self.search: periphery.PrisonerSearchModel = around.prisoner_search.model
        self.relay = relay.build(clock, self.nomis.owner_of, self._to_topic)
        self.refusals = relay.Tampering()
        if settings.mode == "as-intended":
            self.nomis.limits = set(nomis.limits.KNOWN)
            self.dps.limits = set(dps.limits.ALL)

    def outboxes(self) -> list[str]:
        """Return the names of services whose outbox still holds events."""
        return sorted(
            name for name, service in self.wire.services.items() if service.outbox
        )

    async def publish_outbox(self, service: str, cause: str | None) -> None:
        """Publish what a listener of `service` caused, outside of any request."""
        outbox = self.wire.services[service].outbox
        events = outbox[:]
        outbox.clear()
        await self._publish(service, events, cause)

    async def _publish(
        self, service: str, events: list[OutboxEvent], cause: str | None
    ) -> None:
        for event in events:
            if event.topic == "offender":
                await self.relay.take(event, cause)
            elif event.topic == OWN_QUEUE:
                text = msgspec.json.encode(event.body).decode()
                self.bus.send(topology.DPS_DOMAIN_EVENTS.name, text, cause=cause)
            elif "refuse" not in self.refusals.on(event, None):
                # DPS keeps no outbox: what is refused for good is never published,
                # though the data is committed and the caller has his answer (2.1).
                self._to_topic(event, cause)

    def _to_topic(self, event: OutboxEvent, cause: str | None) -> str:
        name = (
            topology.OFFENDER_TOPIC
            if event.topic == "offender"
            else topology.DOMAIN_TOPIC
        )
        attributes: dict[str, Any] = dict(event.attributes)
        attributes.setdefault("eventType", event.type)
        text = msgspec.json.encode(event.body).decode()
        return self.bus.publish(self.arns[name], text, attributes, cause=cause)
