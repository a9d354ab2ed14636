"""A schema flattened to its members, so that two documents can be laid side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_DEEPEST = 8
_MOST_MEMBERS = 20_000


class Unfollowable(ValueError):  # noqa: N818 - told to the user as it stands
    """A reference leads nowhere, or a schema has no end; the text says which."""


@dataclass(frozen=True)
class Member:
    """One member of a message: what it may be, and whether it must be there."""

    types: frozenset[str]
    required: bool
    nullable: bool
    values: frozenset[str] | None = None
    most: int | None = None
    moment: bool = False
    """Whether it is declared as a date-time of RFC 3339, hence with an offset."""


def members(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Member]:
    """Return members by path; `` is the whole, `a.b`, `a[].b` and so on below."""
    found: dict[str, Member] = {}
    for count, (path, member) in enumerate(_walk(document, schema, "", True, 0)):
        if count > _MOST_MEMBERS:
            raise Unfollowable(
                f"a schema has more than {_MOST_MEMBERS:,} members; the last is {path}"
            )
        # Alternatives of one place (anyOf) merge: either may come.
        found[path] = _merged(found[path], member) if path in found else member
    return found


def _walk(
    document: dict[str, Any],
    schema: dict[str, Any],
    path: str,
    required: bool,
    depth: int,
) -> Iterator[tuple[str, Member]]:
    if depth > _DEEPEST:
        return
    parts = list(_alternatives(document, schema))
    nullable = any(_is_null(part) for part in parts)
    for part in parts:
        if _is_null(part) and len(parts) > 1:
            continue
        types = _types(part)
        values = part.get("enum")
        yield (
            path,
            Member(
                types - {"null"},
                required,
                nullable or "null" in types,
                None if values is None else frozenset(map(str, _no_null(values))),
                part.get("maxLength"),
                part.get("format") == "date-time",
            ),
        )
        wanted = part.get("required", [])
        for name, below in part.get("properties", {}).items():
            inner = f"{path}.{name}" if path else name
            yield from _walk(document, below, inner, name in wanted, depth + 1)
        if isinstance(part.get("items"), dict):
            yield from _walk(document, part["items"], f"{path}[]", True, depth + 1)


def _alternatives(
    document: dict[str, Any], schema: dict[str, Any], depth: int = 0
) -> Iterator[dict[str, Any]]:
    schema = resolved(document, schema)
    for name in ("anyOf", "oneOf"):
        if name in schema:
            # An alternative of itself adds nothing.
            for one in schema[name] if depth < _DEEPEST else ():
                yield from _alternatives(document, one, depth + 1)
            return
    if "allOf" in schema:
        whole: dict[str, Any] = {k: v for k, v in schema.items() if k != "allOf"}
        for one in schema["allOf"]:
            part = resolved(document, one)
            properties = {**whole.get("properties", {}), **part.get("properties", {})}
            required = [*whole.get("required", []), *part.get("required", [])]
            whole = {**part, **whole, "properties": properties, "required": required}
        yield whole
        return
    yield schema


def resolved(document: dict[str, Any], node: Any) -> dict[str, Any]:
    """Follow `$ref` within a document; raises `Unfollowable` where there is nothing."""
    seen = 0
    # `true` stands for a schema that allows anything.
    whole: dict[str, Any] = node if isinstance(node, dict) else {}
    while "$ref" in whole and seen < _DEEPEST:
        found = _at(document, whole["$ref"])
        whole = {**found, **{key: whole[key] for key in whole if key != "$ref"}}
        seen += 1
    return whole


def _at(document: dict[str, Any], reference: str) -> dict[str, Any]:
    if not reference.startswith("#/"):
        raise Unfollowable(
            f"the reference {reference} leads out of the document; bundle it first"
        )
    found: Any = document
    for step in reference.removeprefix("#/").split("/"):
        name = step.replace("~1", "/").replace("~0", "~")
        found = found.get(name) if isinstance(found, dict) else None
    if isinstance(found, bool):
        return {}
    if not isinstance(found, dict):
        raise Unfollowable(f"the reference {reference} leads nowhere")
    return found


def _types(schema: dict[str, Any]) -> frozenset[str]:
    kind = schema.get("type")
    if isinstance(kind, list):
        return frozenset(kind)
    if kind is not None:
        return frozenset({kind})
    if "properties" in schema:
        return frozenset({"object"})
    if "enum" in schema and all(isinstance(one, str) for one in schema["enum"]):
        return frozenset({"string"})
    return frozenset()


def _is_null(schema: dict[str, Any]) -> bool:
    return bool(schema.get("type") == "null")


def _no_null(values: list[Any]) -> list[Any]:
    return [one for one in values if one is not None]


def _merged(one: Member, other: Member) -> Member:
    both = one.values is not None and other.values is not None
    return Member(
        one.types | other.types,
        one.required and other.required,
        one.nullable or other.nullable,
        (one.values or frozenset()) | (other.values or frozenset()) if both else None,
        None,
        one.moment or other.moment,
    )
