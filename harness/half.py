"""One half of the reference sync beside a world on fixed ports, for compose.

python -m harness.half to-nomis --host tandem
"""

from __future__ import annotations

import argparse
import os
import sys

from harness import environment
from harness.stack import StackError


def main(arguments: list[str] | None = None) -> None:
    """Set the half's environment and become the half."""
    parser = argparse.ArgumentParser(prog="python -m harness.half")
    parser.add_argument("half", choices=sorted(environment.PROGRAMS))
    parser.add_argument("--host", default="127.0.0.1", help="where the world is")
    parser.add_argument("--port", type=int, default=8080, help="the half's own port")
    given = parser.parse_args(arguments)
    addresses = environment.at_host(given.host)
    built = environment.PROGRAMS[given.half](addresses, port=given.port)
    os.environ.update(built.variables)
    command = [sys.executable, "-m", "simulators.sync", given.half]
    try:
        os.execv(sys.executable, command)  # noqa: S606 - our own program, same Python
    except OSError as error:
        raise StackError(f"{given.half} cannot be started: {error}") from error


if __name__ == "__main__":
    main()
