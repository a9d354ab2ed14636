"""Builds that somebody else starts, from what `tandem env` prints and no more."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.stranger.conftest import (
    BOTH_WAYS,
    HALVES,
    TANDEM,
    is_served,
    printed,
    tandem,
    three_free_ports,
    wait_until,
)
from tests.stranger.profile import PROFILES

if TYPE_CHECKING:
    from pathlib import Path

    from tests.stranger.conftest import Programs

pytestmark = [pytest.mark.sockets, pytest.mark.long]

_QUEUES = {"to-nomis": 24, "from-nomis": 39}
_POLLS = 61


def _control(port: int, method: str, **arguments: Any) -> Any:
    answer = httpx.post(
        f"http://127.0.0.1:{port + 1}/control/{method}", json=arguments, trust_env=False
    )
    return answer.raise_for_status().json()


def _polled(port: int) -> list[dict[str, Any]]:
    return [
        queue
        for queue in _control(port, "queues")
        if queue["polls"] and queue["owner"] != "dps"
    ]


def test_builds_run_on_a_world_held_up(programs: Programs, tmp_path: Path) -> None:
    """Both builds start from the printed environment, poll 61 queues, and sync."""
    assert {half: len(PROFILES[half].queues) for half in HALVES} == _QUEUES
    port = three_free_ports()
    programs.start([*TANDEM, "up", "--port", str(port)], dict(os.environ))
    wait_until("world", lambda: is_served(f"http://127.0.0.1:{port}/"))
    variables = printed(port)
    programs.start_builds(variables)
    wait_until("61 long polls", lambda: len(_polled(port)) == _POLLS)
    assert _called(port) == [], "the start asks nothing of APIs or auth (6.5)"
    for half in HALVES:
        own = f"http://127.0.0.1:{variables[half]['SERVER_PORT']}"
        assert is_served(f"{own}/health/readiness")
        health = httpx.get(f"{own}/health", trust_env=False, timeout=30)
        assert health.json() == {"status": "UP", "down": []}
    control = f"http://127.0.0.1:{port + 1}"
    ended = tandem(
        *("verify", BOTH_WAYS, "--sync", "external", "--stack", control),
        *("--report", str(tmp_path / "report")),
    )
    assert ended.code == 0, ended.out + programs.logs()
    tokens = _called(port).count("issue_token")
    callers = {
        entry["client"]
        for entry in _control(port, "journal", kinds=["request"])
        if str(entry["client"]).startswith(HALVES)
    }
    assert tokens == len(callers) == 6, "one token a registration that called"


def _called(port: int) -> list[str]:
    """Return the operations called over HTTP, health pings left out."""
    return [
        entry["operation"]
        for entry in _control(port, "journal", kinds=["request"])
        if entry["operation"] not in ("ping", None)
    ]


def test_builds_started_while_the_run_waits_for_them(
    programs: Programs, tmp_path: Path
) -> None:
    """Without a world held up the run holds one, and waits until somebody polls."""
    port = three_free_ports()
    run = programs.start(
        [
            *TANDEM,
            *("verify", BOTH_WAYS, "--sync", "external", "--port", str(port)),
            *("--report", str(tmp_path / "report"), "--grace", "0.5"),
        ],
        dict(os.environ),
    )
    wait_until("world", lambda: is_served(f"http://127.0.0.1:{port}/"))
    programs.start_builds(printed(port))
    assert run.wait(120) == 0, programs.logs()


@pytest.mark.parametrize("half", HALVES)
def test_printed_environment_lacks_nothing(half: str) -> None:
    """Each base URL, client id and secret that a build insists on is printed."""
    variables, profile = printed(4566)[half], PROFILES[half]
    wanted = {f"api.base.url.{name}" for name in profile.urls}
    wanted |= {f"{name}.client.id" for name in profile.clients}
    wanted |= {f"{name}.client.secret" for name in profile.clients}
    for api in profile.apis.values():
        wanted |= {api.client, api.secret}
    names = {name.upper().replace(".", "_").replace("-", "_") for name in wanted}
    assert sorted(names - set(variables)) == []
    assert all(variables.values())
