"""Schemas of one contract document, compiled when first used.

The whole document is one resource in a registry, so that a schema is addressed by its
JSON pointer and every `$ref` in it resolves where the author wrote it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from jsonschema_rs import Draft202012Validator, Registry

from contracts.problems import Problem, problems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jsonschema_rs import ValidationError


class Check:
    """A compiled schema: `check(value)` returns its problems, [] when it fits."""

    __slots__ = ("_document", "_errors", "_fits")

    def __init__(self, validator: Any, document: dict[str, Any]) -> None:
        """Keep the bound methods: they are called for each message on the Wire."""
        self._fits = validator.is_valid
        self._errors = validator.iter_errors
        self._document = document

    def __call__(self, value: Any, place: str | None = None) -> list[Problem]:
        """Check a decoded JSON value; `place` names the parameter it came in."""
        if self._fits(value):
            return []
        errors: list[ValidationError] = list(self._errors(value))
        return problems(errors, self._document, place)


class Schemas:
    """Compiles schemas of `document` by pointer, each once, on first use."""

    def __init__(self, name: str, document: dict[str, Any]) -> None:
        """Register nothing yet: start-up must not pay for schemas nobody uses."""
        self.document = document
        self._uri = f"urn:tandem:{name}"
        self._registry: Registry | None = None
        self._checks: dict[tuple[str, ...], Check] = {}

    def check(self, steps: Sequence[str]) -> Check:
        """Return the check for the schema at `steps`; ValueError if it is broken."""
        key = tuple(steps)
        if key not in self._checks:
            self._checks[key] = self._compile(key)
        return self._checks[key]

    def _compile(self, steps: tuple[str, ...]) -> Check:
        if self._registry is None:
            self._registry = Registry([(self._uri, self.document)])
        pointer = "".join(
            "/" + quote(step.replace("~", "~0").replace("/", "~1"), safe="~")
            for step in steps
        )
        try:
            validator = Draft202012Validator(
                {"$ref": f"{self._uri}#{pointer}"}, registry=self._registry
            )
        except Exception as error:
            raise ValueError(f"schema {self._uri}#{pointer}: {error}") from error
        return Check(validator, self.document)

    def resolve(self, steps: Sequence[str]) -> tuple[tuple[str, ...], Any]:
        """Follow `$ref` at `steps`; returns where the value really stands, and it."""
        here = tuple(steps)
        node = self.at(here)
        seen = set()
        while isinstance(node, dict) and "$ref" in node:
            if here in seen:
                raise ValueError(f"circular $ref at {'/'.join(here)}")
            seen.add(here)
            here = pointer_steps(node["$ref"])
            node = self.at(here)
        return here, node

    def at(self, steps: Sequence[str]) -> Any:
        """Return the value at `steps`; KeyError names the missing step."""
        node: Any = self.document
        for step in steps:
            node = node[int(step)] if isinstance(node, list) else node[step]
        return node


def pointer_steps(ref: str) -> tuple[str, ...]:
    """Split `#/components/schemas/Note` into its steps; only local refs are allowed."""
    if not ref.startswith("#/"):
        raise ValueError(f"only local references are allowed, not {ref!r}")
    return tuple(
        step.replace("~1", "/").replace("~0", "~") for step in ref[2:].split("/")
    )
