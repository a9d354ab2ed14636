"""Routing reads the contract's own paths and keeps Spring's order of preference."""

from __future__ import annotations

from typing import Any

import pytest

from contracts import Contract, NoRoute


def contract(*routes: str) -> Contract:
    """Make a contract of `METHOD /path` lines; operations are named by the line."""
    paths: dict[str, Any] = {}
    for route in routes:
        method, path = route.split(" ")
        paths.setdefault(path, {})[method.lower()] = {
            "operationId": route,
            "x-roles": [],
            "responses": {"200": {"description": "ok"}},
        }
    return Contract("routes", {"paths": paths})


def found(made: Contract, method: str, path: str) -> tuple[str, dict[str, str]]:
    """Return the id and path parameters of the operation that is matched."""
    match = made.match(method, path)
    assert not isinstance(match, NoRoute), f"{method} {path}: {match}"
    return match[0].id, match[1]


def test_a_literal_segment_wins_over_a_parameter() -> None:
    """`/case-notes/types` is the list of types, never a prisoner called types."""
    made = contract("GET /case-notes/{prisoner}", "GET /case-notes/types")
    assert found(made, "GET", "/case-notes/types") == ("GET /case-notes/types", {})
    assert found(made, "GET", "/case-notes/A1234BC") == (
        "GET /case-notes/{prisoner}",
        {"prisoner": "A1234BC"},
    )


def test_a_literal_dead_end_falls_back_to_the_parameter() -> None:
    """A literal first segment does not hide a parameter path that goes on."""
    made = contract("GET /notes/latest", "GET /notes/{id}/audit")
    assert found(made, "GET", "/notes/latest/audit") == (
        "GET /notes/{id}/audit",
        {"id": "latest"},
    )


def test_a_literal_path_without_the_method_does_not_hide_another() -> None:
    """Spring picks by path and method together: POST finds the parameter path."""
    made = contract("GET /case-notes/types", "POST /case-notes/{prisoner}")
    assert found(made, "POST", "/case-notes/types") == (
        "POST /case-notes/{prisoner}",
        {"prisoner": "types"},
    )


def test_each_operation_names_its_own_parameters() -> None:
    """Two operations on one path shape keep the names of their own contract."""
    made = contract("GET /notes/{p}/{noteIdentifier}", "DELETE /notes/{p}/{noteId}")
    assert found(made, "DELETE", "/notes/A1234BC/7")[1] == {
        "p": "A1234BC",
        "noteId": "7",
    }


@pytest.mark.parametrize(
    ("method", "path", "reason"),
    [
        ("GET", "/", "path"),
        ("GET", "", "path"),
        ("GET", "notes/1", "path"),
        ("GET", "/notes", "path"),
        ("GET", "/notes/", "path"),
        ("GET", "/notes/1/", "path"),
        ("GET", "/notes/1/2", "path"),
        ("GET", "/Notes/1", "path"),
        ("POST", "/notes/1", "method"),
        ("HEAD", "/notes/1", "method"),
    ],
)
def test_what_the_contract_does_not_list_has_no_route(
    method: str, path: str, reason: str
) -> None:
    """Unknown paths and unsupported methods are told apart, case and slash count."""
    match = contract("GET /notes/{id}", "PUT /notes/{id}").match(method, path)
    assert isinstance(match, NoRoute)
    assert match.reason == reason
    assert match.allowed == (("GET", "PUT") if reason == "method" else ())


def test_escapes_are_decoded_within_a_segment() -> None:
    """An escaped slash stays part of its parameter and makes no new segment."""
    made = contract("GET /users/{username}")
    assert found(made, "GET", "/users/A%2FB%20C")[1] == {"username": "A/B C"}


def test_two_operations_cannot_claim_one_route() -> None:
    """A contract whose paths differ only in parameter names is refused."""
    with pytest.raises(ValueError, match="both claim GET"):
        contract("GET /notes/{id}", "GET /notes/{noteId}")
