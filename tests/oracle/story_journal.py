"""The journal of a told history: entries, messages, their fates."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

QUEUES = {
    "to-nomis": "hmpps_prisoner_to_nomis_casenotes_queue",
    "from-nomis": "prisoner_from_nomis_casenotes_queue",
    "dps": "case_notes_domain_events_queue",
}
SYNC = "DPS_SYNCHRONISATION"
USER = "ABC12D_GEN"
START = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001 - local, as the services print


class Journal:
    """What is written down of one prisoner's history, and the queues."""

    def __init__(self, prisoner: str = "A1234BC") -> None:
        """Start with nothing written."""
        self.prisoner = prisoner
        self.entries: list[dict[str, Any]] = []
        self.nomis: dict[int, dict[str, Any]] = {}
        self.dps: dict[str, dict[str, Any]] = {}
        self.mapping: list[dict[str, Any]] = []
        self.alert_mappings: list[dict[str, Any]] = []
        self.audit: list[dict[str, Any]] = []
        self.ledger: list[dict[str, Any]] = []
        self.expectations: dict[str, Any] = {}
        self.settled: dict[str, Any] = {"settled": True, "waiting": []}
        self.baseline: dict[str, Any] | None = None
        self.limits = "as-deployed"
        self.scope: list[str] | None = None
        self.waiting: list[dict[str, Any]] = []
        self.now = START
        self.step = timedelta(seconds=0.25)
        self._nomis_id, self._dps_id, self._number = 100_000_000, 0, 0
        self.booking = 1_200_001
        # Planted defects and options of the sync and the services.
        self.loop_guard = True
        self.source_filter = True
        self.acknowledge_first = False
        self.publish_dps = True
        self.publish_nomis = True

    def write(self, kind: str, **data: Any) -> int:
        """Write one entry; returns its seq."""
        seq = len(self.entries)
        self.now += self.step
        stamp = self.now.isoformat(timespec="milliseconds")
        at = round(seq * 0.01, 6)
        self.entries.append(
            {"seq": seq, "at": at, "calendar": stamp, "kind": kind, **data}
        )
        return seq

    def call(
        self,
        client: str,
        operation: str,
        method: str,
        path: str,
        body: Any = None,
        status: int = 200,
        answer: Any = None,
        *,
        wrote: bool | None = None,
        lost: bool = False,
        fault: str | None = None,
        user: str | None = None,
        cause: str | None = None,
    ) -> int:
        """Write a request `service.operation` and its answer; returns the first seq."""
        service, operation = operation.split(".")
        seq = self.write(
            "request",
            service=service,
            operation=operation,
            method=method,
            path=path,
            query="",
            client=client,
            user=user,
            subjects=[self.prisoner],
            body=body,
            cause=cause,
            certainty="certain" if cause else "unknown",
        )
        self.write(
            "response",
            request=seq,
            status=status,
            body=answer,
            wrote=status < 400 if wrote is None else wrote,
            fault=fault,
            lost=lost,
            subjects=[self.prisoner],
        )
        return seq

    def event(
        self,
        type_: str,
        body: dict[str, Any],
        cause: str | None,
        half: str | None,
        **more: Any,
    ) -> dict[str, Any]:
        """Publish an event; its copy waits in the half's queue."""
        self._number += 1
        event = f"event-{self._number}"
        self.write(
            "event",
            topic="t",
            type=type_,
            message=event,
            body={"eventType": type_, **body},
            attributes={},
            cause=cause,
            subjects=[self.prisoner],
        )
        copy = {"type": type_, "body": body, "event": event, "half": half, **more}
        return self.arrive(copy) if half else copy

    def arrive(self, copy: dict[str, Any], origin: str = "fan-out") -> dict[str, Any]:
        """Let a message copy come into its half's queue."""
        self._number += 1
        made = {**copy, "copy": self._number, "queue": QUEUES[copy["half"]]}
        made["message"] = f"sqs-{self._number}"
        self.write(
            "copy",
            copy=made["copy"],
            queue=made["queue"],
            message=made["message"],
            event=made["event"],
            type=made["type"],
            origin=origin,
            parent=copy.get("copy"),
            subjects=[self.prisoner],
        )
        self.waiting.append(made)
        return made

    def receive(self, copy: dict[str, Any]) -> None:
        """Let the half receive the copy."""
        self.write("received", **self._named(copy), count=1, client=copy["half"])

    def fate(self, copy: dict[str, Any], fate: str = "deleted") -> None:
        """End the copy; it waits no more."""
        self.write("fate", **self._named(copy), fate=fate, parent=None)
        self.waiting = [one for one in self.waiting if one["copy"] != copy["copy"]]

    def leave(self, copy: dict[str, Any], state: str = "queued", **more: Any) -> None:
        """Leave the copy open in the ledger."""
        self.waiting = [one for one in self.waiting if one["copy"] != copy["copy"]]
        self.ledger.append(
            {
                **self._named(copy),
                "type": copy["type"],
                "state": state,
                "subjects": [self.prisoner],
                **more,
            }
        )

    @staticmethod
    def _named(copy: dict[str, Any]) -> dict[str, Any]:
        return {name: copy[name] for name in ("copy", "queue", "message")}

    @property
    def second(self) -> str:
        """The present second, as services print it."""
        return self.now.isoformat(timespec="seconds")
