"""Every contract document is sound: valid OpenAPI 3.1, complete, and resolvable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest

import contracts
from contracts.contract import METHODS
from contracts.schemas import pointer_steps

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts import Contract

SERVICES = (
    "alerts",
    "auth",
    "dps",
    "manage-users",
    "mapping",
    "nomis",
    "nomis-screens",
    "prison-api",
    "prisoner-search",
)
ITEM_KEYS = frozenset({*METHODS, "parameters", "summary", "description"})


@pytest.fixture(params=SERVICES)
def contract(request: pytest.FixtureRequest) -> Contract:
    """Return the contract of each service in turn."""
    return contracts.load(request.param)


def test_each_service_of_the_brief_has_a_document() -> None:
    """No service is missing, and no document stands there untested."""
    assert contracts.services() == sorted(SERVICES)


def test_it_is_openapi_3_1(contract: Contract) -> None:
    """Version, title and version number are there, and paths say only what we read."""
    document = contract.document
    assert str(document["openapi"]).startswith("3.1")
    assert document["info"]["title"]
    assert document["info"]["version"]
    for path, item in document["paths"].items():
        assert path.startswith("/"), path
        assert set(item) <= ITEM_KEYS, f"{path}: {set(item) - ITEM_KEYS}"


def test_each_operation_is_a_python_name_with_answers(contract: Contract) -> None:
    """An operationId can name a function; each operation documents its answers."""
    for operation in contract.operations:
        assert operation.id.isidentifier(), operation.id
        assert operation.id == operation.id.lower(), operation.id
        responses = operation.document["responses"]
        assert responses, operation.id
        for status in responses:
            assert status == "default" or status[0] in "12345", operation.id


def test_roles_are_authorities(contract: Contract) -> None:
    """Roles are written as they stand in a token's authorities."""
    for operation in contract.operations:
        for role in operation.roles or ():
            assert role.startswith("ROLE_"), f"{operation.id}: {role}"


def test_path_parameters_are_declared(contract: Contract) -> None:
    """Every `{name}` of a path is a declared, required path parameter and reverse."""
    for operation in contract.operations:
        written = {
            part[1:-1] for part in operation.path.split("/") if part.startswith("{")
        }
        declared = {
            parameter.name
            for parameter in operation.parameters
            if parameter.place == "path" and parameter.required
        }
        assert declared == written, operation.id


def test_every_reference_resolves(contract: Contract) -> None:
    """No `$ref` points nowhere or outside its document."""
    for ref in _references(contract.document):
        contract.schemas.resolve(pointer_steps(ref))


def test_every_schema_compiles(contract: Contract) -> None:
    """Request bodies, parameters and all documented answers can be checked."""
    for operation in contract.operations:
        operation.check_request({})
        operation.check_parameters({}, {}, {})
        for parameter in operation.parameters:
            parameter.check(["0"])
        for status in operation.document["responses"]:
            if status.isdecimal():
                operation.check_response(int(status), {})


def test_component_schemas_are_json_schema(contract: Contract) -> None:
    """Each component schema obeys the 2020-12 meta-schema: no misspelt types."""
    schemas = contract.document.get("components", {}).get("schemas", {})
    for name, schema in schemas.items():
        assert jsonschema_rs.meta.is_valid(schema), f"{contract.name}: {name}"


def test_no_date_time_format_is_asserted(contract: Contract) -> None:
    """Local date-times carry no offset, so `format: date-time` would lie (0.2)."""
    formats = {
        node["format"]
        for node in _nodes(contract.document)
        if isinstance(node.get("format"), str)
    }
    assert "date-time" not in formats


def test_component_schemas_are_used(contract: Contract) -> None:
    """A schema that nothing refers to checks nothing and only misleads."""
    used = {pointer_steps(ref)[-1] for ref in _references(contract.document)}
    schemas = set(contract.document.get("components", {}).get("schemas", {}))
    assert schemas <= used, f"{contract.name}: unused {sorted(schemas - used)}"


def _references(document: dict[str, Any]) -> Iterator[str]:
    for node in _nodes(document):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]


def _nodes(node: Any) -> Iterator[dict[str, Any]]:
    stack = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, dict):
            yield current
            stack.extend(current.values())
        elif isinstance(current, list):
            stack.extend(current)
