"""A small HTTP/1.1 load generator on bare sockets: closed loop, one request a line.

It costs about 25 us a request, so the server's core is the limit. Every answer is
checked by whoever made the request.
"""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from tests.bench.cores import cpu_seconds
from tests.bench.report import quantile

if TYPE_CHECKING:
    from collections.abc import Callable

    Check = Callable[[int, bytes], bool]
    Source = Callable[[], "tuple[bytes, Check]"]

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CLOSES = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
_END = b"\r\n\r\n"


def request(
    method: str,
    path: str,
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
) -> bytes:
    """Return a request as bytes; a JSON body unless `headers` say otherwise."""
    named = {"Host": "localhost", **(headers or {})}
    if body is not None:
        named.setdefault("Content-Type", "application/json")
        named["Content-Length"] = str(len(body))
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + (body or b"")


@dataclass
class Outcome:
    """What came of a drive: `sent` requests of which `latencies` were answered.

    `cpu` is the processor time of the server meanwhile, in seconds.
    """

    sent: int = 0
    wrong: int = 0
    seconds: float = 0.0
    cpu: float = 0.0
    latencies: list[float] = field(default_factory=list)
    example: str = ""

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds

    @property
    def per_core(self) -> float:
        """Answers a second of the server's processor time.

        On an idle machine about `rate`; on a busy one the figure that still compares.
        """
        return len(self.latencies) / self.cpu if self.cpu else self.rate

    def p(self, share: float) -> float:
        """Return a quantile of the latencies, in seconds."""
        return quantile(self.latencies, share)


class _Line(asyncio.Protocol):
    """One connection with one request under way.

    `over` becomes true when the server closes after each answer, false when all is
    done: the former wants a new connection.
    """

    def __init__(self, outcome: Outcome, source: Source, until: float) -> None:
        self.over: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._outcome = outcome
        self._source = source
        self._until = until
        self._buffer = b""
        self._wanted = 0
        self._began = 0.0
        self._check: Check | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are not registered as asyncio's.
        self._transport = cast("asyncio.Transport", transport)
        self._send()

    def _send(self) -> None:
        if time.perf_counter() >= self._until:
            self._check = None
            self._transport.close()
            return
        message, self._check = self._source()
        self._outcome.sent += 1
        self._began = time.perf_counter()
        self._transport.write(message)

    def data_received(self, data: bytes) -> None:
        self._buffer = buffer = self._buffer + data if self._buffer else data
        if not self._wanted:
            end = buffer.find(_END)
            if end < 0:
                return
            length = _LENGTH.search(buffer, 0, end)
            self._wanted = end + len(_END) + (int(length[1]) if length else 0)
        if len(buffer) < self._wanted:
            return
        self._outcome.latencies.append(time.perf_counter() - self._began)
        self._judge(buffer)
        self._buffer, self._wanted = b"", 0
        if _CLOSES.search(buffer, 0, buffer.find(_END)):
            self._check = None
            self.over.set_result(True)
            self._transport.close()
            return
        self._send()

    def _judge(self, answer: bytes) -> None:
        status = int(answer[9:12])
        body = answer[answer.find(_END) + len(_END) :]
        if self._check is not None and not self._check(status, body):
            self._outcome.wrong += 1
            self._outcome.example = f"{status} {body[:200]!r}"

    def connection_lost(self, error: Exception | None) -> None:
        if self._check is not None:
            # Cut with a request under way: that answer never came.
            self._outcome.wrong += 1
            self._outcome.example = f"connection lost: {error}"
        if not self.over.done():
            self.over.set_result(False)


@dataclass(frozen=True)
class Server:
    """Where the load goes: a port, and the process whose time is counted."""

    port: int
    pid: int


async def _drive(server: Server, lines: int, seconds: float, source: Source) -> Outcome:
    outcome = Outcome()
    loop = asyncio.get_running_loop()
    cpu = cpu_seconds(server.pid)
    began = time.perf_counter()
    until = began + seconds

    async def keep_busy() -> None:
        again = True
        while again:
            _, line = await loop.create_connection(
                lambda: _Line(outcome, source, until), "127.0.0.1", server.port
            )
            again = await line.over

    await asyncio.gather(*(keep_busy() for _ in range(lines)))
    outcome.seconds = time.perf_counter() - began
    outcome.cpu = cpu_seconds(server.pid) - cpu
    return outcome


def drive(server: Server, lines: int, seconds: float, source: Source) -> Outcome:
    """Keep `lines` connections busy for `seconds` with requests of `source`."""
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_drive(server, lines, seconds, source))
