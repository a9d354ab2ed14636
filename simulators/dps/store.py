"""The note table: look-ups, database constraints and lagging reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.dps.records import note_order

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulators.clock import Clock
    from simulators.dps.records import Author, Note

CODE_LIMIT = 12  # person and location
USER_LIMIT = 64  # usernames, user ids, createdBy
NAME_LIMIT = 80  # author names


class ConstraintViolated(Exception):  # noqa: N818 - the database's word
    """The database refuses a row; the service answers 500 (http-contracts 3.0)."""


class NoteStore:
    """Notes by id, legacy id and person.

    `lag` is in seconds: the `seen_` look-ups then answer the state of that long ago,
    as a read replica would. Everything else sees the present.
    """

    def __init__(self, clock: Clock) -> None:
        """Start empty, without lag."""
        self.lag = 0.0
        self._clock = clock
        self._notes: dict[str, Note] = {}
        self._legacy: dict[int, str] = {}
        self._people: dict[str, set[str]] = {}
        self._earlier: dict[str, list[tuple[float, Note | None]]] = {}

    def put(self, note: Note) -> None:
        """Insert a note or its new version; ConstraintViolated changes nothing."""
        owner = self._legacy.get(note.legacy_id)
        if owner is not None and owner != note.id:
            raise ConstraintViolated(
                f"duplicate key: legacy id {note.legacy_id} belongs to note {owner}"
            )
        check_columns(note)
        before = self._notes.get(note.id)
        self._remember(note.id, before)
        if before is not None:
            self._unindex(before)
        self._notes[note.id] = note
        self._legacy[note.legacy_id] = note.id
        self._people.setdefault(note.person, set()).add(note.id)

    def remove(self, note: Note) -> None:
        """Delete a note."""
        self._remember(note.id, note)
        self._unindex(note)
        del self._notes[note.id]

    def get(self, note_id: str) -> Note | None:
        """Return the note with that UUID."""
        return self._notes.get(note_id)

    def by_legacy(self, legacy_id: int) -> Note | None:
        """Return the note with that legacy id."""
        note_id = self._legacy.get(legacy_id)
        return None if note_id is None else self._notes[note_id]

    def of_person(self, person: str) -> list[Note]:
        """Return a person's notes, by creation, then id."""
        found = (self._notes[note_id] for note_id in self._people.get(person, ()))
        return sorted(found, key=note_order)

    def all(self) -> list[Note]:
        """Return every note, by creation, then id."""
        return sorted(self._notes.values(), key=note_order)

    def seen(self, note_id: str) -> Note | None:
        """Look up by UUID as a lagging read does."""
        since = self._clock.passed() - self.lag
        for changed, version in self._earlier.get(note_id, ()):
            if changed > since:
                return version
        return self._notes.get(note_id)

    def seen_by_legacy(self, legacy_id: int) -> Note | None:
        """Look up by legacy id as a lagging read does."""
        changed = (self.seen(note_id) for note_id in self._earlier)
        for note in changed:
            if note is not None and note.legacy_id == legacy_id:
                return note
        note_id = self._legacy.get(legacy_id)
        return None if note_id is None else self.seen(note_id)

    def seen_of_person(self, person: str) -> list[Note]:
        """List a person's notes as a lagging read does."""
        if not self._earlier:
            return self.of_person(person)
        ids: Iterable[str] = self._people.get(person, set()) | set(self._earlier)
        versions = (self.seen(note_id) for note_id in ids)
        found = (note for note in versions if note is not None)
        return sorted((note for note in found if note.person == person), key=note_order)

    def seen_all(self) -> list[Note]:
        """List all notes as a lagging read does."""
        if not self._earlier:
            return self.all()
        ids = set(self._notes) | set(self._earlier)
        versions = (self.seen(note_id) for note_id in ids)
        return sorted((one for one in versions if one is not None), key=note_order)

    def _unindex(self, note: Note) -> None:
        del self._legacy[note.legacy_id]
        self._people[note.person].discard(note.id)

    def _remember(self, note_id: str, version: Note | None) -> None:
        now = self._clock.passed()
        if self._earlier:
            self._forget(now - self.lag)
        if self.lag:
            self._earlier.setdefault(note_id, []).append((now, version))

    def _forget(self, since: float) -> None:
        for note_id in list(self._earlier):
            kept = [entry for entry in self._earlier[note_id] if entry[0] > since]
            if kept:
                self._earlier[note_id] = kept
            else:
                del self._earlier[note_id]


def check_columns(note: Note) -> None:
    """Refuse what the columns cannot hold (http-contracts 3.0, persistent model)."""
    _fits("person identifier", note.person, CODE_LIMIT)
    _fits("location", note.location, CODE_LIMIT)
    _fits("created by", note.created_by, USER_LIMIT)
    _author_fits(note.author)
    for amendment in note.amendments:
        _author_fits(amendment.author)


def _author_fits(author: Author) -> None:
    _fits("author username", author.username, USER_LIMIT)
    _fits("author user id", author.user_id, USER_LIMIT)
    _fits("author name", author.name, NAME_LIMIT)


def _fits(column: str, value: str, limit: int) -> None:
    if len(value) > limit:
        raise ConstraintViolated(
            f"value too long for {column}: {len(value)} characters, the limit is "
            f"{limit}"
        )
