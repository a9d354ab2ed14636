"""Steps: who and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_bdd import given, parsers, step

from features import rules, users
from harness.checks import checked

if TYPE_CHECKING:
    from harness.scene import Scene


@given(
    parsers.re(
        r'(?:a prisoner(?: called "(?P<name>[^"]+)")?|(?P<others>\d+) other prisoners)'
        r'(?: in "(?P<prison>[^"]+)")?'
    )
)
@checked(name=rules.new_prisoner, others=rules.some)
def a_prisoner(
    scene: Scene,
    name: str | None = None,
    others: str | None = None,
    prison: str | None = None,
) -> None:
    """Bring a new prisoner into the scenario, with one booking, by name if need be.

    Or so many more, of whom nothing is written.

    Example: Given a prisoner called "Kept" in "Redmarsh"
    """
    names = [f"other {n}" for n in range(int(others))] if others else [name]
    for one in names:
        users.prisoner(scene, one or users.DEFAULT, prison or users.DEFAULT)


@given(parsers.parse('a prison "{prison}"'))
def a_prison(scene: Scene, prison: str) -> None:
    """Add a prison where both systems are on.

    Example: Given a prison "Thornhill"
    """
    users.prison(scene, prison)


@given(parsers.re(r"an officer (?P<how>with two accounts|who has no first name)"))
def an_officer(scene: Scene, how: str) -> None:
    """Let the officer of this scenario be an unusual one.

    Two accounts are a general one and an administrator's; a few old members of staff
    have a last name only.

    Example: Given an officer with two accounts
    """
    if how == "who has no first name":
        users.staff(scene, "officer", name=" Vaughan")
        return
    users.staff(scene, "two accounts", accounts=2)
    users.staff(scene, "second account", accounts=1)
    scene.staff["second account"] = {**scene.staff["two accounts"], "use": 1}


@step(parsers.re(r"it is (?P<time>\d\d:\d\d(?::\d\d)?) on (?P<date>\d+ \w+ \d{4})"))
@checked(date=rules.a_date, time=rules.a_time)
def it_is(scene: Scene, time: str, date: str) -> None:
    """Set the business time that both systems write, London wall clock.

    Example: Given it is 01:30 on 25 October 2026
    """
    scene.world.calendar(rules.moment(date, time).isoformat())
