"""Steps: delays and old accidents of the real systems, changes amid the sync's work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_bdd import given, parsers, when

from features import rules, users
from features.state import DPS, NOMIS
from features.steps import movements
from features.steps.trouble import CALLS, QUEUES
from harness.checks import checked
from harness.scene import StepError

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.scene import Note, Scene

_NAMES = ("about", "gone", "kept", "giver", "taker")
_MERGED = "prison-offender-events.prisoner.merged"
# Seconds that a write of the sync lasts, so that the event of what is done meanwhile
# reaches the sync before it ends.
_MEANWHILE = 1.0


@given(
    parsers.re(r"(?P<who>DPS|the sync) hears of merges (?P<minutes>\d+) minutes? late")
)
@checked(minutes=rules.some)
def late_merges(scene: Scene, who: str, minutes: str) -> None:
    """Let DPS learn of merges so much later than the sync does, or the sync than DPS.

    Example: Given DPS hears of merges 10 minutes late
    """
    queue = QUEUES["alerts to DPS" if who == "DPS" else "NOMIS to DPS"]
    late = {"queue": queue, "type": _MERGED, "times": None}
    wait = 60.0 * int(minutes)
    scene.faults.append(scene.world.delivery_fault("delay", seconds=wait, **late))


@given(
    parsers.re(
        r"(?P<side>NOMIS|DPS) answers reads with the state of (?P<seconds>\d+) "
        "seconds? before"
    )
)
@checked(seconds=rules.some)
def lagging_reads(scene: Scene, side: str, seconds: str) -> None:
    """Let a system read the prisoner's notes from a copy that lags behind.

    In DPS everybody's reads lag.

    Example: Given NOMIS answers reads with the state of 5 seconds before
    """
    if side == DPS:
        scene.world.option("dps-read-lag", float(seconds))
        scene.undo_later("option", ("dps-read-lag", 0.0))
        return
    who = users.number(scene, None)
    scene.world.option("read-lag", {"seconds": float(seconds), "prisoner": who})
    back = {"seconds": 0.0, "prisoner": who}
    scene.undo_later("option", ("read-lag", back))


@given("the sync once made a second NOMIS row of the note")
def second_row(scene: Scene) -> None:
    """Put a twin of the note's row into NOMIS, as a lost answer once left it.

    Example: Given the sync once made a second NOMIS row of the note
    """
    scene.settle()
    number = users.number(scene, None)
    rows = scene.snapshot()["nomis"]["notes"]
    if not rows:
        raise StepError("NOMIS holds no row of the note that could have a twin")
    row = rows[0]
    scene.world.seed_note(
        {
            "prisoner": number,
            "text": row["text"],
            "type": row["type"],
            "sub_type": row["sub_type"],
            "username": row["usernames"][0],
            "occurred": row["occurred"],
            "created": row["created"],
            # Older than whatever may still be under way.
            "inserted": "2025-06-02T10:00:00",
            "audit_module": "DPS_SYNCHRONISATION",
            "create_user": "NOMIS_API",
        }
    )


@when(
    parsers.re(
        r"an (?P<who>officer edits the note in NOMIS to say"
        r"|administrator replaces the text of the note in DPS by)"
        r' "(?P<first>[^"]*)", then "(?P<second>[^"]*)" while the sync writes the first'
    )
)
def amid(scene: Scene, who: str, first: str, second: str) -> None:
    """Make a second edit while the sync is in the middle of carrying the first.

    Example: When an officer edits the note in NOMIS to say "A", then "B" while the
    sync writes the first
    """
    if who.startswith("officer"):
        _twice(scene, users.edit_in_nomis, ("dps", "put_sync_case_note"), first, second)
    else:
        _twice(scene, _replace, ("nomis", "update_case_note"), first, second)


def _replace(scene: Scene, about: Note, *, text: str) -> None:
    users.replace_in_dps(scene, about, text)


def _twice(
    scene: Scene,
    change: Callable[..., None],
    written_by: tuple[str, str],
    first: str,
    second: str,
) -> None:
    service, operation = written_by
    slow = scene.world.fault(service, "delay", operation=operation, delay=_MEANWHILE)
    scene.faults.append(slow)
    about = users.note(scene)
    change(scene, about, text=first)
    if not scene.world.await_fault(slow):
        raise StepError("the sync never wrote the first edit")
    change(scene, about, text=second)


@when(
    parsers.re(
        r"(?:an officer|an administrator|a DPS user) (?:changes the note"
        r'|writes a case note about "(?P<about>[^"]+)") in (?P<side>NOMIS|DPS), and '
        r'(?:it is deleted in (?P<where>NOMIS|DPS)|NOMIS merges "(?P<gone>[^"]+)" into '
        r'"(?P<kept>[^"]+)"|NOMIS moves the booking of "(?P<giver>[^"]+)" to '
        r'"(?P<taker>[^"]+)") while the sync '
        "(?:writes (?:the change|it)|(?P<saves>saves its mapping))"
        "(?P<unheard>, whose answer is lost)?"
    )
)
@checked(**dict.fromkeys(_NAMES, rules.prisoner_named))
def amid_writing(
    scene: Scene,
    side: str,
    about: str | None = None,
    where: str | None = None,
    gone: str | None = None,
    kept: str | None = None,
    giver: str | None = None,
    taker: str | None = None,
    unheard: str | None = None,
    saves: str | None = None,
) -> None:
    """Change or write a note; delete, merge or move it under the sync's hands.

    Example: When an officer changes the note in NOMIS, and it is deleted in DPS while
    the sync writes the change
    """
    to_nomis = "NOMIS update" if about is None else "NOMIS create"
    call = "DPS write" if side == NOMIS else to_nomis
    service, operation = CALLS["mapping save" if saves else call]
    how = {"kind": "reset", "phase": "after"} if unheard else {"kind": "delay"}
    slow = scene.world.fault(service, operation=operation, delay=_MEANWHILE, **how)
    scene.faults.append(slow)
    if about is not None:
        users.write(scene, side, about=about)
    else:
        change = _replace if side == DPS else users.edit_in_nomis
        change(scene, users.note(scene), text="Changed while something else happens.")
    if not scene.world.await_fault(slow):
        raise StepError("the sync never wrote it")
    if gone and kept:
        movements.merge(scene, gone, kept)
    elif giver and taker:
        movements.move(scene, giver, taker)
    elif where:
        users.delete(scene, where, users.note(scene))


@when(
    parsers.re(
        r"(?:a DPS user|an officer) writes a case note in (?P<side>DPS|NOMIS) and "
        r"deletes it before its mapping is saved"
    )
)
def delete_unmapped(scene: Scene, side: str) -> None:
    """Delete a note that is on both sides while its mapping cannot be saved.

    Example: When a DPS user writes a case note in DPS and deletes it before its mapping
    is saved
    """
    failing = scene.world.fault(
        "mapping",
        "status",
        operation="create_case_note_mapping",
        status=503,
        times=2,
    )
    scene.faults.append(failing)
    written = users.write(scene, side)
    if written is None or not scene.world.await_fault(failing):
        raise StepError("the sync never tried to save a mapping")
    users.delete(scene, side, written)
