"""Published OpenAPI documents: read from a file or URL, and fit to be compared.

Whatever a document holds that we would trip over is named with its place; so is one
that is too large, too deep, or grows without end by YAML's aliases.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import yaml

_PATIENCE = 60.0
_MOST_BYTES = 50_000_000
_MOST_VALUES = 2_000_000
_DEEPEST = 100
_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


class Unreadable(ValueError):  # noqa: N818 - told to the user as it stands
    """What was given is no OpenAPI document; the text says why."""


def load(source: str) -> dict[str, Any]:
    """Read an OpenAPI document in JSON or YAML from a file or URL.

    Keys are strings, also those that YAML reads as numbers (`200:`). Raises
    `Unreadable`.
    """
    try:
        text = _content(source).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(f"{source} is not UTF-8: {error.reason}") from None
    except (OSError, ValueError, httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unreadable(f"{source} cannot be read: {error}") from error
    try:
        document = (
            json.loads(text) if text.lstrip()[:1] == "{" else yaml.safe_load(text)
        )
    except RecursionError:
        raise Unreadable(f"{source} is nested too deeply") from None
    except (ValueError, yaml.YAMLError) as error:
        raise Unreadable(f"{source} is neither JSON nor YAML: {error}") from error
    if not isinstance(document, dict) or "paths" not in document:
        raise Unreadable(f"{source} is no OpenAPI document: it has no paths")
    if "swagger" in document:
        raise Unreadable(
            f"{source} is Swagger {document['swagger']}, which says bodies in another "
            "way; convert it to OpenAPI 3"
        )
    plain: dict[str, Any] = _Plain(source).of(document)
    _check(source, plain)
    return plain


def _content(source: str) -> bytes:
    if not source.startswith(("http://", "https://")):
        with Path(source).open("rb") as file:
            return _bounded(file.read(_MOST_BYTES + 1))
    found = b""
    with httpx.stream(
        "GET", source, timeout=_PATIENCE, follow_redirects=True
    ) as answer:
        answer.raise_for_status()
        for part in answer.iter_bytes():
            found = _bounded(found + part)
    return found


def _bounded(content: bytes) -> bytes:
    if len(content) > _MOST_BYTES:
        raise ValueError(f"it has more than {_MOST_BYTES:,} bytes")
    return content


class _Plain:
    """Copies a document as JSON has it, as far as that ends."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._left = _MOST_VALUES

    def of(self, node: Any, depth: int = 0) -> Any:
        """Return the copy; raises `Unreadable` when it would not end."""
        self._left -= 1
        if self._left < 0 or depth > _DEEPEST:
            what = (
                f"more than {_DEEPEST} levels"
                if depth > _DEEPEST
                else f"more than {_MOST_VALUES:,} values"
            )
            raise Unreadable(
                f"{self._source} is no OpenAPI document: it has {what}, maybe by YAML "
                "aliases"
            )
        if isinstance(node, dict):
            return {_key(key): self.of(value, depth + 1) for key, value in node.items()}
        if isinstance(node, list | tuple | set):
            return [self.of(value, depth + 1) for value in node]
        if isinstance(node, date | datetime):
            return node.isoformat()
        if isinstance(node, bytes):
            return node.decode("latin-1")
        return node


def _key(key: Any) -> str:
    if isinstance(key, bool):
        return str(key).lower()
    return key.isoformat() if isinstance(key, date) else str(key)


def _check(source: str, document: dict[str, Any]) -> None:
    found = next(iter(_shape().iter_errors(document)), None)
    if found is not None:
        where = " > ".join(map(str, found.instance_path)) or "the whole"
        raise Unreadable(
            f"{source} is no OpenAPI document: {where}: {found.message[:200]}"
        )


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/$defs/{name}"}


def _table(name: str) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": _ref(name)}


def _list(name: str) -> dict[str, Any]:
    return {"type": "array", "items": _ref(name)}


def _pointing(**members: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {"$ref": {"type": "string"}, **members}}


_NAMES = {"type": "array", "items": {"type": "string"}}
# As much of OpenAPI's own schema as a comparison reads.
_SHAPE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "info": {"type": "object"},
        "paths": {
            "type": "object",
            "patternProperties": {"^/": _ref("item")},
        },
        "components": {
            "type": "object",
            "properties": {
                "schemas": _table("schema"),
                "parameters": _table("parameter"),
                "responses": _table("answer"),
                "requestBodies": _table("answer"),
            },
        },
    },
    "$defs": {
        "item": {
            "type": "object",
            "properties": {
                "parameters": _list("parameter"),
                **{method: _ref("operation") for method in _METHODS},
            },
        },
        "operation": {
            "type": "object",
            "properties": {
                "parameters": _list("parameter"),
                "requestBody": _ref("answer"),
                "responses": _table("answer"),
            },
        },
        "parameter": {
            "type": "object",
            "if": {"not": {"required": ["$ref"]}},
            "then": {"required": ["name", "in"]},
            "properties": {name: {"type": "string"} for name in ("$ref", "name", "in")},
        },
        "answer": _pointing(content=_table("media")),
        "media": {"type": "object", "properties": {"schema": _ref("schema")}},
        "schema": {
            "type": ["object", "boolean"],
            "properties": {
                "$ref": {"type": "string"},
                "type": {"type": ["string", "array"], "items": {"type": "string"}},
                "properties": _table("schema"),
                "required": _NAMES,
                "enum": {"type": "array"},
                "maxLength": {"type": "integer", "minimum": 0},
                "items": {
                    "if": {"type": "array"},
                    "then": _list("schema"),
                    "else": _ref("schema"),
                },
                **{name: _list("schema") for name in ("allOf", "anyOf", "oneOf")},
            },
        },
    },
}


@cache
def _shape() -> Any:
    return jsonschema_rs.validator_for(_SHAPE)
