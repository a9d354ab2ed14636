"""Who acts (http-contracts 5.0): resolved before body and roles are looked at."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from simulators.alerts.errors import refused, upstream_failed
from simulators.alerts.model import SYSTEM_NAME, SYSTEM_USER
from simulators.alerts.records import Context
from simulators.wire.service import Refused

if TYPE_CHECKING:
    from simulators.wire.message import Response
    from simulators.wire.service import Call

_LONGEST_USERNAME = 64
_READS = frozenset({"GET"})
# They act as the system and read neither header.
_WITHOUT_USER = frozenset({"resync_alerts", "publish_inactive_alerts"})


async def resolve_context(call: Call) -> Response | None:
    """Put the acting `Context` into `call.state`, or answer 400 or 502.

    DPS: the header's user, else the token's subject, whom manage-users must know.
    NOMIS: the header's user if known, else SYS.
    """
    if call.request.method in _READS or call.operation.id in _WITHOUT_USER:
        return None
    source = call.header("source") or "DPS"
    if source not in {"DPS", "NOMIS"}:
        return refused(f"Source {source} is none of DPS, NOMIS")
    username = call.header("username")
    if username is None and source == "DPS":
        username = call.caller.subject
    if username is not None and len(username) > _LONGEST_USERNAME:
        return refused("Created by must be <= 64 characters")
    user = await _user(call, username) if username else None
    if user is None and source == "DPS":
        return refused("User details for supplied username not found")
    acting = (username, user["name"]) if user else (SYSTEM_USER, SYSTEM_NAME)
    call.state["context"] = Context(
        source, acting[0] or SYSTEM_USER, acting[1], call.clock.now()
    )
    return None


def context_of(call: Call) -> Context:
    """Return who acts in this call."""
    context: Context = call.state["context"]
    return context


async def _user(call: Call, username: str) -> dict[str, Any] | None:
    path = f"/users/{quote(username, safe='')}"
    found = await call.upstream("manage-users", "GET", path)
    if found.status == HTTPStatus.NOT_FOUND:
        return None
    if found.status != HTTPStatus.OK:
        raise Refused(upstream_failed("manage-users"))
    user: dict[str, Any] = found.json()
    return user
