"""Random scripts: what users might do to a few notes, with crossings and mishaps.

A script is drawn from a seeded stream. It keeps a small picture of the notes it has
written, so that nearly every line can be done, and draws faults the reference must
survive; nothing here knows what the sync does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.player import Line

if TYPE_CHECKING:
    import random

SIDES = ("NOMIS", "DPS")
WHO = {"NOMIS": "an officer", "DPS": "a DPS user"}
BOSS = {"NOMIS": "an officer", "DPS": "an administrator"}

# Mishaps that a right sync survives, as lines; each strikes once or twice.
MISHAPS = (
    "the answer to the next NOMIS create is lost",
    "the answer to the next NOMIS update is lost",
    "the answer to the next NOMIS delete is lost",
    "the answer to the next DPS write is lost",
    "the answer to the next DPS delete is lost",
    "the answer to the next mapping save is lost",
    "the NOMIS create fails once",
    "the NOMIS update fails once",
    "the DPS write fails once",
    "the mapping save fails 2 times",
    "the mapping look-up fails once",
    "every message about the prisoner is delivered twice",
    "the next acknowledgement of the sync is lost",
)


@dataclass
class _Picture:
    """The notes that are settled on both sides, and what the last line did."""

    settled: list[str] = field(default_factory=list)
    fresh: list[str] = field(default_factory=list)
    written: int = 0
    texts: int = 0
    last: tuple[str, str] | None = None  # note and side of the last line

    def settle(self) -> None:
        self.settled += self.fresh
        self.fresh = []


def draw(stream: random.Random, changes: int) -> list[Line]:
    """Draw one script with that many user changes."""
    lines = [Line("given", "a prisoner")]
    if stream.random() < 0.5:  # noqa: PLR2004 - half the scripts meet a mishap
        lines.append(Line("given", stream.choice(MISHAPS)))
    picture = _Picture()
    crossing = False
    for _ in range(changes):
        # Two changes cross, never three: then who comes when is said by the lines.
        crossing = not crossing and bool(lines[2:]) and stream.random() < 0.4  # noqa: PLR2004
        if not crossing:
            picture.settle()
        text = _change(stream, picture, crossing=crossing)
        lines.append(Line("when", f"meanwhile {text}" if crossing else text))
    return lines


def _change(stream: random.Random, picture: _Picture, *, crossing: bool) -> str:
    side = stream.choice(SIDES)
    usable = list(picture.settled)
    if crossing and picture.last is not None:
        # The other side does something to the same note, which it may still hold.
        note, other = picture.last
        side = SIDES[1 - SIDES.index(other)]
        if note not in picture.fresh:
            usable = [note] * 3 + usable
    if not usable or stream.random() < 0.3:  # noqa: PLR2004
        picture.written += 1
        name = f"n{picture.written}"
        picture.fresh.append(name)
        picture.last = (name, side)
        return f'{WHO[side]} writes a case note called "{name}" in {side}'
    note = stream.choice(usable)
    picture.last = (note, side)
    picture.texts += 1
    kind = stream.random()
    if kind < 0.5:  # noqa: PLR2004
        return (
            f'{WHO[side]} amends the note "{note}" in {side} saying '
            f'"words {picture.texts}"'
        )
    if kind < 0.85:  # noqa: PLR2004
        if side == "NOMIS":
            return (
                f'an officer edits the note "{note}" in NOMIS to say '
                f'"text {picture.texts}"'
            )
        return (
            f'an administrator replaces the text of the note "{note}" in DPS '
            f'with "text {picture.texts}"'
        )
    if note in picture.settled:
        picture.settled.remove(note)
    return f'{BOSS[side]} deletes the note "{note}" in {side}'
