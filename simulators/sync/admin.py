"""What operators may ask of a half, by the paths of the real builds.

Ours beside them: `PUT /switches/{event}` flips an event switch while running, `GET
/idle` tells whether a message is being handled, and `POST /casenotes/reconciliation`
checks everyone. `POST /migrate/casenotes` takes `{"offenderNos": [..]}` or nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from simulators.sync.flows import FromNomisFlows, ToNomisFlows
from simulators.sync.from_nomis import RowEvent
from simulators.sync.ports import CallFailed, CallRefused, NotYet
from simulators.sync.switches import UnknownSwitch
from simulators.sync.told import DPS, Told

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from simulators.sync.program import Half

    Answerer = Callable[..., Awaitable[tuple[int, Any]]]

NOT_FOUND = 404
WRONG_HALF = (404, {"status": 404, "developerMessage": "the other half does that"})


async def answer(half: Half, method: str, path: str, body: Any) -> tuple[int, Any]:
    """Answer a request; 404 for what this half does not offer."""
    plain = path.partition("?")[0]
    for verb, pattern, answerer in ROUTES:
        match = re.fullmatch(pattern, plain)
        if verb == method and match:
            return await _guarded(answerer(half, body, *match.groups()))
    return 404, {"status": 404, "developerMessage": f"no route {method} {plain}"}


async def _guarded(answering: Awaitable[tuple[int, Any]]) -> tuple[int, Any]:
    """Turn what a service refused into an answer: never an empty good one (CFG-07)."""
    try:
        return await answering
    except CallRefused as refusal:
        status = NOT_FOUND if refusal.status == NOT_FOUND else 500
        return status, {"status": status, "developerMessage": str(refusal)}
    except (CallFailed, NotYet) as failure:
        return 500, {"status": 500, "developerMessage": str(failure)}


async def _ping(half: Half, body: Any) -> tuple[int, Any]:
    return 200, {"status": "UP"}


async def _info(half: Half, body: Any) -> tuple[int, Any]:
    return 200, {
        "half": half.settings.half,
        "event-feature-switches": half.switches.shown(),
    }


async def _idle(half: Half, body: Any) -> tuple[int, Any]:
    busy = any(d.is_due or not d.consumer.idle for d in half.domains)
    return 200, {"idle": not busy}


async def _switch(half: Half, body: Any, name: str) -> tuple[int, Any]:
    if not isinstance(body, dict) or not isinstance(body.get("on"), bool):
        return 400, {"status": 400, "developerMessage": 'send {"on": true or false}'}
    try:
        switched = await half.switch(name, body["on"])
    except UnknownSwitch as unknown:
        return NOT_FOUND, {"status": NOT_FOUND, "developerMessage": str(unknown)}
    return 200, {"switch": switched, "on": body["on"]}


async def _resynchronise(
    half: Half, body: Any, prisoner: str, dps_id: str
) -> tuple[int, Any]:
    if not isinstance(half.flows, ToNomisFlows):
        return WRONG_HALF
    # A repair may follow any accident, so it looks before it creates.
    await half.flows.notes.bring(Told(dps_id, prisoner, DPS, synced=True, attempt=2))
    return 200, None


async def _repair(half: Half, body: Any, nomis_id: str) -> tuple[int, Any]:
    if not isinstance(half.flows, FromNomisFlows):
        return WRONG_HALF
    await half.flows.notes.remove(RowEvent(int(nomis_id)), force=True)
    return 204, None


async def _reconcile(half: Half, body: Any, prisoner: str) -> tuple[int, Any]:
    if not isinstance(half.flows, ToNomisFlows):
        return WRONG_HALF
    report = await half.flows.reconciliation.check(prisoner)
    return 200, report if report["differences"] or report["repaired"] else None


async def _reconcile_all(half: Half, body: Any) -> tuple[int, Any]:
    if not isinstance(half.flows, ToNomisFlows):
        return WRONG_HALF
    return 200, await half.flows.reconciliation.check_all()


async def _migrate(half: Half, body: Any) -> tuple[int, Any]:
    if not isinstance(half.flows, FromNomisFlows):
        return WRONG_HALF
    prisoners = (body or {}).get("offenderNos") or []
    return 200, await half.flows.migration.run(prisoners)


async def _resynchronise_alerts(
    half: Half, body: Any, prisoner: str
) -> tuple[int, Any]:
    await half.flows.alerts.resynchronise(prisoner)
    return 200, None


ROUTES: tuple[tuple[str, str, Answerer], ...] = (
    ("GET", r"/health(?:/ping|/liveness|/readiness)?", _ping),
    ("GET", r"/info", _info),
    ("GET", r"/idle", _idle),
    ("PUT", r"/switches/(.+)", _switch),
    ("PUT", r"/casenotes/([^/]+)/([^/]+)/resynchronise", _resynchronise),
    ("DELETE", r"/casenotes/(\d+)/repair", _repair),
    ("GET", r"/casenotes/reconciliation/([^/]+)", _reconcile),
    ("POST", r"/casenotes/reconciliation", _reconcile_all),
    ("POST", r"/migrate/casenotes", _migrate),
    ("POST", r"/prisoners/([^/]+)/alerts/resynchronise", _resynchronise_alerts),
)
