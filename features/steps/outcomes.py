"""Steps: what must be true in the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_bdd import parsers, then

from features import users
from features.state import (
    DELETES,
    DPS,
    NOMIS,
    WRITES,
    callers,
    copies,
    sync_calls,
    views,
)
from harness.oracle.codec import truncate
from harness.scene import ScenarioFailed, Scene, headline

if TYPE_CHECKING:
    from features.state import View

_COUNT = r"(?P<count>\d+) case notes?"


def require(holds: bool, message: str) -> None:
    """Fail the scenario with `message` unless it holds."""
    if not holds:
        raise ScenarioFailed(message)


def agree(scene: Scene) -> dict[str, Any]:
    """Fail with the oracle's words unless both sides are right so far."""
    report = scene.judge()
    if report["verdict"] == "fail":
        raise ScenarioFailed(headline(report), report)
    return report


def _one(scene: Scene, side: str) -> View:
    found = copies(scene, users.note(scene), side)
    require(
        len(found) == 1,
        f"{side} holds the note {len(found)} times instead of once",
    )
    return found[0]


@then("both sides agree")
def both_agree(scene: Scene) -> None:
    """Every note is on both sides, once, equal, and mapped.

    Example: Then both sides agree
    """
    agree(scene)


@then(
    parsers.re(
        r"both sides hold the note(?: with (?P<count>\d+) amendments?)?"
        r"(?P<where> in DPS| in every copy)?"
    )
)
def both_hold(scene: Scene, count: str | None = None, where: str | None = None) -> None:
    """The note is on both sides once and equal, with that many amendments.

    "in DPS" asks for the amendments there only (NOMIS may be full); "in every copy"
    allows the copies that a merge made.

    Example: Then both sides hold the note with 2 amendments
    """
    report = agree(scene)
    about = users.note(scene)
    # Where a real service's own limit struck, the oracle has counted already.
    excused = any(limited["note"] == about.id for limited in report["limited"])
    for side in (NOMIS, DPS):
        found = copies(scene, about, side)
        several = side == NOMIS and where is not None and "copy" in where
        require(
            len(found) == 1 or (several and len(found) > 1),
            f"{side} holds the note {len(found)} times instead of once",
        )
        if count is None or (side == NOMIS and where == " in DPS"):
            continue
        for view in found:
            # A limit may have added some again; none may be missing for it.
            if excused and len(view.amendments) > int(count):
                continue
            require(
                len(view.amendments) == int(count),
                f"{side} shows {len(view.amendments)} amendments, not {count}: "
                f"{[text for _, text in view.amendments]}",
            )


@then(parsers.re(r'(?P<who>both sides show|every copy shows) the text "(?P<text>.*)"'))
def both_show(scene: Scene, text: str, who: str) -> None:
    """Both sides show that main text (amendments are not part of it).

    Example: Then both sides show the text "Corrected."
    """
    agree(scene)
    about = users.note(scene)
    for side in (NOMIS, DPS):
        found = copies(scene, about, side)
        require(bool(found), f"the note is not in {side}")
        for view in found:
            require(view.text == text, f"{side} shows {view.text!r}, not {text!r}")


@then("both sides show the same text")
def same_text(scene: Scene) -> None:
    """Both sides show one text, whichever of those written won.

    Example: Then both sides show the same text
    """
    agree(scene)
    one, other = _one(scene, NOMIS).text, _one(scene, DPS).text
    require(one == other, f"NOMIS shows {one!r}, DPS {other!r}")


@then("both sides show when it happened and when it was written")
def both_times(scene: Scene) -> None:
    """Both times are the same on both sides, to the second.

    Example: Then both sides show when it happened and when it was written
    """
    one, other = _one(scene, NOMIS), _one(scene, DPS)
    for what in ("occurred", "created"):
        ours, theirs = getattr(one, what), getattr(other, what)
        require(ours == theirs, f"{what}: NOMIS shows {ours}, DPS {theirs}")


@then(
    parsers.re(
        r"DPS shows the (?:whole text|text (?P<without>without the NUL character))"
    )
)
def whole_text(scene: Scene, without: str | None = None) -> None:
    """DPS shows every letter that was written (but for a NUL, which it cannot keep).

    Example: Then DPS shows the whole text
    """
    agree(scene)
    shown, written = _one(scene, DPS).text, users.note(scene).text
    if without:
        written = written.replace("\x00", "")
    require(
        shown == written,
        f"DPS shows {shown[:60]!r} ({len(shown)} letters), not the {len(written)} "
        "letters written",
    )


@then("NOMIS shows the text cut at 4000 bytes with its suffix")
def cut_text(scene: Scene) -> None:
    """NOMIS holds the text cut to 4000 bytes, ending "... see DPS for full text".

    Example: Then NOMIS shows the text cut at 4000 bytes with its suffix
    """
    raw = _one(scene, NOMIS).raw
    wanted = truncate(users.note(scene).text)
    require(
        raw == wanted,
        f"NOMIS holds {len(raw.encode())} bytes ending {raw[-40:]!r}, not "
        f"{len(wanted.encode())} ending {wanted[-40:]!r}",
    )


@then(
    parsers.re(r"DPS shows the note under (?P<who>the second account|its first author)")
)
def author(scene: Scene, who: str) -> None:
    """DPS names the account with which the note was first written.

    Example: Then DPS shows the note under its first author
    """
    shown, wanted = _one(scene, DPS).authors[0], users.note(scene).author
    require(shown == wanted, f"DPS shows the note under {shown}, not {wanted}")


@then("the note's DPS id and legacy id are as before")
def identity(scene: Scene) -> None:
    """The note keeps its DPS id, and its legacy id is still the one of its birth.

    Example: Then the note's DPS id and legacy id are as before
    """
    view = _one(scene, DPS)
    about = users.note(scene)
    if about.side == DPS:
        require(view.id == about.id, f"the DPS id is {view.id}, not {about.id}")
        require(view.legacy_id < 0, f"the legacy id became {view.legacy_id}")
    else:
        require(
            view.legacy_id == int(about.id),
            f"the legacy id is {view.legacy_id}, not {about.id}",
        )


@then("the note is gone from both sides")
def gone(scene: Scene) -> None:
    """Neither side holds the note any more, and no mapping names it.

    Example: Then the note is gone from both sides
    """
    agree(scene)
    about = users.note(scene)
    for side in (NOMIS, DPS):
        require(not copies(scene, about, side), f"the note is still in {side}")
    named = [
        row
        for row in scene.snapshot()["mapping"]["notes"]
        if about.id in (row["dps_id"], str(row["nomis_id"]))
    ]
    require(not named, f"a mapping still names the note: {named}")


@then(
    parsers.re(
        rf'(?:the prisoner|"(?P<name>[^"]+)") has {_COUNT} in (?P<side>NOMIS|DPS)'
    )
)
def has_notes(scene: Scene, count: str, side: str, name: str | None = None) -> None:
    """Count the prisoner's case notes on one side.

    Example: Then the prisoner has 3 case notes in NOMIS
    """
    who = users.number(scene, name)
    found = [view for view in views(scene, side) if view.prisoner == who]
    require(
        len(found) == int(count),
        f"{who} has {len(found)} case notes in {side}, not {count}",
    )
    # While a switch parks the events, what arrives once it is on again is the witness.
    if int(count) == 0 and not scene.expectations.parked:
        scene.absences.append(f"no case note in {side}")


@then(
    parsers.re(
        r"the sync (?P<never>never )?(?P<what>wrote to|deleted in) (?P<side>NOMIS|DPS)"
        r"(?: once| (?P<times>\d+) times)?"
    )
)
def sync_wrote(
    scene: Scene,
    what: str,
    side: str,
    never: str | None = None,
    times: str | None = None,
) -> None:
    """Count what the sync itself wrote to (or deleted in) a side since the last When.

    Example: Then the sync wrote to NOMIS once
    """
    wanted = 0 if never else int(times or 1)
    operations = WRITES[side] if what == "wrote to" else DELETES[side]
    found = sync_calls(scene, side, operations, scene.when_started)
    require(
        len(found) == wanted,
        f"the sync {what} {side} {len(found)} times instead of {wanted}"
        f"{callers(found)}",
    )


@then("the mapping joins the two copies under the prisoner's number")
def mapped(scene: Scene) -> None:
    """One mapping names both copies, the prisoner's number and the booking.

    Example: Then the mapping joins the two copies under the prisoner's number
    """
    one, other = _one(scene, NOMIS), _one(scene, DPS)
    rows = scene.snapshot()["mapping"]["notes"]
    found = [
        row
        for row in rows
        if (row["dps_id"], str(row["nomis_id"])) == (other.id, one.id)
    ]
    require(len(found) == 1, f"{len(found)} mappings join {one.id} and {other.id}")
    who = users.note(scene).prisoner
    require(
        found[0]["prisoner"] == who,
        f"the mapping names {found[0]['prisoner']}, not {who}",
    )


@then("the note never reaches NOMIS")
def never_reaches(scene: Scene) -> None:
    """NOMIS holds no note of the prisoner with that text; needs a witness line.

    Example: Then the note never reaches NOMIS
    """
    agree(scene)
    text = users.note(scene).text
    found = [view for view in views(scene, NOMIS) if view.text == text]
    require(not found, f"the note is in NOMIS: {[view.id for view in found]}")
    scene.absences.append("the note never reaches NOMIS")


@then("a later note by the same route does arrive in NOMIS")
def witness(scene: Scene) -> None:
    """Write an ordinary note in DPS and see it arrive: the route was open.

    Example: And a later note by the same route does arrive in NOMIS
    """
    written = users.write(scene, DPS, text="Witness that the route was open.")
    if written is None:
        raise ScenarioFailed("the witness could not be written")
    scene.settle()
    require(
        len(copies(scene, written, NOMIS)) == 1,
        "the witness did not arrive in NOMIS either, so nothing is proven",
    )
    scene.witnesses += 1


@then("the note was written in NOMIS and is in DPS once")
def legacy_written(scene: Scene) -> None:
    """The DPS user's note went by the legacy path into NOMIS and came to DPS once.

    Example: Then the note was written in NOMIS and is in DPS once
    """
    require(users.note(scene).side == NOMIS, "the note was not written in NOMIS")
    agree(scene)
    _one(scene, DPS)


@then(
    parsers.re(
        r"(?:the user is told that the NOMIS screen"
        r"|(?P<each>each user) is told clearly that the system) is switched off"
    )
)
def told(scene: Scene, each: str | None = None) -> None:
    """The last action (of each of two users) was refused with a clear message.

    Example: Then the user is told that the NOMIS screen is switched off
    """
    count = 2 if each else 1
    require(
        len(scene.refusals) == count,
        f"{len(scene.refusals)} actions were refused, not {count}",
    )
    for refusal in scene.refusals:
        text = str(refusal["body"])
        require("switched off" in text, f"the refusal is not clear: {text}")


@then("every user's list shows each note once")
def lists(scene: Scene) -> None:
    """The NOMIS screen and both DPS paths list every note of the prisoner once.

    Example: Then every user's list shows each note once
    """
    scene.settle()
    who = users.number(scene, None)
    wanted = sorted(note.text for note in scene.notes.values())
    for where, texts in scene.lists(who, users.staff(scene, "officer")).items():
        require(
            sorted(texts) == wanted,
            f"{where} lists {sorted(texts)} instead of {wanted}",
        )


@then(
    parsers.re(
        r"(?P<count>\d+) messages? (?:is|are) in the dead-letter queue from "
        r"(?P<direction>\w+ to \w+)"
    )
)
def dead_letters(scene: Scene, count: str, direction: str) -> None:
    """Count the scenario's dead letters of one direction.

    Example: Then 1 message is in the dead-letter queue from NOMIS to DPS
    """
    from features.steps.trouble import QUEUES

    queue = QUEUES[direction]
    found = [
        copy
        for copy in scene.world.ledger(scene.scope)
        if copy["queue"] == queue and copy["state"] == "dead-lettered"
    ]
    require(len(found) == int(count), f"{len(found)} dead letters, not {count}")
