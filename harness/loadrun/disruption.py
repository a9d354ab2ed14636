"""Disruption: what users notice while switches are flipped; it must be nothing.

Terms (DESIGN 7). A *user action is refused* for another reason than that its own screen
is off. A note is *missing* from a user's list that is read after the note stood on that
side, or later than the lag objective after it was written on the other. It is *doubled*
when one list shows it twice. A change is *late* when its lag is beyond the objective.
A service's own 423 and 503 are none of the sync's making and counted apart, and nobody
is owed a note that somebody is deleting.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from harness.credentials import program_of
from harness.loadrun.changes import MARK
from harness.targets import HALVES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulators.journal import Entry

NOMIS, DPS = "NOMIS", "DPS"
SIDES = {"nomis-screens": NOMIS, "prison-api": NOMIS, "nomis": NOMIS, "dps": DPS}
# What each list is called, and where it keeps the notes and their main text.
LISTS = {
    "list_notes": ("caseNotes", "caseNoteText"),
    "get_legacy_case_notes": ("", "originalNoteText"),
    "search_case_notes": ("content", "text"),
}
_PRISONER = re.compile(r"[A-Z]\d{4}[A-Z]{2}")
_REFUSED = 400
_FORBIDDEN, _GONE = 403, 404
_OWN = (423, 503)


@dataclass(slots=True)
class Known:
    """A note written in this run: when it came to stand on each side.

    `deletions` are those asked for and not refused.
    """

    born: float
    stands: dict[str, float] = field(default_factory=dict)
    deletions: int = 0


class Disruption:
    """Reads users' actions and lists off the journal; `limit` is in seconds."""

    def __init__(self, limit: float) -> None:
        """Know no note yet."""
        self._limit = limit
        self._asked: dict[int, Entry] = {}
        self._notes: dict[str, dict[str, Known]] = {}
        self._marks: dict[str, tuple[str, str]] = {}
        self._refused: Counter[str] = Counter()
        self._written: Counter[str] = Counter()
        self._missing: set[str] = set()
        self._doubled: set[str] = set()
        self._screens_off = self._own = self._lists = self._shown = self._late = 0

    def lag(self, seconds: float) -> None:
        """Hear how long a change took."""
        self._late += seconds > self._limit

    def hear(self, entry: Entry) -> None:
        """Take in one entry of the journal."""
        if entry.kind == "request":
            data = entry.data
            wanted = data["service"] in SIDES and data["operation"] is not None
            if wanted and ("intended" in data or program_of(data["client"]) in HALVES):
                self._asked[entry.seq] = entry
                if "intended" in data:
                    self._begun(entry)
        elif entry.kind == "response":
            asked = self._asked.pop(entry.data["request"], None)
            if asked is not None:
                self._answered(asked, entry)

    def _begun(self, asked: Entry) -> None:
        """Know a note before its answer: the sync may have its event already."""
        data = asked.data
        if data["method"] == "DELETE":
            self._deleting(data["path"], +1)
        elif data["operation"].startswith("create"):
            prisoner = _prisoner(data) or ""
            for mark in _marks(data["body"]):
                self._notes.setdefault(prisoner, {})[mark] = Known(asked.at)

    def _answered(self, asked: Entry, answer: Entry) -> None:
        status = answer.data["sent"] or 0
        good = bool(status) and status < _REFUSED
        if "intended" not in asked.data:
            if good and answer.data["wrote"]:
                self._stands(asked, answer.at)
        elif not good:
            self._refuse(asked, answer, status)
        elif asked.data["operation"] in LISTS:
            self._listed(asked, answer)
        elif answer.data["wrote"]:
            self._written[asked.data["service"]] += 1
            self._stands(asked, answer.at)

    def _refuse(self, asked: Entry, answer: Entry, status: int) -> None:
        if asked.data["method"] == "DELETE":
            self._deleting(asked.data["path"], -1)
        elif asked.data["operation"].startswith("create"):
            for mark in _marks(asked.data["body"]):
                self._notes[_prisoner(asked.data) or ""].pop(mark, None)
        body = answer.data["body"]
        if status == _FORBIDDEN and isinstance(body, dict) and "screen" in body:
            self._screens_off += 1
        elif status in _OWN:
            self._own += 1
        elif status != _GONE or not self._is_deleted(asked.data["path"]):
            told = f"{asked.data['service']} {asked.data['operation']}: {status}"
            self._refused[told] += 1

    def _stands(self, asked: Entry, at: float) -> None:
        """Note that a note stands where it was just written, if it is one of ours."""
        known = self._notes.get(_prisoner(asked.data) or "", {})
        for mark in _marks(asked.data["body"]):
            if mark in known:
                known[mark].stands.setdefault(SIDES[asked.data["service"]], at)

    def _listed(self, asked: Entry, answer: Entry) -> None:
        """Hold one list to what stood on its side before it was asked for."""
        where, text = LISTS[asked.data["operation"]]
        body, prisoner = answer.data["body"], _prisoner(asked.data)
        if isinstance(body, dict) and "truncated" in body:
            return  # too long for the journal, which the verdict says
        rows = body[where] if where else body
        shown: Counter[str] = Counter()
        for row in rows:
            mark = MARK.match(str(row[text]))
            if mark and prisoner:
                shown[mark[0]] += 1
                self._marks[str(row["caseNoteId"])] = (prisoner, mark[0])
        side = SIDES[asked.data["service"]]
        self._lists += 1
        self._shown += len(shown)
        self._doubled |= {own for own, times in shown.items() if times > 1}
        for own, note in self._notes.get(prisoner or "", {}).items():
            due = min(note.stands.get(side, asked.at), note.born + self._limit)
            if due < asked.at and own not in shown and not note.deletions:
                self._missing.add(own)

    def _deleting(self, path: str, more: int) -> None:
        if (note := self._of(path)) is not None:
            note.deletions += more

    def _is_deleted(self, path: str) -> bool:
        note = self._of(path)
        return note is not None and note.deletions > 0

    def _of(self, path: str) -> Known | None:
        for part in path.split("/"):
            if part in self._marks:
                prisoner, mark = self._marks[part]
                return self._notes.get(prisoner, {}).get(mark)
        return None

    @property
    def written(self) -> dict[str, int]:
        """How many changes users made by each system so far."""
        return dict(sorted(self._written.items()))

    def told(self) -> dict[str, Any]:
        """Return the counts as plain data, with some examples."""
        return {
            "refused": dict(sorted(self._refused.items())),
            "missing": len(self._missing),
            "doubled": len(self._doubled),
            "late": self._late,
            "limit": self._limit,
            "screens_off": self._screens_off,
            "services_own": self._own,
            "lists": self._lists,
            "shown": self._shown,
            "written": self.written,
            "examples": sorted(self._missing | self._doubled)[:10],
        }


def _prisoner(data: dict[str, Any]) -> str | None:
    """Return whom a request is about: path, or the sync's body."""
    found = _PRISONER.search(data["path"])
    if found is None and isinstance(data["body"], dict):
        found = _PRISONER.search(str(data["body"].get("personIdentifier", "")))
    return found[0] if found else None


def _marks(body: Any) -> Iterator[str]:
    """Yield the mark with which the written text begins: the note's own."""
    if isinstance(body, dict):
        for key, value in body.items():
            if key in ("text", "caseNoteText") and isinstance(value, str):
                yield from (found[0] for found in [MARK.match(value)] if found)
