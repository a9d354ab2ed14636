"""Path, query and header parameters: text on the wire, typed in the contract."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from contracts.problems import Problem, shown
from contracts.schemas import pointer_steps

if TYPE_CHECKING:
    from contracts.schemas import Check, Schemas

_INTEGER = re.compile(r"[+-]?\d{1,19}", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", re.ASCII)
_BOOLEAN = {"true": True, "false": False}
_UNREADABLE = object()
_SAYS_NOTHING = frozenset({"type", "description", "example", "default"})


class Parameter:
    """One declared parameter: `place` is path, query or header.

    `key` is the name under which its text is found (headers: lower case); `free` says
    that any text will do and none is needed, so there is nothing to check.
    """

    __slots__ = (
        "_check",
        "_kind",
        "_schemas",
        "_where",
        "free",
        "key",
        "name",
        "place",
        "required",
        "schema",
    )

    def __init__(
        self, document: dict[str, Any], where: tuple[str, ...], schemas: Schemas
    ) -> None:
        """Read the parameter object that stands at `where`."""
        self.name: str = document["name"]
        self.place: str = document["in"]
        self.required = bool(document.get("required", False))
        self.schema: dict[str, Any] = document.get("schema", {"type": "string"})
        self.key = self.name.lower() if self.place == "header" else self.name
        # A path that matched brings all its parameters.
        needed = self.required and self.place != "path"
        self.free = _any_text(self.schema) and not needed
        self._where = (*where, "schema")
        self._schemas = schemas
        self._kind: tuple[str, str] | None = None
        self._check: Check | None = None

    def check(self, texts: list[str] | None) -> list[Problem]:
        """Check the texts received under this name; None means it did not come."""
        if texts is None:
            if not self.required:
                return []
            message = f"{self.place} parameter {self.name} is missing"
            return [Problem(self.name, "missing", message, self.name)]
        if _any_text(self.schema):
            return []
        value, kind = self._read(texts)
        if value is _UNREADABLE:
            message = f"{shown(texts[0])} is not of type {kind}"
            return [Problem(self.name, "type", message, self.name)]
        if self._check is None:
            self._check = self._schemas.check(self._where)
        return self._check(value, self.name)

    def _read(self, texts: list[str]) -> tuple[Any, str]:
        if self._kind is None:
            kind, schema = _kind(self.schema, self._schemas)
            item, _ = _kind(schema.get("items", {}), self._schemas)
            self._kind = kind, item
        kind, item = self._kind
        if kind != "array":
            return _typed(texts[0], kind), kind
        # Spring takes both `a=1&a=2` and `a=1,2` for a list.
        parts = [part for text in texts for part in text.split(",") if part]
        values = [_typed(part, item) for part in parts]
        return (_UNREADABLE if _UNREADABLE in values else values), item


def _any_text(schema: dict[str, Any]) -> bool:
    return schema.get("type", "string") == "string" and _SAYS_NOTHING.issuperset(schema)


def _kind(schema: dict[str, Any], schemas: Schemas) -> tuple[str, dict[str, Any]]:
    """Return the JSON type that a text is to be read as, and the schema itself."""
    if "$ref" in schema:
        schema = schemas.resolve(pointer_steps(schema["$ref"]))[1]
    kind = schema.get("type", "string")
    if isinstance(kind, list):
        kind = next(name for name in kind if name != "null")
    return str(kind), schema


def _typed(text: str, kind: str) -> Any:
    match kind:
        case "integer":
            return int(text) if _INTEGER.fullmatch(text) else _UNREADABLE
        case "number":
            return float(text) if _NUMBER.fullmatch(text) else _UNREADABLE
        case "boolean":
            return _BOOLEAN.get(text.lower(), _UNREADABLE)
    return text
