"""Kinds of histories: what else happens while users change notes.

A kind says how the script begins, what may happen between two changes, and what puts
the world right at the end. Only kinds that a right sync survives belong here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.explore.picture import BOSS, SIDES, WHO, Picture

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    Setting = Callable[[random.Random, Picture], list[str]]
    Event = Callable[[random.Random, Picture], list[str]]
    Ending = Callable[[Picture], list[str]]

_ALERTS = 5  # codes that the steps raise before they begin again


@dataclass(frozen=True)
class Kind:
    """One kind: its beginning, its events, its end; how often mishaps and crossings.

    `share` weighs it against the others.
    """

    setting: Setting
    event: Event
    ending: Ending
    share: int
    mishaps: float = 0.5
    crossings: float = 0.4


def kind_of(stream: random.Random) -> Kind:
    """Draw a kind; plain changes of notes are the most frequent."""
    names = list(KINDS)
    (name,) = stream.choices(names, [KINDS[one].share for one in names])
    return KINDS[name]


def _prisoner(*more: str) -> Setting:
    def setting(_: random.Random, __: Picture) -> list[str]:
        return ["a prisoner", *more]

    return setting


def _nothing(_: random.Random, __: Picture) -> list[str]:
    return []


def _no_end(_: Picture) -> list[str]:
    return []


def _alert_setting(stream: random.Random, _: Picture) -> list[str]:
    who = stream.choice(SIDES)
    return [f"alert notes are written by {who}", "a prisoner"]


def _alert(stream: random.Random, picture: Picture) -> list[str]:
    """Raise an alert, or end the one raised last, on either side."""
    if stream.random() < 0.6:  # noqa: PLR2004 - an alert before every third change
        return []
    raised = int(picture.state.get("raised", "0"))
    side = stream.choice(SIDES)
    if picture.state.get("open") and stream.random() < 0.5:  # noqa: PLR2004
        picture.state["open"] = ""
        return [f"{WHO[side]} ends the alert in {side}"]
    if raised == _ALERTS:
        return []
    picture.state |= {"raised": str(raised + 1), "open": "yes"}
    return [f"{WHO[side]} raises an alert in {side}"]


def _correction(stream: random.Random, picture: Picture) -> list[str]:
    """Let an administrator take an amendment out of a note in DPS, or reword it.

    Or let one, or an officer in NOMIS, correct the date or the type of a note.
    """
    if picture.settled and stream.random() < 0.25:  # noqa: PLR2004
        side, name = stream.choice(SIDES), stream.choice(picture.settled)
        what = stream.choice(["date", "type"])
        return [f'{BOSS[side]} corrects the {what} of the note "{name}" in {side}']
    amended = [name for name in picture.settled if picture.amended[name]]
    if not amended or stream.random() < 0.5:  # noqa: PLR2004
        return []
    name = stream.choice(amended)
    note = f'the last amendment of the note "{name}" in DPS'
    if stream.random() < 0.5:  # noqa: PLR2004
        picture.amended[name] -= 1
        return [f"an administrator removes {note}"]
    picture.texts += 1
    return [f'an administrator corrects {note} to say "words {picture.texts}"']


def _transfer(stream: random.Random, picture: Picture) -> list[str]:
    """Transfer the prisoner, or release and admit them again."""
    draw = stream.random()
    if draw < 0.15:  # noqa: PLR2004
        there = picture.state.get("prison", "Redmarsh")
        other = "Thornhill" if there == "Redmarsh" else "Redmarsh"
        picture.state["prison"] = other
        return [f'NOMIS transfers the prisoner to "{other}"']
    if draw < 0.3:  # noqa: PLR2004
        return [
            "NOMIS releases the prisoner",
            "NOMIS admits the prisoner again on a new booking",
        ]
    return []


def _merge_setting(_: random.Random, picture: Picture) -> list[str]:
    picture.people = ["Gone", "Kept"]
    return ['a prisoner called "Gone"', 'a prisoner called "Kept"']


def _merge(stream: random.Random, picture: Picture) -> list[str]:
    """Merge the two records, once; NOMIS of old also copied the notes."""
    if len(picture.people) == 1 or not picture.settled or stream.random() < 0.75:  # noqa: PLR2004
        return []
    picture.people = ["Kept"]
    copies = stream.choice(
        ["", " with copies of the notes", " with copies that raise events"]
    )
    return [f'NOMIS merges "Gone" into "Kept"{copies}']


def _restart(stream: random.Random, _: Picture) -> list[str]:
    """Restart a direction of the sync, by order or after a crash."""
    draw = stream.random()
    way = stream.choice(["DPS to NOMIS", "NOMIS to DPS"])
    if draw < 0.2:  # noqa: PLR2004
        return [f"the sync from {way} is restarted"]
    if draw < 0.3:  # noqa: PLR2004
        return [f"the sync from {way} is killed", f"the sync from {way} is started"]
    return []


def _switch(stream: random.Random, picture: Picture) -> list[str]:
    """Switch a direction, a kind of event or a system off, and on again later."""
    off = picture.state.get("off", "")
    if stream.random() < 0.6:  # noqa: PLR2004
        return []
    if off:
        _all_on(picture)
        return [f"{off} switched on"]
    side = stream.choice(SIDES)
    other = SIDES[1 - SIDES.index(side)]
    kind = stream.choice(["created", "updated", "deleted"])
    off = stream.choice(
        [
            f"the sync from {side} to {other} is",
            f'"{kind}" events from {side} are',
            "the NOMIS screens are",
        ]
    )
    picture.state["off"] = off
    if off.startswith("the NOMIS"):
        picture.sides = ("DPS",)
    else:
        # Only one side works: who comes first would be a matter of the switch.
        picture.sides = (side,)
        picture.waiting = True
    return [f"{off} switched off"]


def _all_on(picture: Picture) -> None:
    picture.state["off"] = ""
    picture.sides = SIDES
    picture.waiting = False
    picture.settle()


def _switched_on(picture: Picture) -> list[str]:
    off = picture.state.get("off", "")
    return [f"{off} switched on"] if off else []


KINDS: dict[str, Kind] = {
    "notes": Kind(_prisoner(), _nothing, _no_end, 8),
    "corrections": Kind(_prisoner(), _correction, _no_end, 2),
    "alerts": Kind(_alert_setting, _alert, _no_end, 2),
    "transfers": Kind(
        _prisoner('a prison "Thornhill"', 'a prison "Redmarsh"'), _transfer, _no_end, 2
    ),
    "merges": Kind(_merge_setting, _merge, _no_end, 2),
    "restarts": Kind(_prisoner(), _restart, _no_end, 2),
    "switches": Kind(_prisoner(), _switch, _switched_on, 2),
    "read-lag": Kind(
        _prisoner("NOMIS answers reads with the state of 5 seconds before"),
        _nothing,
        _no_end,
        1,
    ),
    # Edits that cross while nothing marks the sync's rows cost it more writes than the
    # oracle allows before both sides agree (3 in 200 histories, LOOP), so none cross.
    "no-module": Kind(
        _prisoner("NOMIS leaves the audit module empty on the sync's writes"),
        _nothing,
        _no_end,
        1,
        crossings=0.0,
    ),
}
