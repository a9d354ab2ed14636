"""Path, query and header parameters: text on the wire, typed in the contract."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from contracts.problems import Problem, shown

if TYPE_CHECKING:
    from contracts.schemas import Check, Schemas

_INTEGER = re.compile(r"[+-]?\d{1,19}", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", re.ASCII)
_BOOLEAN = {"true": True, "false": False}
_UNREADABLE = object()


@dataclass(frozen=True, slots=True)
class Parameter:
    """One declared parameter: `place` is path, query or header."""

    name: str
    place: str
    required: bool
    schema: dict[str, Any]
    where: tuple[str, ...]

    @property
    def trivial(self) -> bool:
        """Any text will do, so there is nothing to check but its presence."""
        return set(self.schema) <= {"type", "description", "example", "default"} and (
            self.schema.get("type", "string") == "string"
        )

    def check(self, texts: list[str] | None, schemas: Schemas) -> list[Problem]:
        """Check the texts received under this name; None means it did not come."""
        if texts is None:
            return [self._missing()] if self.required else []
        if self.trivial:
            return []
        value = self._read(texts, schemas)
        if value is _UNREADABLE:
            kind = self._type(self.schema, schemas)
            return [
                Problem(
                    self.name,
                    "type",
                    f"{shown(texts[0])} is not of type {kind}",
                    self.name,
                )
            ]
        check: Check = schemas.check(self.where)
        return check(value, self.name)

    def _missing(self) -> Problem:
        message = f"{self.place} parameter {self.name} is missing"
        return Problem(self.name, "missing", message, self.name)

    def _read(self, texts: list[str], schemas: Schemas) -> Any:
        if self._type(self.schema, schemas) != "array":
            return _read(texts[0], self._type(self.schema, schemas))
        # Spring takes both `a=1&a=2` and `a=1,2` for a list.
        items = self.schema.get("items", {})
        kind = self._type(items, schemas)
        parts = [part for text in texts for part in text.split(",") if part]
        values = [_read(part, kind) for part in parts]
        return _UNREADABLE if _UNREADABLE in values else values

    @staticmethod
    def _type(schema: dict[str, Any], schemas: Schemas) -> str:
        if "$ref" in schema:
            from contracts.schemas import pointer_steps

            schema = schemas.resolve(pointer_steps(schema["$ref"]))[1]
        kind = schema.get("type", "string")
        if isinstance(kind, list):
            return next(str(name) for name in kind if name != "null")
        return str(kind)


def _read(text: str, kind: str) -> Any:
    match kind:
        case "integer":
            return int(text) if _INTEGER.fullmatch(text) else _UNREADABLE
        case "number":
            return float(text) if _NUMBER.fullmatch(text) else _UNREADABLE
        case "boolean":
            return _BOOLEAN.get(text.lower(), _UNREADABLE)
    return text
