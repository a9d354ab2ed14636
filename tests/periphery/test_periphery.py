"""Prisoner search, manage users and the stand-in for other domains."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

import contracts
from contracts import Contract
from simulators.periphery import PeripheryServices, build, manage_users, prisoner_search
from simulators.periphery.errors import PeripheryErrors, error
from simulators.wire.faults import Fault
from simulators.wire.message import Response, answer
from simulators.wire.service import Call, Service
from tests.fake_client import FakeClient, operation_functions

if TYPE_CHECKING:
    from collections.abc import Iterator

SEARCH_ROLE = "ROLE_PRISONER_SEARCH__PRISONER__RO"
NOMIS_ROLE = "ROLE_NOMIS_PRISONER_API__SYNCHRONISATION__RW"
PRISONER = "Y1234AB"
NOMIS_DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "NOMIS as the index sees it", "version": "0"},
    "paths": {
        "/prisoners/{offenderNo}": {
            "get": {
                "operationId": "get_prisoner",
                "x-roles": [NOMIS_ROLE],
                "parameters": [
                    {
                        "name": "offenderNo",
                        "in": "path",
                        "required": True,
                        "schema": {"type": "string"},
                    }
                ],
                "responses": {
                    "200": {"content": {"application/json": {"schema": {}}}},
                    "403": {"content": {"application/json": {"schema": {}}}},
                    "404": {"content": {"application/json": {"schema": {}}}},
                },
            }
        }
    },
}


@dataclass
class Nomis:
    """Where NOMIS says prisoners are (N10)."""

    prisons: dict[str, str] = field(default_factory=dict)


def get_nomis_prisoner(model: Nomis, call: Call) -> Response:
    """N10, the members that the index reads."""
    number = call.path["offenderNo"]
    if number not in model.prisons:
        return error(404, f"No prisoner with offender {number} found")
    location = model.prisons[number]
    return answer(200, {"bookingId": 1_200_001, "location": location})


class World:
    """The periphery beside a NOMIS of three lines."""

    def __init__(self) -> None:
        self.client = FakeClient(own_roles={"prisoner-search": [NOMIS_ROLE]})
        self.nomis = Nomis({PRISONER: "QAI"})
        self.services: PeripheryServices = build(self.client.clock)
        for service in self.services:
            self.client.add(service)
        self.client.add(
            Service(
                name="nomis",
                contract=Contract("nomis", NOMIS_DOCUMENT),
                model=self.nomis,
                operations={"get_prisoner": get_nomis_prisoner},
                errors=PeripheryErrors(),
            )
        )

    def find(self, number: str = PRISONER, role: str = SEARCH_ROLE) -> Response:
        """Look a prisoner up."""
        path = f"/prisoner/{number}"
        return self.client.send("prisoner-search", "GET", path, roles=[role])

    def prison(self) -> Any:
        """Return where the index has the prisoner."""
        return self.find().json()["prisonId"]

    def user(self, username: str) -> Response:
        """Look a user up; any valid token will do."""
        return self.client.send("manage-users", "GET", f"/users/{username}", roles=[])


@pytest.fixture
def world() -> Iterator[World]:
    """Return a periphery of its own."""
    made = World()
    yield made
    made.client.close()


def test_each_operation_has_a_function_and_each_function_an_operation(
    world: World,
) -> None:
    """Contracts and code name the same things."""
    search = operation_functions(world.services.prisoner_search, prisoner_search)
    users = operation_functions(world.services.manage_users, manage_users)
    assert search - {"PrisonerSearchModel", "Entry"} == set(
        contracts.load("prisoner-search").by_id
    )
    assert users - {"ManageUsersModel", "User"} == set(
        contracts.load("manage-users").by_id
    )


def test_a_prisoner_is_where_nomis_says(world: World) -> None:
    """The index follows NOMIS and has all members that its callers need."""
    world.services.prisoner_search.model.add_prisoner(PRISONER, "Siân", "Prŷs")
    assert world.find().json() == {
        "prisonerNumber": PRISONER,
        "prisonId": "QAI",
        "bookingId": "1200001",
        "firstName": "Siân",
        "lastName": "Prŷs",
        "status": "ACTIVE IN",
        "restrictedPatient": False,
    }
    world.nomis.prisons[PRISONER] = "TRN"
    moved = world.find().json()
    assert (moved["prisonId"], moved["status"]) == ("TRN", "INACTIVE TRN")


def test_a_prisoner_unknown_to_nomis_is_not_found(world: World) -> None:
    """An unknown number is 404, and so is one that NOMIS no longer has."""
    assert world.find("Z9999ZZ").status == 404
    assert world.find().status == 200
    del world.nomis.prisons[PRISONER]
    assert world.find().status == 404


def test_the_index_needs_a_role(world: World) -> None:
    """Each of three roles may search; another may not."""
    assert world.find(role="ROLE_OTHER").status == 403
    assert world.find(role="ROLE_PRISONER_SEARCH").status == 200
    assert world.find(role="ROLE_VIEW_PRISONER_DATA").status == 200


def test_the_index_can_lag_behind_nomis(world: World) -> None:
    """Within the lag a transfer is not yet seen; after it, it is."""
    world.services.prisoner_search.model.lag = 30.0
    assert world.prison() == "QAI"
    world.nomis.prisons[PRISONER] = "QBI"
    world.client.pass_time(29)
    assert world.prison() == "QAI"
    world.client.pass_time(2)
    assert world.prison() == "QBI"


def test_the_index_can_be_pinned(world: World) -> None:
    """A scenario may hold the index at a prison until it lets go (ALT-13)."""
    model = world.services.prisoner_search.model
    model.pin(PRISONER, "QCI")
    assert world.prison() == "QCI"
    model.unpin(PRISONER)
    assert world.prison() == "QAI"


@pytest.mark.parametrize("kind", ["status", "reset"])
def test_the_index_answers_while_nomis_does_not(world: World, kind: str) -> None:
    """An outage of NOMIS does not take the index down: the last entry stands."""
    assert world.prison() == "QAI"
    world.client.wire.faults.add(
        Fault("nomis", kind, status=503 if kind == "status" else None, times=None)
    )
    assert world.prison() == "QAI"


def test_a_user_is_known_by_name(world: World) -> None:
    """Everything that DPS reads of a user is there."""
    world.services.manage_users.model.add_user(
        "ABC12D_GEN", "Nina Okoro", "nomis", "600001", uuid="u", caseload="QAI"
    )
    assert world.user("ABC12D_GEN").json() == {
        "username": "ABC12D_GEN",
        "active": True,
        "name": "Nina Okoro",
        "authSource": "nomis",
        "activeCaseLoadId": "QAI",
        "userId": "600001",
        "uuid": "u",
    }


def test_the_system_account_is_there_from_the_start(world: World) -> None:
    """DPS case notes looks PRISONER_MANAGER_API up when it starts."""
    assert world.user("PRISONER_MANAGER_API").json()["userId"] == "2"


def test_unknown_and_removed_users_are_not_found(world: World) -> None:
    """A username nobody has is 404."""
    model = world.services.manage_users.model
    model.add_user("XYZ98K", "Sam Lee", "delius")
    assert world.user("XYZ98K").status == 200
    model.remove_user("XYZ98K")
    assert world.user("XYZ98K").status == 404


def test_an_unknown_source_of_users_is_refused(world: World) -> None:
    """A typing error in a scenario is told at once."""
    with pytest.raises(ValueError, match="auth source 'nomiss'"):
        world.services.manage_users.model.add_user("A", "B", "nomiss")


def test_other_domains_answer_their_health_only(world: World) -> None:
    """Health checks of the real builds pass; any other call is not found."""
    ping = world.client.send("other", "GET", "/health/ping")
    assert (ping.status, ping.json()) == (200, {"status": "UP"})
    assert world.client.send("other", "GET", "/appointments/1").status == 404
