"""What operators may ask of a half, by the paths of the real builds.

Ours beside them: `PUT /switches/{event}` flips an event switch while running, and
`GET /idle` tells the harness whether a message is being handled.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from simulators.sync.from_nomis import RowEvent
from simulators.sync.switches import UnknownSwitch
from simulators.sync.told import DPS, Told

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from simulators.sync.program import Half

    Answerer = Callable[..., Awaitable[tuple[int, Any]]]


async def answer(half: Half, method: str, path: str, body: Any) -> tuple[int, Any]:
    """Answer a request; 404 for what this half does not offer."""
    plain = path.partition("?")[0]
    for verb, pattern, answerer in ROUTES:
        match = re.fullmatch(pattern, plain)
        if verb == method and match:
            return await answerer(half, body, *match.groups())
    return 404, {"status": 404, "developerMessage": f"no route {method} {plain}"}


async def _ping(half: Half, body: Any) -> tuple[int, Any]:
    return 200, {"status": "UP"}


async def _info(half: Half, body: Any) -> tuple[int, Any]:
    return 200, {
        "half": half.settings.half,
        "event-feature-switches": half.switches.shown(),
    }


async def _idle(half: Half, body: Any) -> tuple[int, Any]:
    return 200, {"idle": all(domain.consumer.idle for domain in half.domains)}


async def _switch(half: Half, body: Any, name: str) -> tuple[int, Any]:
    if not isinstance(body, dict) or not isinstance(body.get("on"), bool):
        return 400, {"status": 400, "developerMessage": 'send {"on": true or false}'}
    try:
        switched = await half.switch(name, body["on"])
    except UnknownSwitch as unknown:
        return 404, {"status": 404, "developerMessage": str(unknown)}
    return 200, {"switch": switched, "on": body["on"]}


async def _resynchronise(
    half: Half, body: Any, prisoner: str, dps_id: str
) -> tuple[int, Any]:
    if half.flows.to_nomis is None:
        return 404, None
    # A repair may follow any accident, so it looks before it creates.
    await half.flows.to_nomis.bring(Told(dps_id, prisoner, DPS, True, attempt=2))
    return 200, None


async def _repair(half: Half, body: Any, nomis_id: str) -> tuple[int, Any]:
    if half.flows.from_nomis is None:
        return 404, None
    await half.flows.from_nomis.remove(RowEvent(int(nomis_id)), force=True)
    return 204, None


ROUTES: tuple[tuple[str, str, Answerer], ...] = (
    ("GET", r"/health(?:/ping|/liveness|/readiness)?", _ping),
    ("GET", r"/info", _info),
    ("GET", r"/idle", _idle),
    ("PUT", r"/switches/(.+)", _switch),
    ("PUT", r"/casenotes/([^/]+)/([^/]+)/resynchronise", _resynchronise),
    ("DELETE", r"/casenotes/(\d+)/repair", _repair),
)
