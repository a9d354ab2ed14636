"""How prison-api words failures: status, user and developer message, no nulls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.wire.message import Response, answer

if TYPE_CHECKING:
    from contracts import Problem
    from simulators.wire.message import Request
    from simulators.wire.service import Call


def error(status: int, message: str) -> Response:
    """Return the error body."""
    return answer(
        status,
        {"status": status, "userMessage": message, "developerMessage": message},
    )


def not_found(message: str) -> Response:
    """Return the 404."""
    return error(404, message)


def unauthorised() -> Response:
    """Return the empty 401."""
    return Response(401, b"", {"www-authenticate": "Bearer"})


def forbidden(call: Call) -> Response:
    """Return the 403 for a token without the role."""
    return error(403, "Access Denied")


def no_route(request: Request, reason: str) -> Response:
    """Return 404 for an unknown path, 405 for a method it does not have."""
    if reason == "method":
        return error(405, f"Request method '{request.method}' is not supported")
    return not_found(f"No static resource {request.path.lstrip('/')}.")


def unreadable(call: Call, message: str) -> Response:
    """Return the 400 for a body that cannot be read."""
    return error(400, f"Malformed request: {message}")


def invalid(call: Call, problems: list[Problem]) -> Response:
    """Return the 400 that names every field which does not fit."""
    return error(400, ", ".join(f"{each.field} {each.message}" for each in problems))


def crashed(call: Call, error_: BaseException) -> Response:
    """Return the 500."""
    return error(500, str(error_) or type(error_).__name__)
