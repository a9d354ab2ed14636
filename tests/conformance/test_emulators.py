"""The bus suite against other engines: ours must agree with AWS where they do not."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.processes import Child
from tests.conformance.bus.emulators import DISAGREEMENTS, ENGINES

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.sockets, pytest.mark.long]

ROOT = Path(__file__).parents[2]
PROGRAMS = {"ministack": "ministack", "moto": "moto_server"}
PATIENCE = 30.0


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Return name and URL of a running emulator, or skip."""
    name = request.param
    program = ROOT / ".venv-bench" / "bin" / PROGRAMS[name]
    if not program.exists():
        pytest.skip(f"no {name} in .venv-bench; `make bench` installs it there")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    variables = {"TMPDIR": str(tmp_path)}
    command = [str(program)]
    if name == "ministack":
        variables |= {
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(port),
            "SERVICES": "sqs,sns",
        }
    else:
        command += ["-H", "127.0.0.1", "-p", str(port)]
    child = Child(name, command, tmp_path / "engine.log", variables)
    try:
        _await(child, port)
        yield name, f"http://127.0.0.1:{port}"
    finally:
        child.stop()


def test_an_emulator_departs_from_aws_only_where_we_know(
    engine: tuple[str, str],
) -> None:
    """Every other case passes there as on ours; a mended departure is told too."""
    name, url = engine
    command = [sys.executable, "-m", "pytest", "tests/conformance/bus", "-q"]
    command += ["-p", "no:randomly", "-p", "no:cacheprovider", "-p", "no:schemathesis"]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "TANDEM_BUS_ENDPOINT": url, "TANDEM_BUS_ENGINE": name},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    known = sum(one.engine == name for one in DISAGREEMENTS)
    assert f"{known} xfailed" in done.stdout


def _await(child: Child, port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert child.running(), child.why_ended()
            assert time.monotonic() < deadline, f"{child.name} does not listen"
            time.sleep(0.05)
        else:
            return
