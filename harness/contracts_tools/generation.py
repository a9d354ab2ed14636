"""The contract as fuzzing draws from it: as our fakes accept it, but quick to draw.

Drawing a text from a regular expression costs ten times as much as sending it, and so
does an object that is open to members nobody reads. So requests are closed and their
patterns become formats, drawn by strategies of our own: the same texts, three hundred
times an operation within minutes. What breaks a pattern or adds a member is drawn all
the same, as a mutation. Answers are held to the contract as it is.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

_COMPONENT = "#/components/schemas/"
_SENT = "Sent."
_MESSAGES = "x-message"

_DATE = "local-date"
_MINUTES = "local-date-time"
_SECONDS = "local-date-time-seconds"
_FRACTION = "local-date-time-printed"
_VISIBLE = "visible-text"
_CODE = "upper-code"
_UUID = "uuid"

FORMATS: dict[str, str] = {
    r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$": _UUID,
    r"^\d{4}-\d{2}-\d{2}$": _DATE,
    r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$": _DATE,
    r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?$": _MINUTES,
    (
        r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d"
        r"(:[0-5]\d(\.\d{1,9})?)?$"
    ): _MINUTES,
    r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$": _SECONDS,
    r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?$": _FRACTION,
    r"^[A-Z0-9]+$": _CODE,
    r"[^\x00-\x20]": _VISIBLE,
    r"\S": _VISIBLE,
}
"""Every pattern a request may hold, and the format drawn instead."""


def _minutes(moment: datetime) -> str:
    return moment.isoformat(timespec="minutes")


def _seconds(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _fraction(moment: datetime) -> str:
    return moment.isoformat()


_MOMENTS = st.datetimes()
STRATEGIES: dict[str, st.SearchStrategy[str]] = {
    _UUID: st.uuids().map(str),
    _DATE: st.dates().map(str),
    _MINUTES: st.one_of(
        _MOMENTS.map(_minutes), _MOMENTS.map(_seconds), _MOMENTS.map(_fraction)
    ),
    _SECONDS: _MOMENTS.map(_seconds),
    _FRACTION: _MOMENTS.map(_fraction),
    _CODE: st.text("ABCXYZ019", min_size=1, max_size=12),
    _VISIBLE: st.one_of(
        st.text(min_size=1, max_size=11).map(lambda text: text + "x"),
        st.sampled_from(("x", " x", "\u00e9", "\U0001f600", "line\nline")),
    ),
}
"""How each format is drawn; at most twelve characters, the shortest limit there is."""


class NewPattern(ValueError):  # noqa: N818 - names what was found
    """A request holds a pattern that has no format yet."""


def quick_to_draw(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document with requests closed, and formats in place of patterns.

    `document` is not changed. Raises `NewPattern` for one that `FORMATS` lacks.
    """
    document = copy.deepcopy(document)
    schemas: dict[str, Any] = document.get("components", {}).get("schemas", {})
    sent: dict[str, Any] = {}

    def send(node: Any) -> Any:
        if isinstance(node, list):
            return [send(one) for one in node]
        if not isinstance(node, dict):
            return node
        reference = node.get("$ref")
        if isinstance(reference, str) and reference.startswith(_COMPONENT):
            name = reference.removeprefix(_COMPONENT)
            if name not in sent:
                sent[name] = {}
                sent[name].update(send(schemas[name]))
            return {"$ref": f"{_COMPONENT}{_SENT}{name}"}
        made = {key: send(value) for key, value in node.items() if key != _MESSAGES}
        if isinstance(pattern := node.get("pattern"), str):
            if pattern not in FORMATS:
                raise NewPattern(
                    f"no format for the pattern {pattern!r}; add one to FORMATS in "
                    f"{__name__}"
                )
            del made["pattern"]
            made["format"] = FORMATS[pattern]
        if "properties" in node:
            made.setdefault("additionalProperties", False)
        return made

    for holder in _requests(document):
        holder["schema"] = send(holder["schema"])
    schemas.update({_SENT + name: schema for name, schema in sent.items()})
    return document


def _requests(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what holds the schema of a body or of a parameter."""
    shared = document.get("components", {})
    places = [shared.get("parameters", {}), shared.get("requestBodies", {})]
    for place in places:
        for one in place.values():
            yield from _holders(one)
    for item in document["paths"].values():
        for parameter in item.get("parameters", ()):
            yield from _holders(parameter)
        for operation in item.values():
            if not isinstance(operation, dict):
                continue
            for parameter in operation.get("parameters", ()):
                yield from _holders(parameter)
            yield from _holders(operation.get("requestBody", {}))


def _holders(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "schema" in node:
        yield node
    for media in node.get("content", {}).values():
        if "schema" in media:
            yield media
