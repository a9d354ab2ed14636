"""Who is who in a journal: programs by client id, halves by queue and by side.

A **half** is one program of the sync: `to-nomis` writes NOMIS, `from-nomis` writes
DPS (and, for merge copies, sibling rows in NOMIS).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from harness.credentials import program_of

if TYPE_CHECKING:
    from collections.abc import Mapping

NOMIS, DPS = "nomis", "dps"
TO_NOMIS, FROM_NOMIS = "to-nomis", "from-nomis"
HALVES = (TO_NOMIS, FROM_NOMIS)
WRITER = {NOMIS: TO_NOMIS, DPS: FROM_NOMIS}
OTHER = {NOMIS: DPS, DPS: NOMIS}
SYSTEM_NAME = {NOMIS: "NOMIS", DPS: "DPS"}


def program(client: str | None, clients: Mapping[str, str]) -> str | None:
    """Return to-nomis, from-nomis or dps for a client id; None is a user."""
    if client is None:
        return None
    return clients.get(client) or program_of(client)


@cache
def queue_owner(queue: str) -> str | None:
    """Return the program that consumes a queue, by the names production uses."""
    if "to_nomis" in queue:
        return TO_NOMIS
    if "from_nomis" in queue:
        return FROM_NOMIS
    if "domain_events" in queue:
        return DPS
    return None


def is_dead_letter_queue(queue: str) -> bool:
    """Say whether a queue holds dead letters (`_dlq`, `_dl_queue`)."""
    return queue.endswith(("_dlq", "_dl_queue"))


def is_parking(queue: str) -> bool:
    """Say whether a queue keeps what a switched-off half must not handle yet."""
    return queue.endswith("_parked")
