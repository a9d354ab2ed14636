"""Steps: the roll-out's switches, and starting and stopping the sync."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_bdd import parsers, step, when

from features import rules, users
from features.state import DPS
from features.steps.signing_on import HALF, expire_tokens
from harness.backfill import backfill
from harness.checks import checked

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.scene import Scene

_DIRECTION = r"(?P<direction>DPS to NOMIS|NOMIS to DPS)"

# Event types by the side that raises them and the kind of change, as both real builds
# name their switches (events-and-config 5.1).
EVENTS = {
    ("DPS", "created"): ("to-nomis", "person.case-note.created"),
    ("DPS", "updated"): ("to-nomis", "person.case-note.updated"),
    ("DPS", "deleted"): ("to-nomis", "person.case-note.deleted"),
    ("NOMIS", "created"): ("from-nomis", "OFFENDER_CASE_NOTES-INSERTED"),
    ("NOMIS", "updated"): ("from-nomis", "OFFENDER_CASE_NOTES-UPDATED"),
    ("NOMIS", "deleted"): ("from-nomis", "OFFENDER_CASE_NOTES-DELETED"),
}


@step(
    parsers.re(
        r"the (?P<system>NOMIS screens are|DPS service is) switched (?P<how>on|off)"
        r'(?: in "(?P<prison>[^"]+)")?'
    )
)
def system_switch(
    scene: Scene, system: str, how: str, prison: str | None = None
) -> None:
    """Switch the NOMIS screens, or the DPS service, on or off in the prison.

    With the DPS service off, DPS users write by the legacy path into NOMIS.

    Example: When the DPS service is switched off
    """
    name = "nomis-screens" if system.startswith("NOMIS") else "dps-service"
    code = users.prison(scene, prison or users.DEFAULT)
    scene.world.switch(name, code, how == "on")
    if name == "dps-service":
        scene.memory["dps-off"] = how == "off"
    scene.changed()


def _flip(scene: Scene, half: str, events: list[str], on: bool) -> None:
    if not on:
        scene.undo_later("switch_all", (half, events, True))
    scene.stack.switch_all(half, events, on)
    if on and half in scene.stack.backfilled():
        backfill(scene.world, half, events, scene.scope, scene.started)
    off: set[str] = scene.memory.setdefault("events-off", set())
    (off.difference_update if on else off.update)(events)
    # What is off for alerts alone excuses nothing of case notes.
    scene.expectations.parked = any(not one.startswith("alerts.") for one in off)
    scene.changed()


@step(parsers.re(rf"the sync from {_DIRECTION} is switched (?P<how>on|off)"))
def direction_switch(scene: Scene, direction: str, how: str) -> None:
    """Switch all case-note events of one direction on or off; off parks them.

    Example: When the sync from DPS to NOMIS is switched off
    """
    source = direction.split(maxsplit=1)[0]
    events = [event for (side, _), (_, event) in EVENTS.items() if side == source]
    _flip(scene, HALF[direction], events, how == "on")


@step(
    parsers.re(
        r'"(?P<kind>created|updated|deleted)" events from (?P<side>NOMIS|DPS) are '
        r"switched (?P<how>on|off)"
    )
)
def event_switch(scene: Scene, kind: str, side: str, how: str) -> None:
    """Switch one kind of event of one side on or off in the sync; off parks them.

    Example: Given "updated" events from DPS are switched off
    """
    half, event = EVENTS[side, kind]
    _flip(scene, half, [event], how == "on")


@step(parsers.re(r"the sync of alerts switches merges (?P<how>on|off)"))
def alert_merges_switch(scene: Scene, how: str) -> None:
    """Switch the merged event on or off for alerts alone; case notes go on.

    Example: Given the sync of alerts switches merges off
    """
    event = "alerts.prison-offender-events.prisoner.merged"
    _flip(scene, "from-nomis", [event], how == "on")


@when(
    parsers.re(
        rf"the sync from {_DIRECTION} is (?P<how>stopped|started|killed|restarted)"
    )
)
def run_half(scene: Scene, direction: str, how: str) -> None:
    """Stop, start, kill or restart one direction of the sync.

    Example: When the sync from NOMIS to DPS is stopped
    """
    half = HALF[direction]
    verb = {"stopped": "stop", "started": "start", "killed": "kill"}.get(how, "restart")
    getattr(scene.stack, verb)(half)
    stopped: set[str] = scene.memory.setdefault("stopped", set())
    (stopped.add if verb in ("stop", "kill") else stopped.discard)(half)
    if verb in ("stop", "kill"):
        scene.undo_later("ensure", (half,))
    scene.changed()


@when(
    parsers.re(
        r"(?:an officer|a DPS user) writes (?P<count>\d+) case notes in "
        r"(?P<side>NOMIS|DPS), and half way "
        rf"(?:the sync from {_DIRECTION} is (?P<how>killed and started again|upgraded)"
        r"|the sync's tokens (?P<tokens>expire))"
    )
)
@checked(count=rules.some)
def burst(
    scene: Scene,
    count: str,
    side: str,
    direction: str | None = None,
    how: str | None = None,
    tokens: str | None = None,
) -> None:
    """Write a burst of notes; half way the sync crashes, or its tokens are no good.

    Upgraded: the burst begins with the old build (`--old-to-nomis`, `--old-from-nomis`;
    without one the same build), in its middle old and new take messages side by side.

    Example: When a DPS user writes 200 case notes in DPS, and half way the sync from DPS to NOMIS is killed and started again
    """  # noqa: E501 - the example is one line of a feature file
    half = HALF.get(direction or "", "")
    stack, middle = scene.stack, int(count) // 2
    later: list[tuple[int, Callable[[], object]]]
    if tokens:
        later = [(middle, lambda: expire_tokens(scene))]
    elif how == "upgraded":
        stack.begin_old(half)
        scene.undo_later("renew", (half,))
        later = [
            (middle, lambda: stack.begin_new(half)),
            (middle + middle // 2, lambda: stack.renew(half)),
        ]
    else:
        scene.undo_later("ensure", (half,))
        later = [
            (middle, lambda: stack.kill(half)),
            (middle + 5, lambda: stack.start(half)),
        ]
    for turn in range(int(count)):
        users.write(scene, side)
        while later and later[0][0] <= turn:
            later.pop(0)[1]()
    for _, action in later:
        action()


def legacy(scene: Scene, side: str) -> bool:
    """Tell whether DPS users write by the legacy path just now."""
    return side == DPS and bool(scene.memory.get("dps-off"))
