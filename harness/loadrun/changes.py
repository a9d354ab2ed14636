"""From the journal: when each change was meant to happen, and when its copy stood.

Terms. The *intended moment* is when the user came, whether or not anything was free to
serve them; the generator says it in the header `x-tandem-intended`. A change is *done*
when the other side has accepted a write of the sync that holds its text (or that
deletes the note's copy). Its *lag* is the time between the two. The text finds the
change again because each arrival's text begins with its number (`Arrival 12 of ...`).
A write may carry several changes; each is done by the first that carries it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from harness.credentials import program_of
from harness.targets import HALVES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from simulators.journal import Entry

MARK = re.compile(r"Arrival \d+ of the load with seed -?\d+")
# Which half carries a change that a user made there.
CARRIER = {"dps": "to-nomis", "nomis-screens": "from-nomis", "prison-api": "from-nomis"}
# Where each half's copies stand.
_RECEIVER = {"to-nomis": "nomis", "from-nomis": "dps"}
_REFUSED = 400
KINDS = ("create", "amend", "delete")


@dataclass(slots=True)
class Change:
    """One change by a user: who carries it, what it is, when it was meant to be."""

    half: str
    kind: str
    intended: float
    mark: str
    asked: float
    note: str = ""
    accepted: bool | None = None
    calm: bool = True


@dataclass
class Sums:
    """Counts that need no memory of single changes."""

    arrived: int = 0
    accepted: int = 0
    refused: int = 0
    done: int = 0
    superseded: int = 0
    user_calls: int = 0
    sync_calls: int = 0
    sync_writes: int = 0


@dataclass
class Changes:
    """Follows changes through the journal; `finished` is told each that is done.

    `action_of(service, operation)` says which user action an operation is, or None;
    `moment` turns epoch seconds into the journal's stopwatch; `partner` gives the other
    side's id of a note that stands on both, None for others.
    """

    action_of: Callable[[str, str], str | None]
    moment: Callable[[float], float]
    arrived: Callable[[Change], None]
    finished: Callable[[Change, float], None]
    partner: Callable[[str], str | None] = lambda _: None
    sums: Sums = field(default_factory=Sums)

    def __post_init__(self) -> None:
        """Start without any change under way."""
        self._asked: dict[int, Change] = {}
        self._writes: dict[int, tuple[str, list[str]]] = {}
        self._open: dict[tuple[str, str], Change] = {}
        self._pairs: dict[str, str] = {}

    @property
    def under_way(self) -> list[Change]:
        """Accepted changes whose copy is owed and does not stand yet.

        The deletion of a note that has no copy owes nothing.
        """
        return [
            change
            for change in self._open.values()
            if change.accepted
            and (change.kind != "delete" or change.note in self._pairs)
        ]

    def hear(self, entry: Entry) -> None:
        """Take in one entry of the journal."""
        if entry.kind == "request":
            self._request(entry)
        elif entry.kind == "response":
            self._response(entry)

    def _request(self, entry: Entry) -> None:
        data = entry.data
        if "intended" in data:
            self._user(entry)
        elif (half := program_of(data["client"])) in HALVES:
            self.sums.sync_calls += 1
            self._sync(entry, str(half))

    def _user(self, entry: Entry) -> None:
        self.sums.user_calls += 1
        data = entry.data
        half = CARRIER.get(data["service"])
        kind = self.action_of(data["service"], data["operation"] or "")
        if half is None or kind not in KINDS:
            return
        body = data["body"]
        found = MARK.search(str(body["text"])) if isinstance(body, dict) else None
        note = _note(data["path"]) if kind != "create" else ""
        if kind == "delete" and note not in self._pairs:
            self._pair(note, self.partner(note))
        mark = found[0] if found else note
        intended = self.moment(float(data["intended"]))
        change = Change(half, kind, intended, mark, entry.at, note)
        self._asked[entry.seq] = change
        # The event leaves before the answer does: the copy may stand before it.
        self._open[half, mark] = change
        self.sums.arrived += 1
        self.arrived(change)

    def _sync(self, entry: Entry, half: str) -> None:
        data = entry.data
        service, method = data["service"], data["method"]
        if method == "GET":
            return
        if service == "mapping" and method == "POST":
            for row in _rows(data["body"]):
                self._pair(_id(row, "dpsCaseNoteId"), _id(row, "nomisCaseNoteId"))
        if service != _RECEIVER[half]:
            return
        marks = list(dict.fromkeys(_marks(data["body"])))
        if method == "DELETE":
            marks = self._deleted(data["path"])
        self._writes[entry.seq] = (half, marks)

    def _pair(self, one: str | None, other: str | None) -> None:
        if one and other:
            self._pairs[one] = other
            self._pairs[other] = one

    def forget(self, notes: Iterable[str]) -> None:
        """Let go of notes that rest; `partner` tells when one of them is deleted."""
        for note in notes:
            self._pairs.pop(note, None)

    def _deleted(self, path: str) -> list[str]:
        return [
            self._pairs[part] for part in path.rsplit("/", 2) if part in self._pairs
        ]

    def _response(self, entry: Entry) -> None:
        data = entry.data
        good = bool(data["wrote"]) and (data["status"] or _REFUSED) < _REFUSED
        change = self._asked.pop(data["request"], None)
        if change is not None:
            body = data["body"]
            if change.kind == "create" and isinstance(body, dict):
                change.note = str(body.get("caseNoteId", ""))
            self._answered(change, good=good)
            return
        write = self._writes.pop(data["request"], None)
        if write is None or not good:
            return
        self.sums.sync_writes += 1
        half, marks = write
        for mark in marks:
            if (waiting := self._open.pop((half, mark), None)) is not None:
                self.sums.done += 1
                self.finished(waiting, entry.at)

    def _answered(self, change: Change, *, good: bool) -> None:
        change.accepted = good
        if not good:
            self.sums.refused += 1
            self._open.pop((change.half, change.mark), None)
            return
        self.sums.accepted += 1
        if change.kind == "delete":
            self._supersede(change)

    def _supersede(self, deletion: Change) -> None:
        """Owe no copy any more of earlier changes to a note that was deleted."""
        notes = {deletion.note, self._pairs.get(deletion.note, "")}
        gone = [
            key
            for key, change in self._open.items()
            if change is not deletion and change.accepted and change.note in notes
        ]
        for key in gone:
            del self._open[key]
        self.sums.superseded += len(gone)


def _note(path: str) -> str:
    """Return the note a user's path names: its last part that has digits."""
    parts = [part for part in path.split("/") if any(map(str.isdigit, part))]
    return parts[-1] if parts else ""


def _marks(body: Any) -> Iterator[str]:
    if isinstance(body, str):
        yield from MARK.findall(body)
    elif isinstance(body, dict):
        for value in body.values():
            yield from _marks(value)
    elif isinstance(body, list):
        for value in body:
            yield from _marks(value)


def _id(row: dict[str, Any], name: str) -> str | None:
    return str(row[name]) if row.get(name) else None


def _rows(body: Any) -> list[dict[str, Any]]:
    if isinstance(body, dict):
        return [body]
    return [row for row in body or () if isinstance(row, dict)]
