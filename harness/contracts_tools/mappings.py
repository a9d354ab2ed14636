"""WireMock stubs, read from files or from a running WireMock."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import jsonschema_rs

if TYPE_CHECKING:
    from collections.abc import Iterator

_PATIENCE = 30.0
_EXACT = ("url", "urlPath")
_PATTERN = ("urlPattern", "urlPathPattern")
_UNREADABLE = (ValueError, TypeError, KeyError, RecursionError)
_MOST_BACKTRACKING = 20_000
_BRIEF = 120


class NoMappings(ValueError):  # noqa: N818 - told to the user as it stands
    """No stubs could be read from there; the text says why."""


@dataclass(frozen=True)
class Stub:
    """One stub mapping: what it answers to which requests.

    `path` is exact, a regular expression or a template, as `match` says (exact,
    pattern, template, any); `unread` says why the answer cannot be judged.
    """

    name: str
    method: str
    match: str
    path: str
    status: int
    body: Any = None
    empty: bool = True
    headers: dict[str, str] = field(default_factory=dict)
    unread: str | None = None

    def fits(self, path: str) -> bool:
        """Say whether a request path could meet this stub."""
        if self.match == "any":
            return True
        if self.match == "exact":
            return path == self.path
        if self.match == "template":
            expression = re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(self.path))
            return re.fullmatch(expression, path) is not None
        return any(pattern.is_valid(path) for pattern in _patterns(self.path))


@cache
def _patterns(expression: str) -> tuple[Any, ...]:
    """Return what matches a whole path; nothing when it is no regular expression.

    Not Python's engine: WireMock's patterns are Java's, and a hostile one may take
    Python ages. This one gives up instead. A pattern may end in a query, which our
    paths lack, so it is tried without as well.
    """
    limit = jsonschema_rs.FancyRegexOptions(backtrack_limit=_MOST_BACKTRACKING)
    found = []
    for one in dict.fromkeys((expression, _pathwise(expression))):
        try:
            found.append(
                jsonschema_rs.validator_for(
                    {"pattern": f"^(?:{one})$"}, pattern_options=limit
                )
            )
        except (jsonschema_rs.ValidationError, ValueError):
            continue
    return tuple(found)


def read(source: str) -> list[Stub]:
    """Return the stubs of a WireMock (URL) or of a directory or file of mappings."""
    if source.startswith(("http://", "https://")):
        return list(_from_server(source.rstrip("/")))
    root = Path(source)
    try:
        there = root.exists()
        paths = sorted(root.rglob("*.json")) if root.is_dir() else [root]
    except (OSError, ValueError) as error:
        raise NoMappings(f"{source} cannot be read: {error}") from error
    if not there:
        raise NoMappings(f"{source}: there is no such file or directory")
    stubs = [stub for path in paths for stub in _from_file(path, root)]
    if not stubs:
        raise NoMappings(f"{source} holds no stub mappings")
    return stubs


def _from_server(url: str) -> Iterator[Stub]:
    address = url if url.endswith("/__admin/mappings") else f"{url}/__admin/mappings"
    try:
        answer = httpx.get(address, timeout=_PATIENCE, trust_env=False)
        listed = _decoded(answer.raise_for_status().content)["mappings"]
        if not isinstance(listed, list):
            raise TypeError("`mappings` is no list")
    except (httpx.HTTPError, httpx.InvalidURL, *_UNREADABLE) as error:
        raise NoMappings(f"{address} lists no stub mappings: {error}") from error
    if not listed:
        raise NoMappings(f"{address} lists no stub mappings: it has none")
    for number, mapping in enumerate(listed, 1):
        yield _stub(mapping, f"mapping {number}", None)


def _from_file(path: Path, root: Path) -> Iterator[Stub]:
    if "__files" in path.parts or not path.is_file():
        return
    try:
        document = _decoded(path.read_bytes())
    except (OSError, *_UNREADABLE) as error:
        raise NoMappings(f"{path} is no JSON: {error}") from error
    if not isinstance(document, dict):
        return
    listed = document.get("mappings", [document])
    if not isinstance(listed, list):
        raise NoMappings(f"{path}: `mappings` is no list but {_brief(listed)}")
    name = str(path.relative_to(root)) if path != root else path.name
    for number, mapping in enumerate(listed, 1):
        # Other JSON may lie beside the mappings of a directory.
        if "mappings" in document or "request" in mapping:
            label = name if len(listed) == 1 else f"{name} [{number}]"
            yield _stub(mapping, label, path)


def _decoded(content: bytes) -> Any:
    """Decode JSON, a byte-order mark allowed; raises one of `_UNREADABLE`."""
    return json.loads(content.decode("utf-8-sig"))


def _stub(mapping: Any, name: str, path: Path | None) -> Stub:
    mapping = _without_nulls(mapping)
    wrong = _malformed(mapping)
    if wrong is not None:
        return Stub(name, "ANY", "none", "", 0, unread=wrong)
    request, response = mapping["request"], mapping.get("response", {})
    match, where = _path(request)
    body, empty, unread = _body(mapping, response, path)
    if match == "pattern" and not _patterns(where):
        unread = f"its pattern cannot be read: {_brief(where)}"
    return Stub(
        str(mapping.get("name") or name),
        request.get("method", "ANY").upper(),
        match,
        where,
        response.get("status", 200),
        body,
        empty,
        {key.lower(): str(value) for key, value in response.get("headers", {}).items()},
        unread,
    )


def _without_nulls(mapping: Any) -> Any:
    """Leave out members that are null, as WireMock does; a body may be null."""
    if not isinstance(mapping, dict):
        return mapping
    found = dict(mapping)
    for name in ("request", "response"):
        part = found.get(name)
        if isinstance(part, dict):
            found[name] = {
                key: value
                for key, value in part.items()
                if value is not None or key == "jsonBody"
            }
        elif part is None:
            found.pop(name, None)
    return found


def _malformed(mapping: Any) -> str | None:
    """Say why WireMock itself would refuse a mapping, None when it would not."""
    found = next(iter(_shape().iter_errors(mapping)), None)
    if found is None:
        return None
    where = " > ".join(map(str, found.instance_path)) or "it"
    return f"no stub mapping: {where}: {_brief(found.message)}"


@cache
def _shape() -> Any:
    text = {"type": "string"}
    urls = dict.fromkeys((*_EXACT, *_PATTERN, "urlPathTemplate", "method"), text)
    answer = {
        "status": {"type": "integer", "minimum": 100, "maximum": 599},
        "headers": {"type": "object"},
        "transformers": {"type": "array"},
        **dict.fromkeys(("body", "base64Body", "bodyFileName"), text),
    }
    return jsonschema_rs.validator_for(
        {
            "type": "object",
            "required": ["request"],
            "properties": {
                "request": {"type": "object", "properties": urls},
                "response": {"type": "object", "properties": answer},
            },
        }
    )


def _brief(value: Any) -> str:
    shown = value if isinstance(value, str) else repr(value)
    return shown if len(shown) <= _BRIEF else f"{shown[:_BRIEF]}..."


def _path(request: dict[str, Any]) -> tuple[str, str]:
    for name in _EXACT:
        if name in request:
            return "exact", request[name].partition("?")[0]
    for name in _PATTERN:
        if name in request:
            return "pattern", request[name]
    if "urlPathTemplate" in request:
        return "template", request["urlPathTemplate"]
    return "any", ""


def _body(
    mapping: dict[str, Any], response: dict[str, Any], path: Path | None
) -> tuple[Any, bool, str | None]:
    """Return body, whether it is empty, and why it cannot be judged."""
    for name, why in (("fault", "a fault"), ("proxyBaseUrl", "a proxy")):
        if name in response:
            return None, True, f"{why}: {response[name]}"
    if "jsonBody" in response:
        text, unread = json.dumps(response["jsonBody"]), None
    else:
        text, unread = _text(response, path)
    unread = unread or _templated(text, mapping)
    if unread is not None or not text:
        return None, not text, unread
    try:
        return json.loads(text), False, None
    except RecursionError:
        return None, False, "its body is nested too deeply"
    except ValueError:
        return text, False, None


def _text(response: dict[str, Any], path: Path | None) -> tuple[str, str | None]:
    if "bodyFileName" in response:
        return _file(response["bodyFileName"], path)
    if "base64Body" in response:
        try:
            raw = base64.b64decode(response["base64Body"], validate=True)
        except ValueError:
            return "", "its body is no base64"
        return raw.decode("utf-8", "replace"), None
    return str(response.get("body", "")), None


def _file(name: str, path: Path | None) -> tuple[str, str | None]:
    if path is None:
        return "", "its body is a file of the server"
    for parent in path.parents:
        folder = parent / "__files"
        try:
            file = (folder / name).resolve()
            if not file.is_relative_to(folder.resolve()):
                return "", f"its body file {_brief(name)} lies outside __files"
            if file.is_file():
                return file.read_text("utf-8", "replace"), None
        except (OSError, ValueError) as error:
            return "", f"its body file {_brief(name)} cannot be read: {error}"
    return "", f"its body file {_brief(name)} is missing"


def _templated(text: str, mapping: dict[str, Any]) -> str | None:
    named = mapping.get("response", {}).get("transformers", [])
    return "a template" if "{{" in text and ("response-template" in named) else None


def _pathwise(expression: str) -> str:
    return expression.partition("\\?")[0].removesuffix(".*?")
