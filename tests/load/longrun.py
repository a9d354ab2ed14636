"""A long load run in the simulated tier: hours of virtual time in a few seconds."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from harness.loadrun.verdict import COUNTED
from harness.simulated import SimulatedStack

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harness.loadrun.folding import Folding

BETWEEN = 2.0
"""Seconds between two notes."""
UPDATED = "person.case-note.updated"


class LongRun:
    """Users who write and amend notes about the same few prisoners for long."""

    def __init__(
        self, most_kept: int, defects: Iterable[str] = (), prisoners: int = 12
    ) -> None:
        """Stand up a world with so many prisoners, and watch a load run on it."""
        self.stack = SimulatedStack(seed=4, defects=defects)
        self.world = self.stack.world
        prison = self.world.add_prison()["code"]
        self.user = self.world.add_staff(prison=prison)["usernames"][0]
        self.scope = [
            self.world.add_prisoner(prison)["prisoner"] for _ in range(prisoners)
        ]
        self.notes: list[tuple[str, str]] = []
        self.world.load("begin")
        self.since = self.world.begin("a long run")
        self.folding.most_kept = most_kept

    @property
    def folding(self) -> Folding:
        """What folds the run's prisoners."""
        desk = self.stack.inner._desk
        assert desk is not None
        assert desk._watch is not None
        return desk._watch.folding

    def play(self, notes: int) -> Iterator[int]:
        """Write so many notes, half on each side; yields what is kept after each."""
        for number in range(notes):
            prisoner = self.scope[number % len(self.scope)]
            if number % 2:
                body = {"type": "GEN", "subType": "OSE", "text": f"Note {number}."}
                path = {"prisoner": prisoner}
                self.world.act(
                    "nomis-screens", "create_note", path, None, body, self.user
                )
            else:
                self.write(prisoner, f"Note {number}.")
            if number % 3 == 0:
                self.amend(number // 2, f"Amendment {number}.")
            self.stack.pass_time(BETWEEN)
            yield self.stack.inner.book.kept

    def write(self, prisoner: str, text: str) -> None:
        """Write a note in DPS."""
        written = self.world.write_note_as_dps_user(prisoner, self.user, text)
        self.notes.append((prisoner, written["body"]["caseNoteId"]))

    def amend(self, number: int, text: str) -> None:
        """Amend a note that was written in DPS before."""
        prisoner, note = self.notes[number % len(self.notes)]
        self.world.amend_note_as_dps_user(prisoner, self.user, note, text)

    def lose_amendments(self, number: int) -> None:
        """Amend so many notes while the way to NOMIS is off: TOG-03 loses them."""
        self.stack.switch("to-nomis", UPDATED, False)
        for place in range(number):
            self.amend(place, "While it was off.")
        self.stack.pass_time(1)
        self.stack.switch("to-nomis", UPDATED, True)

    def rest(self) -> None:
        """Let everything become quiet, and be folded whatever memory there is."""
        self.stack.pass_time(self.folding.quiet + BETWEEN)
        self.folding.fold()

    def judge(self) -> dict[str, Any]:
        """Settle, and judge all of it."""
        assert self.world.settle(self.scope)["settled"]
        return self.world.judge_load(self.scope, self.since)


def broken(verdict: dict[str, Any]) -> Counter[str]:
    """Return how many notes each rule of the load verdict finds broken."""
    found = {(v["rule"], v["note"]) for v in verdict["violations"]}
    rules = {rule for rules in COUNTED.values() for rule in rules}
    return Counter(rule for rule, _ in found if rule in rules)
