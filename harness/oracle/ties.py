"""Copies tied to logical notes without the mapping.

First by ids: the one a user's write returned, the one a sync's create returned. Then
by content, one to one: prisoner (merges joined), author, type, times and text. Two
equal notes that a user entered are two notes: equal candidates are used up one by one,
and paired so that what the copies hold now agrees.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from harness.oracle.births import dps_parts
from harness.oracle.codec import is_truncated, normal, seconds, split, stored
from harness.oracle.notes import NOBODY, SEED, Copy, LogicalNote
from harness.oracle.who import DPS, NOMIS, OTHER

if TYPE_CHECKING:
    from harness.oracle.births import Copies
    from harness.oracle.changes import Change
    from harness.oracle.writes import Write

_ENOUGH = 6
_HEAD = 200


class Families:
    """Prisoner numbers joined by merges and booking moves."""

    def __init__(self, changes: list[Change]) -> None:
        """Join the two numbers of every merge and move."""
        self._above: dict[str, str] = {}
        for change in changes:
            if change.action in {"merge", "move"}:
                one, other = change.details["from"], change.details["to"]
                if one and self.of(one) != self.of(other):
                    self._above[self.of(one)] = self.of(other)

    def of(self, prisoner: str) -> str:
        """Return the number that stands for all joined ones."""
        if not self._above:
            return prisoner
        while (above := self._above.get(prisoner)) is not None:
            prisoner = above
        return prisoner


class Ties:
    """Finds for a copy of unknown origin the logical note it is a copy of."""

    def __init__(
        self, notes: list[LogicalNote], copies: Copies, families: Families
    ) -> None:
        """Keep the notes; they are indexed when the first copy asks."""
        self.notes = notes
        self.copies = copies
        self.families = families
        self._by_key: dict[tuple[str, str, str], list[LogicalNote]] = defaultdict(list)
        self._anywhere: dict[tuple[str, str], list[LogicalNote]] = defaultdict(list)
        self._indexed = False

    def _index(self) -> None:
        """Index the notes by prisoner and creation, and by prisoner and text."""
        self._indexed = True
        for note in self.notes:
            self._add(note)

    def _add(self, note: LogicalNote) -> None:
        """Index one note under every text its user gave it."""
        family = self.families.of(note.prisoner)
        self._by_key[family, "created", note.created].append(note)
        for text in {note.text, *(c.text for c in note.changes if c.text)}:
            self._by_key[family, "text", _head(text)].append(note)
            self._anywhere[_head(text), note.created].append(note)

    def tie_write(self, write: Write) -> None:
        """Tie the copy that a create of the sync made (or tried to make)."""
        copy = self.copies.get((write.side, write.note)) if write.note else None
        if copy is not None and copy.note is not None:
            copy.writes.append(write)
            copy.birth = copy.birth or write
            return
        content = _Content(write.prisoner, write.author, write.type, write.sub_type)
        content.times(write.occurred, write.created)
        content.text, content.claim = write.text or "", write.legacy
        note, surplus = self.find(write.side, content)
        if note is None and (note := self._unseen(write)) is not None:
            surplus = bool(note.copies[write.side])
        copy = copy or Copy(write.side, write.note or f"unanswered@{write.seq}", None)
        copy.birth = copy.birth or write
        copy.born = write.done
        copy.writes.append(write)
        if write.note:
            self.copies[write.side, write.note] = copy
        self.settle(copy, note, surplus, write)

    def _unseen(self, write: Write) -> LogicalNote | None:
        """Return the note that NOMIS bore itself and that went before anybody saw it.

        Nothing tells what it held but the write that claims to carry it.
        """
        origin = self.copies.get((NOMIS, write.legacy)) if write.side == DPS else None
        note = origin.note if origin is not None and origin.row is None else None
        if note is None or note.born is not None or note.created:
            return None
        note.author, note.created = write.author, write.created
        note.type, note.sub_type = write.type, write.sub_type
        note.occurred, note.text = write.occurred, write.text or ""
        note.parts = write.parts
        return note

    def tie_merge_copy(self, copy: Copy) -> bool:
        """Tie a row that NOMIS copied to the note it repeats; False: there is none."""
        if copy.row is None:
            return False
        note, _ = self.find(copy.side, row_content(copy.side, copy.row))
        if note is None:
            return False
        copy.note, copy.merged = note, True
        note.copies[copy.side].append(copy)
        return True

    def settle(
        self, copy: Copy, note: LogicalNote | None, surplus: bool, write: Write | None
    ) -> None:
        """Give the copy to the note found, or to a note nobody wrote."""
        if note is None:
            note = LogicalNote(NOBODY, copy.side, copy.id, copy.born)
            if write is not None:
                note.prisoner, note.author = write.prisoner, write.author
                note.type, note.sub_type = write.type, write.sub_type
                note.occurred, note.created = write.occurred, write.created
                note.text, note.parts = write.text or "", write.parts
            self.notes.append(note)
            surplus = False
        copy.note = note
        answered = write is None or bool(write.note)
        if surplus or not answered:
            note.surplus.append(copy)
        else:
            note.copies[copy.side].append(copy)

    def find(self, side: str, content: _Content) -> tuple[LogicalNote | None, bool]:
        """Return the best note for a copy on `side`, and whether it is one too many."""
        if not self._indexed:
            self._index()
        family = self.families.of(content.prisoner)
        candidates = {
            id(note): note
            for key in (
                (family, "created", content.created),
                (family, "text", _head(content.text)),
            )
            for note in self._by_key.get(key, ())
        }
        best: tuple[int, int, int, int] | None = None
        chosen: LogicalNote | None = None
        for order, note in enumerate(candidates.values()):
            score = content.score(note)
            if score < _ENOUGH:
                continue
            free = not note.copies[side]
            claimed = bool(content.claim) and content.claim == note.id
            rank = (score, free, claimed, -order)
            if best is None or rank > best:
                best, chosen = rank, note
        chosen = chosen or self._elsewhere(content)
        return chosen, chosen is not None and bool(chosen.copies[side])

    def _elsewhere(self, content: _Content) -> LogicalNote | None:
        """Return a note of another prisoner with just this content, if there is one."""
        found = self._anywhere.get((_head(content.text), content.created), ())
        return next((note for note in found if content.score(note) > _ENOUGH), None)


class _Content:
    """What a copy holds, to be compared with logical notes."""

    __slots__ = (
        "author",
        "claim",
        "created",
        "occurred",
        "prisoner",
        "sub_type",
        "text",
        "type",
    )

    def __init__(self, prisoner: str, author: str, type_: str, sub_type: str) -> None:
        self.prisoner = prisoner
        self.author = author
        self.type = type_
        self.sub_type = sub_type
        self.occurred = self.created = self.text = self.claim = ""

    def times(self, occurred: str, created: str) -> None:
        self.occurred, self.created = occurred, created

    def score(self, note: LogicalNote) -> int:
        texts = {note.text, *(c.text for c in note.changes if c.text)}
        same_text = any(same_text_start(self.text, text) for text in texts)
        return (
            4 * (self.created == note.created)
            + 4 * same_text
            + 2 * (self.occurred == note.occurred)
            + 2 * (self.type == note.type and self.sub_type == note.sub_type)
            + (self.author == note.author)
        )


def row_content(side: str, row: dict[str, Any]) -> _Content:
    """Return what a snapshot row holds."""
    author = row["author"] if side == DPS else (row.get("usernames") or [""])[0]
    content = _Content(row["prisoner"], author, row["type"], row["sub_type"])
    content.times(seconds(row["occurred"]), seconds(row["created"]))
    text = normal(row["text"])
    content.text = text if side == DPS else split(text, tolerant=True)[0]
    return content


def same_text_start(text: str, whole: str) -> bool:
    """Say whether `text` is `whole`, possibly cut where NOMIS cuts."""
    text, whole = normal(text), normal(whole)
    return text == whole or (is_truncated(text) and text == stored(whole))


def _head(text: str) -> str:
    """Return what of a text survives any cut: enough to index it."""
    return normal(text)[:_HEAD].strip()


def promote_survivors(notes: list[LogicalNote]) -> None:
    """Let a double that still stands take the place of a copy that was removed."""
    for note in notes:
        if not note.surplus:
            continue
        for side, copies in note.copies.items():
            alive = [c for c in note.surplus if c.side == side and c.row is not None]
            if copies and alive and all(copy.row is None for copy in copies):
                note.surplus.remove(alive[0])
                note.surplus.append(copies[0])
                copies[0] = alive[0]


def pair_equals(notes: list[LogicalNote]) -> None:
    """Exchange copies among equal notes so that what the copies hold agrees.

    The sync may tie equal notes either way; only what follows tells which is which.
    """
    groups: dict[tuple[str, ...], list[LogicalNote]] = defaultdict(list)
    for note in notes:
        if note.kind not in {NOBODY, SEED}:
            groups[birth_key(note)].append(note)
    for group in groups.values():
        if len(group) > 1:
            _pair_group(group)


def birth_key(note: LogicalNote) -> tuple[str, ...]:
    """Return what makes two notes equal at birth."""
    return note.side, note.prisoner, note.created, note.text, note.author


def interchangeable(one: Copy, other: Copy) -> bool:
    """Say whether copies of two equal notes hold the same: then either pairing is."""
    if one.note is None or other.note is None:
        return False
    equal = birth_key(one.note) == birth_key(other.note)
    return equal and fingerprint(one) == fingerprint(other)


def _pair_group(group: list[LogicalNote]) -> None:
    side = OTHER[group[0].side]
    pool = [copy for note in group for copy in note.copies[side][:1]]
    held: dict[Any, list[Copy]] = defaultdict(list)
    for copy in pool:
        held[fingerprint(copy)].append(copy)
    chosen: dict[int, Copy] = {}
    for note in group:
        if note.copies[note.side] and (
            equal := held.get(fingerprint(note.copies[note.side][0]))
        ):
            chosen[id(note)] = equal.pop(0)
    rest = [copy for copies in held.values() for copy in copies]
    rest.sort(key=lambda copy: copy.born)
    for note in group:
        new = chosen.get(id(note)) or (rest.pop(0) if rest else None)
        note.copies[side] = [*([new] if new else []), *note.copies[side][1:]]
        if new is not None:
            new.note = note


def fingerprint(copy: Copy) -> Any:
    """Return what a copy holds now, comparable between the sides."""
    if copy.row is None:
        return None
    text = normal(copy.row["text"])
    if copy.side == NOMIS:
        return text
    return stored(text, dps_parts(copy.row))
