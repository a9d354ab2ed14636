"""What operators ask of a build, and what it does beside the case notes (6.5, 6.7)."""

from __future__ import annotations

import os
import uuid
from functools import partial
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from harness.api import WorldApi
from harness.control import ControlClient
from harness.credentials import ADMIN, NOMIS_ROLE, TO_NOMIS, Client
from tests.stranger.conftest import (
    TANDEM,
    is_served,
    printed,
    three_free_ports,
    wait_until,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.stranger.conftest import Programs

pytestmark = [pytest.mark.sockets, pytest.mark.long]

_ALERTS_ADMIN = "ROLE_PRISONER_ALERTS__PRISONER_ALERTS_ADMINISTRATION_UI"
_DLQ = "hmpps_prisoner_to_nomis_casenotes_dlq"


class Place:
    """A world held up, its control API, and both builds' variables."""

    def __init__(self, programs: Programs) -> None:
        port = three_free_ports()
        programs.start([*TANDEM, "up", "--port", str(port)], dict(os.environ))
        wait_until("world", lambda: is_served(f"http://127.0.0.1:{port}/"))
        self.programs = programs
        self.variables = printed(port)
        self.control = ControlClient(f"http://127.0.0.1:{port + 1}")
        self.world = WorldApi(self.control.call)
        self.prison = self.world.add_prison(alert_writer="none")["code"]
        self.officer = self.world.add_staff(prison=self.prison)["usernames"][0]
        self.prisoner = self.world.add_prisoner(self.prison)["prisoner"]

    def start(self) -> None:
        """Start both builds, one with a switch set."""
        self.variables["from-nomis"]["FEATURE_EVENT_ALERT_INSERTED"] = "false"
        self.programs.start_builds(self.variables)
        for half in self.variables:
            wait_until(half, partial(self.ask, half, "/health/ping"))

    def ask(
        self, half: str, path: str, method: str = "GET", token: str | None = None
    ) -> httpx.Response:
        """Call a build's own port."""
        url = f"http://127.0.0.1:{self.variables[half]['SERVER_PORT']}{path}"
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return httpx.request(method, url, headers=headers, trust_env=False, timeout=30)

    def token(self, client: Client) -> str:
        """Ask auth for a token of a client."""
        url = f"{self.variables['to-nomis']['API_BASE_URL_HMPPS_AUTH']}/oauth/token"
        answer = httpx.post(
            url,
            auth=(client.id, client.secret),
            data={"grant_type": "client_credentials"},
            trust_env=False,
        )
        found: str = answer.raise_for_status().json()["access_token"]
        return found

    def act(self, service: str, operation: str, body: Any = None, **path: Any) -> Any:
        """Do something as the officer, who may administer alerts too."""
        roles = {"alerts": [_ALERTS_ADMIN], "nomis": [NOMIS_ROLE]}.get(service)
        done = self.world.act(
            service, operation, path, None, body, self.officer, roles, None
        )
        assert done["status"] < 300, done
        return done["body"]


@pytest.fixture
def place(programs: Programs) -> Iterator[Place]:
    """Provide a world with nobody polling yet."""
    made = Place(programs)
    yield made
    made.control.close()


def test_a_build_answers_its_operators(place: Place) -> None:
    """Actuator pages, switches, and queue-admin for whom auth knows alone (9.6)."""
    place.start()
    assert place.ask("to-nomis", "/startup").status_code == 200
    assert place.ask("from-nomis", "/startup").status_code == 404
    switches = place.ask("from-nomis", "/info").json()["event-feature-switches"]
    assert switches == {"FEATURE_EVENT_ALERT_INSERTED": False}

    show = f"/queue-admin/get-dlq-messages/{_DLQ}"
    assert place.ask("to-nomis", show).status_code == 401
    right = place.token(ADMIN["to-nomis"])
    head, claims, signature = right.split(".")
    forged = f"{head}.{claims}.{signature[::-1]}"
    assert place.ask("to-nomis", show, token=forged).status_code == 401
    other = place.token(TO_NOMIS["nomis"])
    assert place.ask("to-nomis", show, token=other).status_code == 403
    shown = place.ask("to-nomis", show, token=right).json()
    assert shown["messagesReturnedCount"] == 0
    retried = place.ask("to-nomis", "/queue-admin/retry-all-dlqs", "PUT", right)
    assert len(retried.json()) == 23


def test_alert_codes_and_repairs_reach_the_other_side(place: Place) -> None:
    """Reference data of DPS come to NOMIS, and either side's alerts by repair."""
    place.start()
    code = f"Q{uuid.uuid4().hex[:5].upper()}"
    place.act(
        "alerts",
        "create_alert_code",
        {"code": code, "description": "Invented", "parent": "X"},
    )
    place.act("alerts", "update_alert_code", {"description": "Found"}, alertCode=code)
    place.act("alerts", "deactivate_alert_code", alertCode=code)
    assert place.world.settle(timeout=20)["settled"]
    place.act(
        "nomis-screens",
        "raise_alert",
        {"code": code, "comment": "Switched off."},
        prisoner=place.prisoner,
    )
    [alert] = place.world.snapshot([place.prisoner])["nomis"]["alerts"]
    assert alert["code"] == code
    read = place.act(
        "nomis",
        "get_alert",
        bookingId=alert["booking"],
        alertSequence=alert["sequence"],
    )
    assert read["alertCode"]["description"] == "Found"

    path = f"/prisoners/{place.prisoner}/alerts/resynchronise"
    token = place.token(ADMIN["from-nomis"])
    assert place.ask("from-nomis", path, "POST", token).status_code == 200
    [carried] = place.world.snapshot([place.prisoner])["alerts"]["alerts"]
    assert carried["code"] == code
    token = place.token(ADMIN["to-nomis"])
    assert place.ask("to-nomis", path, "POST", token).status_code == 200
    rows = place.world.snapshot([place.prisoner])["mapping"]["alerts"]
    assert len(rows) == 1


@pytest.mark.parametrize(
    ("job", "mismatches"),
    [("CASE_NOTES_ACTIVE_RECON", 1), ("CASE_NOTES_FULL_RECON", 1), ("ALERTS_RECON", 0)],
)
def test_batch_mode_runs_one_job_and_ends(
    place: Place, job: str, mismatches: int
) -> None:
    """No listener polls; a note that nobody carried over is a mismatch (8.2)."""
    note = {"type": "KA", "subType": "KS", "text": "Alone."}
    place.act("nomis-screens", "create_note", note, prisoner=place.prisoner)
    variables = {
        **place.variables["to-nomis"],
        "PATH": os.environ["PATH"],
        "BATCH_ENABLED": "true",
        "BATCH_TYPE": job,
        "HMPPS_SQS_QUEUES_ACTIVITY_DLQ_NAME": "hmpps_prisoner_to_nomis_activity_dlq",
    }
    command = [TANDEM[0], "-m", "tests.stranger", "to-nomis"]
    ended = place.programs.start(command, variables)
    assert ended.wait(60) == 0, place.programs.logs()
    assert f"report mismatch-count={mismatches}" in place.programs.logs()
    wanted = "ids/all-from-id" if "FULL" in job else "ids/active"
    paths = [
        entry["path"]
        for entry in place.world.journal(kinds=["request"])
        if entry["client"] == "to-nomis-nomis"
    ]
    assert any(wanted in path for path in paths), paths
    assert not any(
        queue["polls"] for queue in place.world.queues() if queue["owner"] != "dps"
    )
