"""The ledger: every message copy, its receives and its one fate.

The sum must balance: copies = fates + still open. The ledger alone writes the bus's
`copy`, `received`, `returned` and `fate` entries, so journal and ledger cannot part.
A copy that a fault kept out of its queue gets a `fate` entry only: it never came in.
What a filter policy kept out, most of what is published, is only counted here and
named in the `event` entry. Memory grows with the messages until `fold` turns copies
that have ended into counts, as long load runs ask for.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from simulators.bus.copies import FATES, Copy, Receive

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from simulators.bus.shelf import Shelf
    from simulators.journal import Journal

_PASSED_ON = frozenset({"dead-lettered", "moved", "parked"})


class Ledger:
    """Copies by subject (prisoner number, DPS id, NOMIS id), open and ended."""

    def __init__(self, journal: Journal) -> None:
        """Write to `journal`."""
        self.fates: Counter[str] = Counter()
        self.folded: Counter[str] = Counter()
        self.refresh: Callable[[], None] = _nothing
        self.shelves: Callable[[], Mapping[str, Shelf]] = dict
        self._journal = journal
        self._copies: dict[int, Copy] = {}
        self._entered = 0
        self._by_subject: dict[str, list[Copy]] = {}
        self._open: dict[int, Copy] = {}
        self._open_by_subject: dict[str, dict[int, Copy]] = {}

    def next_number(self) -> int:
        """Return the number of the next copy to be entered."""
        return self._entered

    def came(self, copy: Copy) -> None:
        """Enter a copy that came into its queue."""
        self._enter(copy)
        self._open[copy.number] = copy
        for subject in copy.subjects:
            self._open_by_subject.setdefault(subject, {})[copy.number] = copy
        self._journal.write(
            "copy",
            copy=copy.number,
            queue=copy.queue,
            message=copy.message,
            event=copy.event,
            type=copy.type,
            origin=copy.origin,
            parent=copy.parent,
            subjects=sorted(copy.subjects),
        )

    def filtered(self, number: int) -> None:
        """Count copies that a filter policy kept out; the `event` entry names them."""
        if number:
            self.fates["filtered"] += number

    def kept_out(self, copy: Copy, fate: str) -> None:
        """Enter a copy that never came in because a fault dropped it."""
        self._enter(copy)
        self._end(copy, fate)

    def received(self, copy: Copy, at: float) -> None:
        """Record a receive of the copy, now in flight."""
        copy.receives.append(Receive(at, copy.count, copy.consumer))
        self._journal.write(
            "received",
            copy=copy.number,
            queue=copy.queue,
            message=copy.message,
            count=copy.count,
            client=copy.consumer,
        )

    def returned(self, copy: Copy, delay: float) -> None:
        """Record that the copy was given back, visible again in `delay` seconds."""
        self._journal.write(
            "returned",
            copy=copy.number,
            queue=copy.queue,
            message=copy.message,
            delay=delay,
        )

    def ended(self, copy: Copy, fate: str) -> None:
        """Close an open copy with its one fate."""
        del self._open[copy.number]
        for subject in copy.subjects:
            rest = self._open_by_subject[subject]
            del rest[copy.number]
            if not rest:
                del self._open_by_subject[subject]
        self._end(copy, fate)

    def open(self, subjects: Iterable[str] | None = None) -> list[Copy]:
        """Return the copies not ended, oldest first, of any of the subjects."""
        self.refresh()
        if subjects is None:
            return list(self._open.values())
        # Settling asks at every step, for as many subjects as a load run has notes.
        wanted = frozenset(subjects)
        if len(self._open) <= len(wanted):
            opened = self._open.values()
            return [copy for copy in opened if not copy.subjects.isdisjoint(wanted)]
        found: dict[int, Copy] = {}
        for subject in wanted:
            found.update(self._open_by_subject.get(subject, {}))
        return [found[number] for number in sorted(found)]

    def copies(self, subjects: Iterable[str] | None = None) -> list[Copy]:
        """Return every copy, oldest first, of any of the subjects."""
        self.refresh()
        if subjects is None:
            return list(self._copies.values())
        found = {
            copy.number: copy
            for subject in subjects
            for copy in self._by_subject.get(subject, ())
        }
        return [found[number] for number in sorted(found)]

    def fold(self, subjects: Iterable[str]) -> int:
        """Keep only the counts of ended copies of these subjects; returns how many."""
        folded = 0
        for subject in subjects:
            theirs = self._by_subject.pop(subject, [])
            still = [copy for copy in theirs if copy.number in self._open]
            if still:
                self._by_subject[subject] = still
            for copy in theirs:
                if copy.number in self._copies and copy.number not in self._open:
                    del self._copies[copy.number]
                    self.folded[copy.fate or ""] += 1
                    folded += 1
        return folded

    def balance(self, subjects: Collection[str] | None = None) -> list[str]:
        """Prove that copies = fates + open; return what does not add up.

        Recounted from the copies, and held against the queues' own shelves, which
        know nothing of the ledger. Every copy that was passed on (dead letter, move,
        park) must have a child, every child an earlier parent.
        """
        copies = self.copies(subjects)
        problems = self._sums(copies)
        parents = {copy.parent for copy in self._copies.values()}
        for copy in copies:
            if copy.fate in _PASSED_ON and copy.number not in parents:
                problems.append(f"copy {copy.number} was {copy.fate} but went nowhere")
            if copy.parent is not None and not 0 <= copy.parent < copy.number:
                problems.append(f"copy {copy.number} names no earlier parent")
            if copy.count < len(copy.receives):
                problems.append(f"copy {copy.number} has more receives than counted")
        if subjects is None:
            problems += self._against_shelves()
        return problems

    def _sums(self, copies: list[Copy]) -> list[str]:
        fates = Counter(copy.fate or "still-queued" for copy in copies)
        problems = [
            f"{number} copies have the unknown fate {fate!r}"
            for fate, number in fates.items()
            if fate not in FATES
        ]
        ended = sum(n for fate, n in fates.items() if fate != "still-queued")
        opened = sum(1 for copy in copies if copy.number in self._open)
        if len(copies) != ended + opened:
            problems.append(f"{len(copies)} copies, {ended} fates and {opened} open")
        return problems

    def _against_shelves(self) -> list[str]:
        problems = []
        on_shelves = {
            number: name
            for name, shelf in self.shelves().items()
            for number in shelf.live
        }
        for number, copy in self._open.items():
            if on_shelves.get(number) != copy.queue:
                problems.append(f"copy {number} is open but not in {copy.queue}")
        problems += [
            f"copy {number} lies in {name} but has ended"
            for number, name in on_shelves.items()
            if number not in self._open
        ]
        for name, shelf in self.shelves().items():
            if sum(shelf.counts.values()) != len(shelf.live):
                problems.append(f"{name} counts {shelf.counts} of {len(shelf.live)}")
        written = self.fates.total() - self.fates["filtered"]
        if written + len(self._open) != self._entered:
            problems.append(
                f"{self._entered} copies were entered, {written} fates written, "
                f"{len(self._open)} are open"
            )
        if len(self._copies) + self.folded.total() != self._entered:
            problems.append(
                f"{self._entered} copies were entered, {len(self._copies)} are kept, "
                f"{self.folded.total()} folded"
            )
        return problems

    def _enter(self, copy: Copy) -> None:
        if copy.number != self._entered:
            raise RuntimeError(f"copy {copy.number} entered out of turn")
        self._entered += 1
        self._copies[copy.number] = copy
        for subject in copy.subjects:
            self._by_subject.setdefault(subject, []).append(copy)

    def _end(self, copy: Copy, fate: str) -> None:
        copy.fate = fate
        self.fates[fate] += 1
        self._journal.write(
            "fate",
            copy=copy.number,
            queue=copy.queue,
            message=copy.message,
            event=copy.event,
            fate=fate,
            parent=copy.parent,
        )


def _nothing() -> None:
    pass
