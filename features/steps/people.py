"""Steps: who and where."""

from __future__ import annotations

from datetime import datetime

from pytest_bdd import given, parsers, step

from features import users
from harness.scene import Scene, StepError


@given(
    parsers.re(r'a prisoner(?: called "(?P<name>[^"]+)")?(?: in "(?P<prison>[^"]+)")?')
)
def a_prisoner(
    scene: Scene, name: str | None = None, prison: str | None = None
) -> None:
    """Bring a new prisoner into the scenario, with one booking, by name if need be.

    Example: Given a prisoner called "Kept" in "Redmarsh"
    """
    users.prisoner(scene, name or users.DEFAULT, prison or users.DEFAULT)


@given(parsers.parse('a prison "{prison}"'))
def a_prison(scene: Scene, prison: str) -> None:
    """Add a prison where both systems are on.

    Example: Given a prison "Thornhill"
    """
    users.prison(scene, prison)


@given("an officer with two accounts")
def officer_with_two_accounts(scene: Scene) -> None:
    """Let one member of staff have a general and an administrator's account.

    Example: Given an officer with two accounts
    """
    users.staff(scene, "two accounts", accounts=2)
    users.staff(scene, "second account", accounts=1)
    scene.staff["second account"] = {**scene.staff["two accounts"], "use": 1}


@given("an officer who has no first name")
def officer_without_first_name(scene: Scene) -> None:
    """Let the officer of this scenario have a last name only, as a few old ones do.

    Example: Given an officer who has no first name
    """
    users.staff(scene, "officer", name=" Vaughan")


@step(parsers.re(r"it is (?P<time>\d\d:\d\d(?::\d\d)?) on (?P<date>\d+ \w+ \d{4})"))
def it_is(scene: Scene, time: str, date: str) -> None:
    """Set the business time that both systems write, London wall clock.

    Example: Given it is 01:30 on 25 October 2026
    """
    full = time if time.count(":") == 2 else f"{time}:00"
    try:
        moment = datetime.strptime(f"{date} {full}", "%d %B %Y %H:%M:%S")  # noqa: DTZ007
    except ValueError as error:
        raise StepError(
            f"{date!r} is no date; write it as in: 25 October 2026"
        ) from error
    scene.world.calendar(moment.isoformat())
