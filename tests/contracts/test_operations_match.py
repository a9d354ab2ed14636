"""Each operation of a contract has one function, and each function an operation."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

import pytest

from simulators import alerts, auth, dps, mapping, nomis, periphery
from simulators.clock import Clock
from tests.contracts.test_documents import SERVICES

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulators.wire.service import Service

BUILT: dict[str, Callable[[Clock], Service]] = {
    "alerts": alerts.build,
    "auth": auth.build,
    "dps": dps.build,
    "manage-users": lambda clock: periphery.build(clock).manage_users,
    "mapping": mapping.build,
    "nomis": lambda clock: nomis.build(clock).nomis,
    "nomis-screens": lambda clock: nomis.build(clock).screens,
    "prison-api": lambda clock: nomis.build(clock).prison_api,
    "prisoner-search": lambda clock: periphery.build(clock).prisoner_search,
}


@pytest.fixture(params=SERVICES)
def service(request: pytest.FixtureRequest) -> Service:
    """Build each fake in turn."""
    return BUILT[request.param](Clock(source=lambda: 0.0))


def test_every_service_is_built_under_its_own_name(service: Service) -> None:
    """A fake serves the contract of its name."""
    assert service.name == service.contract.name
    assert service.outbox == []


def test_every_operation_has_a_function(service: Service) -> None:
    """No operation is promised that nobody wrote."""
    missing = {
        operation.id
        for operation in service.contract.operations
        if not callable(service.operations.get(operation.id))
    }
    assert missing == set()


def test_every_function_is_an_operation(service: Service) -> None:
    """No public `(model, call)` function stands where the contract cannot reach it."""
    extra = {
        name
        for name, member in service.operations.items()
        if _is_operation(name, member) and name not in service.contract.by_id
    }
    assert extra == set()


def test_every_status_has_the_services_own_body(service: Service) -> None:
    """A fault's status is worded by each fake that a sync or another fake calls."""
    worded = getattr(service.errors, "status", None)
    if worded is None:
        # Officers' screens and the old legacy path get the Wire's plain words.
        assert service.name in {"nomis-screens", "prison-api"}
        return
    for status in (400, 404, 409, 500, 502, 503):
        response = worded(status)
        assert response.status == status
        assert isinstance(response.json(), dict)


def test_user_actions_are_writes(service: Service) -> None:
    """What a user changes, changes state: the oracle counts such calls."""
    for operation in service.contract.operations:
        if operation.user_action is not None:
            assert operation.writes, f"{service.name} {operation.id}"
            assert operation.method != "GET", f"{service.name} {operation.id}"


def _is_operation(name: str, member: object) -> bool:
    if name.startswith("_") or not inspect.isfunction(member):
        return False
    return list(inspect.signature(member).parameters) == ["model", "call"]
