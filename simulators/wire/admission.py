"""What stands between a request and its operation: token, user, form, roles.

The order is that of the real services: security filter, the service's own `before`
hook (acting user, http-contracts 3.0), then body and parameters, and only then the
role check of a method-secured controller (0.3) unless the service says `roles_first`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts import NoRoute
from simulators.wire.body import (
    Unreadable,
    UnsupportedMediaType,
    is_json,
    read_form,
    read_json,
)
from simulators.wire.record import NOBODY

if TYPE_CHECKING:
    from contracts import Operation
    from simulators.wire.message import Caller, Request, Response
    from simulators.wire.service import Call, Service, Tokens


def caller_of(
    tokens: Tokens,
    service: Service,
    match: tuple[Operation, dict[str, str]] | NoRoute,
    request: Request,
) -> Caller | None:
    """Return who calls, `NOBODY` where no token is asked for, None for a 401."""
    if isinstance(match, NoRoute):
        # The security filter stands before dispatch: 401 comes before 404.
        if not service.contract.secured:
            return NOBODY
    elif match[0].roles is None:
        return NOBODY
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        return None
    return tokens.check(token)


async def refusal(service: Service, call: Call) -> Response | None:
    """Return the answer to a call that must not reach its operation, else None."""
    if service.before is not None:
        early = await service.before(call)
        if early is not None:
            return early
    barred = not _allowed(call)
    if barred and service.roles_first:
        return service.errors.forbidden(call)
    misfit = _misfit(service, call)
    if misfit is not None:
        return misfit
    return service.errors.forbidden(call) if barred else None


def _allowed(call: Call) -> bool:
    roles = call.operation.roles
    return not roles or not roles.isdisjoint(call.caller.roles)


def _misfit(service: Service, call: Call) -> Response | None:
    """Check parameters and body against the contract; decodes into `call.body`."""
    operation = call.operation
    if operation.parameters:
        found = operation.check_parameters(call.path, call.query, call.request.headers)
        if found:
            return service.errors.invalid(call, found)
    return _misfit_of_body(service, call) if operation.has_body else None


def _misfit_of_body(service: Service, call: Call) -> Response | None:
    operation = call.operation
    raw = call.request.body
    if not raw and not operation.form:
        if not operation.body_required:
            return None
        return service.errors.unreadable(call, "Required request body is missing")
    # Spring takes a body of no named kind for mere bytes.
    kind = call.header("content-type") or "application/octet-stream"
    if not operation.form and not is_json(kind):
        # None of the services handles Spring's refusal, so the catch-all does.
        return service.errors.crashed(
            call, UnsupportedMediaType(f"Content-Type '{kind}' is not supported")
        )
    try:
        call.body = read_form(raw) if operation.form else read_json(raw)
    except Unreadable as unreadable:
        return service.errors.unreadable(call, str(unreadable))
    found = operation.check_request(call.body)
    return service.errors.invalid(call, found) if found else None
