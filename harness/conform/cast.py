"""Who the cases are about: prisons, staff and prisoners that the service knows.

Against our fakes everybody is fresh and comes from the control API. A real service
knows its own people; a TOML file lists ids that exist there:

    [tokens]
    no_role = "eyJ.."            # a valid token without any role of the service
    [[prison]]
    code = "MDI"
    [[staff]]
    usernames = ["ABC12D_GEN"]   # known to NOMIS and to manage-users
    staff_id = 485572
    name = "Nina Okoro"
    kind = "both"                # both, nomis or dps-only
    [[prisoner]]
    number = "A1234BC"
    booking = 1201233
    prison = "MDI"

What a case needs and the file does not list, skips the case by name.
"""

from __future__ import annotations

import itertools
import secrets
import string
import tomllib
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from harness.api import WorldApi


@dataclass(frozen=True)
class Staff:
    """A member of staff; `staff_id` is None for somebody NOMIS does not know."""

    staff_id: int | None
    usernames: tuple[str, ...]
    name: str

    @property
    def username(self) -> str:
        """The first account."""
        return self.usernames[0]


@dataclass(frozen=True)
class Prisoner:
    """A prisoner number with its latest booking and prison."""

    number: str
    booking: int
    prison: str


class Cast(Protocol):
    """People for one case."""

    fresh: bool
    """Whether a prisoner or member of staff is new, hence without any record."""

    def prison(self) -> str:
        """Return the code of a prison."""

    def staff(self, kind: str = "both", accounts: int = 1, name: str = "") -> Staff:
        """Return a member of staff with that many accounts."""

    def prisoner(self, prison: str | None = None) -> Prisoner:
        """Return a prisoner with a booking."""


class OwnCast:
    """Fresh people from the control API of our world."""

    fresh = True

    def __init__(self, world: WorldApi) -> None:
        """Add people to `world`."""
        self._world = world
        self._prison: str | None = None

    def prison(self) -> str:
        """Return the case's prison, made when first asked for."""
        if self._prison is None:
            self._prison = self._world.add_prison()["code"]
        return self._prison

    def staff(self, kind: str = "both", accounts: int = 1, name: str = "") -> Staff:
        """Add a member of staff."""
        made = self._world.add_staff(kind, accounts, self.prison(), name or None)
        return Staff(made["staff_id"], tuple(made["usernames"]), made["name"])

    def prisoner(self, prison: str | None = None) -> Prisoner:
        """Add a prisoner with one booking."""
        where = prison or self.prison()
        made = self._world.add_prisoner(where)
        return Prisoner(made["prisoner"], made["booking"], where)


class ListedCast:
    """People of a real service, from a subjects file; each is lent in turn."""

    fresh = False

    def __init__(self, listed: dict[str, Any], source: str) -> None:
        """Lend from `listed`, the parsed file; `source` names it in messages."""
        self._source = source
        self._prisons = itertools.cycle(
            [one["code"] for one in _rows(listed, "prison")]
        )
        self._staff = _rows(listed, "staff")
        self._prisoners = itertools.cycle(_rows(listed, "prisoner"))

    @classmethod
    def of(cls, path: Path | None) -> ListedCast:
        """Read a subjects file; None gives a cast of nobody."""
        if path is None:
            return cls({}, "no --subjects FILE")
        return cls(tomllib.loads(path.read_text("utf-8")), str(path))

    def prison(self) -> str:
        """Lend a listed prison."""
        return str(next(self._prisons, None) or self._lacks("[[prison]]"))

    def staff(self, kind: str = "both", accounts: int = 1, name: str = "") -> Staff:
        """Lend listed staff of that kind with enough accounts (and that name)."""
        for row in self._staff:
            named = not name or row.get("name") == name
            if (
                named
                and row.get("kind", "both") == kind
                and len(row["usernames"]) >= accounts
            ):
                return Staff(
                    row.get("staff_id"), tuple(row["usernames"]), row.get("name", "")
                )
        wanted = f"[[staff]] of kind {kind!r} with {accounts} account(s)"
        return self._lacks(f"{wanted} named {name!r}" if name else wanted)

    def prisoner(self, prison: str | None = None) -> Prisoner:
        """Lend a listed prisoner (at `prison`)."""
        row = next(self._prisoners, None)
        if row is None or (prison is not None and row["prison"] != prison):
            self._lacks("[[prisoner]]" + (f" at {prison}" if prison else ""))
        return Prisoner(row["number"], row["booking"], row["prison"])

    def _lacks(self, what: str) -> NoReturn:
        pytest.skip(f"{self._source} lists no {what}")


def _rows(listed: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return list(listed.get(name, []))


def invented_number() -> str:
    """Return a prisoner number of the invented range that nobody has.

    Drawn outside the world's seed on purpose: a real service keeps what it was sent.
    """
    letters, draw = string.ascii_uppercase, secrets.choice
    digits = "".join(draw(string.digits) for _ in range(4))
    return f"Z{digits}{draw(letters)}{draw(letters)}"


def invented_id() -> int:
    """Return a NOMIS id that no note has: above any that ours or the real one gives."""
    return 7_000_000_000 + secrets.randbelow(1_000_000_000)


def invented_uuid() -> str:
    """Return a UUID that nothing has."""
    return str(uuid.uuid4())
