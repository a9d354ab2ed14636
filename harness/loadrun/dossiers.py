"""Which entries of the journal belong to which prisoner, as they are written.

A **dossier** is what a judgement of one prisoner reads: the calls that name the
prisoner or one of the notes, with their answers, the events, and the copies with their
receives and fates. Two prisoners are **entangled** once a write or an event named both
(a merge, a move): they can only be judged together. **Loose** is what no judgement
reads: a call that names nobody, or a list of many. Switches, faults and the like, and
a write to nobody known, are in no dossier: they stay in the journal for everybody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.scope import is_prisoner

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.scope import ScopeIndex
    from simulators.journal import Entry

Owners = frozenset[str]
NOBODY: Owners = frozenset()


class Dossiers:
    """Seqs of entries by prisoner; `last`: when each was last seen, oldest first."""

    def __init__(self, index: ScopeIndex) -> None:
        """Start empty; `index` must hear each entry before `hear` does."""
        self.seqs: dict[str, list[int]] = {}
        self.last: dict[str, float] = {}
        self.entangled: set[str] = set()
        self.loose: list[int] = []
        self._index = index
        self._calls: dict[int, Owners] = {}
        self._copies: dict[int, Owners] = {}
        self._event: tuple[str, Owners] = ("", NOBODY)

    def hear(self, entry: Entry) -> Owners:
        """Take in one entry; returns the prisoners whom it concerns."""
        kind, data = entry.kind, entry.data
        if kind == "request":
            owners = self._calls[entry.seq] = self._named(data.get("subjects") or ())
        elif kind == "response":
            owners = self._answered(entry)
        elif kind == "event":
            owners = self._named(data.get("subjects") or ())
            self._event = data["message"], owners
            self._attach([entry.seq], entry.at, owners)
        elif kind == "copy":
            owners = self._copies[data["copy"]] = self._named(
                data.get("subjects") or ()
            )
            self._attach([entry.seq], entry.at, owners)
        elif kind in ("received", "returned"):
            owners = self._copies.get(data["copy"], NOBODY)
            self._attach([entry.seq], entry.at, owners)
        elif kind == "fate":
            owners = self._ended(entry)
        else:
            owners = NOBODY
        return owners

    def take(self, prisoner: str) -> list[int]:
        """Close a dossier; returns the seqs it held, ascending."""
        self.last.pop(prisoner, None)
        return sorted(self.seqs.pop(prisoner, ()))

    def _answered(self, entry: Entry) -> Owners:
        """File a call with its answer, which may be the first to tell whose it is."""
        request, data = entry.data["request"], entry.data
        owners = self._calls.pop(request, NOBODY) | self._named(
            data.get("subjects") or ()
        )
        if len(owners) > 1 and not data["wrote"]:
            owners = NOBODY
        if owners or not data["wrote"]:
            self._attach([request, entry.seq], entry.at, owners)
        return owners

    def _ended(self, entry: Entry) -> Owners:
        data = entry.data
        owners = self._copies.pop(data["copy"], None)
        if owners is None:
            # It never came in: a fault kept it out as its event was published.
            owners = self._event[1] if data.get("event") == self._event[0] else NOBODY
        self._attach([entry.seq], entry.at, owners)
        return owners

    def _named(self, subjects: Iterable[str]) -> Owners:
        named = frozenset(filter(is_prisoner, subjects))
        if named:
            return named
        owners = map(self._index.owner, subjects)
        return frozenset(owner for owner in owners if owner is not None)

    def _attach(self, seqs: list[int], at: float, owners: Owners) -> None:
        if not owners:
            self.loose += seqs
        if len(owners) > 1:
            self.entangled |= owners
        for owner in owners:
            self.seqs.setdefault(owner, []).extend(seqs)
            # Whoever was seen last stands last.
            self.last.pop(owner, None)
            self.last[owner] = at
