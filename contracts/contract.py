"""The contract of one service: its document, its operations, its routing."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import yaml

from contracts.operation import Operation
from contracts.routes import NoRoute, Routes
from contracts.schemas import Schemas

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

METHODS = ("get", "put", "post", "delete", "patch")


class Contract:
    """What one service promises, read from its OpenAPI 3.1 document."""

    def __init__(self, name: str, document: dict[str, Any]) -> None:
        """Read operations and routes; schemas compile later, on first use."""
        self.name = name
        self.document = document
        _quote_statuses(document)
        self.schemas = Schemas(name, document)
        self.operations = tuple(
            Operation(method, path, self.schemas)
            for path, item in document["paths"].items()
            for method in METHODS
            if method in item
        )
        self.by_id = {operation.id: operation for operation in self.operations}
        if len(self.by_id) != len(self.operations):
            raise ValueError(f"contract {name}: an operationId is used twice")
        self._routes = Routes(self.operations)
        self.secured = any(op.roles is not None for op in self.operations)

    def match(
        self, method: str, path: str
    ) -> tuple[Operation, dict[str, str]] | NoRoute:
        """Return the operation for a raw path and its path parameters, or NoRoute."""
        return self._routes.match(method, path)

    def operation(self, name: str) -> Operation:
        """Return the operation called `name`; LookupError lists what there is."""
        try:
            return self.by_id[name]
        except KeyError:
            known = ", ".join(sorted(self.by_id))
            raise LookupError(
                f"{self.name} has no operation {name!r}; it has: {known}"
            ) from None


def _quote_statuses(document: dict[str, Any]) -> None:
    """Make the keys of responses text, as in JSON: YAML reads 200 as a number."""
    for item in document["paths"].values():
        for method in METHODS:
            if method in item:
                responses = item[method].get("responses", {})
                item[method]["responses"] = {
                    str(status): response for status, response in responses.items()
                }


@cache
def load(service: str) -> Contract:
    """Return the contract of `service` (`nomis`, `dps`, ...), read once a process."""
    source = files(__package__).joinpath(f"{service}.openapi.yaml")
    if not source.is_file():
        raise LookupError(
            f"no contract for service {service!r}; there are: {', '.join(services())}"
        )
    return Contract(service, read_yaml(source))


def services() -> list[str]:
    """Return the names of the services that have a contract document, sorted."""
    ending = ".openapi.yaml"
    names = (entry.name for entry in files(__package__).iterdir())
    return sorted(name.removesuffix(ending) for name in names if name.endswith(ending))


def read_yaml(source: Traversable) -> dict[str, Any]:
    """Parse a document with libyaml: the Python parser is ten times slower."""
    text = source.read_text("utf-8")
    if hasattr(yaml, "CSafeLoader"):
        document = yaml.load(text, Loader=yaml.CSafeLoader)
    else:
        document = yaml.safe_load(text)
    if not isinstance(document, dict):
        raise TypeError(f"{source.name} is not a mapping")
    return document
