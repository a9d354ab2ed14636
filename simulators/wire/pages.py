"""What each service answers without a token: health, info and its own contract."""

from __future__ import annotations

from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Any

import msgspec

from simulators.wire.message import Response, answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from contracts import Contract, Operation
    from simulators.wire.message import Request
    from simulators.wire.service import Service


def answer_page(service: Service, request: Request) -> Response | None:
    """Answer an unauthenticated page of http-contracts 0.3; None if it is none."""
    page = _PAGES.get(request.path) if request.method == "GET" else None
    return page(service) if page is not None else None


def _ping(service: Service) -> Response:
    return _UP


def _health(service: Service) -> Response:
    return answer(200, {"status": "UP", "components": {}})


def _info(service: Service) -> Response:
    version = str(service.contract.document.get("info", {}).get("version", ""))
    return answer(200, {"build": {"name": service.name, "version": version}})


def _api_docs(service: Service) -> Response:
    return answer(200, service.contract.document)


def _ui(service: Service) -> Response:
    headers = {"content-type": "text/html; charset=utf-8"}
    return Response(200, _document(service.contract).encode(), headers)


_UP = answer(200, {"status": "UP"})

_PAGES: dict[str, Callable[[Service], Response]] = {
    "/health/ping": _ping,
    "/health/liveness": _ping,
    "/health/readiness": _ping,
    "/health": _health,
    "/info": _info,
    "/v3/api-docs": _api_docs,
    "/swagger-ui.html": _ui,
    "/swagger-ui/": _ui,
    "/swagger-ui/index.html": _ui,
}


@lru_cache(maxsize=32)
def _document(contract: Contract) -> str:
    title = escape(str(contract.document.get("info", {}).get("title", contract.name)))
    operations = "".join(_operation(operation) for operation in contract.operations)
    schemas = contract.document.get("components", {}).get("schemas", {})
    listed = "".join(
        f"<details id='schema-{escape(name)}'><summary>{escape(name)}</summary>"
        f"{_pretty(schema)}</details>"
        for name, schema in sorted(schemas.items())
    )
    return (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>"
        f"<title>{title}</title><style>{_STYLE}</style></head><body>"
        f"<h1>{title}</h1><p><a href='../v3/api-docs'>OpenAPI document</a></p>"
        f"<h2>Operations</h2>{operations}<h2>Schemas</h2>{listed}</body></html>"
    )


def _operation(operation: Operation) -> str:
    document = operation.document
    return (
        f"<details id='{escape(operation.id)}'><summary><b>{operation.method}</b> "
        f"<code>{escape(operation.path)}</code> "
        f"{escape(str(document.get('summary', operation.id)))}</summary>"
        f"<p>Roles: {escape(_roles(operation))}</p>"
        f"{_section('Parameters', document.get('parameters'))}"
        f"{_section('Request body', document.get('requestBody'))}"
        f"{_section('Responses', document.get('responses'))}</details>"
    )


def _roles(operation: Operation) -> str:
    if operation.roles is None:
        return "no token needed"
    return " or ".join(sorted(operation.roles)) or "any valid token"


def _section(title: str, part: Any) -> str:
    return f"<h3>{title}</h3>{_pretty(part)}" if part else ""


def _pretty(part: Any) -> str:
    text = msgspec.json.format(msgspec.json.encode(part), indent=2).decode()
    return f"<pre>{escape(text)}</pre>"


_STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "details{border:1px solid #ccc;margin:.3rem 0;padding:.3rem .6rem}"
    "summary{cursor:pointer}pre{background:#f5f5f5;padding:.6rem;overflow:auto}"
    "b{display:inline-block;min-width:4.5rem}h3{font-size:1rem;margin:.5rem 0 0}"
)
