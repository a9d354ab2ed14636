"""Counting NOMIS writes by source, from the events of a journal.

A journal is NDJSON: entries of a run's journal, or NOMIS case-note events, bare or in
the notification of the topic, as a queue delivers them. Since June 2026 the events name
their audit module (events-and-config 1.2); the sync's own begin with
`DPS_SYNCHRONISATION` and count for nobody. Deletions name the module of the row's last
write.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from harness.dependencies.register import Source

SYNC = "DPS_SYNCHRONISATION"
NO_MODULE = "(no module)"
EVENTS = "OFFENDER_CASE_NOTES-"


class JournalError(ValueError):
    """A journal cannot be read; names file and line."""


@dataclass
class Counts:
    """NOMIS events by source id and audit module; `unclaimed` by module alone.

    `events` counts all case-note events read, `echoes` those of the sync itself.
    """

    by_source: dict[str, Counter[str]] = field(default_factory=dict)
    unclaimed: Counter[str] = field(default_factory=Counter)
    events: int = 0
    echoes: int = 0

    def of(self, source: str) -> int:
        """Return the number of writes of one source."""
        return sum(self.by_source.get(source, Counter()).values())


def count(events: Iterable[dict[str, Any]], sources: tuple[Source, ...]) -> Counts:
    """Count case-note events (their bodies) by the first source that claims each."""
    counts = Counts({one.id: Counter() for one in sources})
    for body in events:
        if not str(body.get("eventType", "")).startswith(EVENTS):
            continue
        counts.events += 1
        module = str(body.get("auditModuleName") or "")
        if module.startswith(SYNC):
            counts.echoes += 1
            continue
        kind = f"{body.get('caseNoteType', '')}/{body.get('caseNoteSubType', '')}"
        owner = next((s for s in sources if s.claims_event(module, kind)), None)
        where = counts.unclaimed if owner is None else counts.by_source[owner.id]
        where[module or NO_MODULE] += 1
    return counts


def read_events(path: Path) -> Iterator[dict[str, Any]]:
    """Give the bodies of the NOMIS events in a journal file; raises JournalError."""
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                entry = msgspec.json.decode(line)
            except msgspec.DecodeError as error:
                raise JournalError(f"{path}:{number} is no JSON: {error}") from error
            if not isinstance(entry, dict):
                raise JournalError(f"{path}:{number} is no journal entry")
            body = _unwrapped(entry, f"{path}:{number}")
            if isinstance(body, dict) and "eventType" in body:
                yield body


def _unwrapped(entry: dict[str, Any], where: str) -> Any:
    """Return the event in a journal's entry or in a notification of SNS."""
    if entry.get("kind") == "event":
        return entry.get("body")
    if entry.get("Type") != "Notification":
        return entry
    try:
        return msgspec.json.decode(str(entry.get("Message", "")))
    except msgspec.DecodeError as error:
        raise JournalError(f"{where}: the Message is no JSON: {error}") from error
