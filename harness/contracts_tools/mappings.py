"""WireMock stubs, read from files or from a running WireMock."""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator

_PATIENCE = 30.0
_EXACT = ("url", "urlPath")
_PATTERN = ("urlPattern", "urlPathPattern")


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
        expression = self.path
        if self.match == "template":
            expression = re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(self.path))
        try:
            # A query may be part of a pattern; our paths have none.
            return re.fullmatch(_pathwise(expression), path) is not None
        except re.error:
            return False


def read(source: str) -> list[Stub]:
    """Return the stubs of a WireMock (URL) or of a directory or file of mappings."""
    if source.startswith(("http://", "https://")):
        return list(_from_server(source.rstrip("/")))
    root = Path(source)
    if not root.exists():
        raise NoMappings(f"{source}: there is no such file or directory")
    paths = sorted(root.rglob("*.json")) if root.is_dir() else [root]
    stubs = [stub for path in paths for stub in _from_file(path, root)]
    if not stubs:
        raise NoMappings(f"{source} holds no stub mappings")
    return stubs


def _from_server(url: str) -> Iterator[Stub]:
    address = url if url.endswith("/__admin/mappings") else f"{url}/__admin/mappings"
    try:
        answer = httpx.get(address, timeout=_PATIENCE, trust_env=False)
        listed = answer.raise_for_status().json()["mappings"]
    except (httpx.HTTPError, ValueError, KeyError) as error:
        raise NoMappings(f"{address} lists no stub mappings: {error}") from error
    for number, mapping in enumerate(listed, 1):
        yield _stub(mapping, mapping.get("name") or f"mapping {number}", None)


def _from_file(path: Path, root: Path) -> Iterator[Stub]:
    if "__files" in path.parts:
        return
    try:
        document = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise NoMappings(f"{path} is no JSON: {error}") from error
    if not isinstance(document, dict):
        return
    listed = document.get("mappings", [document])
    name = str(path.relative_to(root)) if path != root else path.name
    for number, mapping in enumerate(listed, 1):
        if isinstance(mapping, dict) and "request" in mapping:
            label = name if len(listed) == 1 else f"{name} [{number}]"
            yield _stub(mapping, mapping.get("name") or label, path)


def _stub(mapping: dict[str, Any], name: str, path: Path | None) -> Stub:
    request, response = mapping.get("request", {}), mapping.get("response", {})
    match, where = _path(request)
    body, empty, unread = _body(mapping, response, path)
    return Stub(
        name,
        request.get("method", "ANY"),
        match,
        where,
        int(response.get("status", 200)),
        body,
        empty,
        {key.lower(): str(value) for key, value in response.get("headers", {}).items()},
        unread,
    )


def _path(request: dict[str, Any]) -> tuple[str, str]:
    for name in _EXACT:
        if name in request:
            return "exact", str(request[name]).partition("?")[0]
    for name in _PATTERN:
        if name in request:
            return "pattern", str(request[name])
    if "urlPathTemplate" in request:
        return "template", str(request["urlPathTemplate"])
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
    except ValueError:
        return text, False, None


def _text(response: dict[str, Any], path: Path | None) -> tuple[str, str | None]:
    if "bodyFileName" in response:
        if path is None:
            return "", "its body is a file of the server"
        for parent in path.parents:
            file = parent / "__files" / response["bodyFileName"]
            if file.is_file():
                return file.read_text("utf-8", "replace"), None
        return "", f"its body file {response['bodyFileName']} is missing"
    if "base64Body" in response:
        try:
            raw = base64.b64decode(response["base64Body"], validate=True)
        except binascii.Error:
            return "", "its body is no base64"
        return raw.decode("utf-8", "replace"), None
    return str(response.get("body", "")), None


def _templated(text: str, mapping: dict[str, Any]) -> str | None:
    named = mapping.get("response", {}).get("transformers", [])
    return "a template" if "{{" in text and ("response-template" in named) else None


def _pathwise(expression: str) -> str:
    return expression.partition("\\?")[0].removesuffix(".*?")
