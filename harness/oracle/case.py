"""One judged scope: what every rule reads.

Built once on the assembled notes: expected states, differences, and which events each
call caused.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from harness.oracle.assembly import Assembly
from harness.oracle.attributes import altered
from harness.oracle.births import rows_of
from harness.oracle.codec import normal, split
from harness.oracle.compare import compare
from harness.oracle.expected import Expected, expect
from harness.oracle.notes import NOBODY, SEED, Copy, LogicalNote
from harness.oracle.who import DPS, HALVES, NOMIS

if TYPE_CHECKING:
    from harness.oracle.changes import Change
    from harness.oracle.differences import Difference
    from harness.oracle.evidence import Evidence
    from harness.oracle.history import Call, Event

_ALERTS = "alerts"
"""In the names of the queues and switches of alerts."""


class Case(Assembly):
    """Everything known about one scope.

    `expected` and `differences` are those of the logical notes; `caused` gives the
    events of a call by its seq (`request:<seq>`, our own outbox).
    """

    def __init__(self, evidence: Evidence) -> None:
        """Read the evidence; linear in entries and rows."""
        super().__init__(evidence)
        before = (evidence.baseline or {}).get("snapshots") or {}
        self.before = {
            (side, note_id): row
            for side in (NOMIS, DPS)
            for note_id, row in rows_of(before, side, self.scope).items()
        }
        self.caused: dict[int, list[Event]] = defaultdict(list)
        for event in self.history.events:
            if event.cause and event.cause.startswith("request:"):
                self.caused[int(event.cause.removeprefix("request:"))].append(event)
        self.expected: dict[int, Expected] = {}
        self.differences: list[tuple[LogicalNote, Difference]] = []
        for note in self.notes:
            state = expect(note, self.prisoner_of(note))
            self.expected[id(note)] = state
            if state.deleted is None and note.kind != NOBODY:
                self._compare(note, state)
        self._find_strays()

    def _untouched(self, note: LogicalNote) -> bool:
        """Say whether a seeded note stands just as it did: then nobody broke it."""
        if note.kind != SEED or note.changes or self.transfers:
            return False
        return all(
            copy.row is not None and copy.row == self.before.get((side, copy.id))
            for side, copies in note.copies.items()
            for copy in copies
        )

    def _compare(self, note: LogicalNote, state: Expected) -> None:
        if self._untouched(note):
            return
        for copies in note.copies.values():
            for copy in copies:
                if copy.row is None:
                    continue
                found = compare(copy, state)
                found += altered(copy, note, state)
                self.differences += [(note, one) for one in found]

    def _find_strays(self) -> None:
        """Call content that a user wrote on another note misplaced, not corrupt."""
        corrupt = [(n, d) for n, d in self.differences if d.kind == "corrupt"]
        if not corrupt:
            return
        written: dict[str, set[int]] = defaultdict(set)
        for note in self.notes:
            if note.kind == NOBODY:
                continue
            texts = [note.text, *(c.text for c in note.changes if c.text)]
            for text in (*texts, *(part.text for part in note.parts)):
                written[normal(text)].add(id(note))
        for note, difference in corrupt:
            owners = written.get(str(difference.found), set())
            if owners and id(note) not in owners:
                difference.kind = "misplaced"

    def events_of(self, change: Change) -> list[Event]:
        """Return the events that a change caused."""
        return self.caused.get(change.call.seq, [])

    @property
    def settled(self) -> bool:
        """Whether settling said that nothing moves any more."""
        return bool(self.evidence.settled.get("settled", True))

    @cached_property
    def living(self) -> int:
        """The number of copies that stand."""
        return sum(
            1
            for note in self.notes
            for copies in note.copies.values()
            for copy in copies
            if copy.row is not None
        )

    def crosses(self, note: LogicalNote) -> bool:
        """Say whether the note must stand on both sides: its type is synced."""
        return note.side == NOMIS or self.synced(note)

    def synced(self, note: LogicalNote) -> bool:
        """Say whether DPS marks the note's type for NOMIS (http-contracts 3.0)."""
        for copy in note.copies[DPS]:
            if copy.row is not None and "sync_to_nomis" in copy.row:
                return bool(copy.row["sync_to_nomis"])
        events = self.events_of(note.born) if note.born is not None else []
        for event in (*events, note.details.get("event")):
            info = event.body.get("additionalInformation") if event else None
            if info and "syncToNomis" in info:
                return bool(info["syncToNomis"])
        return True

    def came_back(self, copy: Copy, deletion: Change) -> bool:
        """Say whether the copy was made, or made again, after the delete was done."""
        gone = [
            write.done
            for write in copy.writes
            if write.kind == "delete" and write.call.accepted
        ]
        deleted_here = [deletion.done] if deletion.note == copy.id else []
        taken = min([*gone, *deleted_here], default=None)
        made_late = copy.birth is not None and copy.birth.seq > deletion.done
        return taken is not None or made_late

    def may_be_parked(self, half: str, kind: str = "", queue: str = "") -> bool:
        """Say whether the half may keep a message back: it, or its switch, is off.

        `kind` is the event type; empty asks for any. `queue` is where it waits: a
        switch of the alerts alone excuses nothing in a queue of case notes (TOG-02).
        """
        if self.evidence.expectations.get("parked"):
            return True
        off = self.switched_off.get(half, frozenset())
        names = {"", kind, f"alerts.{kind}"} if _ALERTS in queue else {"", kind}
        return bool(off) and (not kind or bool(names & off))

    @cached_property
    def switched_off(self) -> dict[str, frozenset[str]]:
        """Return what of each half is off at the end: event types, '' for all of it."""
        off: dict[str, set[str]] = {half: set() for half in HALVES}
        for entry in self.history.targets:
            kinds = off.setdefault(str(entry.get("half")), set())
            if entry.get("action") in {"stopped", "killed"}:
                kinds.add("")
            elif entry.get("action") == "started":
                kinds.discard("")
        for entry in self.history.switches:
            scope, name = str(entry.get("scope")), str(entry.get("name"))
            if scope in off:
                (off[scope].discard if entry.get("on") else off[scope].add)(name)
        return {half: frozenset(kinds) for half, kinds in off.items() if kinds}

    def main_text(self, copy: Copy) -> str:
        """Return the text of a copy without its amendments."""
        text = normal(copy.row["text"]) if copy.row is not None else ""
        return text if copy.side == DPS else split(text, tolerant=True)[0]

    def has_difference(self, note: LogicalNote, field: str) -> bool:
        """Say whether a copy of the note is wrong in that field."""
        return any(n is note and d.field == field for n, d in self.differences)

    def alert_writes(self, side: str) -> list[Call]:
        """Return the sync's accepted writes of alerts on a side."""
        service = "alerts" if side == DPS else "nomis"
        return [
            call
            for call in self.history.calls
            if call.program in HALVES
            and call.service == service
            and call.writes
            and call.accepted
            and "/alerts" in call.path
        ]

    def echoes(self, note: LogicalNote, side: str) -> list[Event]:
        """Return the events that the sync's own writes to the note caused on a side."""
        return [
            event
            for copy in note.everywhere
            if copy.side == side
            for write in copy.writes
            for event in self.caused.get(write.call.seq, ())
        ]

    def all_echoes(self, note: LogicalNote) -> list[Event]:
        """Return the events that the sync's own writes to the note caused anywhere."""
        return [*self.echoes(note, NOMIS), *self.echoes(note, DPS)]

    @cached_property
    def repeats(self) -> dict[tuple[str, str], list[Event]]:
        """Return events that repeat earlier ones, by side and note id.

        A resend is caused by a request that is no write of a note; a replayed event by
        none at all. An echo is caused by the sync's own write and repeats nothing.
        """
        ours = {call.seq: call for call in self.history.calls}
        found: dict[tuple[str, str], list[Event]] = defaultdict(list)
        for event in self.history.events:
            key = event_note(event)
            if key is None:
                continue
            cause = event.cause or ""
            call = ours.get(int(cause[8:])) if cause.startswith("request:") else None
            if call is not None and (call.program in HALVES or call.action):
                continue
            if call is None and is_echo(event):
                continue
            found[key].append(event)
        return found

    def repeats_of(self, note: LogicalNote) -> list[Event]:
        """Return the repeated events of any copy of the note."""
        if not self.repeats:
            return []
        return [
            event
            for copy in note.everywhere
            for event in self.repeats.get((copy.side, copy.id), ())
        ]


def event_note(event: Event) -> tuple[str, str] | None:
    """Return side and id of the note an event is about, None for other events."""
    if event.type.startswith("OFFENDER_CASE_NOTES-"):
        return NOMIS, str(event.body.get("caseNoteId"))
    if event.type.startswith("person.case-note."):
        info = event.body.get("additionalInformation") or {}
        return DPS, str(info.get("id"))
    return None


def is_echo(event: Event) -> bool:
    """Say whether an event of unknown cause is marked as the sync's own doing."""
    module = str(event.body.get("auditModuleName") or "")
    info = event.body.get("additionalInformation") or {}
    return module.startswith("DPS_SYNCHRONISATION") or info.get("source") == "NOMIS"
