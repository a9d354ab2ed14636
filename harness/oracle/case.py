"""One judged scope put together: what every rule reads.

Built once: journal, changes, logical notes with their copies and expected states,
differences, and which message each change caused.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from harness.oracle.attributes import altered
from harness.oracle.births import (
    Copies,
    inside_births,
    rows_of,
    seed_births,
    user_births,
)
from harness.oracle.changes import (
    NOTE_ACTIONS,
    Change,
    merges_and_moves,
    read_changes,
)
from harness.oracle.codec import normal, split
from harness.oracle.compare import compare
from harness.oracle.expected import Expected, expect
from harness.oracle.history import Call, Event, History
from harness.oracle.notes import NOBODY, Copy, LogicalNote
from harness.oracle.ties import Families, Ties, pair_equals, promote_survivors
from harness.oracle.who import DPS, HALVES, NOMIS
from harness.oracle.writes import Write, read_writes

if TYPE_CHECKING:
    from harness.oracle.differences import Difference
    from harness.oracle.evidence import Evidence


class Case:
    """Everything known about one scope.

    `notes` are the logical notes; `expected` and `differences` are theirs, by note;
    `caused` gives the events of a call by its seq (`request:<seq>`, our own outbox).
    """

    def __init__(self, evidence: Evidence) -> None:
        """Read the evidence; linear in entries and rows."""
        self.evidence = evidence
        self.history = History(evidence)
        self.changes = read_changes(self.history)
        self.writes = read_writes(self.history)
        self.transfers = merges_and_moves(self.changes)
        self.scope = frozenset(evidence.scope)
        self.rows = {
            side: rows_of(evidence.snapshots, side, self.scope) for side in (NOMIS, DPS)
        }
        self.copies: Copies = {
            (side, note_id): Copy(side, note_id, row)
            for side, rows in self.rows.items()
            for note_id, row in rows.items()
        }
        self.caused: dict[int, list[Event]] = defaultdict(list)
        for event in self.history.events:
            if event.cause and event.cause.startswith("request:"):
                self.caused[int(event.cause.removeprefix("request:"))].append(event)
        self.notes = self._notes()
        self.expected: dict[int, Expected] = {}
        self.differences: list[tuple[LogicalNote, Difference]] = []
        for note in self.notes:
            state = expect(note, self.prisoner_of(note))
            self.expected[id(note)] = state
            if state.deleted is None and note.kind != NOBODY:
                self._compare(note, state)
        self._find_strays()

    def _compare(self, note: LogicalNote, state: Expected) -> None:
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

    def _notes(self) -> list[LogicalNote]:
        notes = seed_births(self.evidence, self.scope, self.copies)
        changes = [
            c for c in self.changes if not self.scope or c.prisoner in self.scope
        ]
        notes += user_births(changes, self.copies)
        families = Families(self.transfers)
        made = {(w.side, w.note) for w in self.writes if w.kind == "create" and w.note}
        made |= {key for key, copy in self.copies.items() if copy.note is not None}
        copied = self._perhaps_copied(made)
        notes += self._born_inside(made | copied)
        self._changes_of_copies()
        ties = Ties(notes, self.copies, families)
        for write in self.writes:
            if write.kind == "create" and self._in_scope(write):
                ties.tie_write(write)
        left = {key for key in copied if not ties.tie_merge_copy(self.copies[key])}
        if left:
            notes += self._born_inside(set(self.copies) - left)
        for write in self.writes:
            if write.kind != "create":
                self._address(write)
        promote_survivors(notes)
        pair_equals(notes)
        for note in notes:
            note.changes.clear()
        self._changes_of_copies()
        return notes

    def _born_inside(self, made: set[tuple[str, str]]) -> list[LogicalNote]:
        inside = inside_births(self.history, self.rows, self.copies, made)
        return [n for n in inside if not self.scope or n.prisoner in self.scope]

    def _in_scope(self, write: Write) -> bool:
        return not self.scope or write.prisoner in self.scope

    def _address(self, write: Write) -> None:
        for note_id in (write.note, *write.notes):
            if (copy := self.copies.get((write.side, note_id))) is not None:
                copy.writes.append(write)

    def _changes_of_copies(self) -> None:
        """Give every change of a note to the logical note whose copy it addressed."""
        for change in self.changes:
            if change.action not in NOTE_ACTIONS or change.action == "create":
                continue
            copy = self.copies.get((change.side, change.note))
            if copy is not None and copy.note is not None:
                copy.note.changes.append(change)

    def _perhaps_copied(self, made: set[tuple[str, str]]) -> set[tuple[str, str]]:
        """Return the NOMIS rows that NOMIS itself may have copied on a merge."""
        merged = {c.details["to"] for c in self.transfers if c.action == "merge"}
        if not merged:
            return set()
        return {
            (NOMIS, note_id)
            for note_id, row in self.rows[NOMIS].items()
            if row["prisoner"] in merged and (NOMIS, note_id) not in made
        }

    def prisoner_of(self, note: LogicalNote) -> str:
        """Return the number the note should stand under after merges and moves."""
        if not self.transfers:
            return note.prisoner
        prisoner = note.prisoner
        bookings = {c.row["booking"] for c in note.copies[NOMIS] if c.row is not None}
        for change in self.transfers:
            if change.done < note.seq:
                continue
            merged = change.action == "merge" and change.details["from"] == prisoner
            moved = change.action == "move" and change.details["booking"] in bookings
            if merged or moved:
                prisoner = change.details["to"]
        return prisoner

    def events_of(self, change: Change) -> list[Event]:
        """Return the events that a change caused."""
        return self.caused.get(change.call.seq, [])

    @property
    def settled(self) -> bool:
        """Whether settling said that nothing moves any more."""
        return bool(self.evidence.settled.get("settled", True))

    @cached_property
    def outside(self) -> frozenset[tuple[str, str]]:
        """Ids whose final rows the snapshots do not hold, being out of scope."""
        return frozenset()

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

    def may_be_parked(self, half: str, kind: str = "") -> bool:
        """Say whether the half may keep a message back: it, or its switch, is off.

        `kind` is the event type; empty asks for any.
        """
        if self.evidence.expectations.get("parked"):
            return True
        off = self.switched_off.get(half, frozenset())
        return bool(off) and (not kind or bool({"", kind} & off))

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
