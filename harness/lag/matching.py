"""Which event shows that a user's change has reached the other side, and when.

A change in NOMIS is copied once DPS tells of its copy, and the other way round: the
copy's own event (events-and-config 1 and 2). Of several changes of one note each takes
the next event of its copy. A sync that reads the latest state may carry two changes by
one event: then the later takes the event of the earlier, if that came after it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.loadrun.histogram import Histogram

if TYPE_CHECKING:
    from collections.abc import Iterable

NOMIS, DPS = "NOMIS", "DPS"
OTHER = {NOMIS: DPS, DPS: NOMIS}
CREATED, UPDATED, DELETED = "created", "updated", "deleted"
_SHOWN_BY = {
    "create": (CREATED, UPDATED),
    "amend": (CREATED, UPDATED),
    "delete": (DELETED,),
}


@dataclass(frozen=True, slots=True)
class Change:
    """A user's change, as `load.changes` writes it; we never import the generator.

    `at`, `sent` and `done` are seconds of the epoch.
    """

    action: str
    side: str
    prisoner: str
    note: str
    at: float
    sent: float
    done: float


@dataclass(frozen=True, slots=True)
class Told:
    """An event about a copy that the sync wrote: `at` is when we received it."""

    side: str
    note: str
    kind: str
    at: float


@dataclass
class Lags:
    """What was found: lags by `side action`, and the changes no event told of."""

    by_kind: dict[str, Histogram]
    missing: list[Change]

    @property
    def seen(self) -> int:
        """How many changes were seen on the other side."""
        return sum(one.count for one in self.by_kind.values())


class Pairs:
    """Which notes are copies of each other, from the mapping service's answers."""

    def __init__(self) -> None:
        """Know none."""
        self._copies: dict[tuple[str, str], set[str]] = defaultdict(set)

    def take(self, rows: Iterable[dict[str, Any]]) -> None:
        """Take the mappings of M6: `dpsCaseNoteId` and `nomisCaseNoteId`."""
        for row in rows:
            dps, nomis = str(row["dpsCaseNoteId"]), str(row["nomisCaseNoteId"])
            self._copies[DPS, dps].add(nomis)
            self._copies[NOMIS, nomis].add(dps)

    def known(self, side: str, note: str) -> bool:
        """Whether any copy of the note is known."""
        return bool(self._copies.get((side, note)))

    def copies(self, side: str, note: str) -> set[str]:
        """Return the ids of the note's copies on the other side."""
        return self._copies.get((side, note), set())


def match(changes: Iterable[Change], told: Iterable[Told], pairs: Pairs) -> Lags:
    """Find each change's event; a lag is in seconds from its intended moment."""
    events: dict[tuple[str, str], list[Told]] = defaultdict(list)
    for event in sorted(told, key=lambda event: event.at):
        events[event.side, event.note].append(event)
    used: dict[tuple[str, str], float] = {}
    found = Lags({}, [])
    for change in sorted(changes, key=lambda change: (change.done, change.sent)):
        lag = _copied(change, events, pairs, used)
        if lag is None:
            found.missing.append(change)
            continue
        kind = f"{change.side} {change.action}"
        found.by_kind.setdefault(kind, Histogram()).add(lag)
    return found


def _copied(
    change: Change,
    events: dict[tuple[str, str], list[Told]],
    pairs: Pairs,
    used: dict[tuple[str, str], float],
) -> float | None:
    """Return the lag until the last copy showed the change; None if one never did."""
    moments = []
    for copy in sorted(pairs.copies(change.side, change.note)):
        place = OTHER[change.side], copy
        fitting = [
            event.at
            for event in events.get(place, [])
            if event.kind in _SHOWN_BY[change.action] and event.at > change.sent
        ]
        last = used.get(place, float("-inf"))
        fresh = [at for at in fitting if at > last]
        if fresh:
            used[place] = fresh[0]
        elif not fitting or last < change.done:
            return None
        moments.append(used[place])
    return max(moments) - change.at if moments else None
