"""Section 6: where a prisoner is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.conform import fact
from harness.conform.cast import invented_number
from tests.conformance.security import assert_unauthorised

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.conform import Api, Cast

SIX = "http-contracts 6 prisoner-search"
ROLES = (
    "ROLE_PRISONER_SEARCH__PRISONER__RO",
    "ROLE_PRISONER_SEARCH",
    "ROLE_VIEW_PRISONER_DATA",
)


@pytest.fixture
def search(service: Callable[[str], Api]) -> Api:
    """Return prisoner search."""
    return service("prisoner-search")


@fact(SIX)
def test_a_prisoner_is_where_nomis_has_them(search: Api, cast: Cast) -> None:
    """PrisonerNumber and prisonId, which DPS needs."""
    prisoner = cast.prisoner()
    body = search.get(f"/prisoner/{prisoner.number}").body
    assert body["prisonerNumber"] == prisoner.number
    assert body["prisonId"] == prisoner.prison


@fact(f"{SIX} (alerts needs)")
def test_a_prisoner_has_what_the_alerts_api_needs(search: Api, cast: Cast) -> None:
    """Names, status and restrictedPatient, none of them null."""
    body = search.get(f"/prisoner/{cast.prisoner().number}").body
    for name in ("firstName", "lastName", "status", "restrictedPatient"):
        assert body[name] is not None
    assert isinstance(body["restrictedPatient"], bool)


@fact(SIX)
def test_a_released_prisoner_is_out(search: Api, screens: Api, cast: Cast) -> None:
    """PrisonId may be OUT."""
    prisoner, user = cast.prisoner(), cast.staff().username
    screens.post(f"/prisoners/{prisoner.number}/release", user=user)
    assert search.get(f"/prisoner/{prisoner.number}").body["prisonId"] == "OUT"


@fact(SIX)
def test_an_unknown_prisoner_is_not_found(search: Api) -> None:
    """404, which DPS passes on."""
    assert search.get(f"/prisoner/{invented_number()}").status == 404


@fact("http-contracts 1.4")
@pytest.mark.parametrize("role", ROLES)
def test_one_of_three_roles_is_enough(search: Api, cast: Cast, role: str) -> None:
    """Any of them."""
    number = cast.prisoner().number
    assert search.get(f"/prisoner/{number}", roles=[role]).status == 200


@fact("http-contracts 0.3; 1.4")
def test_another_role_is_refused(search: Api) -> None:
    """403."""
    assert search.get("/prisoner/Z9999ZZ", roles=[]).status == 403


@fact("http-contracts 0.3", inferred=True)
def test_nobody_gets_in_without_a_token(search: Api) -> None:
    """401, empty."""
    assert_unauthorised(search.get("/prisoner/Z9999ZZ", token=None))
    assert_unauthorised(search.get("/prisoner/Z9999ZZ", token="rubbish"))
