"""Which handler takes which message, by half and domain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulators.sync import creating, welcoming
from simulators.sync.from_nomis import FromNomis
from simulators.sync.settings import TO_NOMIS
from simulators.sync.to_nomis import ToNomis

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from simulators.sync.clients import Services
    from simulators.sync.envelope import Event
    from simulators.sync.ports import Queues
    from simulators.sync.settings import Settings

    Handlers = dict[str, Callable[[Event], Awaitable[None]]]


@dataclass(frozen=True, slots=True)
class Flows:
    """The flows of one half; `handlers` is by domain, then by message type."""

    services: Services
    handlers: dict[str, Handlers]
    to_nomis: ToNomis | None = None
    from_nomis: FromNomis | None = None


def build(settings: Settings, services: Services, queues: Queues) -> Flows:
    """Make the flows of a half."""
    queue = settings.queues["casenotes"]
    if settings.half == TO_NOMIS:
        to_nomis = ToNomis(services, queues, queue)
        return Flows(
            services,
            {"casenotes": _to_nomis(to_nomis)},
            to_nomis=to_nomis,
        )
    from_nomis = FromNomis(services, queues, queue)
    return Flows(
        services,
        {"casenotes": _from_nomis(from_nomis)},
        from_nomis=from_nomis,
    )


def _to_nomis(flow: ToNomis) -> Handlers:
    return {
        "person.case-note.created": flow.changed,
        "person.case-note.updated": flow.changed,
        "person.case-note.deleted": flow.deleted,
        creating.RETRY_CREATE_MAPPING: flow.retry_mapping,
    }


def _from_nomis(flow: FromNomis) -> Handlers:
    return {
        "OFFENDER_CASE_NOTES-INSERTED": flow.changed,
        "OFFENDER_CASE_NOTES-UPDATED": flow.changed,
        "OFFENDER_CASE_NOTES-DELETED": flow.deleted,
        welcoming.RETRY_MAPPING: flow.retry_mapping,
    }
