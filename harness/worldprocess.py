"""The world as a process of its own: fakes, bus and control API on sockets.

    python -m harness.worldprocess [--fixed] [--host H] [--seed N] [--defect ID] ...

When everything answers it writes one line of JSON to standard output, the addresses,
and then serves until it is told to end. When it cannot start it writes
`{"error": ...}` and ends with status 2. It binds to the loopback address unless told
otherwise.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from harness import environment
from harness.composition import MODES, Settings
from harness.controlserver import ControlServer
from harness.defects import planted
from harness.world import World
from simulators.bus.server import BusServer, PortInUseError
from simulators.clock import Clock
from simulators.wire.server import LOOPBACK, Server

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

EXIT_CANNOT_START = 2
_ANY = "0.0.0.0"


async def serve(
    settings: Settings,
    host: str,
    first_port: int | None,
    ready: Callable[[dict[str, Any]], None],
    end: asyncio.Event | None = None,
    options: Mapping[str, Any] | None = None,
) -> None:
    """Serve a world until `end` is set (or SIGTERM, SIGINT); `ready(addresses)` first.

    `options` of its fakes by name (`harness.fakeoptions`) are set before that.
    `first_port` is the first of three fixed ports, None takes free ones. Raises OSError
    or PortInUseError when a port is taken.
    """
    loop = asyncio.get_running_loop()
    world = World(Clock(settings.seed, source=loop.time), settings)
    for name, value in (options or {}).items():
        world.option(name, value)
    wanted = environment.FREE_PORTS
    if first_port is not None:
        wanted = environment.fixed_ports(first_port)
    bus = BusServer(world.fakes.bus, host, wanted["aws"])
    control = ControlServer(world, host, wanted["control"])
    fakes = Server(world.fakes.wire, combined=wanted["services"], host=host)
    world.server = fakes
    stop = end or asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError, ValueError):
            loop.add_signal_handler(number, stop.set)
    try:
        await bus.start()
        await control.start()
        await fakes.start()
        await world.start()
        world.fakes.bus.idle_skip = True
        world.addresses = _addresses(host, bus, control, fakes)
        ready(world.addresses)
        await stop.wait()
    finally:
        await world.stop()
        await control.stop()
        await fakes.stop()
        await bus.stop()


def _addresses(
    host: str, bus: BusServer, control: ControlServer, fakes: Server
) -> dict[str, Any]:
    # A client cannot connect to "any address"; on this machine loopback reaches it.
    name = LOOPBACK if host == _ANY else host
    combined = f"http://{name}:{fakes.combined}"
    by_prefix = {service: f"{combined}/{service}" for service in fakes.ports}
    own = {service: f"http://{name}:{port}" for service, port in fakes.ports.items()}
    return {
        "aws": f"http://{name}:{bus.port}",
        "control": f"http://{name}:{control.port}",
        # Out of a container only the fixed ports can be reached.
        "services": by_prefix if host == _ANY else own,
        "by_prefix": by_prefix,
    }


def run(
    settings: Settings,
    host: str,
    first_port: int | None,
    ready: Callable[[dict[str, Any]], None],
    fail: Callable[[str], None],
    options: Mapping[str, Any] | None = None,
) -> int:
    """Serve until told to end; returns the exit status."""
    import uvloop

    try:
        uvloop.run(serve(settings, host, first_port, ready, options=options))
    except (OSError, PortInUseError) as error:
        fail(getattr(error, "strerror", None) or str(error))
        return EXIT_CANNOT_START
    return 0


def hold_up(
    host: str = LOOPBACK,
    seed: int = 1,
    mode: str = "as-deployed",
    port: int = environment.FIXED_PORT,
    options: Mapping[str, Any] | None = None,
) -> int:
    """Hold a world up on fixed ports, for `tandem up`; returns the exit status."""

    def ready(addresses: dict[str, Any]) -> None:
        name = LOOPBACK if host == _ANY else host
        sys.stdout.write(
            f"{environment.render(None, 'dotenv', name, port)}\n"
            "# The world is up. Above: the environment in which a build of each half "
            "runs.\n"
            f"# SNS and SQS: {addresses['aws']}\n"
            f"# control API: {addresses['control']} (tandem verify --stack "
            f"{addresses['control']})\n"
            "# Ctrl-C ends the world.\n"
        )
        sys.stdout.flush()

    def fail(message: str) -> None:
        sys.stderr.write(f"The world cannot start: {message}\n")

    settings = Settings(seed=seed, mode=mode, epoch=time.time)
    return run(settings, host, port, ready, fail, options)


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m harness.worldprocess")
    parser.add_argument("--host", default=LOOPBACK, help="address to bind")
    parser.add_argument(
        "--fixed",
        nargs="?",
        type=int,
        const=environment.FIXED_PORT,
        metavar="PORT",
        help="the ports of `tandem env`; PORT is the first of the three",
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mode", choices=MODES, default=MODES[0])
    parser.add_argument("--defect", action="append", default=[], metavar="ID")
    parser.add_argument("--spool", type=Path, help="where a long journal goes")
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.WARNING)
    settings = Settings(
        seed=given.seed, mode=given.mode, epoch=time.time, spool=given.spool
    )
    with planted(given.defect, where="world"):
        return run(settings, given.host, given.fixed, _say, _fail)


def _say(document: dict[str, Any]) -> None:
    sys.stdout.write(msgspec.json.encode(document).decode() + "\n")
    sys.stdout.flush()


def _fail(message: str) -> None:
    _say({"error": message})


if __name__ == "__main__":
    sys.exit(main())
