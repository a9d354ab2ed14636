"""python -m tests.stranger to-nomis|from-nomis, configured by the environment."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from typing import TYPE_CHECKING, Any

from tests.stranger import (
    batch,
    from_nomis,
    from_nomis_alerts,
    to_nomis,
    to_nomis_alerts,
)
from tests.stranger.calling import Calls
from tests.stranger.listener import Listener
from tests.stranger.port import Port
from tests.stranger.profile import PROFILES
from tests.stranger.reconciling import reconcile
from tests.stranger.settings import PlaceholderError, Settings
from tests.stranger.starter import LiveQueue, Starter

if TYPE_CHECKING:
    from collections.abc import Callable

_log = logging.getLogger("tests.stranger")
_DATABASE = (
    "spring.r2dbc.url",
    "spring.r2dbc.username",
    "spring.r2dbc.password",
    "spring.flyway.url",
    "spring.flyway.user",
    "spring.flyway.password",
)
_TO_NOMIS_ROLE = "ROLE_PRISONER_TO_NOMIS__UPDATE__RW"
_ALERTS_REPAIR = "/prisoners/([^/]+)/alerts/resynchronise"
_FROM_NOMIS_ROLE = "ROLE_PRISONER_FROM_NOMIS__UPDATE__RW"

Handle = dict[str, "Callable[[dict[str, Any]], None]"]


def main(name: str) -> None:
    """Start one build and run until it is told to end."""
    settings, profile = Settings(), PROFILES[name]
    if name == "from-nomis":
        # Its Flyway and R2DBC settings are mandatory too (6.3).
        for setting in _DATABASE:
            settings.need(setting)
    calls = Calls(settings, profile)
    starter = Starter(settings, profile)
    if settings.find("batch.enabled") == "true":
        _run_job(name, starter, calls, settings)
        return
    queues = starter.start()
    port = Port(settings, calls, starter)
    handlers = (_to_nomis if name == "to-nomis" else _from_nomis)(
        port, queues, calls, settings
    )
    listeners = [
        Listener(queues[shape.id], handlers.get(shape.id, _nobodys))
        for shape in profile.queues
        if shape.listens
    ]
    for listener in listeners:
        listener.start()
    _log.info("%s started, %s listeners", name, len(listeners))
    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    threading.Thread(target=port.serve, daemon=True).start()
    ending.wait()
    for listener in listeners:
        listener.stop()


def _run_job(name: str, starter: Starter, calls: Calls, settings: Settings) -> None:
    """Run one job and end; what the starter does at the start it does all the same."""
    if name != "to-nomis":
        raise RuntimeError("only to-nomis has a batch mode here")
    settings.need("hmpps.sqs.queues.activity.dlq.name")
    job = settings.need("batch.type")
    starter.start()
    batch.run(calls, job)


def _to_nomis(
    port: Port, queues: dict[str, LiveQueue], calls: Calls, settings: Settings
) -> Handle:
    notes = to_nomis.CaseNotes(queues["casenotes"], calls, settings)

    def resynchronise(number: str, dps_id: str) -> tuple[int, None]:
        notes.resynchronise(number, dps_id)
        return 200, None

    def reconciled(number: str) -> tuple[int, dict[str, Any] | None]:
        return 200, reconcile(calls, number)

    role = _TO_NOMIS_ROLE
    alerts = to_nomis_alerts.Alerts(queues["alerts"], calls, settings)
    port.add("PUT", "/casenotes/([^/]+)/([^/]+)/resynchronise", role, resynchronise)
    port.add("GET", "/casenotes/reconciliation/([^/]+)", role, reconciled)
    port.add("POST", _ALERTS_REPAIR, role, lambda n: _done(alerts.resynchronise, n))
    port.add("GET", "/startup", None, _startup)
    return {
        "casenotes": notes.handle,
        "alerts": alerts.handle,
        "nonassociation": to_nomis.NonAssociations(
            queues["nonassociation"], calls, settings
        ).handle,
    }


def _from_nomis(
    port: Port, queues: dict[str, LiveQueue], calls: Calls, settings: Settings
) -> Handle:
    notes = from_nomis.CaseNotes(queues["eventcasenotes"], calls, settings)
    alerts = from_nomis_alerts.Alerts(queues["eventalerts"], calls, settings)

    def repair(nomis_id: str) -> tuple[int, None]:
        notes.deleted({"caseNoteId": nomis_id})
        return 204, None

    role = _FROM_NOMIS_ROLE
    port.add("DELETE", r"/casenotes/(\d+)/repair", role, repair)
    port.add("POST", _ALERTS_REPAIR, role, lambda n: _done(alerts.resynchronise, n))
    return {"eventcasenotes": notes.handle, "eventalerts": alerts.handle}


def _done(repair: Callable[[str], None], number: str) -> tuple[int, None]:
    repair(number)
    return 200, None


def _startup() -> tuple[int, dict[str, Any]]:
    """Answer the actuator's page of the start, which to-nomis alone has (6.5)."""
    return 200, {"timeline": {"events": []}}


def _nobodys(message: dict[str, Any]) -> None:
    _log.info("another domain's message %s", message["MessageId"])


if __name__ == "__main__":
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("botocore").setLevel(logging.WARNING)
    if len(sys.argv) != len(("program", "half")) or sys.argv[1] not in PROFILES:
        sys.exit("usage: python -m tests.stranger to-nomis|from-nomis")
    try:
        main(sys.argv[1])
    except (PlaceholderError, RuntimeError) as error:
        sys.exit(f"APPLICATION FAILED TO START: {error}")
