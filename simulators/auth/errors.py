"""How hmpps-auth words failures: OAuth's own bodies (http-contracts 1.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.wire.message import Request, Response, answer

if TYPE_CHECKING:
    from contracts import Problem
    from simulators.wire.service import Call

_NAMES = {
    400: "invalid_request",
    401: "invalid_client",
    403: "access_denied",
    404: "not_found",
    503: "temporarily_unavailable",
}


def status(code: int) -> Response:
    """Return the body for any status."""
    return _body(code, _NAMES.get(code, "server_error"), "Fault injected")


def bad_credentials() -> Response:
    """Refuse an unknown client or a wrong secret."""
    return _body(401, "invalid_client", "Bad client credentials")


def unauthorised() -> Response:
    """Refuse a missing token, though no operation here asks for one."""
    return Response(401, b"", {"www-authenticate": "Bearer"})


def forbidden(call: Call) -> Response:
    """Refuse a missing role, though no operation here asks for one."""
    return _body(403, "access_denied", "Access denied")


def no_route(request: Request, reason: str) -> Response:
    """Answer an unknown path (404) or method (405)."""
    if reason == "method":
        return _body(405, "method_not_allowed", f"{request.method} is not supported")
    return _body(404, "not_found", f"No resource {request.path}")


def unreadable(call: Call, message: str) -> Response:
    """Refuse a form that cannot be read."""
    return _body(400, "invalid_request", message)


def invalid(call: Call, problems: list[Problem]) -> Response:
    """Refuse a form without a grant, or with one this fake does not issue."""
    grant = any(problem.kind == "enum" for problem in problems)
    text = "; ".join(str(problem) for problem in problems)
    return _body(400, "unsupported_grant_type" if grant else "invalid_request", text)


def crashed(call: Call, error: BaseException) -> Response:
    """Answer anything unexpected."""
    return _body(500, "server_error", str(error))


def _body(code: int, name: str, description: str) -> Response:
    return answer(code, {"error": name, "error_description": description})
