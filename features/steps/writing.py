"""Steps: case notes are written, on either side."""

from __future__ import annotations

from pytest_bdd import given, parsers, when

from features import rules, users
from features.state import DPS, NOMIS
from harness.checks import checked
from harness.scene import Note, Scene, StepError

_WHO = r"(?:an officer|the officer|a DPS user|the DPS user)"
_SIDE = r"(?P<side>NOMIS|DPS)"
_NOTE = r'a case note(?: called "(?P<name>[^"]+)")?(?: about "(?P<about>[^"]+)")?'
_NAMES = {"name": rules.new_note, "about": rules.prisoner_named}


def must(written: Note | None, scene: Scene, side: str) -> Note:
    """Return the note that was written; StepError when it was refused."""
    if written is None:
        raise StepError(
            f"writing in {side} was refused: {scene.last['status']} "
            f"{scene.last['body']}"
        )
    return written


# Texts that a feature file cannot hold as it stands, or only unseen.
_ODD = {
    "a NUL character": "Before\x00after.",
    "Windows line ends": "First line.\r\n\r\nThird line.\r\n",
    "letters of two forms": "Cafe\u0301 \ufb01le\u2026 5\u212b\u00a0long  ",
}


@given(parsers.re(rf"{_NOTE}(?: of (?P<letters>\d+) letters)? written in {_SIDE}"))
@checked(**_NAMES)
def note_written(
    scene: Scene,
    side: str,
    name: str | None = None,
    about: str | None = None,
    letters: str | None = None,
) -> None:
    """Let a note exist on both sides, written by a user on the side named.

    Example: Given a case note written in DPS
    """
    if not scene.prisoners:
        users.prisoner(scene)
    text = "x" * int(letters) if letters else None
    written = users.write(scene, side, about=about, name=name, text=text)
    users.on_both_sides(scene, must(written, scene, side))


@when(
    parsers.re(
        rf"(?:{_WHO}|(?P<other>another (?:officer|DPS user))) writes {_NOTE} in {_SIDE}"
        r'(?: of type "(?P<kind>[^"]+)")?(?: saying "(?P<text>[^"]*)")?'
    )
)
@checked(**_NAMES, kind=rules.a_kind)
def write_note(
    scene: Scene,
    side: str,
    name: str | None = None,
    about: str | None = None,
    kind: str | None = None,
    text: str | None = None,
    other: str | None = None,
) -> None:
    """Write a case note in that system; type and text are optional.

    Another officer, or DPS user, is not the one who writes the other notes.

    Example: When an officer writes a case note in NOMIS saying "Seen on the wing."
    """
    written = users.write(
        scene, side, about=about, kind=kind, text=text, name=name, role=other
    )
    must(written, scene, side)


@when(parsers.re(rf"{_WHO} writes {_NOTE} in {_SIDE} with the text:"))
@checked(**_NAMES)
def write_with_text(
    scene: Scene,
    side: str,
    docstring: str,
    name: str | None = None,
    about: str | None = None,
) -> None:
    """Write a case note whose text is the block below the line, to the letter.

    Example: When an officer writes a case note in NOMIS with the text:
      \"\"\"
      First line.
      Second line.
      \"\"\"
    """
    written = users.write(scene, side, about=about, text=docstring, name=name)
    must(written, scene, side)


@when(
    parsers.re(
        rf"{_WHO} writes {_NOTE} in {_SIDE} "
        r'(?:of (?P<count>\d+) letters(?: "(?P<letter>.)")?'
        r"|with (?P<what>a NUL character|Windows line ends|letters of two forms))"
    )
)
@checked(**_NAMES, count=rules.some)
def write_unusual(
    scene: Scene,
    side: str,
    name: str | None = None,
    about: str | None = None,
    count: str | None = None,
    letter: str | None = None,
    what: str | None = None,
) -> None:
    """Write a case note of so many letters, all alike, or of what programs tidy up.

    That is a NUL character in the middle, line ends of Windows, or letters that
    Unicode can write in two ways (with blanks at the end).

    Example: When a DPS user writes a case note in DPS of 6000 letters
    """
    text = _ODD[what] if what else (letter or "x") * int(count or 0)
    written = users.write(scene, side, about=about, text=text, name=name)
    must(written, scene, side)


@when(parsers.re(rf"{_WHO} writes (?P<count>\d+) case notes in {_SIDE}"))
@checked(count=rules.some)
def write_many(scene: Scene, side: str, count: str) -> None:
    """Write many case notes one after the other, without waiting for the sync.

    Example: When a DPS user writes 20 case notes in DPS
    """
    for _ in range(int(count)):
        must(users.write(scene, side), scene, side)


@when(
    parsers.re(
        rf"{_WHO} writes {_NOTE} in {_SIDE} about what happened "
        r"(?:(?P<days>\d+) days ago|on (?P<date>\d+ \w+ \d{4}))"
    )
)
@checked(**_NAMES, date=rules.a_date)
def write_about_past(
    scene: Scene,
    side: str,
    name: str | None = None,
    about: str | None = None,
    days: str | None = None,
    date: str | None = None,
) -> None:
    """Write a case note today about what happened earlier.

    Example: When an officer writes a case note in NOMIS about what happened 7 days ago
    """
    if days:
        occurred = users.ago(scene, int(days))
    else:
        occurred = rules.moment(str(date), "09:15").isoformat()
    written = users.write(scene, side, about=about, occurred=occurred, name=name)
    must(written, scene, side)


@when(
    parsers.re(
        r"an officer writes a case note in NOMIS through "
        r'(?:the module "(?P<module>[^"]+)"|no module)'
    )
)
def write_through(scene: Scene, module: str | None = None) -> None:
    """Write a case note in NOMIS through a screen or program of that module name.

    Example: When an officer writes a case note in NOMIS through the module "OCDALERT"
    """
    must(users.write(scene, NOMIS, module=module), scene, NOMIS)


@when(parsers.re(rf"the officer writes a case note in {_SIDE} with the second account"))
def write_with_second_account(scene: Scene, side: str) -> None:
    """Write a case note with the second account of the officer who has two.

    Example: When the officer writes a case note in DPS with the second account
    """
    must(users.write(scene, side, role="second account"), scene, side)


@when(parsers.re(rf"{_WHO} tries to write a case note in {_SIDE}"))
def try_to_write(scene: Scene, side: str) -> None:
    """Try to write a case note where it may be refused; a `Then` says what is right.

    Example: When an officer tries to write a case note in NOMIS
    """
    users.write(scene, side)


@when(parsers.parse('DPS itself writes a note of type "{kind}"'))
@checked(kind=rules.a_kind)
def system_note(scene: Scene, kind: str) -> None:
    """Let another DPS service write a system generated note (DPS-only kinds).

    Example: When DPS itself writes a note of type "ACP/REFD"
    """
    type_, _, sub_type = kind.partition("/")
    who = users.number(scene, None)
    text = users.default_text(scene)
    body = {
        "type": type_,
        "subType": sub_type,
        "authorName": "Programme Service",
        "text": text,
    }
    answer = scene.world.act(
        "dps",
        "create_system_generated_case_note",
        {"personIdentifier": who},
        body=body,
    )
    made = users.must(scene, answer, "the system generated note")
    users.remember(
        scene,
        Note(
            DPS, made["caseNoteId"], who, text, type_, sub_type, made["authorUsername"]
        ),
    )
