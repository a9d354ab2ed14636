"""Journal and snapshots read, and logical notes put together with their copies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.oracle.births import (
    INSERTED,
    Copies,
    inside_births,
    rows_of,
    seed_births,
    user_births,
)
from harness.oracle.changes import NOTE_ACTIONS, merges_and_moves, read_changes
from harness.oracle.history import History
from harness.oracle.notes import Copy, LogicalNote
from harness.oracle.ties import Families, Ties, pair_equals, promote_survivors
from harness.oracle.who import DPS, NOMIS
from harness.oracle.writes import Write, read_writes

if TYPE_CHECKING:
    from harness.oracle.evidence import Evidence


class Assembly:
    """What happened, and to which notes.

    `changes` are the users', `writes` the sync's, `transfers` merges and moves; `rows`
    the final rows and `copies` all copies by side and id; `notes` the logical notes.
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
        self.notes = self._notes()

    def _notes(self) -> list[LogicalNote]:
        notes = seed_births(self.evidence, self.scope, self.copies)
        changes = [
            c for c in self.changes if not self.scope or c.prisoner in self.scope
        ]
        notes += user_births(changes, self.copies)
        families = Families(self.transfers)
        made = {(w.side, w.note) for w in self.writes if w.kind == "create" and w.note}
        made |= {key for key, copy in self.copies.items() if copy.note is not None}
        made |= self._copied_and_gone()
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
        audit = (self.evidence.snapshots.get("dps") or {}).get("audit") or ()
        gone = {str(row["id"]): row for row in audit if "created" in row}
        inside = inside_births(self.history, self.rows, self.copies, made, gone)
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
        """Return the NOMIS rows that NOMIS itself may have copied on a merge.

        Not those that it told of before, or because of something else: its triggers
        and movements bear notes, too.
        """
        merges = [c for c in self.transfers if c.action == "merge"]
        if not merges:
            return set()
        merged = {change.details["to"] for change in merges}
        first, calls = min(c.seq for c in merges), {f"request:{c.seq}" for c in merges}
        own = {
            str(event.body.get("caseNoteId"))
            for event in self.history.events
            if event.type == INSERTED
            and (event.seq < first or event.cause not in {None, *calls})
        }
        return {
            (NOMIS, note_id)
            for note_id, row in self.rows[NOMIS].items()
            if row["prisoner"] in merged
            and note_id not in own
            and (NOMIS, note_id) not in made
        }

    def _copied_and_gone(self) -> set[tuple[str, str]]:
        """Return the NOMIS rows that a merge made and told of, and that went again.

        Where a user deleted a note they went with it: nothing tells of which note.
        """
        if not any(change.action == "delete" for change in self.changes):
            return set()
        calls = {f"request:{c.seq}" for c in self.transfers if c.action == "merge"}
        made = {
            str(event.body.get("caseNoteId"))
            for event in self.history.events
            if event.type == INSERTED and event.cause in calls
        }
        return {(NOMIS, note_id) for note_id in made - set(self.rows[NOMIS])}

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
