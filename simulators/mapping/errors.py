"""How the mapping service words its failures (http-contracts 0.4, 4.0, 4.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.wire.message import Response, answer

if TYPE_CHECKING:
    from contracts import Problem
    from simulators.wire.message import Request
    from simulators.wire.service import Call


def _error(status: int, user: str | None, developer: str | None) -> Response:
    return answer(
        status,
        {
            "status": status,
            "errorCode": None,
            "userMessage": user,
            "developerMessage": developer,
            "moreInfo": None,
        },
    )


def not_found(message: str) -> Response:
    """Make the 404 of a missing row."""
    return _error(404, f"Not Found: {message}", message)


def unexpected(message: str) -> Response:
    """Make the 500 that stands for everything the service did not foresee."""
    return _error(500, f"Unexpected error: {message}", message)


def conflict(
    kind: str, message: str, duplicate: dict[str, Any], existing: dict[str, Any]
) -> Response:
    """Make the 409 with both rows; `status` is text and `errorCode` a number (4.2)."""
    return answer(
        409,
        {
            "moreInfo": {"duplicate": duplicate, "existing": existing},
            "status": "409 CONFLICT",
            "errorCode": 1409,
            "userMessage": f"Conflict: {kind} mapping already exists",
            "developerMessage": message,
        },
    )


class MappingErrors:
    """The failures that the Wire finds before an operation runs, or after it broke."""

    def unauthorised(self) -> Response:
        """No valid token: no body."""
        return Response(401, b"", {"www-authenticate": "Bearer"})

    def forbidden(self, call: Call) -> Response:
        """Wrong role: the error body with nothing but its status (4.0)."""
        return _error(403, None, None)

    def no_route(self, request: Request, reason: str) -> Response:
        """Unknown path 404; a wrong method is an unforeseen error here, so 500 [I]."""
        if reason == "path":
            message = f"No static resource {request.path.lstrip('/')}."
            return _error(404, f"No resource found failure: {message}", message)
        return unexpected(f"Request method '{request.method}' is not supported.")

    def unreadable(self, call: Call, message: str) -> Response:
        """Tell that the body is not JSON."""
        return _error(400, f"Validation failure: {message}", message)

    def invalid(self, call: Call, problems: list[Problem]) -> Response:
        """Tell that a body member or path id does not fit."""
        message = "; ".join(f"{one.where}: {one.message}" for one in problems)
        return _error(400, f"Validation failure: {message}", message)

    def crashed(self, call: Call, error: BaseException) -> Response:
        """Tell of an unforeseen failure."""
        return unexpected(f"{type(error).__name__}: {error}")

    def status(self, status: int) -> Response:
        """Make the body of a status that a fault asks for."""
        return _error(status, None, None)
