"""How the alerts service words its failures (http-contracts 5.0)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.wire.message import Response, answer
from simulators.wire.service import UpstreamFailed

if TYPE_CHECKING:
    from contracts import Problem
    from simulators.wire.message import Request
    from simulators.wire.service import Call

# Constraints of the beans behind the body; anything else is a body that Jackson
# cannot bind.
_CONSTRAINTS = frozenset({"length", "blank", "range"})


def _error(status: int, user: str | None, developer: str | None = None) -> Response:
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


def refused(message: str) -> Response:
    """Make the 400 of a rule that the request breaks."""
    return _error(400, f"Validation failure: {message}", message)


def unreadable(message: str) -> Response:
    """Make the 400 of a body that cannot be read."""
    return _error(400, "Validation failure: Couldn't read request body", message)


def not_found(what: str, identifier: str) -> Response:
    """Make the 404; `what` is `Alert`, `Alert code`, `Alert type`."""
    return _error(
        404,
        f"Not found: {what} not found",
        f"{what} not found with identifier {identifier}",
    )


def duplicate(what: str, identifier: str) -> Response:
    """Make the 409."""
    return _error(
        409,
        f"Duplicate failure: {what} already exists",
        f"{what} already exists with identifier {identifier}",
    )


def permission_denied(code: str) -> Response:
    """Make the 403 of a restricted code."""
    message = f"Permission denied - alert code {code} is restricted"
    return _error(403, message, message)


def upstream_failed(service: str) -> Response:
    """Make the 502 of another service's failure."""
    return _error(502, "Downstream service exception", f"{service} failed")


class AlertsErrors:
    """The failures that the Wire finds before an operation runs, or after it broke."""

    def unauthorised(self) -> Response:
        """No valid token: no body."""
        return Response(401, b"", {"www-authenticate": "Bearer"})

    def forbidden(self, call: Call) -> Response:
        """Tell of a wrong role."""
        return _error(403, "Authentication problem. Check token and roles", "Denied")

    def no_route(self, request: Request, reason: str) -> Response:
        """Tell of an unknown path or a wrong method."""
        if reason == "path":
            return _error(404, "No resource found failure", request.path)
        return _error(405, "Method not allowed failure", request.method)

    def unreadable(self, call: Call, message: str) -> Response:
        """Tell that the body is not JSON."""
        return unreadable(message)

    def invalid(self, call: Call, problems: list[Problem]) -> Response:
        """Tell that a parameter or body member does not fit."""
        if any(
            not problem.where.startswith("/") and problem.where for problem in problems
        ):
            return refused("; ".join(map(str, problems)))
        if any(problem.kind not in _CONSTRAINTS for problem in problems):
            return unreadable("; ".join(map(str, problems)))
        messages = sorted(
            {f"{problem.field} {problem.message}" for problem in problems}
        )
        text = "\n".join(messages)
        return _error(400, f"Validation failure(s): {text}", text)

    def crashed(self, call: Call, error: BaseException) -> Response:
        """502 when another service failed, else 500."""
        if isinstance(error, UpstreamFailed):
            return upstream_failed(error.service)
        return _error(500, f"Unexpected error: {error}", str(error))

    def status(self, status: int) -> Response:
        """Make the body of a status that a fault asks for."""
        return _error(status, None)
