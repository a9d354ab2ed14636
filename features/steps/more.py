"""Steps: delays and old accidents of the real systems, changes amid the sync's work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_bdd import given, parsers, when

from features import users
from features.state import DPS, NOMIS
from features.steps.trouble import QUEUES

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.scene import Scene

_MERGED = "prison-offender-events.prisoner.merged"
_LONG_AGO = "2026-01-05T10:00:00"


@given(
    parsers.re(
        r"(?P<what>DPS hears of merges 10 minutes late"
        r"|NOMIS answers reads with the state of 5 seconds before"
        r"|the sync once made a second NOMIS row of the note)"
    )
)
def accident(scene: Scene, what: str) -> None:
    """Let one of the real systems lag behind, or hold what an old accident left.

    Example: Given DPS hears of merges 10 minutes late
    """
    if what.startswith("DPS"):
        late = {"queue": QUEUES["alerts to DPS"], "type": _MERGED, "times": None}
        scene.faults.append(scene.world.delivery_fault("delay", seconds=600.0, **late))
    elif what.startswith("NOMIS"):
        who = users.number(scene, None)
        scene.world.option("read-lag", {"seconds": 5.0, "prisoner": who})
        back = {"seconds": 0.0, "prisoner": who}
        scene.undo_later("option", ("read-lag", back))
    else:
        _second_row(scene)


def _second_row(scene: Scene) -> None:
    """Put a twin of the note's row into NOMIS, as a lost answer once left it."""
    scene.settle()
    number = users.number(scene, None)
    row = scene.snapshot()["nomis"]["notes"][0]
    scene.world.seed_note(
        {
            "prisoner": number,
            "text": row["text"],
            "type": row["type"],
            "sub_type": row["sub_type"],
            "username": row["usernames"][0],
            "occurred": row["occurred"],
            "created": row["created"],
            "audit_module": "DPS_SYNCHRONISATION",
            "create_user": "NOMIS_API",
        }
    )


@when(
    parsers.re(
        r"an (?:officer edits the note in NOMIS to say|administrator replaces the text "
        r'in DPS with) "(?P<first>[^"]*)", and then "(?P<second>[^"]*)" while the '
        r"sync is writing the first"
        r"|a DPS user writes a case note in DPS and deletes it before its (?P<what>"
        r"mapping) is saved"
    )
)
def amid(
    scene: Scene,
    first: str | None = None,
    second: str | None = None,
    what: str | None = None,
) -> None:
    """Make a second change while the sync is in the middle of the first.

    Example: When an officer edits the note in NOMIS to say "A", and then "B" while the
    sync is writing the first
    """
    if what:
        _deleted_unmapped(scene)
        return
    about = users.note(scene)
    written_last = scene.last_line if hasattr(scene, "last_line") else ""
    del written_last
    _edited_twice(scene, about, str(first), str(second))


def _edited_twice(scene: Scene, about: object, first: str, second: str) -> None:
    raise NotImplementedError


_ = (DPS, NOMIS, Callable) if TYPE_CHECKING else None
