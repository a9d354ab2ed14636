"""What a script knows of its own world while it is drawn."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

SIDES = ("NOMIS", "DPS")
WHO = {"NOMIS": "an officer", "DPS": "a DPS user"}
BOSS = {"NOMIS": "an officer", "DPS": "an administrator"}


@dataclass
class Picture:
    """The notes that are settled on both sides, and what the last line did.

    `amended` counts the amendments of each note, `sides` are those where users can
    work just now, `people` the prisoners to write about (empty: the only one), `state`
    what a kind of history remembers for itself.
    While `waiting`, nothing settles: a direction of the sync is off.
    """

    settled: list[str] = field(default_factory=list)
    fresh: list[str] = field(default_factory=list)
    amended: Counter[str] = field(default_factory=Counter)
    written: int = 0
    texts: int = 0
    last: tuple[str, str] | None = None  # note and side of the last line
    sides: tuple[str, ...] = SIDES
    people: list[str] = field(default_factory=list)
    waiting: bool = False
    state: dict[str, str] = field(default_factory=dict)

    def settle(self) -> None:
        """Take what was written as being on both sides, unless something is off."""
        if not self.waiting:
            self.settled += self.fresh
            self.fresh = []
