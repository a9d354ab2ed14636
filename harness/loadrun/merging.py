"""The profile `merges`: records are merged into those that users write about.

A merge moves or copies every note of a prisoner at once, and with it all mappings,
while the sync has more to do; in life there are a few a day. Each merge here gives a
survivor the notes of somebody nobody writes about any more, as a removed number is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.loadrun.campaign import Campaign, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.loadrun.plan import Plan
    from harness.stack import Stack

EVERY = 4.0
"""Seconds between two merges."""
FIRST, LAST = 0.1, 0.9
_NOTES = 3
_SCREENS = "nomis-screens"


class Merging(Campaign):
    """Merges by the clock; NOMIS copies the notes at every other one, as it did."""

    def __init__(self, plan: Plan, stack: Stack, say: Callable[[str], None]) -> None:
        """Nobody is merged yet."""
        super().__init__(plan, stack, say)
        self._due = _moments(plan.seconds)
        self._planned = len(self._due)
        self._spare: list[str] = []
        self._kept: list[str] = []
        self._clerk = ""
        self._merged: list[tuple[str, str]] = []

    def people(self) -> dict[str, Any]:
        """Return whom users write about; have others made, with notes of their own."""
        world = self.stack.world
        prison = world.add_prison()["code"]
        chosen = super().people()
        if chosen is None:
            made = [world.add_prisoner(prison) for _ in range(self.plan.prisoners)]
            numbers = [one["prisoner"] for one in made]
            chosen = {"staff": self.staff(), "prisoners": numbers}
        self._kept, self._clerk = list(chosen["prisoners"]), chosen["staff"][0]
        for _ in range(self._planned):
            self._spare.append(self._with_notes(prison))
        return chosen

    def _with_notes(self, prison: str) -> str:
        world, user = self.stack.world, self._clerk
        prisoner = str(world.add_prisoner(prison)["prisoner"])
        for number in range(_NOTES):
            text = f"Note {number} of {prisoner}, before the merge."
            if number % 2:
                world.write_note_as_dps_user(prisoner, user, text)
                continue
            body = {"type": "GEN", "subType": "OSE", "text": text}
            where = {"prisoner": prisoner}
            world.act(_SCREENS, "create_note", path=where, body=body, user=user)
        return prisoner

    def follow(self, at: float, seen: dict[str, Any]) -> None:
        """Merge what is due."""
        while self._due and self._due[0] <= at:
            self._due.pop(0)
            self._merge()

    def _merge(self) -> None:
        gone = self._spare.pop(0)
        kept = self._kept[len(self._merged) % len(self._kept)]
        copies = len(self._merged) % 2 == 1
        body = {"removed": gone, "copyNotes": copies, "emitInserted": copies}
        answer = self.stack.world.act(
            _SCREENS,
            "merge_prisoners",
            path={"prisoner": kept},
            body=body,
            user=self._clerk,
        )
        if answer["status"] >= 400:  # noqa: PLR2004 - refused
            raise RuntimeError(f"NOMIS refused to merge {gone} into {kept}: {answer}")
        self._merged.append((gone, kept))

    def judged(self, prisoners: list[str]) -> list[str]:
        """Judge the removed numbers as well, and those never merged."""
        return sorted({*prisoners, *self._spare, *(gone for gone, _ in self._merged)})

    def outcome(self, measured: dict[str, Any]) -> Outcome:
        """Count the merges; what they broke the oracle says."""
        number, due = len(self._merged), len(self._due)
        doubts = (
            [f"the run ended before {due} merges of {self._planned}"] if due else []
        )
        if not self._planned:
            doubts.append("the run was too short for a merge")
        copied = "a whole history" if self.plan.estate else f"{_NOTES} notes"
        says = f"{number} merges, each of {_NOTES} notes; every other copies {copied}"
        return Outcome(figures={"merges": number}, says=[says], doubts=doubts)


def _moments(seconds: float) -> list[float]:
    """Return when the merges are due, in seconds after the first arrival."""
    number = int((LAST - FIRST) * seconds / EVERY)
    return [FIRST * seconds + EVERY * place for place in range(number)]
