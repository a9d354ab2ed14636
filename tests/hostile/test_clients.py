"""Clients that dawdle, hang up half way, or come in thousands."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.hostile.conftest import Target

pytestmark = pytest.mark.sockets

CROWD = 2000
AT_ONCE = 200


def address(target: Target, service: str) -> tuple[str, int]:
    """Return host and port of a service."""
    parts = urlsplit(target.urls[service])
    return str(parts.hostname), int(parts.port or 0)


def request(target: Target, path: str, body: bytes) -> bytes:
    """Return a POST to NOMIS as bytes on the line."""
    head = (
        f"POST {path} HTTP/1.1\r\nhost: nomis\r\n"
        f"authorization: Bearer {target.token('nomis')}\r\n"
        "content-type: application/json\r\n"
        f"content-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def count(target: Target, prisoner: str) -> int:
    """Return how many notes a prisoner has in NOMIS."""
    answer = target.send("nomis", "GET", f"/prisoners/{prisoner}/casenotes")
    return len(answer.json()["caseNotes"])


@contextlib.contextmanager
def line(target: Target) -> Iterator[socket.socket]:
    """Yield a connection to NOMIS."""
    with socket.create_connection(address(target, "nomis"), timeout=20) as opened:
        yield opened


def test_a_slow_client_is_served_and_keeps_nobody_waiting(
    target: Target, prisoner: str, note: dict[str, Any]
) -> None:
    """Byte by byte, others are answered between the bytes; its note is written once."""
    raw = request(target, f"/prisoners/{prisoner}/casenotes", msgspec.json.encode(note))
    with line(target) as slow:
        slow.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for position in range(0, len(raw), 7):
            slow.sendall(raw[position : position + 7])
            if position % 70 == 0:
                assert target.send("nomis", "GET", "/casenotes/1").status_code == 404
        assert slow.recv(4096).startswith(b"HTTP/1.1 201")
    assert count(target, prisoner) == 1


def test_a_request_cut_off_half_way_writes_nothing(
    target: Target, prisoner: str, note: dict[str, Any]
) -> None:
    """The body never became whole: no note, no harm to the next client."""
    raw = request(target, f"/prisoners/{prisoner}/casenotes", msgspec.json.encode(note))
    with line(target) as cut:
        cut.sendall(raw[:-20])
    assert count(target, prisoner) == 0


def test_a_half_closed_client_loses_no_note(
    target: Target, prisoner: str, note: dict[str, Any]
) -> None:
    """It stops sending after a whole request: the write happens, once."""
    raw = request(target, f"/prisoners/{prisoner}/casenotes", msgspec.json.encode(note))
    with line(target) as half:
        half.sendall(raw)
        half.shutdown(socket.SHUT_WR)
        while half.recv(4096):
            pass
    entries = target.world.journal(scope=[prisoner], kinds=["request", "response"])
    created = [one for one in entries if one.get("operation") == "create_case_note"]
    assert len(created) == 1
    answered = [one for one in entries if one.get("request") == created[0]["seq"]]
    assert [one["status"] for one in answered] == [201]
    assert count(target, prisoner) == 1


@pytest.mark.parametrize(
    "rubbish",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET\r\n\r\n",
        b"HELO example\r\n",
        b"\x00" * 1000,
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /casenotes/1 HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 20_000 + b"\r\n",
    ],
)
def test_what_is_no_http_is_turned_away(target: Target, rubbish: bytes) -> None:
    """TLS on a plain port, another protocol, endless headers: closed or refused."""
    with line(target) as odd, contextlib.suppress(ConnectionError):
        odd.sendall(rubbish)
        odd.shutdown(socket.SHUT_WR)
        answered = odd.recv(65536)
        assert answered == b"" or answered.startswith(b"HTTP/1.1 4")
    assert target.send("nomis", "GET", "/casenotes/1").status_code == 404


@pytest.mark.long
def test_thousands_of_connections_lose_nothing(
    target: Target, prisoner: str, note: dict[str, Any]
) -> None:
    """Two thousand idle lines, and two hundred clients writing ten notes each."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 2 * CROWD:
        pytest.skip(f"this system allows {hard} open files; {2 * CROWD} are needed")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(4 * CROWD, 4096), hard))
    path = f"/prisoners/{prisoner}/casenotes"
    raw = request(target, path, msgspec.json.encode(note))
    before = target.megabytes()
    written = asyncio.run(_crowd(address(target, "nomis"), raw))
    assert written == AT_ONCE * 10
    assert count(target, prisoner) == written
    assert target.megabytes() - before < 150


async def _crowd(where: tuple[str, int], raw: bytes) -> int:
    """Hold idle lines open while others write; returns how many were answered 201."""
    idle = [await asyncio.open_connection(*where) for _ in range(CROWD)]
    counts = await asyncio.gather(*(_write(where, raw) for _ in range(AT_ONCE)))
    for _, writer in idle:
        writer.close()
    await asyncio.gather(
        *(writer.wait_closed() for _, writer in idle), return_exceptions=True
    )
    return sum(counts)


async def _write(where: tuple[str, int], raw: bytes) -> int:
    reader, writer = await asyncio.open_connection(*where)
    created = 0
    for _ in range(10):
        writer.write(raw)
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        created += head.startswith("HTTP/1.1 201")
        length = next(
            int(row.partition(":")[2])
            for row in head.splitlines()
            if row.lower().startswith("content-length")
        )
        await reader.readexactly(length)
    writer.close()
    await writer.wait_closed()
    return created
