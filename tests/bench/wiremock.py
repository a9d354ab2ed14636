"""A warm WireMock with its journal: the peer of our fakes.

The jar is that of the npm package `wiremock`; it is kept outside the repository, in
`TANDEM_BENCH_CACHE` or the user's cache directory.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from harness.processes import Child
from tests.bench.cores import pinned
from tests.bench.lines import Server

if TYPE_CHECKING:
    from collections.abc import Iterator

VERSION = "3.13.2"
_CACHE = Path(
    os.environ.get("TANDEM_BENCH_CACHE")
    or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tandem-bench"
)
_JAR = f"node_modules/wiremock/build/wiremock-standalone-{VERSION}.jar"
_PATIENCE = 60.0


class NoWireMock(Exception):  # noqa: N818 - a reason to skip
    """WireMock cannot run here; the text says why."""


def jar() -> Path:
    """Return the jar, installed by npm when it is not there yet."""
    if shutil.which("java") is None:
        raise NoWireMock("there is no java on the path")
    found = _CACHE / _JAR
    if found.exists():
        return found
    npm = shutil.which("npm")
    if npm is None:
        raise NoWireMock(f"there is no npm on the path and no {found}")
    _CACHE.mkdir(parents=True, exist_ok=True)
    command = [npm, "install", "--no-save", "--no-package-lock", "--ignore-scripts"]
    done = subprocess.run(
        [*command, "--prefix", str(_CACHE), f"wiremock@{VERSION}"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode or not found.exists():
        last = done.stderr.strip().splitlines()[-1:] or ["no jar in the package"]
        raise NoWireMock(f"npm install wiremock@{VERSION} failed: {last[0]}")
    return found


@contextmanager
def wiremock(stubs: list[dict[str, Any]]) -> Iterator[Server]:
    """Hold up WireMock on the server's core with `stubs`; yields where."""
    port = _free_port()
    arguments = ["--bind-address", "127.0.0.1", "--disable-banner"]
    # Chunked answers would cost its clients, not it; our reader knows only lengths.
    arguments += ["--use-chunked-encoding", "never", "--port", str(port)]
    with tempfile.TemporaryDirectory(prefix="tandem-wiremock-") as root:
        command = ["java", "-jar", str(jar()), *arguments, "--root-dir", root]
        child = Child("wiremock", pinned(command), Path(root) / "wiremock.log")
        try:
            url = f"http://127.0.0.1:{port}/__admin/mappings"
            _await(child, url)
            for stub in stubs:
                httpx.post(url, json=stub, trust_env=False).raise_for_status()
            yield Server(port, child.pid)
        finally:
            child.stop()


def _await(child: Child, url: str) -> None:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            httpx.get(url, trust_env=False).raise_for_status()
        except httpx.TransportError:
            if time.monotonic() > deadline or not child.running():
                raise NoWireMock(child.tail() or child.why_ended()) from None
            time.sleep(0.05)
        else:
            return


def _free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        port: int = line.getsockname()[1]
        return port
