"""One half of the reference sync beside a world on fixed ports, for compose.

python -m harness.half to-nomis --host tandem
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace

from harness import environment
from harness.stack import StackError


def main(arguments: list[str] | None = None) -> None:
    """Set the half's environment and become the half."""
    parser = argparse.ArgumentParser(prog="python -m harness.half")
    parser.add_argument("half", choices=sorted(environment.PROGRAMS))
    parser.add_argument("--host", default="127.0.0.1", help="where the world is")
    parser.add_argument("--port", type=int, default=8080, help="the half's own port")
    parser.add_argument("--bind", default="127.0.0.1", help="where the half listens")
    given = parser.parse_args(arguments)
    addresses = _instead(environment.at_host(given.host))
    built = environment.PROGRAMS[given.half](addresses, port=given.port)
    os.environ.update(built.variables)
    os.environ["SERVER_ADDRESS"] = given.bind
    command = [sys.executable, "-m", "simulators.sync", given.half]
    try:
        os.execv(sys.executable, command)  # noqa: S606 - our own program, same Python
    except OSError as error:
        raise StackError(f"{given.half} cannot be started: {error}") from error


def _instead(addresses: environment.Addresses) -> environment.Addresses:
    """Put a proxy before the services, or other queues, where the variables say so."""
    if services := os.environ.get("TANDEM_SERVICES_URL"):
        names = {name: f"{services}/{name}" for name in addresses.services}
        addresses = replace(addresses, services=names)
    if aws := os.environ.get("TANDEM_AWS_URL"):
        addresses = replace(addresses, aws=aws)
    return addresses


if __name__ == "__main__":
    main()
