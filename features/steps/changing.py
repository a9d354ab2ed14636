"""Steps: notes are amended, corrected, deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_bdd import parsers, when

from features import rules, users
from features.state import DPS, NOMIS
from harness.checks import checked

if TYPE_CHECKING:
    from harness.scene import Scene

_SIDE = r"(?P<side>NOMIS|DPS)"
_NOTE = r'the note(?: "(?P<name>[^"]+)")?'


@when(
    parsers.re(
        rf"(?:an officer|a DPS user) amends (?P<copy>the newest copy of )?{_NOTE} in "
        rf"{_SIDE}"
        r'(?: saying "(?P<text>[^"]*)"| (?P<count>\d+) times)?'
    )
)
@checked(name=rules.note_named, count=rules.some)
def amend(
    scene: Scene,
    side: str,
    name: str | None = None,
    text: str | None = None,
    count: str | None = None,
    copy: str | None = None,
) -> None:
    """Add an amendment to the note in that system, or several.

    Several are made one after the other, without waiting for the sync. NOMIS lists
    the copies that a merge made beside the note, and officers may amend any of them.

    Example: When a DPS user amends the note in DPS saying "He asked about visits."
    """
    for _ in range(int(count or 1)):
        users.amend(scene, side, users.note(scene, name), text, newest=bool(copy))


@when(parsers.re(rf"an officer amends {_NOTE} in NOMIS twice in one second"))
@checked(name=rules.note_named)
def amend_twice(scene: Scene, name: str | None = None) -> None:
    """Add two different amendments by one officer with the same second as time.

    Example: When an officer amends the note in NOMIS twice in one second
    """
    about = users.note(scene, name)
    written = users.ago(scene, 0)
    users.amend(scene, NOMIS, about, "First of the second.", writtenAt=written)
    users.amend(scene, NOMIS, about, "Second of the second.", writtenAt=written)


@when(parsers.parse("the note is amended {count:d} times from alternate sides"))
def amend_alternately(scene: Scene, count: int) -> None:
    """Amend the note in NOMIS, in DPS, in NOMIS ..., each settled before the next.

    Example: When the note is amended 10 times from alternate sides
    """
    about = users.note(scene)
    for turn in range(count):
        users.amend(scene, (NOMIS, DPS)[turn % 2], about)
        scene.settle()


@when("an amendment by an unknown user appears in NOMIS")
def amend_unknown(scene: Scene) -> None:
    """Let the NOMIS text gain an amendment whose author has no account any more.

    Example: When an amendment by an unknown user appears in NOMIS
    """
    about = users.note(scene)
    raw = (
        f"{about.text} ...[LEFT_LONG_AGO updated the case notes on "
        "2026/03/01 10:00:00] Words of someone who left."
    )
    users.edit_in_nomis(scene, about, rawText=raw)
    about.amendments.append("Words of someone who left.")


@when(parsers.re(rf'an officer edits {_NOTE} in NOMIS to say "(?P<text>[^"]*)"'))
@checked(name=rules.note_named)
def edit(scene: Scene, text: str, name: str | None = None) -> None:
    """Replace the main text at the NOMIS screen; amendments stay.

    Example: When an officer edits the note in NOMIS to say "Corrected."
    """
    users.edit_in_nomis(scene, users.note(scene, name), text=text)


@when(
    parsers.re(
        rf"(?:an officer|an administrator) corrects the (?P<what>date|type) of {_NOTE} "
        rf"in {_SIDE}"
    )
)
@checked(name=rules.note_named)
def correct(scene: Scene, side: str, what: str, name: str | None = None) -> None:
    """Change only when it happened, or only the type, to GEN/HIS.

    At the NOMIS screen, or as a DPS administrator.

    Example: When an officer corrects the date of the note in NOMIS
    """
    about = users.note(scene, name)
    if what == "type":
        fields = {"type": "GEN", "subType": "HIS"}
    else:
        when = "occurredAt" if side == NOMIS else "occurrenceDateTime"
        fields = {when: users.ago(scene, 3)}
    if side == NOMIS:
        users.edit_in_nomis(scene, about, **fields)
    else:
        users.replace_in_dps(scene, about, about.text, **fields)


@when(
    parsers.re(
        rf"an administrator replaces the text(?: of {_NOTE})? in DPS with "
        r'"(?P<text>[^"]*)"'
    )
)
@checked(name=rules.note_named)
def replace(scene: Scene, text: str, name: str | None = None) -> None:
    """Replace the main text as an administrator in DPS; amendments stay.

    Example: When an administrator replaces the text in DPS with "Corrected."
    """
    users.replace_in_dps(scene, users.note(scene, name), text)


@when(
    parsers.re(
        r"an administrator (?:removes|corrects) the last amendment"
        rf'(?: of {_NOTE})? in DPS(?: to say "(?P<text>[^"]*)")?'
    )
)
@checked(name=rules.note_named)
def change_amendment(
    scene: Scene, text: str | None = None, name: str | None = None
) -> None:
    """Take the amendment made last away as an administrator in DPS, or reword it.

    The rest of the note stays as it is.

    Example: When an administrator corrects the last amendment in DPS to say "Sorry."
    """
    users.change_amendment(scene, users.note(scene, name), text)


@when(
    parsers.re(rf"(?:an officer|an administrator) deletes {_NOTE} in {_SIDE}"),
)
@checked(name=rules.note_named)
def delete(scene: Scene, side: str, name: str | None = None) -> None:
    """Delete the note in that system.

    Example: When an administrator deletes the note in DPS
    """
    users.delete(scene, side, users.note(scene, name))


@when(parsers.re(rf"the note is (?P<change>written|amended|deleted) in {_SIDE}"))
def change(scene: Scene, change: str, side: str) -> None:
    """Make one change in that system, named by an outline's column.

    Example: When the note is amended in DPS
    """
    if change == "written":
        users.write(scene, side)
    elif change == "amended":
        users.amend(scene, side, users.note(scene))
    else:
        users.delete(scene, side, users.note(scene))
