"""What is wrong with a message, in the words of the contract it broke.

A `Problem` is data: each fake's `errors.py` words it the way its real service does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jsonschema_rs import ValidationError

_SHOWN = 60

_KINDS = {
    "Required": "missing",
    "Type": "type",
    "Enum": "enum",
    "Constant": "enum",
    "MinLength": "length",
    "MaxLength": "length",
    "MinItems": "length",
    "MaxItems": "length",
    "Pattern": "pattern",
    "Minimum": "range",
    "Maximum": "range",
    "ExclusiveMinimum": "range",
    "ExclusiveMaximum": "range",
    "UniqueItems": "duplicate",
    "AdditionalProperties": "unknown",
    "FalseSchema": "unknown",
}

_BINDING = frozenset({"type", "required"})

KINDS = frozenset({*_KINDS.values(), "null", "blank", "shape", "status", "body"})


@dataclass(frozen=True, slots=True)
class Problem:
    """One disagreement between a message and its contract.

    `where` is a JSON pointer into the body or a parameter's name; `field` is the same
    place as bean validation prints it (`amendments[0].text`); `kind` is one of `KINDS`;
    `message` says why, with the offending value shortened, unless the contract words
    it itself (`x-message`).
    """

    where: str
    kind: str
    message: str
    field: str

    def __str__(self) -> str:
        place = self.where or "body"
        return f"{place}: {self.message}"


def shown(value: Any) -> str:
    """Print a value for a message, cut to 60 characters."""
    text = "null" if value is None else repr(value)
    if len(text) <= _SHOWN:
        return text
    return f"{text[: _SHOWN - 3]}..."


def problems(
    errors: Iterable[ValidationError], document: dict[str, Any], place: str | None
) -> list[Problem]:
    """Translate schema errors; `place` is a parameter's name, None for a body."""
    return [_problem(error, document, place) for error in errors]


def _problem(
    error: ValidationError, document: dict[str, Any], place: str | None
) -> Problem:
    steps: list[str | int] = list(error.instance_path)
    name = type(error.kind).__name__.rpartition("_")[2]
    kind = _kind(name, error.instance)
    if kind == "missing":
        steps.append(error.kind.as_dict()["property"])
    where = place if place is not None else _pointer(steps)
    field = place if place is not None else _dotted(steps)
    worded = _worded(document, error.schema_path)
    return Problem(where, kind, worded or _plain(kind, error), field)


def _kind(name: str, instance: Any) -> str:
    kind = _KINDS.get(name, "shape")
    if kind == "type" and instance is None:
        return "null"
    if kind in {"length", "pattern"} and isinstance(instance, str):
        # A minimum length or a pattern refused a string of spaces: "not blank".
        return "blank" if not instance.strip() else kind
    return kind


def _plain(kind: str, error: ValidationError) -> str:
    facts = error.kind.as_dict()
    match kind:
        case "missing":
            return f"{facts['property']} is missing"
        case "null":
            return "must not be null"
        case "blank":
            return "must not be blank"
        case "type":
            wanted = " or ".join(facts["types"])
            return f"{shown(error.instance)} is not of type {wanted}"
    rule = ", ".join(f"{key} {shown(value)}" for key, value in sorted(facts.items()))
    keyword = error.schema_path[-1] if error.schema_path else "schema"
    return f"{shown(error.instance)} does not fit {keyword} ({rule})"


def _worded(document: dict[str, Any], path: Sequence[str | int]) -> str | None:
    """Return the contract's own wording beside the failed keyword, if it has one."""
    if not path:
        return None
    node: Any = document
    for step in path[:-1]:
        try:
            node = node[int(step) if isinstance(node, list) else step]
        except (KeyError, IndexError, ValueError, TypeError):
            return None
    words = node.get("x-message") if isinstance(node, dict) else None
    if isinstance(words, dict):
        words = words.get(path[-1])
    elif path[-1] in _BINDING:
        # The wording is a constraint's; a value of another type is never validated.
        return None
    return words if isinstance(words, str) else None


def _pointer(steps: Sequence[str | int]) -> str:
    escaped = (str(step).replace("~", "~0").replace("/", "~1") for step in steps)
    return "".join(f"/{step}" for step in escaped)


def _dotted(steps: Sequence[str | int]) -> str:
    text = ""
    for step in steps:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += f".{step}" if text else step
    return text
