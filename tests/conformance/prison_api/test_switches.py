"""Section 6: the switch that the alert handler of DPS reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.conform import fact
from tests.conformance.security import assert_unauthorised

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.api import WorldApi
    from harness.conform import Api, Cast

SIX = "http-contracts 6 prison-api"
PATH = "/api/agency-switches/ALERTS_CASE_NOTES"
RO = "ROLE_PRISON_API__SERVICE_AGENCY_SWITCHES__RO"


@pytest.fixture
def prison_api(service: Callable[[str], Api]) -> Api:
    """Return prison-api."""
    return service("prison-api")


@fact(SIX)
def test_a_switched_on_prison_is_named_in_both_shapes(
    prison_api: Api, world: WorldApi
) -> None:
    """PrisonId and prison for DPS, agencyId and name as prison-api says now."""
    code = world.add_prison(alert_writer="dps")["code"]
    answer = prison_api.get(PATH)
    assert answer.status == 200
    [entry] = [one for one in answer.body if one["agencyId"] == code]
    assert set(entry) >= {"prisonId", "prison", "agencyId", "name"}
    assert entry["prisonId"] == code


@fact("events-and-config 7.3, 12")
@pytest.mark.parametrize(
    ("shape", "members"),
    [("prison-api", {"agencyId", "name"}), ("client", {"prisonId", "prison"})],
)
def test_the_shape_of_a_switch_is_an_option(
    prison_api: Api, world: WorldApi, shape: str, members: set[str]
) -> None:
    """As prison-api answers now, or as the client of DPS reads it."""
    code = world.add_prison(alert_writer="dps")["code"]
    world.option("prison-switch-shape", shape)
    try:
        answer = prison_api.get(PATH)
    finally:
        world.option("prison-switch-shape", "both")
    assert all(set(entry) == members for entry in answer.body)
    assert code in {value for entry in answer.body for value in entry.values()}


@fact(SIX)
def test_a_prison_where_nomis_writes_is_not_named(
    prison_api: Api, world: WorldApi
) -> None:
    """The list holds only prisons that are switched on."""
    world.add_prison(alert_writer="dps")
    code = world.add_prison(alert_writer="nomis")["code"]
    assert code not in {one["agencyId"] for one in prison_api.get(PATH).body}


@fact(SIX)
def test_a_service_that_is_on_nowhere_is_not_found(prison_api: Api) -> None:
    """404, which DPS reads as off everywhere."""
    assert prison_api.get("/api/agency-switches/NO_SUCH_SERVICE").status == 404


@fact("http-contracts 0.3; 1.4")
def test_another_role_is_refused(prison_api: Api) -> None:
    """403."""
    assert prison_api.get(PATH, roles=[]).status == 403
    assert prison_api.get(PATH, roles=[RO]).status in (200, 404)


@fact("http-contracts 0.3", inferred=True)
def test_nobody_gets_in_without_a_token(prison_api: Api, cast: Cast) -> None:
    """401, empty."""
    assert_unauthorised(prison_api.get(PATH, token=None))
    path = f"/api/offenders/{cast.prisoner().number}/case-notes"
    assert_unauthorised(prison_api.get(path, token=None))
