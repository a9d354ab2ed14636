"""Which notes and alerts belong to which prisoners, also deleted ones.

A *scope* is a set of prisoner numbers: one scenario's own. Settling, timelines and
the ledger are scoped by *subjects* (prisoners, DPS ids, NOMIS ids); `ScopeIndex`
remembers which ids were ever seen together with exactly one prisoner, so that a delete
event which names only a note id still finds its scenario.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from simulators.journal import Entry

_PRISONER = re.compile(r"[A-Z]\d{4}[A-Z]{2}")
_LENGTH = len("A1234BC")
_PAIR = 2


def is_prisoner(subject: str) -> bool:
    """Say whether a subject is a prisoner number."""
    return len(subject) == _LENGTH and _PRISONER.fullmatch(subject) is not None


class ScopeIndex:
    """Note ids by prisoner, read off the journal as it is written."""

    def __init__(self) -> None:
        """Start empty; hand `learn` to `Journal.listen`."""
        self._ids: dict[str, set[str]] = {}
        self._owners: dict[str, str] = {}
        self._asked: tuple[tuple[str, ...], frozenset[str]] = ((), frozenset())
        self._requests: dict[int, Collection[str]] = {}

    def learn(self, entry: Entry) -> None:
        """Take in one journal entry.

        A request and its answer are read together, because a write names the prisoner
        in its path and the new id only in the answer. An entry that names several
        prisoners teaches nothing: a search answer must not tie scenarios together.
        """
        data = entry.data
        subjects = data.get("subjects") or ()
        if entry.kind == "request":
            self._requests[entry.seq] = subjects
        elif entry.kind == "response":
            subjects = {*subjects, *self._requests.pop(data["request"], ())}
        if len(subjects) < _PAIR:
            return
        # Of the three kinds of subjects only a prisoner number is that short.
        prisoners = [subject for subject in subjects if len(subject) == _LENGTH]
        if len(prisoners) == 1:
            owner = prisoners[0]
            for subject in subjects:
                if subject != owner and self._owners.get(subject) != owner:
                    self.add(owner, subject)

    def add(self, prisoner: str, note_id: str) -> None:
        """Take in an id that no journal entry told of (a seeded note)."""
        known = self._ids.setdefault(prisoner, set())
        if note_id not in known:
            known.add(note_id)
            self._asked = ((), frozenset())
        self._owners[note_id] = prisoner

    def owner(self, note_id: str) -> str | None:
        """Return the prisoner whom an id was last seen with."""
        return self._owners.get(note_id)

    def subjects(self, prisoners: Iterable[str]) -> frozenset[str]:
        """Return the prisoners and every id ever seen as theirs."""
        asked = tuple(prisoners)
        if asked and asked == self._asked[0]:
            return self._asked[1]
        found: set[str] = set()
        for prisoner in asked:
            found.add(prisoner)
            found |= self._ids.get(prisoner, set())
        self._asked = (asked, frozenset(found))
        return self._asked[1]
