"""Random scripts: what users might do to a few notes, with crossings and mishaps.

A script is drawn from a seeded stream. It keeps a small picture of the notes it has
written, so that nearly every line can be done, and draws faults the reference must
survive; nothing here knows what the sync does. What else happens besides changes of
notes is the history's *kind* (`harness.explore.kinds`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.explore.kinds import KINDS, kind_of
from harness.explore.picture import BOSS, SIDES, WHO, Picture
from harness.player import Line

if TYPE_CHECKING:
    import random

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


def draw(stream: random.Random, changes: int, kind: str | None = None) -> list[Line]:
    """Draw one script with that many user changes, of any kind or the one named."""
    chosen = KINDS[kind] if kind else kind_of(stream)
    picture = Picture()
    lines = [Line("given", text) for text in chosen.setting(stream, picture)]
    if stream.random() < chosen.mishaps:
        lines.append(Line("given", stream.choice(MISHAPS)))
    begun = len(lines)
    crossing = False
    for _ in range(changes):
        # Two changes cross, never three: then who comes when is said by the lines.
        crosses = stream.random() < chosen.crossings
        crossing = crosses and not crossing and len(lines) > begun
        if not crossing:
            picture.settle()
            for text in chosen.event(stream, picture):
                lines.append(Line("when", text))
                picture.last = None
        text = _change(stream, picture, crossing=crossing)
        lines.append(Line("when", f"meanwhile {text}" if crossing else text))
    lines += [Line("when", text) for text in chosen.ending(picture)]
    return lines


def _change(stream: random.Random, picture: Picture, *, crossing: bool) -> str:
    side = stream.choice(picture.sides)
    usable = list(picture.settled)
    if crossing and picture.last is not None:
        # The other side does something to the same note, which it may still hold.
        note, other = picture.last
        if len(picture.sides) > 1:
            side = SIDES[1 - SIDES.index(other)]
        if note in picture.settled or (side != other and note not in picture.fresh):
            usable = [note] * 3 + usable
    if not usable or stream.random() < 0.3:  # noqa: PLR2004
        return _written(stream, picture, side)
    note = stream.choice(usable)
    picture.last = (note, side)
    picture.texts += 1
    kind = stream.random()
    if kind < 0.5:  # noqa: PLR2004
        picture.amended[note] += 1
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


def _written(stream: random.Random, picture: Picture, side: str) -> str:
    picture.written += 1
    name = f"n{picture.written}"
    picture.fresh.append(name)
    picture.last = (name, side)
    about = f' about "{stream.choice(picture.people)}"' if picture.people else ""
    return f'{WHO[side]} writes a case note called "{name}"{about} in {side}'
