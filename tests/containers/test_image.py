"""The image: small, without root, healthy when it serves, enough for a tester."""

from __future__ import annotations

import json
import os
import shlex
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.containers.conftest import Engine

pytestmark = [pytest.mark.containers, pytest.mark.usefixtures("nothing_left")]

_MIB = 1024 * 1024
_FEATURE = """\
Feature: Our own words

  Scenario: {name}
    Given a prisoner
    When a DPS user writes a case note in DPS
    Then both sides hold the note
"""


def _inspect(engine: Engine, image: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(engine("image", "inspect", image))[0]
    return found


def _health_check(engine: Engine, image: str) -> list[str]:
    """Return the command of the health check; podman keeps it at another place."""
    told = _inspect(engine, image)
    found: list[str] = (told["Config"].get("Healthcheck") or told["Healthcheck"])[
        "Test"
    ]
    return found


def test_image_runs_without_root_and_says_when_it_is_healthy(
    engine: Engine, image: str
) -> None:
    """The image has a user of its own, a health check and the three ports."""
    told = _inspect(engine, image)
    assert told["Config"]["User"] == "10001"
    assert set(told["Config"]["ExposedPorts"]) == {"4566/tcp", "4567/tcp", "4568/tcp"}
    assert "TANDEM_HEALTH" in str(_health_check(engine, image))


def test_image_is_small_and_holds_no_trace_of_its_build(
    engine: Engine, image: str
) -> None:
    """Ours adds less than 160 MiB to its base, and neither pip nor its settings."""
    told = _inspect(engine, image)
    layers = engine("history", "--format", "{{.Size}} {{.CreatedBy}}", image)
    assert "pip install" not in layers
    assert not [v for v in told["Config"]["Env"] if v.startswith("PIP_")]
    size = engine(
        *("run", "--rm", "--network", "none", "--entrypoint", "du", image),
        *("-sb", "/opt/tandem"),
    )
    assert int(size.split()[0]) < 160 * _MIB
    found = engine(
        *("run", "--rm", "--entrypoint", "find", image, "/opt/tandem"),
        *("-name", "pip", "-o", "-name", "mypy", "-o", "-name", "ruff"),
    )
    assert found == ""


def test_tester_needs_nothing_but_the_image_and_a_folder(
    engine: Engine, image: str, tmp_path: Path
) -> None:
    """A folder of features runs with no Python and no network; the report is there."""
    for name in ("first", "second"):
        file = tmp_path / f"{name}.feature"
        file.write_text(_FEATURE.format(name=name), encoding="utf-8")
    said = engine(
        *("run", "--rm", "--network", "none", "--user", f"{os.getuid()}"),
        *("-v", f"{tmp_path}:/w", image, "verify", "/w", "--report", "/w/out"),
    )
    assert "2 played" in said
    assert said.splitlines()[-1] == "verdict: pass"
    assert (tmp_path / "out" / "tandem.xml").stat().st_uid == os.getuid()


def test_folder_runs_for_a_user_who_may_write_nowhere(
    engine: Engine, image: str, tmp_path: Path
) -> None:
    """The image's own user judges a folder that is mounted read-only."""
    (tmp_path / "one.feature").write_text(_FEATURE.format(name="one"), "utf-8")
    tmp_path.chmod(0o755)
    said = engine(
        *("run", "--rm", "--network", "none", "-v", f"{tmp_path}:/w:ro"),
        *(image, "verify", "/w", "--tier", "simulated"),
    )
    assert said.splitlines()[-1] == "verdict: pass"


def test_health_check_tells_a_world_that_serves_from_one_that_does_not(
    engine: Engine, image: str
) -> None:
    """The check passes beside a world and fails beside anything else."""
    check = _health_check(engine, image)
    assert check[0] == "CMD"
    name = f"tandem-health-{os.getpid()}"
    script = (
        f"for i in $(seq 100); do {shlex.join(check[1:])} && exit 0; sleep 0.1; done"
    )
    try:
        engine("run", "--detach", "--name", name, image)
        engine("exec", name, "sh", "-c", f"{script} 2>/dev/null; exit 1")
    finally:
        engine("rm", "--force", name, check=False)
    alone = ("run", "--rm", "--network", "none", "--entrypoint", check[1], image)
    with pytest.raises(AssertionError, match="refused"):
        engine(*alone, *check[2:])
