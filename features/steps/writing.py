"""Steps: case notes are written, on either side."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pytest_bdd import given, parsers, when

from features import users
from features.state import DPS, NOMIS
from harness.scene import Note, Scene, StepError

_WHO = r"(?:an officer|the officer|a DPS user|the DPS user)"
_SIDE = r"(?P<side>NOMIS|DPS)"
_NAME = r'(?: called "(?P<name>[^"]+)")?'


def _must(written: Any, scene: Scene, side: str) -> None:
    if written is None:
        raise StepError(
            f"writing in {side} was refused: {scene.last['status']} "
            f"{scene.last['body']}"
        )


# Texts that a feature file cannot hold as it stands, or only unseen.
_ODD = {
    "a NUL character": "Before\x00after.",
    "Windows line ends": "First line.\r\n\r\nThird line.\r\n",
    "letters of two forms": "Cafe\u0301 \ufb01le\u2026 5\u212b\u00a0long  ",
}


@given(
    parsers.re(
        rf'a case note{_NAME}(?: about "(?P<about>[^"]+)")?'
        rf"(?: of (?P<letters>\d+) letters)? written in {_SIDE}"
    )
)
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
    _must(users.write(scene, side, about=about, name=name, text=text), scene, side)


@when(
    parsers.re(
        rf"{_WHO} writes a case note{_NAME}"
        rf'(?: about "(?P<about>[^"]+)")? in {_SIDE}'
        r'(?: of type "(?P<kind>[^"]+)")?(?: saying "(?P<text>[^"]*)")?'
    )
)
def write_note(
    scene: Scene,
    side: str,
    name: str | None = None,
    about: str | None = None,
    kind: str | None = None,
    text: str | None = None,
) -> None:
    """Write a case note in that system; type and text are optional.

    Example: When an officer writes a case note in NOMIS saying "Seen on the wing."
    """
    written = users.write(scene, side, about=about, kind=kind, text=text, name=name)
    _must(written, scene, side)


@when(parsers.re(rf"{_WHO} writes a case note in {_SIDE} with the text:"))
def write_with_text(scene: Scene, side: str, docstring: str) -> None:
    """Write a case note whose text is the block below the line, to the letter.

    Example: When an officer writes a case note in NOMIS with the text:
    """
    _must(users.write(scene, side, text=docstring), scene, side)


@when(
    parsers.re(
        rf"{_WHO} writes a case note in {_SIDE} of (?P<count>\d+) letters"
        r'(?: "(?P<letter>.)")?'
    )
)
def write_long(scene: Scene, side: str, count: str, letter: str | None = None) -> None:
    """Write a case note of so many letters, all alike.

    Example: When a DPS user writes a case note in DPS of 6000 letters
    """
    _must(users.write(scene, side, text=(letter or "x") * int(count)), scene, side)


@when(
    parsers.re(
        rf"{_WHO} writes a case note in {_SIDE} with "
        r"(?P<what>a NUL character|Windows line ends|letters of two forms)"
    )
)
def write_odd(scene: Scene, side: str, what: str) -> None:
    """Write a case note with characters that programs like to tidy up.

    A NUL character in the middle, line ends of Windows, or letters that Unicode can
    write in two ways (with blanks at the end).

    Example: When an officer writes a case note in NOMIS with a NUL character
    """
    _must(users.write(scene, side, text=_ODD[what]), scene, side)


@when(parsers.re(rf"{_WHO} writes (?P<count>\d+) case notes in {_SIDE}"))
def write_many(scene: Scene, side: str, count: str) -> None:
    """Write many case notes one after the other, without waiting for the sync.

    Example: When a DPS user writes 20 case notes in DPS
    """
    for _ in range(int(count)):
        _must(users.write(scene, side), scene, side)


@when(
    parsers.re(
        rf"{_WHO} writes a case note in {_SIDE} about what happened "
        r"(?:(?P<days>\d+) days ago|on (?P<date>\d+ \w+ \d{4}))"
    )
)
def write_about_past(
    scene: Scene, side: str, days: str | None = None, date: str | None = None
) -> None:
    """Write a case note today about what happened earlier.

    Example: When an officer writes a case note in NOMIS about what happened 7 days ago
    """
    if days:
        occurred = users.ago(scene, int(days))
    else:
        day = datetime.strptime(str(date), "%d %B %Y")  # noqa: DTZ007
        occurred = day.replace(hour=9, minute=15).isoformat()
    _must(users.write(scene, side, occurred=occurred), scene, side)


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
    _must(users.write(scene, NOMIS, module=module), scene, NOMIS)


@when(parsers.re(rf"the officer writes a case note in {_SIDE} with the second account"))
def write_with_second_account(scene: Scene, side: str) -> None:
    """Write a case note with the second account of the officer who has two.

    Example: When the officer writes a case note in DPS with the second account
    """
    _must(users.write(scene, side, role="second account"), scene, side)


@when(parsers.re(rf"{_WHO} tries to write a case note in {_SIDE}"))
def try_to_write(scene: Scene, side: str) -> None:
    """Try to write a case note where it may be refused; a `Then` says what is right.

    Example: When an officer tries to write a case note in NOMIS
    """
    users.write(scene, side)


@when(parsers.parse('DPS itself writes a note of type "{kind}"'))
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
