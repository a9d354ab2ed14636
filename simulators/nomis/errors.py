"""How the NOMIS API words each failure (http-contracts 2.0)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.wire.message import Response, answer

if TYPE_CHECKING:
    from contracts import Problem
    from simulators.wire.message import Request
    from simulators.wire.service import Call

# Kinds that bean validation finds; every other kind is a parser's complaint.
_BEAN = frozenset({"blank", "length", "pattern", "range"})
_PREFIX = {
    400: "Bad request: ",
    404: "Not Found: ",
    409: "Conflict: ",
    423: "Locked: ",
    500: "Unexpected error: ",
}


def error(status: int, message: str | None, more: Any = None) -> Response:
    """Return the error body; nulls are printed."""
    return answer(
        status,
        {
            "status": status,
            "errorCode": None,
            "userMessage": _PREFIX.get(status, "") + message if message else None,
            "developerMessage": message,
            "moreInfo": more,
        },
    )


def not_found(message: str) -> Response:
    """Return the 404."""
    return error(404, message)


def bad_data(message: str) -> Response:
    """Return the 400 for data that fits the contract but not NOMIS."""
    return error(400, message)


def unauthorised() -> Response:
    """Return the empty 401."""
    return Response(401, b"", {"www-authenticate": "Bearer"})


def forbidden(call: Call) -> Response:
    """Return the 403, all of whose texts are null."""
    return error(403, None)


def no_route(request: Request, reason: str) -> Response:
    """Return the 500 that unknown paths and methods end in: no handler knows them."""
    if reason == "method":
        return error(500, f"Request method '{request.method}' is not supported")
    return error(500, f"No static resource {request.path.lstrip('/')}.")


def unreadable(call: Call, message: str) -> Response:
    """Return the 400 for a body that cannot be read."""
    return bad_data(message)


def invalid(call: Call, problems: list[Problem]) -> Response:
    """Return the 400 for a body or parameter that does not fit.

    The parser complains first, about one thing; only a body it can read is validated,
    and then all fields are named.
    """
    names = call.path.keys() | {each.name for each in call.operation.parameters}
    for problem in problems:
        if problem.where in names:
            text = f"Invalid Argument: {problem.field}: {problem.message}"
            return answer(400, {**_body(400), "userMessage": text})
    for problem in problems:
        if problem.kind not in _BEAN or _is_time(problem):
            return bad_data(f"JSON parse error: {problem.field}: {problem.message}")
    return bad_data(", ".join(f"{each.field} {each.message}" for each in problems))


def crashed(call: Call, error_: BaseException) -> Response:
    """Return the 500."""
    return error(500, str(error_) or type(error_).__name__)


def status(code: int) -> Response:
    """Return the body that goes with a status a fault asked for."""
    if code == 401:  # noqa: PLR2004
        return unauthorised()
    return error(code, "the service answered with an error")


def _body(code: int) -> dict[str, Any]:
    names = ("errorCode", "userMessage", "developerMessage", "moreInfo")
    return {"status": code, **dict.fromkeys(names)}


def _is_time(problem: Problem) -> bool:
    # A date that does not fit its pattern is unreadable JSON, not a failed constraint.
    return problem.kind == "pattern" and problem.field.lower().endswith(
        ("date", "datetime")
    )
