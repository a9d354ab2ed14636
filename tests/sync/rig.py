"""A half of the sync over tiny services and queues, and the messages it is handed."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from simulators.clock import Clock, virtual_loop
from simulators.sync import settings
from simulators.sync.ports import Message, Terms
from simulators.sync.program import Half
from tests.sync.tiny import AT, PRISONER, TinyServices

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from simulators.sync.ports import Attributes

Json = dict[str, Any]


def play(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run a test's coroutine on virtual time."""
    loop = virtual_loop()
    try:
        return loop.run_until_complete(coroutine)
    finally:
        loop.close()


def environment(half: str) -> dict[str, str]:
    """Return an environment in which a half can start."""
    found = {
        name: f"http://localhost:1/{service}"
        for service, name in settings.BASE_URLS.items()
    }
    for names in settings.CREDENTIALS[half].values():
        found |= dict.fromkeys(names, "made-up")
    for domain, queue_id in settings.QUEUE_IDS[half].items():
        found[f"HMPPS_SQS_QUEUES_{queue_id}_QUEUE_NAME"] = domain
        found[f"HMPPS_SQS_QUEUES_{queue_id}_DLQ_NAME"] = f"{domain}_dlq"
    return found | {"HMPPS_SQS_LOCALSTACK_URL": "http://localhost:1"}


@dataclass
class TinyQueues:
    """`Queues` in memory: a list per queue, every message at once visible."""

    messages: dict[str, list[Message]] = field(default_factory=dict)
    deleted: list[str] = field(default_factory=list)
    given_back: list[tuple[str, float]] = field(default_factory=list)
    granted: Terms = field(default_factory=Terms)
    count: int = 0

    def put(
        self, queue: str, body: str, attributes: Attributes, received: int
    ) -> Message:
        """Put a message as if received `received` times."""
        self.count += 1
        message = Message(
            f"m{self.count}", f"r{self.count}", body, attributes, received
        )
        self.messages.setdefault(queue, []).append(message)
        return message

    async def receive(self, queue: str, limit: int, wait: float) -> list[Message]:
        """Take what is there, or wait."""
        waiting = self.messages.get(queue) or []
        taken, self.messages[queue] = waiting[:limit], waiting[limit:]
        await asyncio.sleep(0.001 if taken else wait)
        return taken

    async def delete(self, queue: str, receipt: str) -> None:
        """Note the acknowledgement."""
        self.deleted.append(receipt)

    async def change_visibility(self, queue: str, receipt: str, seconds: float) -> None:
        """Note what was given back, and for how long."""
        self.given_back.append((receipt, seconds))

    async def send(
        self,
        queue: str,
        body: str,
        attributes: Attributes | None = None,
        delay: float = 0.0,
    ) -> str:
        """Put a message."""
        return self.put(queue, body, dict(attributes or {}), 1).message_id

    async def ensure_queue(self, queue: str) -> None:
        """Make the queue exist."""
        self.messages.setdefault(queue, [])

    async def terms(self, queue: str) -> Terms:
        """Return what the queue grants."""
        return self.granted


class Rig:
    """A half over tiny services, and the messages a test hands it."""

    def __init__(self, half: str, **more: str) -> None:
        self.services = TinyServices()
        self.queues = TinyQueues()
        self.clock = Clock(source=lambda: 0.0)
        configuration = settings.read(half, environment(half) | more)
        self.half = Half(configuration, self.services, self.queues, self.clock)

    async def handle(
        self, body: str, attempt: int = 1, domain: str = "casenotes"
    ) -> None:
        """Let the half handle one message; raises what its handler raises."""
        message = self.queues.put("unused", body, {}, attempt)
        found = next(d for d in self.half.domains if d.name == domain)
        await found.handle(message)

    def sent(self, queue: str = "casenotes") -> list[Message]:
        """Return the messages that lie in a queue."""
        return self.queues.messages.get(queue, [])


def envelope(event: Json) -> str:
    """Return an event as SNS lays it into a queue."""
    attribute = {"Type": "String", "Value": event["eventType"]}
    return json.dumps(
        {
            "Type": "Notification",
            "MessageId": "n1",
            "Message": json.dumps(event),
            "MessageAttributes": {"eventType": attribute},
        }
    )


def dps_event(action: str, note: str, *, at: str = AT, **about: Any) -> str:
    """Return a `person.case-note.*` message."""
    return envelope(
        {
            "eventType": f"person.case-note.{action}",
            "occurredAt": f"{at}Z",
            "additionalInformation": {
                "id": note,
                "source": "DPS",
                "syncToNomis": True,
            }
            | about,
            "personReference": {
                "identifiers": [{"type": "NOMS", "value": about.pop("of", PRISONER)}]
            },
        }
    )


def nomis_event(action: str, row: int, **more: Any) -> str:
    """Return an `OFFENDER_CASE_NOTES-*` message."""
    return envelope(
        {
            "eventType": f"OFFENDER_CASE_NOTES-{action}",
            "eventDatetime": AT,
            "bookingId": 1200001,
            "offenderIdDisplay": PRISONER,
            "caseNoteId": row,
        }
        | more
    )


def later(seconds: float) -> str:
    """Return the usual moment, some seconds on."""
    return (datetime.fromisoformat(AT) + timedelta(seconds=seconds)).isoformat()
