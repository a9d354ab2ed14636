"""How the officers' screens word failures.

The screens are a driver of our own (Oracle Forms have no HTTP contract), so the body is
ours too: `{status, message}`, and for a screen that is off its name and the prison.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.wire.message import Response, answer

if TYPE_CHECKING:
    from contracts import Problem
    from simulators.wire.message import Request
    from simulators.wire.service import Call


def error(status: int, message: str, **members: str) -> Response:
    """Return the error body."""
    return answer(status, {"status": status, "message": message, **members})


def unauthorised() -> Response:
    """Return the empty 401."""
    return Response(401, b"", {"www-authenticate": "Bearer"})


def forbidden(call: Call) -> Response:
    """Return the 403 for a token without the role."""
    return error(403, "this token may not use the officers' screens")


def no_route(request: Request, reason: str) -> Response:
    """Return 404 for an unknown path, 405 for a method it does not have."""
    status = 405 if reason == "method" else 404
    return error(status, f"no screen answers {request.method} {request.path}")


def unreadable(call: Call, message: str) -> Response:
    """Return the 400 for a body that cannot be read."""
    return error(400, message)


def invalid(call: Call, problems: list[Problem]) -> Response:
    """Return the 400 that names every field which does not fit."""
    return error(400, "; ".join(str(problem) for problem in problems))


def crashed(call: Call, error_: BaseException) -> Response:
    """Return the 500."""
    return error(500, f"{type(error_).__name__}: {error_}")
