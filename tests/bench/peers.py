"""Other people's SNS and SQS, each as a process on the server's core.

They live in a venv of their own, `.venv-bench`, made from `requirements-bench.txt` when
it is missing: ministack pins botocore, so it cannot share ours.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from harness.processes import Child
from tests.bench.cores import pinned
from tests.bench.lines import Server
from tests.bench.report import say

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv-bench"
PEERS = ("ministack", "moto")
_PATIENCE = 30.0


class NoPeer(Exception):  # noqa: N818 - a reason to skip
    """The peer cannot run here; the text says why."""


@contextmanager
def peer(name: str) -> Iterator[Server]:
    """Hold up a peer; yields where."""
    port = _free_port()
    with tempfile.TemporaryDirectory(prefix="tandem-peer-") as scratch:
        command, variables = _command(name, port)
        # ministack leaves a pid file in the temporary directory.
        variables["TMPDIR"] = scratch
        log = Path(scratch) / f"{name}.log"
        child = Child(name, pinned(command), log, variables)
        try:
            _await(child, port)
            yield Server(port, child.pid)
        finally:
            child.stop()


def _command(name: str, port: int) -> tuple[list[str], dict[str, str]]:
    programs = VENV / "bin"
    if not (programs / "ministack").exists():
        _install()
    if name == "moto":
        return [str(programs / "moto_server"), "-H", "127.0.0.1", "-p", str(port)], {}
    return [str(programs / "ministack")], {
        "BIND_HOST": "127.0.0.1",  # its default is every address
        "GATEWAY_PORT": str(port),
        "SERVICES": "sqs,sns",
        "LOG_LEVEL": "ERROR",
    }


def _install() -> None:
    say(f"  making {VENV.name} from requirements-bench.txt ...")
    python = VENV / "bin" / "python"
    wanted = ["--require-hashes", "-r", str(ROOT / "requirements-bench.txt")]
    for command in (
        [sys.executable, "-m", "venv", str(VENV)],
        [str(python), "-m", "pip", "install", "--quiet", *wanted],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            last = done.stderr.strip().splitlines()[-1:] or ["no reason given"]
            raise NoPeer(f"{VENV.name} cannot be made: {last[0]}")


def _await(child: Child, port: int) -> None:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline or not child.running():
                raise NoPeer(f"{child.name} does not start: {child.tail(3)}") from None
            time.sleep(0.05)
        else:
            return


def _free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        port: int = line.getsockname()[1]
        return port
