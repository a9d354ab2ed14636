"""Checks of this machine: versions, ports, container engine, Java."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from harness import environment
from harness.doctor.checks import FAIL, OK, WARN, Check

if TYPE_CHECKING:
    from collections.abc import Iterator

_PYTHON = (3, 11)
_PACKAGES = ("tandem-sync", "pytest", "pytest-bdd")
_JAVA = 17
"""What a WireMock tap and the builds of Spring Boot 3 need at least."""
_WAIT = 10
_SOCKET = "unix:///var/run/docker.sock"


def machine(host: str, port: int) -> Iterator[Check]:
    """Look at this machine; `port` is the first of the three fixed ones at `host`."""
    yield _python()
    for package in _PACKAGES:
        yield _package(package)
    yield from _ports(host, port)
    yield _engine()
    yield _java()


def _python() -> Check:
    seen = ".".join(map(str, sys.version_info[:3]))
    wanted = ".".join(map(str, _PYTHON))
    if sys.version_info < _PYTHON:
        return Check("Python", FAIL, seen, f"install Python {wanted} or newer")
    return Check("Python", OK, seen)


def _package(name: str) -> Check:
    try:
        return Check(name, OK, importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return Check(name, FAIL, "not installed", f"pip install {name}, or make setup")


def _ports(host: str, first: int) -> Iterator[Check]:
    uses = environment.fixed_ports(first)
    if _world_answers(f"http://{host}:{uses['control']}"):
        yield Check("ports", OK, f"a world is up on {first} to {max(uses.values())}")
        return
    for use, port in uses.items():
        name = f"port {port} ({use})"
        with socket.socket() as line:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                line.bind((host, port))
            except OSError as error:
                yield Check(
                    name,
                    FAIL,
                    f"taken: {error.strerror}",
                    "end what holds it, or move all three with --port N (of up, env, "
                    "verify and doctor)",
                )
                continue
        yield Check(name, OK, "free")


def _world_answers(control: str) -> bool:
    try:
        answer = httpx.get(f"{control}/health", timeout=2, trust_env=False)
    except httpx.HTTPError:
        return False
    return answer.text == '{"status":"UP"}'


def _engine() -> Check:
    name = "container engine"
    if importlib.util.find_spec("testcontainers") is None:
        return Check(
            name,
            WARN,
            "the package testcontainers is not installed",
            "for --tier containers: pip install 'tandem-sync[containers]'",
        )
    where = os.environ.get("DOCKER_HOST") or _SOCKET
    try:
        told = _version(where)
    except (OSError, httpx.HTTPError, ValueError) as error:
        return Check(
            name,
            WARN,
            f"{where} does not answer: {error}",
            "for --tier containers: start Docker, or podman system service and name "
            "its socket in DOCKER_HOST",
        )
    return Check(name, OK, f"{told.get('Version')}, API {told.get('ApiVersion')}")


def _version(where: str) -> dict[str, str]:
    """Ask the engine at a unix:// or tcp:// address for its version."""
    scheme, _, rest = where.partition("://")
    if scheme == "unix":
        # A client that cannot connect to a missing file leaves its socket open.
        Path(rest).stat()
        transport = httpx.HTTPTransport(uds=rest)
    elif scheme in ("tcp", "http"):
        transport = httpx.HTTPTransport()
    else:
        raise ValueError(f"only unix:// and tcp:// can be asked, not {scheme}://")
    base = "http://engine" if scheme == "unix" else f"http://{rest}"
    with httpx.Client(transport=transport, timeout=_WAIT) as client:
        answer = client.get(f"{base}/version").raise_for_status()
    found: dict[str, str] = answer.json()
    return found


def _java() -> Check:
    do = f"for a tap or a build run by command:java: install Java {_JAVA} or newer"
    program = shutil.which("java")
    if program is None:
        return Check("Java", WARN, "not installed", do)
    asked = subprocess.run(  # noqa: S603 - java, found by its own name
        [program, "-version"],
        capture_output=True,
        text=True,
        timeout=_WAIT,
        check=False,
    )
    found = re.search(r'version "(\d+)', asked.stderr)
    if found is None or int(found[1]) < _JAVA:
        return Check("Java", WARN, asked.stderr.strip().split("\n")[0], do)
    return Check("Java", OK, asked.stderr.split("\n")[0])
