"""A history told as plain data: journal entries and snapshots, for oracle tests.

`Story` plays users, the services' rows and a right sync, all in a few lines and apart
from the fakes, and writes the journal that the real world would write. Knobs plant the
defects of a broken sync; single steps (`receive`, `n2`, `c3`) tell stranger tales.
"""

from __future__ import annotations

from typing import Any

from harness.oracle import Evidence, Verdict, judge
from tests.oracle.story_calls import SyncCalls
from tests.oracle.story_journal import SYNC, USER

__all__ = ["SYNC", "USER", "Story"]


class Story(SyncCalls):
    """One prisoner's history; see the module."""

    def sync(self, rounds: int = 10) -> Story:
        """Let a right sync (but for its knobs) handle messages until none waits."""
        for _ in range(rounds):
            if not self.waiting:
                break
            for copy in list(self.waiting):
                self.handle(copy)
        for copy in list(self.waiting):
            self.leave(copy)
            self.settled = {"settled": False, "waiting": ["messages are moving"]}
        return self

    def handle(self, copy: dict[str, Any]) -> None:
        """Receive, do and acknowledge one message."""
        self.receive(copy)
        if self.acknowledge_first:
            self.fate(copy)
            self.work(copy)
            return
        self.work(copy)
        self.fate(copy)

    def work(self, copy: dict[str, Any]) -> None:
        """Do what the message asks for, as a right sync does."""
        if copy["half"] == "to-nomis":
            self._to_nomis(copy)
        elif copy["half"] == "from-nomis":
            self._from_nomis(copy)

    def _to_nomis(self, copy: dict[str, Any]) -> None:
        info = copy["body"]["additionalInformation"]
        note, kind = info["id"], copy["type"].rpartition(".")[2]
        if not info["syncToNomis"]:
            return
        if info["source"] != "DPS" and self.source_filter:
            return
        mapped = [row for row in self.mapping if row["dps_id"] == note]
        if kind == "created" and (not mapped or not self.source_filter):
            if note in self.dps:
                self.n2(note)
        elif kind == "updated":
            for row in mapped:
                self.n3(row["nomis_id"], note)
        elif kind == "deleted":
            for row in mapped:
                self.n4(row["nomis_id"])
            self.unmap(note)

    def _from_nomis(self, copy: dict[str, Any]) -> None:
        note, kind = copy["body"]["caseNoteId"], copy["type"].rpartition("-")[2]
        row = self.nomis.get(note)
        mapped = next(
            (m["dps_id"] for m in self.mapping if m["nomis_id"] == note), None
        )
        if kind == "DELETED":
            if mapped is not None:
                self.c4(mapped)
                self.unmap(mapped)
            return
        if row is None:
            return
        if self.loop_guard and str(row["audit_module"]).startswith(SYNC):
            return
        self.c3(note, mapped if kind == "UPDATED" else None)

    def snapshots(self) -> dict[str, Any]:
        """Return the four services' state now, copied."""
        return {
            "nomis": {
                "notes": [dict(row) for row in self.nomis.values()],
                "alerts": [],
                "prisoners": [],
            },
            "dps": {
                "notes": [
                    {**row, "amendments": [dict(one) for one in row["amendments"]]}
                    for row in self.dps.values()
                ],
                "audit": [dict(row) for row in self.audit],
            },
            "mapping": {
                "notes": [dict(row) for row in self.mapping],
                "alerts": [dict(row) for row in self.alert_mappings],
            },
            "alerts": {"alerts": []},
        }

    def begin(self) -> None:
        """End the Given part: what stands now was seeded, and nobody wrote of it."""
        self.baseline = {"seq": len(self.entries), "snapshots": self.snapshots()}

    def evidence(self) -> Evidence:
        """Return the evidence as it stands now."""
        return Evidence(
            entries=self.entries,
            scope=[self.prisoner] if self.scope is None else self.scope,
            snapshots=self.snapshots(),
            ledger=self.ledger,
            settled=self.settled,
            expectations=self.expectations,
            baseline=self.baseline,
            limits=self.limits,
        )

    def judged(self) -> Verdict:
        """Judge the story as it stands now."""
        return judge(self.evidence())
