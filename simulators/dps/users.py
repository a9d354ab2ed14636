"""The acting user, resolved before bodies and roles are looked at (3.0)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from simulators.dps.errors import bad_request, passed_on
from simulators.dps.records import DPS, Author, Context
from simulators.dps.upstreams import UpstreamRefused, user_details

if TYPE_CHECKING:
    from simulators.wire.message import Response
    from simulators.wire.service import Call

USERNAME_LIMIT = 64
_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_USER_PATHS = ("/case-notes/", "/admin/case-notes/")
_EXEMPT = frozenset(
    {"count_usage_by_person", "count_usage_by_author", "reconcile_alert_notes"}
)
# An escaped NUL, unless its backslash is itself escaped (an even number before it).
_NUL = re.compile(rb"((?<!\\)(?:\\\\)*)\\u0000")


async def before(call: Call) -> Response | None:
    """Strip NULs from the body (0.2) and resolve the acting user, if one is needed."""
    body = call.request.body
    if b"\\u0000" in body:
        stripped = _NUL.sub(rb"\1", body)
        call.request = replace(call.request, body=stripped)
    if _needs_user(call):
        call.state["context"] = await _acting(call)
    return None


def context_of(call: Call) -> Context:
    """Return the acting user of a call whose path needs one."""
    context: Context = call.state["context"]
    return context


def system_generator(call: Call) -> Context:
    """Return the context of `/system-generated/**`: the token subject, source DPS."""
    subject = call.caller.subject
    return Context(
        author=Author(subject, subject, subject),
        nomis_user=False,
        source=DPS,
        moment=call.clock.now(),
    )


def _needs_user(call: Call) -> bool:
    return (
        call.request.method in _WRITES
        and call.operation.path.startswith(_USER_PATHS)
        and call.operation.id not in _EXEMPT
    )


async def _acting(call: Call) -> Context:
    moment = call.clock.now()
    username = call.header("username") or call.caller.subject
    if len(username) > USERNAME_LIMIT:
        raise bad_request("username for audit exceeds 64 characters")
    try:
        user = await user_details(call, call.clock, username)
    except UpstreamRefused as refused:
        raise passed_on(refused.response) from None
    if user is None:
        raise bad_request("Invalid username provided in token")
    return Context(
        author=Author(username, str(user["userId"]), str(user["name"])),
        nomis_user=user["authSource"] == "nomis",
        source=DPS,
        moment=moment,
    )
