"""People and prisons: synthetic, unique, repeatable, quick."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time

import pytest

from simulators.clock import Clock
from simulators.people import KINDS, People, prisoner_number


def test_prisoner_numbers_are_real_in_format_and_invented_in_range() -> None:
    """A prisoner number has NOMIS' format and the letter no real one begins with."""
    people = People(Clock(seed=1))
    for _ in range(200):
        assert re.fullmatch(r"[YZ]\d{4}[A-Z]{2}", people.prisoner().number)


def test_no_prisoner_number_comes_twice_in_a_run() -> None:
    """Each prisoner of a run has a number of their own."""
    people = People(Clock(seed=2))
    numbers = [people.prisoner().number for _ in range(5_000)]
    assert len(set(numbers)) == len(numbers)


def test_the_range_of_prisoner_numbers_is_walked_without_repeat() -> None:
    """The step through the range visits every number before any comes again."""
    size = 2 * 10**4 * 26**2
    step = 7_654_321
    assert prisoner_number(0) == "Y0000AA"
    assert prisoner_number(size - 1) == "Z9999ZZ"
    assert prisoner_number(size) == prisoner_number(0)
    assert all(size % prime or step % prime for prime in (2, 5, 13))


def test_the_same_seed_makes_the_same_people() -> None:
    """A run is repeatable: same seed, same prisons, staff and prisoners."""

    def world(seed: int) -> list[object]:
        people = People(Clock(seed=seed))
        made = [people.prison(), people.staff(accounts=2), people.staff("dps-only")]
        return [*made, *(people.prisoner() for _ in range(20))]

    assert world(7) == world(7)
    assert world(7) != world(8)


def test_prison_codes_are_invented_and_unique() -> None:
    """A prison code has three characters, none of a real prison, and never OUT/TRN."""
    people = People(Clock())
    codes = [people.prison().code for _ in range(300)]
    assert len(set(codes)) == len(codes)
    assert codes[0] == "QAI"
    assert all(re.fullmatch(r"[QJZ][A-Z][A-Z0-9]", code) for code in codes)


def test_the_last_invented_prison_code_is_followed_by_a_clear_error() -> None:
    """Running out of invented codes is said, not papered over with a real one."""
    people = People(Clock())
    made = {people.prison().code for _ in range(3 * 26 * 36)}
    assert len(made) == 3 * 26 * 36
    with pytest.raises(LookupError, match="invented prison codes are used"):
        people.prison()


def test_staff_of_nomis_have_an_id_and_one_username_an_account() -> None:
    """Two accounts of one person share staff id and name and differ in ending."""
    people = People(Clock(seed=3))
    staff = people.staff(accounts=2)
    general, other = staff.usernames
    assert re.fullmatch(r"[A-Z]{3}\d{2}[A-Z]_GEN", general)
    assert other == general.replace("_GEN", "_ADM")
    assert staff.user_id == str(staff.staff_id)
    assert staff.auth_source == "nomis"
    assert people.staff().staff_id != staff.staff_id


def test_a_dps_only_user_is_unknown_to_nomis() -> None:
    """A user whom NOMIS does not know has no staff id and no NOMIS account."""
    staff = People(Clock()).staff("dps-only")
    assert staff.staff_id is None
    assert staff.auth_source == "delius"
    assert staff.user_id == staff.uuid
    assert "_" not in staff.usernames[0]


def test_a_name_can_be_given() -> None:
    """A scenario may name its officer; the rest stays invented."""
    staff = People(Clock()).staff(name="Nina van den Berg")
    assert (staff.first_name, staff.last_name) == ("Nina", "van den Berg")
    assert staff.name == "Nina van den Berg"


@pytest.mark.parametrize(("kind", "accounts"), [("officer", 1), ("both", 0)])
def test_impossible_staff_are_refused(kind: str, accounts: int) -> None:
    """An unknown kind or a person without account is an error of the scenario."""
    with pytest.raises(ValueError, match=r"staff kind|accounts"):
        People(Clock()).staff(kind, accounts)


def test_some_names_have_letters_outside_ascii() -> None:
    """Welsh and Polish letters occur among prisoners and staff, but not always."""
    people = People(Clock(seed=4))
    names = [people.prisoner().last_name for _ in range(300)]
    accented = [name for name in names if not name.isascii()]
    assert 5 < len(accented) < 80


def test_people_are_plain_json_data() -> None:
    """Everything made can cross the control API as JSON and back."""
    people = People(Clock())
    documents = [people.prison().as_dict(), people.prisoner().as_dict()]
    documents += [people.staff(kind).as_dict() for kind in KINDS]
    for document in documents:
        assert json.loads(json.dumps(document)) == document


def test_a_thousand_prisoners_are_made_in_a_tenth_of_a_second() -> None:
    """Filling a world costs no noticeable time."""
    people = People(Clock())
    people.prisoner()  # imports Faker
    start = time.process_time()
    for _ in range(1_000):
        people.prisoner()
    assert time.process_time() - start < 0.1


def test_importing_people_does_not_import_faker() -> None:
    """A world that names nobody does not pay for Faker's import."""
    check = "import sys, simulators.people; sys.exit('faker' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", check], check=False, timeout=30)
    assert done.returncode == 0
