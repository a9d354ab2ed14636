"""Finding, installing and running WireMock: the standalone jar, else its container.

The jar comes from the npm package `wiremock`, which ships it. `python -m harness.tap`
installs it into the cache and prints where it is.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from harness.processes import Child

if TYPE_CHECKING:
    from collections.abc import Mapping

VERSION = "3.13.2"
IMAGE = f"wiremock/wiremock:{VERSION}"
JAR_VARIABLE = "TANDEM_WIREMOCK_JAR"
_JAR = f"node_modules/wiremock/build/wiremock-standalone-{VERSION}.jar"
_ARGUMENTS = (
    "--port=0",
    "--bind-address=127.0.0.1",
    "--disable-banner",
)
# A quick start counts more here than the last request a second.
_JVM = ("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
_PORT = re.compile(rb"port:\s+(\d+)")
_INSTALL_WAIT = 180.0


class TapError(RuntimeError):
    """WireMock cannot be had or started; says what is missing and how to get it."""


def cache(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the directory that keeps the jar between runs."""
    base = environment.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "tandem" / "wiremock"


def find_jar(environment: Mapping[str, str] = os.environ) -> Path | None:
    """Return the jar named by TANDEM_WIREMOCK_JAR, else the cached one, if any."""
    if named := environment.get(JAR_VARIABLE):
        if not Path(named).is_file():
            raise TapError(f"{JAR_VARIABLE}={named}: there is no such file")
        return Path(named)
    cached = cache(environment) / _JAR
    return cached if cached.is_file() else None


def install() -> Path:
    """Return the jar, fetched by npm into the cache when it is not there yet."""
    if found := find_jar():
        return found
    npm = shutil.which("npm")
    if npm is None:
        raise TapError(f"npm is not installed: set {JAR_VARIABLE} to WireMock's jar")
    folder = cache()
    folder.mkdir(parents=True, exist_ok=True)
    command = [npm, "install", "--no-save", "--no-package-lock", "--no-audit"]
    command += ["--no-fund", "--prefix", str(folder), f"wiremock@{VERSION}"]
    try:
        done = subprocess.run(  # noqa: S603 - npm, with our own arguments
            command, capture_output=True, text=True, timeout=_INSTALL_WAIT, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise TapError(f"npm did not end within {_INSTALL_WAIT:.0f} s") from error
    jar = folder / _JAR
    if done.returncode or not jar.is_file():
        raise TapError(f"npm cannot install wiremock: {done.stderr.strip()[-300:]}")
    return jar


def command() -> list[str]:
    """Return the command that runs WireMock here; raises TapError."""
    java, jar = shutil.which("java"), find_jar()
    if java and jar:
        return [java, *_JVM, "-jar", str(jar), *_ARGUMENTS]
    if docker := _engine():
        return [docker, "run", "--rm", "--network=host", IMAGE, *_ARGUMENTS]
    if java is None:
        raise TapError("a tap needs Java 11 or newer, or a container engine")
    raise TapError("WireMock's jar is missing: run `python -m harness.tap`")


def _engine() -> str | None:
    """Return the program of a container engine that answers."""
    for name in ("docker", "podman"):
        if (program := shutil.which(name)) is None:
            continue
        asked = subprocess.run(  # noqa: S603 - found by its own name
            [program, "info"], capture_output=True, check=False
        )
        if asked.returncode == 0:
            return program
    return None


class WireMock:
    """A running WireMock; `url` is where it listens."""

    def __init__(self, service: str, log: Path) -> None:
        """Start it; returns when it says its port."""
        self._child = Child(f"tap-{service}", command(), log, reads_output=True)
        for line in self._child.output:
            if found := _PORT.search(line):
                self.url = f"http://127.0.0.1:{int(found.group(1))}"
                return
        why = self._child.why_ended()
        self._child.stop()
        raise TapError(why)

    def stop(self) -> None:
        """End it."""
        self._child.stop()
