"""Steps: what must be true in the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_bdd import parsers, then

from features import rules, users
from features.state import (
    DELETES,
    DPS,
    NOMIS,
    WRITES,
    callers,
    copies,
    looping,
    sync_calls,
    views,
)
from harness.checks import checked
from harness.oracle.codec import split, truncate
from harness.scene import ScenarioFailed, Scene, headline
from harness.topology import PLANS

if TYPE_CHECKING:
    from features.state import View

DEAD_LETTERS = {plan.name: plan.dead_letters for plan in PLANS}
_COUNT = r"(?P<count>\d+) case notes?"
_NOTE = r'the note(?: "(?P<name>[^"]+)")?'
_OF_NOTE = r'(?: of the note "(?P<name>[^"]+)")?'
_named = checked(name=rules.note_named)


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


def _one(scene: Scene, side: str, name: str | None = None) -> View:
    found = copies(scene, users.note(scene, name), side)
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
        rf"both sides hold {_NOTE}(?: with (?P<count>\d+) amendments?)?"
        r"(?P<where> in DPS| in every copy)?"
    )
)
@_named
def both_hold(
    scene: Scene,
    name: str | None = None,
    count: str | None = None,
    where: str | None = None,
) -> None:
    """The note is on both sides once and equal, with that many amendments.

    "in DPS" asks for the amendments there only (NOMIS may be full); "in every copy"
    allows the copies that a merge made.

    Example: Then both sides hold the note with 2 amendments
    """
    report = agree(scene)
    about = users.note(scene, name)
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


@then(
    parsers.re(
        r"(?:both sides show|every copy shows) "
        rf'(?:the same text|the text "(?P<text>.*?)"){_OF_NOTE}'
    )
)
@_named
def both_show(scene: Scene, text: str | None = None, name: str | None = None) -> None:
    """Both sides show that main text, without the amendments, in each copy.

    Without a text: they show one, whichever of those written won.

    Example: Then both sides show the text "Corrected."
    """
    agree(scene)
    if text is None:
        one, other = _one(scene, NOMIS, name).text, _one(scene, DPS, name).text
        require(one == other, f"NOMIS shows {one!r}, DPS {other!r}")
        return
    _shows(scene, (NOMIS, DPS), text, name)


@then(
    parsers.re(rf"(?P<who>both sides show|NOMIS shows|DPS shows) the text{_OF_NOTE}:")
)
@_named
def shows_block(
    scene: Scene, who: str, docstring: str, name: str | None = None
) -> None:
    """That side shows, or both show, the block below the line as the main text.

    Example: Then both sides show the text:
      \"\"\"
      First line.
      Second line.
      \"\"\"
    """
    agree(scene)
    sides = (NOMIS, DPS) if who == "both sides show" else (who.split(maxsplit=1)[0],)
    _shows(scene, sides, docstring, name)


def _shows(scene: Scene, sides: tuple[str, ...], text: str, name: str | None) -> None:
    about = users.note(scene, name)
    for side in sides:
        found = copies(scene, about, side)
        require(bool(found), f"the note is not in {side}")
        for view in found:
            require(view.text == text, f"{side} shows {view.text!r}, not {text!r}")


@then(
    parsers.re(
        r'both sides show when (?:it|the note "(?P<name>[^"]+)") happened and when it '
        r"was written"
    )
)
@_named
def both_times(scene: Scene, name: str | None = None) -> None:
    """Both times are the same on both sides, to the second.

    Example: Then both sides show when it happened and when it was written
    """
    one, other = _one(scene, NOMIS, name), _one(scene, DPS, name)
    for what in ("occurred", "created"):
        ours, theirs = getattr(one, what), getattr(other, what)
        require(ours == theirs, f"{what}: NOMIS shows {ours}, DPS {theirs}")


@then(
    parsers.re(
        rf"DPS shows the (?:whole text{_OF_NOTE}"
        r"|text (?P<without>without the NUL character))"
    )
)
@_named
def whole_text(
    scene: Scene, without: str | None = None, name: str | None = None
) -> None:
    """DPS shows every letter that was written (but for a NUL, which it cannot keep).

    Example: Then DPS shows the whole text
    """
    agree(scene)
    shown, written = _one(scene, DPS, name).text, users.note(scene, name).text
    if without:
        written = written.replace("\x00", "")
    require(
        shown == written,
        f"DPS shows {shown[:60]!r} ({len(shown)} letters), not the {len(written)} "
        "letters written",
    )


@then(parsers.re(rf"NOMIS shows the text{_OF_NOTE} cut at 4000 bytes with its suffix"))
@_named
def cut_text(scene: Scene, name: str | None = None) -> None:
    """NOMIS holds the text cut to 4000 bytes, ending "... see DPS for full text".

    Example: Then NOMIS shows the text cut at 4000 bytes with its suffix
    """
    raw = _one(scene, NOMIS, name).raw
    wanted = truncate(users.note(scene, name).text)
    require(
        raw == wanted,
        f"NOMIS holds {len(raw.encode())} bytes ending {raw[-40:]!r}, not "
        f"{len(wanted.encode())} ending {wanted[-40:]!r}",
    )


@then(
    parsers.re(rf"DPS shows {_NOTE} under (?P<who>the second account|its first author)")
)
@_named
def author(scene: Scene, who: str, name: str | None = None) -> None:
    """DPS names the account with which the note was first written.

    Example: Then DPS shows the note under its first author
    """
    shown = _one(scene, DPS, name).authors[0]
    wanted = users.note(scene, name).author
    require(shown == wanted, f"DPS shows the note under {shown}, not {wanted}")


@then(parsers.re(rf"the DPS id and the legacy id of {_NOTE} are as before"))
@_named
def identity(scene: Scene, name: str | None = None) -> None:
    """The note keeps its DPS id, and its legacy id is still the one of its birth.

    Example: Then the DPS id and the legacy id of the note are as before
    """
    view = _one(scene, DPS, name)
    about = users.note(scene, name)
    if about.side == DPS:
        require(view.id == about.id, f"the DPS id is {view.id}, not {about.id}")
        require(view.legacy_id < 0, f"the legacy id became {view.legacy_id}")
    else:
        require(
            view.legacy_id == int(about.id),
            f"the legacy id is {view.legacy_id}, not {about.id}",
        )


@then(parsers.re(rf"{_NOTE} is gone from both sides"))
@_named
def gone(scene: Scene, name: str | None = None) -> None:
    """Neither side holds the note any more, and no mapping names it.

    Example: Then the note is gone from both sides
    """
    agree(scene)
    about = users.note(scene, name)
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
@checked(name=rules.prisoner_named)
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
    if len(found) == wanted:
        return
    often = "1 time" if len(found) == 1 else f"{len(found)} times"
    message = f"the sync {what} {side} {often} instead of {wanted}{callers(found)}"
    excess = found[wanted:]
    # What a switched off half writes travels in no circle.
    loops = excess and not scene.expectations.parked
    broken = looping(scene.scope, excess, message) if loops else None
    raise ScenarioFailed(message, broken=broken)


@then(
    parsers.re(
        rf"the mapping joins the two copies{_OF_NOTE} under the prisoner's number"
    )
)
@_named
def mapped(scene: Scene, name: str | None = None) -> None:
    """One mapping names both copies, the prisoner's number and the booking.

    Example: Then the mapping joins the two copies under the prisoner's number
    """
    one, other = _one(scene, NOMIS, name), _one(scene, DPS, name)
    rows = scene.snapshot()["mapping"]["notes"]
    found = [
        row
        for row in rows
        if (row["dps_id"], str(row["nomis_id"])) == (other.id, one.id)
    ]
    require(len(found) == 1, f"{len(found)} mappings join {one.id} and {other.id}")
    who = users.note(scene, name).prisoner
    require(
        found[0]["prisoner"] == who,
        f"the mapping names {found[0]['prisoner']}, not {who}",
    )


@then(parsers.re(rf"{_NOTE} never reaches NOMIS"))
@_named
def never_reaches(scene: Scene, name: str | None = None) -> None:
    """NOMIS holds no note of the prisoner with that text; needs a witness line.

    Example: Then the note never reaches NOMIS
    """
    agree(scene)
    text = users.note(scene, name).text
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


@then(parsers.re(rf"{_NOTE} was written in NOMIS and is in DPS once"))
@_named
def legacy_written(scene: Scene, name: str | None = None) -> None:
    """The DPS user's note went by the legacy path into NOMIS and came to DPS once.

    Example: Then the note was written in NOMIS and is in DPS once
    """
    about = users.note(scene, name)
    require(about.side == NOMIS, "the note was not written in NOMIS")
    agree(scene)
    _one(scene, DPS, name)


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


@then(parsers.re(r'every user\'s list shows each note(?: of "(?P<name>[^"]+)")? once'))
@checked(name=rules.prisoner_named)
def lists(scene: Scene, name: str | None = None) -> None:
    """The NOMIS screen and both DPS paths list every note of the prisoner once.

    A deleted note is in no list. The legacy path lists the present booking alone, as
    the real one does.

    Example: Then every user's list shows each note once
    """
    scene.settle()
    who = users.number(scene, name)
    wanted = [
        note
        for note in scene.notes.values()
        if note.prisoner == who and not note.deleted
    ]
    require(bool(wanted), f"{who} has no note to be listed; write one first")
    present = _on_present_booking(scene, who)
    for where, texts in scene.lists(who, users.staff(scene, "officer")).items():
        owed = sorted(
            note.text
            for note in wanted
            if "legacy" not in where
            or any(copy.id in present for copy in copies(scene, note, NOMIS))
        )
        shown = sorted(split(text, tolerant=True)[0] for text in texts)
        require(shown == owed, f"{where} lists {shown} instead of {owed}")


def _on_present_booking(scene: Scene, prisoner: str) -> set[str]:
    """Return the ids of the NOMIS rows on the prisoner's present booking."""
    state = scene.snapshot()["nomis"]
    (found,) = [one for one in state["prisoners"] if one["prisoner"] == prisoner]
    present = found["latest"]
    return {str(row["id"]) for row in state["notes"] if row["booking"] == present}


@then(
    parsers.re(
        r"(?:(?P<count>\d+) messages? (?:is|are) in the dead-letter queue from "
        r"(?P<direction>DPS to NOMIS|NOMIS to DPS)"
        r"|every message was handled "
        r"(?:at its first try|within (?P<seconds>\d+) seconds))"
    )
)
@checked(seconds=rules.some)
def deliveries(
    scene: Scene,
    count: str | None = None,
    direction: str | None = None,
    seconds: str | None = None,
) -> None:
    """Count dead letters that lie there now, or see that no message was kept long.

    Whoever gives a message back lets users wait seconds or minutes for it.

    Example: Then 1 message is in the dead-letter queue from NOMIS to DPS
    """
    from features.steps.trouble import QUEUES

    copies = scene.world.ledger(scene.scope)
    if count is not None and direction is not None:
        queue = DEAD_LETTERS[QUEUES[direction]]
        found = [copy for copy in copies if copy["queue"] == queue and copy["open"]]
        require(len(found) == int(count), f"{len(found)} dead letters, not {count}")
        return
    taken = [copy for copy in copies if copy["queue"] in QUEUES.values()]
    require(bool(taken), "the sync was sent no message")
    if seconds is not None:
        late = [
            f"{one['type']} after {one['waited']:.0f} s"
            for one in taken
            if one["waited"] > int(seconds)
        ]
        require(not late, f"of {len(taken)} messages these were handled: {late}")
        return
    again = [
        f"{one['type']} {one['receives']} times"
        for one in taken
        if one["receives"] != 1
    ]
    require(not again, f"of {len(taken)} messages these were received: {again}")
