"""How the service words its failures (http-contracts 3.0, 0.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import contracts
from simulators.wire.message import Response, answer
from simulators.wire.service import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts import Problem
    from simulators.wire.message import Request
    from simulators.wire.service import Call

FIELDLESS = "Validation failure"


def error(status: int, message: str) -> Response:
    """Make the plain error body: status and `developerMessage`, nothing else."""
    return answer(status, {"status": status, "developerMessage": message})


def bad_request(message: str) -> Refused:
    """Refuse with 400: an illegal argument or state, or a broken rule."""
    return Refused(error(400, message))


def forbidden(message: str = "Access Denied") -> Refused:
    """Refuse with 403."""
    return Refused(error(403, message))


def not_found(identifier: str) -> Refused:
    """Refuse with the 404 of a missing note."""
    return Refused(error(404, f"Resource with id [{identifier}] not found."))


def unforeseen(message: str) -> Refused:
    """Refuse with the catch-all 500, for what the real service does not handle."""
    return Refused(error(500, message))


def passed_on(response: Response) -> Refused:
    """Refuse with an upstream's own status and body, nulls left out (3.0)."""
    body = response.json()
    members = body if isinstance(body, dict) else {}
    known = {key: value for key, value in members.items() if value is not None}
    default = {
        "status": response.status,
        "developerMessage": f"{response.status} from an upstream service",
    }
    return Refused(answer(response.status, {**default, **known}))


def validation(messages: list[str]) -> Response:
    """Make the bean-validation 400: distinct messages, sorted alphabetically."""
    distinct = sorted(set(messages))
    if len(distinct) == 1:
        text = f"{FIELDLESS}: {distinct[0]}"
    else:
        text = f"{FIELDLESS}s: \n" + "".join(f"{one}\n" for one in distinct)
    return answer(
        400,
        {
            "status": 400,
            "userMessage": text,
            "developerMessage": f"400 BAD_REQUEST {text}",
        },
    )


def _worded(node: Any) -> Iterator[str]:
    """Yield every `x-message` of the contract."""
    if isinstance(node, list):
        for part in node:
            yield from _worded(part)
    elif isinstance(node, dict):
        for key, part in node.items():
            if key == "x-message":
                yield from part.values() if isinstance(part, dict) else [part]
            else:
                yield from _worded(part)


# A constraint with a message is a bean constraint, 400. What fails otherwise never
# became a bean: the JSON or the parameter could not be bound, which nobody handles.
BEAN_MESSAGES = frozenset(_worded(contracts.load("dps").document))


class DpsErrors:
    """The failures that the Wire finds before an operation runs, or after it broke."""

    def unauthorised(self) -> Response:
        """No valid token: no body."""
        return Response(401, b"", {"www-authenticate": "Bearer"})

    def forbidden(self, call: Call) -> Response:
        """Tell that the role is wrong."""
        return error(403, "Access Denied")

    def no_route(self, request: Request, reason: str) -> Response:
        """Unknown paths and methods end in the catch-all, 500."""
        if reason == "path":
            return error(500, f"No static resource {request.path.lstrip('/')}.")
        return error(500, f"Request method '{request.method}' is not supported")

    def unreadable(self, call: Call, message: str) -> Response:
        """Unreadable JSON ends in the catch-all, 500."""
        return error(500, f"JSON parse error: {message}")

    def invalid(self, call: Call, problems: list[Problem]) -> Response:
        """Bean constraints give 400; what cannot even be bound gives 500."""
        unbound = [one for one in problems if one.message not in BEAN_MESSAGES]
        if unbound:
            listed = "; ".join(f"{one.where}: {one.message}" for one in unbound)
            return error(500, f"JSON parse error: {listed}")
        return validation([one.message for one in problems])

    def crashed(self, call: Call, error_: BaseException) -> Response:
        """Tell of an unforeseen failure."""
        return error(500, f"{type(error_).__name__}: {error_}")

    def status(self, status: int) -> Response:
        """Make the body of a status that a fault asks for."""
        return (
            self.unauthorised() if status == _UNAUTHORISED else error(status, "Fault")
        )


_UNAUTHORISED = 401
