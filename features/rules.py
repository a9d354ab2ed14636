"""What the arguments of steps may be: dates, kinds of note, names, columns.

Each function is a rule for `harness.checks.checked`; those that turn a text into a
value are what the steps themselves use, so that a check and a play agree.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from harness.scene import StepError
from simulators.dps.reference import Reference
from simulators.nomis.reference import WORKS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.checks import Names

KINDS = {(pair[0], pair[2]) for pair in WORKS} | set(Reference().pairs())


def moment(date: str, time: str = "00:00") -> datetime:
    """Read a date as scenarios write it, with a time of day; StepError if it is none.

    Example: moment("25 October 2026", "01:30")
    """
    full = time if time.count(":") > 1 else f"{time}:00"
    try:
        day = datetime.strptime(date, "%d %B %Y")  # noqa: DTZ007 - London wall clock
    except ValueError as error:
        raise StepError(
            f"{date!r} is no date; write it as in: 25 October 2026"
        ) from error
    try:
        clock = datetime.strptime(full, "%H:%M:%S")  # noqa: DTZ007
    except ValueError as error:
        raise StepError(
            f"{time!r} is no time of day; write it as in: 01:30 or 23:59:59"
        ) from error
    return datetime.combine(day.date(), clock.time())


def kind(text: str) -> tuple[str, str]:
    """Read a kind of note, `TYPE/SUBTYPE`; StepError if neither side knows it."""
    type_, _, sub_type = text.partition("/")
    if (type_, sub_type) not in KINDS:
        listed = ", ".join(sorted("/".join(pair) for pair in KINDS))
        raise StepError(f"{text!r} is no kind of note; they are {listed}")
    return type_, sub_type


def a_date(value: str, _: Names) -> None:
    """The value is a date."""
    moment(value)


def a_time(value: str, _: Names) -> None:
    """The value is a time of day."""
    moment("1 January 2026", value)


def a_kind(value: str, _: Names) -> None:
    """The value is a kind of note that one of the systems knows."""
    kind(value)


def a_failure(value: str, _: Names) -> None:
    """The value is a status that says a call failed."""
    if not 400 <= int(value) <= 599:
        raise StepError(f"status {value} is no failure; those are 400 to 599")


def some(value: Any, _: Names) -> None:
    """The value is at least one: a step that does nothing tests nothing."""
    if int(value) < 1:
        raise StepError(f"{value} times is never; say at least 1, or leave it out")


def new_prisoner(value: str, names: Names) -> None:
    """The value names a prisoner from here on."""
    names.prisoners.add(value)


def new_note(value: str, names: Names) -> None:
    """The value names a note from here on."""
    names.notes.add(value)


def prisoner_named(value: str, names: Names) -> None:
    """The value was given to a prisoner before."""
    _known(value, names.prisoners, "prisoner")


def note_named(value: str, names: Names) -> None:
    """The value was given to a note before."""
    _known(value, names.notes, "note")


def _known(value: str, given: Iterable[str], what: str) -> None:
    if value not in given:
        raise StepError(
            f"no {what} is called {value!r} here; there are: "
            f"{', '.join(sorted(given)) or 'none'}"
        )
