"""How the peripheral services word their failures: the estate's common error body.

The dossier gives no texts for them; callers read only the status, DPS case notes
passes a 404 on whole (http-contracts 6).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.wire.message import Response, answer

if TYPE_CHECKING:
    from contracts import Problem
    from simulators.wire.message import Request
    from simulators.wire.service import Call


def error(status: int, message: str | None) -> Response:
    """Make an error body with all members, nulls printed."""
    return answer(
        status,
        {
            "status": status,
            "errorCode": None,
            "userMessage": message,
            "developerMessage": message,
            "moreInfo": None,
        },
    )


class PeripheryErrors:
    """The failures that the Wire finds before an operation runs, or after it broke."""

    def unauthorised(self) -> Response:
        """No valid token: no body."""
        return Response(401, b"", {"www-authenticate": "Bearer"})

    def forbidden(self, call: Call) -> Response:
        """Tell of a wrong role."""
        return error(403, "Forbidden: Access Denied")

    def no_route(self, request: Request, reason: str) -> Response:
        """Tell of an unknown path or a wrong method."""
        if reason == "path":
            return error(404, f"No resource found failure: {request.path}")
        return error(405, f"Method not allowed failure: {request.method}")

    def unreadable(self, call: Call, message: str) -> Response:
        """Tell that the body is not JSON."""
        return error(400, f"Validation failure: {message}")

    def invalid(self, call: Call, problems: list[Problem]) -> Response:
        """Tell that a parameter does not fit."""
        return error(400, f"Validation failure: {'; '.join(map(str, problems))}")

    def crashed(self, call: Call, error_raised: BaseException) -> Response:
        """Tell of an unforeseen failure."""
        return error(500, f"Unexpected error: {error_raised}")

    def status(self, status: int) -> Response:
        """Make the body of a status that a fault asks for."""
        return error(status, None)
