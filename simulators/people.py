"""Prisons, staff and prisoners: synthetic by construction, never a real person.

* **Prisoner numbers** have the real format (`A1234BC`) but come from the range that
  starts with Y or Z, which this project reserves for invented prisoners.
* **Prison codes** have three characters, start with Q, J or Z and name no real prison;
  while there are enough, they end in I as real ones do (`QAI`).
* **Names** are Faker's (en_GB), with a Welsh or Polish one now and then, because
  letters outside ASCII are where byte limits and encodings break.
* **Usernames** look like `ABC12D_GEN`; further accounts of one person end in `_ADM`,
  `_CTR`. Users whom NOMIS does not know have no ending.

Everything is unique within a run and the same for the same seed.
"""

from __future__ import annotations

import string
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from faker import Faker

    from simulators.clock import Clock

_LETTERS = string.ascii_uppercase
_NUMBER_LETTERS = "YZ"
_NUMBERS = len(_NUMBER_LETTERS) * 10**4 * 26**2
# Coprime with the size of the range: every number comes once before any comes again.
_NUMBER_STEP = 7_654_321
_FIRST_STAFF_ID = 600_001
_ENDINGS = ("_GEN", "_ADM", "_CTR", "_TAG")
# One name in so many has letters outside ASCII.
_ACCENTED_EVERY = 12
_ACCENTED_FIRST = ("Siân", "Llŷr", "Gwenfôr", "Łukasz", "Małgorzata", "Żaneta")
_ACCENTED_LAST = ("Prŷs", "Llŵyd", "Siôn", "Wójcik", "Świątek", "Gałązka", "Źrebiec")
_NAMED = ["faker.providers.address", "faker.providers.person"]
KINDS = ("both", "nomis", "dps-only")


@dataclass(frozen=True, slots=True)
class Prison:
    """A prison: its three-character code and its description."""

    code: str
    description: str

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Staff:
    """A member of staff.

    `kind` says who knows them: both NOMIS and manage-users, NOMIS alone, or DPS alone
    (a probation user, say). `usernames` has one name an account, the general one first;
    `staff_id` is None for a person whom NOMIS does not know. `uuid` is manage-users'.
    """

    staff_id: int | None
    first_name: str
    last_name: str
    usernames: tuple[str, ...]
    kind: str
    uuid: str

    @property
    def name(self) -> str:
        """Return the display name, as DPS prints it."""
        return f"{self.first_name} {self.last_name}"

    @property
    def auth_source(self) -> str:
        """Return what manage-users says the account comes from."""
        return "delius" if self.staff_id is None else "nomis"

    @property
    def user_id(self) -> str:
        """Return manage-users' `userId`: the staff id for a NOMIS account."""
        return self.uuid if self.staff_id is None else str(self.staff_id)

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data, with the derived members."""
        return {
            **asdict(self),
            "usernames": list(self.usernames),
            "name": self.name,
            "auth_source": self.auth_source,
            "user_id": self.user_id,
        }


@dataclass(frozen=True, slots=True)
class Prisoner:
    """A prisoner: number, name and date of birth (ISO)."""

    number: str
    first_name: str
    last_name: str
    date_of_birth: str

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return asdict(self)


class People:
    """Makes the people and prisons of one world."""

    def __init__(self, clock: Clock) -> None:
        """Draw everything from `clock`'s seeded streams."""
        self._clock = clock
        self._random = clock.stream("people")
        self._first_number = self._random.randrange(_NUMBERS)
        self._prisoners = 0
        self._staff = 0
        self._prisons = 0
        self._codes = _prison_codes()
        self._usernames: set[str] = set()
        self._faker: Faker | None = None

    def prison(self) -> Prison:
        """Make a prison; LookupError when all invented codes are used up."""
        if self._prisons == len(self._codes):
            raise LookupError(f"all {self._prisons} invented prison codes are used")
        code = self._codes[self._prisons]
        self._prisons += 1
        return Prison(code, f"{self._names().city()} (HMP)")

    def staff(
        self, kind: str = "both", accounts: int = 1, name: str | None = None
    ) -> Staff:
        """Make a member of staff with that many accounts; `name` is "First Last".

        " Last" makes one without a first name, as a few old NOMIS records are.
        """
        if kind not in KINDS:
            raise ValueError(f"staff kind {kind!r} is none of {', '.join(KINDS)}")
        if not 1 <= accounts <= len(_ENDINGS):
            raise ValueError(f"a person has 1 to {len(_ENDINGS)} accounts: {accounts}")
        first, last = _split(name) if name else self._name()
        base = self._username()
        in_nomis = kind != "dps-only"
        endings = _ENDINGS[:accounts] if in_nomis else ("",)
        self._staff += 1
        return Staff(
            staff_id=_FIRST_STAFF_ID + self._staff - 1 if in_nomis else None,
            first_name=first,
            last_name=last,
            usernames=tuple(base + ending for ending in endings),
            kind=kind,
            uuid=self._clock.uuid4("people-uuid"),
        )

    def prisoner(self) -> Prisoner:
        """Make a prisoner, aged 21 to 80; LookupError after 13,520,000 of them."""
        if self._prisoners == _NUMBERS:
            raise LookupError("all invented prisoner numbers are used")
        index = self._first_number + self._prisoners * _NUMBER_STEP
        self._prisoners += 1
        first, last = self._name()
        age = timedelta(days=self._random.randrange(21 * 365, 80 * 365))
        born: date = self._clock.now().date() - age
        return Prisoner(prisoner_number(index), first, last, born.isoformat())

    def _name(self) -> tuple[str, str]:
        draw = self._random
        if draw.randrange(_ACCENTED_EVERY) == 0:
            return draw.choice(_ACCENTED_FIRST), draw.choice(_ACCENTED_LAST)
        names = self._names()
        return names.first_name(), names.last_name()

    def _names(self) -> Faker:
        if self._faker is None:
            # Faker takes 80 ms to import: only worlds that name somebody pay, and for
            # no more than names of people and towns. Weighted choice would make each
            # name ten times dearer.
            from faker import Faker

            self._faker = Faker("en_GB", _NAMED, use_weighting=False)
            self._faker.seed_instance(self._random.getrandbits(64))
        return self._faker

    def _username(self) -> str:
        while True:
            letters = "".join(self._random.choices(_LETTERS, k=4))
            name = f"{letters[:3]}{self._random.randrange(100):02d}{letters[3]}"
            if name not in self._usernames:
                self._usernames.add(name)
                return name


def prisoner_number(index: int) -> str:
    """Return the `index`-th number of the invented range (cyclic): `Y1234AB`."""
    index, digits = divmod(index % _NUMBERS, 10**4)
    index, last = divmod(index, 26)
    first, middle = divmod(index, 26)
    return f"{_NUMBER_LETTERS[first]}{digits:04d}{_LETTERS[middle]}{_LETTERS[last]}"


@cache
def _prison_codes() -> tuple[str, ...]:
    """Return the invented codes in the order of use: `QAI`, `QBI`, ..., `ZZZ`."""
    likely = [f"{lead}{middle}I" for lead in "QJZ" for middle in _LETTERS]
    others = (
        f"{lead}{middle}{last}"
        for last in _LETTERS + string.digits
        for lead in "QJZ"
        for middle in _LETTERS
    )
    return tuple(dict.fromkeys([*likely, *others]))


def _split(name: str) -> tuple[str, str]:
    first, _, last = name.partition(" ")
    return first, last
