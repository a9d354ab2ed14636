"""Steps: prisoners move, records are merged, bookings change hands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_bdd import parsers, when

from features import rules, users
from harness.checks import checked

if TYPE_CHECKING:
    from harness.scene import Scene


def _screen(
    scene: Scene, operation: str, path: dict[str, Any], body: dict[str, Any]
) -> dict[str, Any]:
    answer = scene.world.act(
        "nomis-screens", operation, path, body=body, user=users.staff(scene, "officer")
    )
    return users.must(scene, answer, operation.replace("_", " "))


@when(
    parsers.re(
        r'NOMIS (?:releases the prisoner|transfers the prisoner to "(?P<prison>[^"]+)")'
    )
)
def leave(scene: Scene, prison: str | None = None) -> None:
    """Release or transfer the prisoner; NOMIS writes its automatic note.

    Example: When NOMIS transfers the prisoner to "Thornhill"
    """
    path = {"prisoner": users.number(scene, None)}
    if prison is None:
        _screen(scene, "release_prisoner", path, {})
    else:
        body = {"prison": users.prison(scene, prison)}
        _screen(scene, "transfer_prisoner", path, body)


@when(
    parsers.re(
        r"NOMIS admits the prisoner again on a new booking"
        r"(?P<copies>, copying the alerts)?"
    )
)
def admit(scene: Scene, copies: str | None = None) -> None:
    """Admit a released prisoner on a new booking at the same prison.

    Example: When NOMIS admits the prisoner again on a new booking
    """
    users.number(scene, None)
    first = next(iter(scene.prisoners.values()))
    made = _screen(
        scene,
        "admit_prisoner",
        {"prisoner": first["prisoner"]},
        {
            "prison": users.prison(scene, first["prison"]),
            "copyAlerts": copies is not None,
        },
    )
    first["booking"] = made["bookingId"]


@when(
    parsers.re(
        r'NOMIS merges "(?P<gone>[^"]+)" into "(?P<kept>[^"]+)"'
        r"(?P<copies> with copies (?:of the notes|that raise events))?"
    )
)
@checked(gone=rules.prisoner_named, kept=rules.prisoner_named)
def merge(scene: Scene, gone: str, kept: str, copies: str | None = None) -> None:
    """Merge two records; the first number disappears. Old NOMIS also copied notes.

    Example: When NOMIS merges "Gone" into "Kept" with copies of the notes
    """
    body = {
        "removed": users.number(scene, gone),
        "copyNotes": bool(copies),
        "emitInserted": bool(copies and "raise events" in copies),
    }
    survivor = users.number(scene, kept)
    _screen(scene, "merge_prisoners", {"prisoner": survivor}, body)
    for written in scene.notes.values():
        if written.prisoner == body["removed"]:
            written.prisoner = survivor


@when(parsers.parse('NOMIS moves the booking of "{giver}" to "{taker}"'))
@checked(giver=rules.prisoner_named, taker=rules.prisoner_named)
def move(scene: Scene, giver: str, taker: str) -> None:
    """Give the present booking of one prisoner, with its notes, to another.

    Example: When NOMIS moves the booking of "First" to "Second"
    """
    owner = users.number(scene, taker)
    booking = scene.prisoners[giver]["booking"]
    _screen(scene, "move_booking", {"bookingId": booking}, {"prisoner": owner})
    former = users.number(scene, giver)
    for written in scene.notes.values():
        if written.prisoner == former:
            written.prisoner = owner
