"""Steps: the toggle matrix, every switch flipped before, during and after a burst."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pytest_bdd import parsers, then, when

from features import users
from features.state import DPS, NOMIS
from features.steps.alerts import WRITERS, raise_alert
from features.steps.outcomes import agree, require
from features.steps.switching import EVENTS, direction_switch, event_switch

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.scene import Scene


def _word(on: bool) -> str:
    return "on" if on else "off"


def _prison(scene: Scene, name: str, on: bool) -> None:
    scene.world.switch(name, users.prison(scene), on)
    if name == "dps-service":
        scene.memory["dps-off"] = not on
    else:
        scene.memory["screens-off"] = not on
    scene.changed()


def _writer(scene: Scene, on: bool) -> None:
    scene.settle()
    who = "NOMIS" if on else "DPS"
    scene.world.switch("alert-writer", users.prison(scene), WRITERS[who])


def _events(kind: str, side: str, scene: Scene, on: bool) -> None:
    event_switch(scene, kind, side, _word(on))


# Each switch of the roll-out: what flips it off and on. The alert writer has no off;
# it changes hands and back.
SWITCHES: dict[str, Callable[[Scene, bool], None]] = {
    "the NOMIS screens": lambda scene, on: _prison(scene, "nomis-screens", on),
    "the DPS service": lambda scene, on: _prison(scene, "dps-service", on),
    "the alert-note writer": _writer,
    "the sync from DPS to NOMIS": lambda scene, on: direction_switch(
        scene, "DPS to NOMIS", _word(on)
    ),
    "the sync from NOMIS to DPS": lambda scene, on: direction_switch(
        scene, "NOMIS to DPS", _word(on)
    ),
    **{
        f"the sync of {kind} events from {side}": partial(_events, kind, side)
        for side, kind in EVENTS
    },
}
_SWITCH = "|".join(SWITCHES)


def _burst(scene: Scene) -> None:
    """Make one of each change on both sides, as users would find them to be done."""
    for side in (DPS, NOMIS):
        if side == NOMIS and scene.memory.get("screens-off"):
            # An officer whose screen is off is told so, and does it in DPS instead.
            users.write(scene, NOMIS)
            scene.memory["own-screen"] = scene.memory.get("own-screen", 0) + 1
            side = DPS  # noqa: PLW2901 - the same change, made in the other system
        users.write(scene, side)
        for name in ("ours", "theirs"):
            users.amend(scene, side, users.note(scene, name))
        scene.settle()
    doomed = users.note(scene, "doomed")
    if doomed.id not in scene.memory.setdefault("deleted", set()):
        scene.memory["deleted"].add(doomed.id)
        side = DPS if scene.memory.get("screens-off") else NOMIS
        users.delete(scene, side, doomed)
    raise_alert(scene, DPS)


@when(
    parsers.re(
        rf"(?P<switch>{_SWITCH}) is switched (?P<way>off|off and on again) "
        r"(?P<moment>before|during|after) a burst of changes"
    )
)
def flip(scene: Scene, switch: str, way: str, moment: str) -> None:
    """Make a burst of changes on both sides, and flip a switch at that moment.

    Example: When the DPS service is switched off and on again during a burst of changes
    """
    turn = SWITCHES[switch]
    if moment == "before":
        turn(scene, False)
    _burst(scene)
    if moment == "during":
        turn(scene, False)
    _burst(scene)
    if moment == "after":
        turn(scene, False)
    if way == "off and on again":
        scene.settle()
        turn(scene, True)


@then("nobody was disturbed")
def undisturbed(scene: Scene) -> None:
    """No action was refused but by its own screen being off, no note lost or doubled.

    Example: Then nobody was disturbed
    """
    own = scene.memory.get("own-screen", 0)
    require(
        len(scene.refusals) == own,
        f"{len(scene.refusals)} actions were refused, {own} of them by a screen that "
        f"was off: {[refusal['body'] for refusal in scene.refusals]}",
    )
    agree(scene)
    parked = scene.memory.get("events-off") or set()
    waiting = [
        copy
        for copy in scene.world.ledger(scene.scope)
        if copy["state"] == "parked" and copy["open"]
    ]
    require(
        all(copy["type"] in parked for copy in waiting),
        f"messages are parked though their switch is on: {waiting}",
    )
