"""Which checks a patient gets: this machine, and the target of each half."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click
import httpx

from harness import environment
from harness.control import ControlClient, WorldError
from harness.doctor.checks import FAIL, OK, WARN, Check
from harness.doctor.machine import machine
from harness.doctor.queues import queues
from harness.doctor.target import services, tokens
from harness.topology import queues_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from harness.doctor.target import Variables


@dataclass(frozen=True)
class Patient:
    """What is examined: `host` and `port` of a world on fixed ports.

    `targets` gives each half's environment; `control` is a held world's control API,
    and `of_world` says that the environments are of that world's addresses.
    """

    host: str
    port: int
    targets: dict[str, Variables] = field(default_factory=dict)
    control: str | None = None
    of_world: bool = False

    @classmethod
    def of(
        cls,
        stack: str | None,
        host: str,
        port: int,
        halves: Sequence[str],
        env_file: str | None,
    ) -> Patient:
        """Read what the command line names; a usage error where it cannot be read."""
        if env_file is not None:
            if len(halves) != 1:
                raise click.UsageError(
                    "--env-file is the environment of one half: add --for"
                )
            read = read_variables(Path(env_file))
            return cls(host, port, {halves[0]: read}, stack)
        if stack is None:
            return cls(host, port)
        place = urlsplit(stack)
        if place.hostname is None or place.port is None:
            raise click.UsageError(f"--stack {stack}: write http://HOST:PORT")
        first = place.port - 1
        where = environment.at_host(place.hostname, first)
        targets = {half: environment.PROGRAMS[half](where).variables for half in halves}
        return cls(host, first, targets, stack, of_world=True)


def read_variables(path: Path) -> Variables:
    """Read `NAME=value` lines; blank lines and comments are passed over."""
    found = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, sign, value = line.partition("=")
        if not sign:
            raise click.UsageError(f"{path}:{number}: {line!r} is no NAME=value")
        found[name.removeprefix("export ").strip()] = value.strip().strip("\"'")
    return found


def examine(patient: Patient) -> list[Check]:
    """Make all checks, in the order in which faults are best mended."""
    checks = [*machine(patient.host, patient.port)]
    if patient.control is not None:
        checks.append(_world(patient.control))
        if patient.of_world and checks[-1].state == FAIL:
            # What it would serve fails with it, and says nothing more.
            return checks
    with httpx.Client(timeout=10, trust_env=False) as client:
        for half, variables in patient.targets.items():
            checks += _complete(half, variables)
            checks += services(client, half, variables)
            checks += tokens(client, half, variables)
            checks += queues(client, half, variables)
    if patient.control is not None and checks[-1].state != FAIL:
        checks += _polled(patient.control, patient.targets)
    return checks


def _world(control: str) -> Check:
    client = ControlClient(control)
    try:
        told = client.call("about", {})
    except WorldError as error:
        return Check("world", FAIL, str(error), "start it: tandem up, or compose up")
    finally:
        client.close()
    return Check("world", OK, f"{control}, mode {told['mode']}, seed {told['seed']}")


def _complete(half: str, variables: Variables) -> Iterator[Check]:
    """One missing base URL or client aborts a build's start (events-and-config 6.1)."""
    needed = environment.PROGRAMS[half](environment.at_host()).variables
    missing = sorted(
        name
        for name in needed
        if not variables.get(name) and name.startswith(("API_BASE_URL_", "HMPPS_SQS_"))
    )
    if missing:
        yield Check(
            f"{half} variables",
            FAIL,
            f"{len(missing)} missing: {', '.join(missing)}",
            f"set them; `tandem env --for {half}` prints values for all",
        )
        return
    yield Check(f"{half} variables", OK, f"{len(variables)} set, none missing")


def _polled(control: str, halves: dict[str, Variables]) -> Iterator[Check]:
    client = ControlClient(control)
    try:
        told = {queue["name"]: queue["polls"] for queue in client.call("queues", {})}
    except WorldError:
        return
    finally:
        client.close()
    for half in halves:
        for name in queues_of(half):
            if told.get(name):
                yield Check(f"{half} polls {name}", OK, "somebody waits there")
            else:
                yield Check(
                    f"{half} polls {name}",
                    WARN,
                    "nobody waits there just now",
                    f"start a build of {half} with what `tandem env --for {half}` "
                    "prints",
                )
