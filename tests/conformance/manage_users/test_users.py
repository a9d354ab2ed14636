"""Section 6: who a username is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.conform import fact
from tests.conformance.security import assert_unauthorised

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.conform import Api, Cast

SIX = "http-contracts 6 manage-users"


@pytest.fixture
def users(service: Callable[[str], Api]) -> Api:
    """Return manage-users."""
    return service("manage-users")


@fact(SIX)
def test_a_nomis_user_is_known_by_username(users: Api, cast: Cast) -> None:
    """Required: username, active, name, authSource, userId (the staff id)."""
    staff = cast.staff()
    answer = users.get(f"/users/{staff.username}")
    assert answer.status == 200
    body = answer.body
    assert body["username"] == staff.username
    assert body["active"] is True
    assert body["name"] == staff.name
    assert body["authSource"] == "nomis"
    assert body["userId"] == str(staff.staff_id)


@fact(SIX)
def test_each_account_of_a_person_is_known(users: Api, cast: Cast) -> None:
    """Same person, same user id."""
    staff = cast.staff(accounts=2)
    ids = {users.get(f"/users/{name}").body["userId"] for name in staff.usernames}
    assert ids == {str(staff.staff_id)}


@fact(SIX)
def test_another_source_is_not_nomis(users: Api, cast: Cast) -> None:
    """delius, auth or azuread: they may not author synced types."""
    user = cast.staff("dps-only").username
    source = users.get(f"/users/{user}").body["authSource"]
    assert source in {"delius", "auth", "azuread"}


@fact(SIX)
def test_an_unknown_user_is_not_found(users: Api) -> None:
    """404."""
    assert users.get("/users/NOBODY_AT_ALL").status == 404


@fact(SIX)
def test_a_user_of_nomis_alone_is_not_found(users: Api, cast: Cast) -> None:
    """404 for somebody whom only NOMIS knows."""
    assert users.get(f"/users/{cast.staff('nomis').username}").status == 404


@fact(f"{SIX} (start-up)")
def test_the_service_account_of_dps_is_known(users: Api) -> None:
    """PRISONER_MANAGER_API, asked for at start-up."""
    assert users.get("/users/PRISONER_MANAGER_API").status == 200


@fact("http-contracts 0.3", inferred=True)
def test_nobody_gets_in_without_a_token(users: Api) -> None:
    """401, empty."""
    assert_unauthorised(users.get("/users/X", token=None))
    assert_unauthorised(users.get("/users/X", token="rubbish"))
