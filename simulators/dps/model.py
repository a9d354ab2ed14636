"""The state of the DPS case notes service and the steps every change is made of."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from simulators.dps import events, moments
from simulators.dps.records import NOMIS, Author, Context, Note, Removed
from simulators.dps.reference import Reference
from simulators.dps.snapshot import snapshot
from simulators.dps.store import NoteStore

if TYPE_CHECKING:
    from simulators.clock import Clock
    from simulators.wire.message import OutboxEvent

SYSTEM_USER = Author("SYS", "SYS", "System")
_MILLISECOND = 80  # bits of a UUIDv7 below its time


class DpsModel:
    """Notes, audit, and what leaves the service.

    `outbox` holds events for the domain topic, appended after the change they tell
    of, and messages for the service's own queue (events-and-config 3.5);
    `telemetry` holds `(name, properties)`.
    Options: `base_url` (prefix of `detailUrl`), `limits` (ids of `limits.ALL` that
    are fixed), `read_lag` (seconds), `act_on_missing_alert_notes`
    (`service.action-missing-case-notes`).
    """

    def __init__(self, clock: Clock) -> None:
        """Start empty, with the seed types, as deployed."""
        self.clock = clock
        self.store = NoteStore(clock)
        self.reference = Reference()
        self.audit: list[Removed] = []
        self.outbox: list[OutboxEvent] = []
        self.telemetry: list[tuple[str, dict[str, Any]]] = []
        self.base_url = "http://localhost:8080"
        self.limits: set[str] = set()
        self.act_on_missing_alert_notes = False
        # Alert transitions that got their note; read as-intended only.
        self.noted_transitions: set[tuple[str, str, str]] = set()
        self._legacy_id = 0
        self._last_id = 0

    @property
    def read_lag(self) -> float:
        """Seconds by which reads of notes lag behind writes."""
        return self.store.lag

    @read_lag.setter
    def read_lag(self, seconds: float) -> None:
        self.store.lag = seconds

    def new_id(self) -> str:
        """Return a UUIDv7; within one millisecond each is larger than the last.

        Amendments of one second are ordered by their ids, so ids must keep the order
        in which they were given (corpus TXT-09).
        """
        value = self.clock.uuid7().int
        if value >> _MILLISECOND == self._last_id >> _MILLISECOND:
            value = max(value, self._last_id + 1)
        self._last_id = value
        return str(uuid.UUID(int=value))

    def next_legacy_id(self) -> int:
        """Return the next number for a note born in DPS: -1, -2, ..."""
        self._legacy_id -= 1
        return self._legacy_id

    def system_context(self, source: str = NOMIS) -> Context:
        """Return who acts outside a web request: `SYS`, source NOMIS (3.0)."""
        return Context(
            author=SYSTEM_USER,
            nomis_user=False,
            source=source,
            moment=self.clock.now(),
        )

    def remove(
        self, note: Note, cause: str, context: Context, reason: str | None = None
    ) -> None:
        """Delete a note version, keeping it in the audit."""
        self.store.remove(note)
        self.audit.append(
            Removed(
                note=note,
                cause=cause,
                deleted_at=context.at,
                deleted_by=context.author.username,
                system=context.source,
                reason=reason,
            )
        )

    def rewrite(
        self,
        before: Note,
        after: Note,
        cause: str,
        context: Context,
        reason: str | None = None,
    ) -> None:
        """Delete a note and insert it again under the same id, in one transaction."""
        self.store.put(after)
        self.audit.append(
            Removed(
                note=before,
                cause=cause,
                deleted_at=context.at,
                deleted_by=context.author.username,
                system=context.source,
                reason=reason,
            )
        )

    def tell(
        self, kind: str, note: Note, context: Context, previous: str | None = None
    ) -> None:
        """Put `person.case-note.<kind>` into the outbox (after commit, 7.2)."""
        self.outbox.append(
            events.person_event(
                kind,
                note,
                self.reference.of(note.type, note.sub_type),
                source=context.source,
                occurred_at=moments.with_offset(context.moment),
                base_url=self.base_url,
                previous=previous,
            )
        )

    def tell_published(self, note: Note, context: Context) -> None:
        """Put the legacy `prison.case-note.published` into the outbox."""
        self.outbox.append(
            events.published_event(
                note, moments.with_offset(context.moment), self.base_url
            )
        )

    def snapshot(self, prisoners: set[str] | None = None) -> dict[str, Any]:
        """Return notes and audit rows as plain data; None means everybody's."""
        return snapshot(self.store, self.reference, self.audit, prisoners)
