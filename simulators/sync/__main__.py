"""Run one half of the reference sync: `python -m simulators.sync to-nomis`.

Configured by the real builds' environment names; `tandem env` prints them.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys

import aiohttp

from simulators.sync import settings, sockets
from simulators.sync.program import Half


async def run(configuration: settings.Settings) -> None:
    """Run the half until it is told to stop (SIGTERM, SIGINT)."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stopped.set)
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:
        half = Half(
            configuration,
            sockets.SocketHttp(session, configuration.base_urls),
            sockets.SocketQueues(session, configuration.sqs_url),
            sockets.RealTime(),
        )
        await half.start()
        host = os.environ.get("SERVER_ADDRESS", sockets.LOCALHOST)
        runner = await sockets.serve(half, configuration.port, host)
        await stopped.wait()
        await half.stop()
        await runner.cleanup()


def main(arguments: list[str]) -> int:
    """Start the half that the one argument names; returns the exit code."""
    logging.basicConfig(
        level=os.environ.get("LOG_LEVEL", "WARNING"),
        format="%(asctime)s %(levelname)s %(message)s",
    )
    half = arguments[0] if arguments else "(no half named)"
    try:
        configuration = settings.read(half, os.environ)
    except settings.SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    asyncio.run(run(configuration))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
