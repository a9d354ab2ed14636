"""`tandem conform`: the same cases by one switch, and verdicts that can fail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.conform import fact
from harness.conform.calling import Api, ContractBroken
from harness.conform.cast import ListedCast, invented_number
from harness.conform.facts import Tally
from harness.conform.run import FAIL, PASS, UNKNOWN, conform
from harness.conform.settings import Aim

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from harness.conform.ours import OwnWorld

MAPPING_ROLE = "ROLE_NOMIS_MAPPING_API__SYNCHRONISATION__RW"


@pytest.fixture(scope="module")
def world() -> Iterator[OwnWorld]:
    """Return a world that stands for the real services."""
    from harness.conform.ours import OwnWorld

    own = OwnWorld()
    yield own
    own.stop()


@pytest.mark.sockets
@pytest.mark.long
def test_a_suite_runs_against_any_base_url(
    world: OwnWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a token; what needs a token without roles is skipped, by name."""
    token = world.mint([MAPPING_ROLE], None)
    aim = Aim("mapping", world.urls["mapping"], token)
    assert conform(aim) == PASS
    shown = capsys.readouterr().out
    assert world.urls["mapping"] in shown.replace("\n", "")
    assert "the subjects file gives no token without roles" in shown


@pytest.mark.sockets
@pytest.mark.long
def test_a_service_that_answers_wrongly_fails(world: OwnWorld) -> None:
    """Every answer 500: the suite fails, and does not pass by skipping."""
    token = world.mint([MAPPING_ROLE], None)
    fault = world.api.fault("mapping", "status", status=500, times=None)
    try:
        aim = Aim("mapping", world.urls["mapping"], token)
        assert conform(aim, keyword="test_a_batch_stores_all") == FAIL
    finally:
        world.api.clear_faults([fault])


@pytest.mark.sockets
@pytest.mark.long
def test_a_suite_that_is_skipped_whole_proves_nothing(world: OwnWorld) -> None:
    """Without a token no case can run: unknown, not passed."""
    aim = Aim("mapping", world.urls["mapping"])
    assert conform(aim, keyword="test_a_batch") == UNKNOWN


@pytest.mark.sockets
def test_every_answer_is_held_to_our_contract(world: OwnWorld) -> None:
    """A case that looks at nothing else still fails on a broken answer."""
    api = Api("manage-users", world.urls["manage-users"], world.mint)
    fault = world.api.fault("manage-users", "status", status=418, times=1)
    try:
        with pytest.raises(ContractBroken, match="418"):
            api.get("/users/NOBODY")
    finally:
        api.close()
        world.api.clear_faults([fault])


def test_more_than_one_uncited_case_in_twenty_is_too_many() -> None:
    """Five per cent may cite nothing, no more."""
    assert not Tally("dps", cases=20, uncited=["one"]).too_few_citations
    assert Tally("dps", cases=20, uncited=["one", "two"]).too_few_citations
    assert Tally("dps", cases=19, uncited=["one"]).too_few_citations


def test_a_fact_carries_its_source() -> None:
    """The mark holds the citation and whether it is inferred."""
    mark = fact("http-contracts 2.1 N2", inferred=True).mark
    assert mark.args == ("http-contracts 2.1 N2", True)


def test_people_of_a_real_service_are_lent_in_turn(tmp_path: Path) -> None:
    """From the subjects file, by kind and number of accounts."""
    path = tmp_path / "subjects.toml"
    path.write_text(
        """
        [[prison]]
        code = "QAI"
        [[staff]]
        usernames = ["ONE_GEN"]
        staff_id = 1
        [[staff]]
        usernames = ["TWO_GEN", "TWO_ADM"]
        staff_id = 2
        [[prisoner]]
        number = "Y1234AB"
        booking = 1
        prison = "QAI"
        [[prisoner]]
        number = "Y1234AC"
        booking = 2
        prison = "QAI"
        """,
        "utf-8",
    )
    cast = ListedCast.of(path)
    assert cast.prison() == "QAI"
    assert cast.staff().username == "ONE_GEN"
    assert cast.staff(accounts=2).staff_id == 2
    assert {cast.prisoner().number, cast.prisoner().number} == {"Y1234AB", "Y1234AC"}


def test_what_the_subjects_file_lacks_skips_the_case() -> None:
    """By name, with what is missing."""
    cast = ListedCast.of(None)
    with pytest.raises(pytest.skip.Exception, match=r"\[\[prisoner\]\]"):
        cast.prisoner()
    with pytest.raises(pytest.skip.Exception, match="kind 'dps-only'"):
        cast.staff("dps-only")


def test_invented_prisoners_are_in_the_invented_range() -> None:
    """Z and the real format: never a real number."""
    for _ in range(50):
        number = invented_number()
        assert number.startswith("Z")
        assert len(number) == 7
