"""A bus on a stopwatch that the test moves by hand, and one on virtual time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from simulators.bus import Bus, Delivery
from simulators.clock import Clock, virtual_loop
from simulators.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

QUEUE = "hmpps_prisoner_to_nomis_casenotes_queue"
DLQ = "hmpps_prisoner_to_nomis_casenotes_dlq"
CREATED = "person.case-note.created"
NOTE = "019caf10-1111-7aaa-8bbb-000000000001"


class Rig:
    """A bus with the to-nomis case-note queue, its DLQ and the domain topic."""

    def __init__(self, clock: Clock, attempts: int | str = 4) -> None:
        """Set up topic, queues and filter; `attempts` is maxReceiveCount."""
        self.clock = clock
        self.journal = Journal(clock)
        self.bus = Bus(clock, self.journal)
        self.topic = self.bus.create_topic("hmpps_domain_events")
        dead = self.bus.create_queue(DLQ)
        policy = {"deadLetterTargetArn": dead.arn, "maxReceiveCount": attempts}
        self.bus.create_queue(QUEUE, {"RedrivePolicy": json.dumps(policy)})
        self.bus.subscribe(self.topic, QUEUE, {"eventType": [CREATED]})

    def publish(self, prisoner: str = "A1234BC", kind: str = CREATED) -> str:
        """Publish a domain event about a prisoner's note."""
        body = {"eventType": kind, "prisoner": prisoner, "id": NOTE}
        return self.bus.publish(self.topic, json.dumps(body), {"eventType": kind})

    def take(self, limit: int = 10, **how: Any) -> list[Delivery]:
        """Receive from the case-note queue."""
        return self.bus.receive(QUEUE, limit, **how)

    def fates(self) -> list[str]:
        """Return each copy's fate, or its state while it has none."""
        return [copy.fate or copy.state for copy in self.bus.ledger.copies()]

    def kinds(self, kind: str) -> list[dict[str, Any]]:
        """Return the journal's entries of one kind."""
        return [entry.data for entry in self.journal.entries if entry.kind == kind]


class ManualRig(Rig):
    """Time stands until `wait` moves it."""

    def __init__(self, attempts: int | str = 4) -> None:
        """Start at zero seconds."""
        self.seconds = 0.0
        super().__init__(Clock(source=lambda: self.seconds), attempts)

    def wait(self, seconds: float) -> None:
        """Move the stopwatch on."""
        self.seconds += seconds


@pytest.fixture
def rig() -> ManualRig:
    """Return a fresh bus on a stopwatch moved by hand."""
    return ManualRig()


def on_virtual_time(story: Callable[[Rig], Coroutine[Any, Any, None]]) -> None:
    """Run a story on a fresh rig in a virtual loop."""
    loop = virtual_loop()

    async def told() -> None:
        rig = Rig(Clock())
        await story(rig)
        assert rig.bus.ledger.balance() == []

    try:
        loop.run_until_complete(told())
    finally:
        loop.close()
