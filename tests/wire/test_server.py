"""Over real sockets: ports, prefixes, lost answers, outages and rude clients."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import uvloop

from simulators.wire.application import LIMIT
from simulators.wire.faults import Fault
from simulators.wire.server import PortInUse, Server
from tests.wire.conftest import street
from tests.wire.example import ALL, Shop

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.wire.conftest import Street

    Scene = Callable[[Street], Awaitable[None]]
    OnStreet = Callable[[Scene], None]

pytestmark = pytest.mark.sockets

NOTES = "/prisoners/A1234BC/notes"


def reply(shop: Shop) -> dict[str, Any]:
    """Return the last answer in the journal."""
    return shop.entries("response")[-1].as_dict()


async def written(shop: Shop, kind: str, count: int) -> None:
    """Wait until the journal holds `count` entries of a kind (8 s at most)."""
    there = asyncio.Event()

    def look(_: object = None) -> None:
        if len(shop.entries(kind)) >= count:
            there.set()

    shop.journal.listen(look)
    look()
    await there.wait()


def test_each_service_has_a_port_and_all_share_one(on_street: OnStreet) -> None:
    """A note is written on the service's port and read under the common prefix."""

    async def scene(street: Street) -> None:
        server = street.server
        assert sorted(server.ports) == ["auth", "example", "neighbour"]
        assert len({*server.ports.values(), server.combined}) == 4
        created = await street.create()
        assert created.status_code == 201
        assert created.headers["content-type"] == "application/json"
        note_id = created.json()["id"]
        shared = f"http://127.0.0.1:{server.combined}"
        read = await street.client.get(f"{shared}/example/notes/{note_id}")
        assert read.json() == created.json()
        other = await street.client.get(f"{shared}/neighbour/notes/{note_id}")
        assert other.status_code == 404
        lost = await street.client.get(f"{shared}/nomsi/notes/1")
        assert lost.status_code == 404
        assert "/example/" in lost.json()["developerMessage"]

    on_street(scene)


def test_only_loopback_is_bound(on_street: OnStreet) -> None:
    """Nothing listens beyond this machine unless it is asked to."""

    async def scene(street: Street) -> None:
        assert street.server.host == "127.0.0.1"
        for listener in street.server._listeners.values():
            assert listener._server is not None
            for line in listener._server.sockets:
                assert line.getsockname()[0] == "127.0.0.1"

    on_street(scene)


def test_empty_answers_have_no_body_and_no_type(on_street: OnStreet) -> None:
    """204 and 401 carry nothing, and the connection stays usable after them."""

    async def scene(street: Street) -> None:
        note_id = (await street.create()).json()["id"]
        gone = await street.client.delete(street.url(f"/notes/{note_id}"))
        assert (gone.status_code, gone.content) == (204, b"")
        assert "content-type" not in gone.headers
        anonymous = await street.get("/notes/1", headers={"authorization": ""})
        assert (anonymous.status_code, anonymous.content) == (401, b"")
        assert anonymous.headers["www-authenticate"] == "Bearer"
        head = await street.client.head(street.url("/notes/1"))
        assert (head.status_code, head.content) == (405, b"")
        assert (await street.get("/notes/latest")).status_code == 404

    on_street(scene)


def test_a_token_from_the_auth_fake_opens_the_door(on_street: OnStreet) -> None:
    """Client credentials at auth's own port give a token that services accept."""

    async def scene(street: Street) -> None:
        street.shop.auth.model.register("sync", "hush", ["ROLE_NOTES__RW"])
        form = {"grant_type": "client_credentials"}
        granted = await street.client.post(
            street.url("/auth/oauth/token", "auth"), data=form, auth=("sync", "hush")
        )
        token = granted.json()["access_token"]
        headers = {"authorization": f"Bearer {token}"}
        assert (await street.get("/notes/1", headers=headers)).status_code == 404
        assert street.shop.entries("request")[-1]["client"] == "sync"

    on_street(scene)


@pytest.mark.parametrize("phase", ["before", "after"])
def test_a_reset_is_a_reset(on_street: OnStreet, phase: str) -> None:
    """The client's socket fails with `connection reset`, not with a clean close."""

    async def scene(street: Street) -> None:
        street.shop.wire.faults.add(Fault("example", "reset", phase=phase))
        with pytest.raises(httpx.ReadError) as caught:
            await street.create()
        assert _cause(caught.value, ConnectionResetError)
        assert len(street.shop.notes) == (phase == "after")
        assert reply(street.shop)["lost"] is True
        assert (await street.create()).status_code == 201

    on_street(scene)


@pytest.mark.parametrize("phase", ["before", "after"])
def test_a_hang_lasts_until_the_client_gives_up(
    on_street: OnStreet, phase: str
) -> None:
    """No answer comes, other clients are served meanwhile."""

    async def scene(street: Street) -> None:
        street.shop.wire.faults.add(Fault("example", "hang", phase=phase))
        hung = asyncio.ensure_future(
            street.client.post(street.url(NOTES), json={"text": "x"}, timeout=0.3)
        )
        await written(street.shop, "response", 1)
        assert (await street.create()).status_code == 201
        assert not hung.done()
        with pytest.raises(httpx.ReadTimeout):
            await hung
        assert len(street.shop.notes) == 1 + (phase == "after")

    on_street(scene)


def test_a_refused_call_is_cut_before_anything_happens(on_street: OnStreet) -> None:
    """On a line that is already open, refuse cuts it and writes nothing."""

    async def scene(street: Street) -> None:
        street.shop.wire.faults.add(Fault("example", "refuse"))
        with pytest.raises(httpx.ReadError):
            await street.create()
        assert street.shop.notes == {}

    on_street(scene)


@pytest.mark.parametrize("phase", ["before", "after"])
def test_a_status_fault_has_the_services_own_body(
    on_street: OnStreet, phase: str
) -> None:
    """A 503 looks as the service would word it; only after the write is a note."""

    async def scene(street: Street) -> None:
        fault = Fault("example", "status", phase=phase, status=503)
        street.shop.wire.faults.add(fault)
        response = await street.create()
        assert response.status_code == 503
        assert response.json() == {"status": 503, "message": "status 503"}
        assert len(street.shop.notes) == (phase == "after")

    on_street(scene)


def test_an_answer_nobody_waited_for_is_lost(on_street: OnStreet) -> None:
    """A client that times out during a delay: the write stands, the answer is lost."""

    async def scene(street: Street) -> None:
        street.shop.wire.faults.add(Fault("example", "delay", delay=0.3))
        with pytest.raises(httpx.ReadTimeout):
            await street.client.post(street.url(NOTES), json={"text": "x"}, timeout=0.1)
        await written(street.shop, "response", 1)
        entry = reply(street.shop)
        assert (entry["status"], entry["sent"], entry["lost"]) == (201, None, True)
        assert len(street.shop.notes) == 1

    on_street(scene)


def test_an_outage_refuses_connections_and_ends(on_street: OnStreet) -> None:
    """The port is closed, also to open lines and by prefix, and comes back the same."""

    async def scene(street: Street) -> None:
        server = street.server
        port = server.ports["example"]
        assert (await street.create()).status_code == 201
        await server.outage("example", on=True)
        with pytest.raises((httpx.ConnectError, httpx.ReadError)):
            await street.create()
        with pytest.raises(httpx.ConnectError):
            await street.create()
        shared = f"http://127.0.0.1:{server.combined}"
        with pytest.raises(httpx.ReadError):
            await street.client.get(f"{shared}/example/notes/latest")
        neighbour = street.url(NOTES, "neighbour")
        up = await street.client.post(neighbour, json={"text": "x"})
        assert up.status_code == 201
        with pytest.raises(PortInUse, match=f"port {port} for auth is in use"):
            await Server(Shop().wire, {"auth": port}).start()
        await server.outage("example", on=False)
        assert server.ports["example"] == port
        assert (await street.create()).status_code == 201

    on_street(scene)


def test_an_outage_cuts_calls_that_are_under_way(on_street: OnStreet) -> None:
    """Who waits for an answer when the service goes down sees the line cut."""

    async def scene(street: Street) -> None:
        street.shop.wire.faults.add(Fault("example", "delay", delay=0.2, phase="after"))
        waiting = asyncio.ensure_future(street.create())
        await written(street.shop, "request", 1)
        await street.server.outage("example", on=True)
        with pytest.raises(httpx.ReadError):
            await waiting
        await written(street.shop, "response", 1)
        assert reply(street.shop)["lost"] is True

    on_street(scene)


def test_outages_may_repeat(on_street: OnStreet) -> None:
    """Down twice and up twice is the same as once."""

    async def scene(street: Street) -> None:
        for _ in range(3):
            await street.server.outage("example", on=True)
            await street.server.outage("example", on=True)
            await street.server.outage("example", on=False)
            await street.server.outage("example", on=False)
            assert (await street.create()).status_code == 201

    on_street(scene)


def test_a_port_in_use_is_named() -> None:
    """The error says which port, for which service, and what to do."""

    async def scene() -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            server = Server(Shop().wire, {"example": port})
            with pytest.raises(PortInUse, match=f"port {port} for example is in use"):
                await server.start()
            assert server.ports == {}

    uvloop.run(scene())


def test_a_fixed_port_is_free_again_at_once() -> None:
    """A second run right after the first gets the same port."""

    async def scene() -> None:
        async with street() as first:
            port = first.server.ports["example"]
            assert (await first.create()).status_code == 201
        async with street(ports={"example": port}) as second:
            assert second.server.ports["example"] == port
            assert (await second.create()).status_code == 201

    uvloop.run(scene())


def test_stopping_ends_hung_and_slow_calls() -> None:
    """Neither a hang nor a long delay keeps the world from ending."""

    async def scene() -> None:
        shop = Shop()
        server = Server(shop.wire)
        await server.start()
        shop.wire.faults.add(Fault("example", "hang"))
        shop.wire.faults.add(Fault("example", "delay", delay=3600.0))
        async with httpx.AsyncClient(headers=shop.headers(*ALL), timeout=30) as client:
            url = server.url("example") + NOTES
            calls = [
                asyncio.ensure_future(client.post(url, json={"text": "x"}))
                for _ in range(2)
            ]
            await written(shop, "request", 2)
            await asyncio.wait_for(server.stop(), 2)
            ends = await asyncio.gather(*calls, return_exceptions=True)
            assert all(isinstance(end, httpx.TransportError) for end in ends)

    uvloop.run(scene())


def test_a_body_over_the_limit_is_answered(on_street: OnStreet) -> None:
    """20 MB and one byte, counted or chunked: 413, heard by the client in full."""

    async def scene(street: Street) -> None:
        url = street.url(NOTES)
        large = b"x" * (LIMIT + 1)

        async def chunks() -> Any:
            for _ in range(21):
                yield large[: LIMIT // 20]

        for content in (large, chunks()):
            response = await street.client.post(url, content=content)
            assert response.status_code == 413
            assert "20 MB" in response.json()["developerMessage"]
        assert (await street.create()).status_code == 201

    on_street(scene)


def test_a_client_that_asks_first_is_told_at_once(on_street: OnStreet) -> None:
    """With `Expect: 100-continue` a body too large need not be sent."""

    async def scene(street: Street) -> None:
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", street.server.ports["example"]
        )
        writer.write(
            f"POST {NOTES} HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\n"
            f"content-length: {LIMIT + 1}\r\n\r\n".encode()
        )
        assert b" 413 " in await reader.readline()
        writer.close()

    on_street(scene)


def test_a_body_in_pieces_is_put_together(on_street: OnStreet) -> None:
    """A note sent byte by byte is the same note, and blocks nobody meanwhile."""

    async def scene(street: Street) -> None:
        body = b'{"text": "slowly"}'
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", street.server.ports["example"]
        )
        head = f"POST {NOTES} HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\n"
        head += "content-type: application/json\r\n"
        head += f"authorization: Bearer {street.shop.token(*ALL)}\r\n\r\n"
        for piece in (head[:40].encode(), head[40:].encode(), body[:9]):
            writer.write(piece)
            await writer.drain()
            assert (await street.create()).status_code == 201
        writer.write(body[9:])
        assert b" 201 " in await reader.readline()
        assert street.shop.notes[max(street.shop.notes)]["text"] == "slowly"
        writer.close()

    on_street(scene)


def test_half_a_request_never_reaches_a_fake(on_street: OnStreet) -> None:
    """A client that leaves in mid-body, or sends no HTTP, changes nothing."""

    async def scene(street: Street) -> None:
        port = street.server.ports["example"]
        head = f"POST {NOTES} HTTP/1.1\r\nhost: x\r\ncontent-length: 99\r\n\r\n"
        for raw in (
            head.encode() + b"{",
            b"not http at all\r\n\r\n",
            b"\x16\x03\x01\x02\x00\x01\x00",
        ):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(raw)
            await writer.drain()
            writer.close()
            await writer.wait_closed()
        assert (await street.create()).status_code == 201
        assert len(street.shop.entries("request")) == 1

    on_street(scene)


def test_many_clients_get_their_own_answers(on_street: OnStreet) -> None:
    """32 clients at once: every answer right, each call in the journal once."""

    async def scene(street: Street) -> None:
        async def one(number: int) -> None:
            created = await street.create(f"note {number}")
            note_id = created.json()["id"]
            read = await street.get(f"/notes/{note_id}")
            assert read.json()["text"] == f"note {number}"

        await asyncio.gather(*(one(number) for number in range(32)))
        assert len(street.shop.entries("request")) == 64
        assert len(street.shop.entries("response")) == 64
        assert street.shop.wire.broken == []
        assert street.shop.wire.open == 0

    on_street(scene)


def _cause(error: BaseException | None, kind: type[BaseException]) -> bool:
    while error is not None:
        if isinstance(error, kind):
            return True
        error = error.__cause__ or error.__context__
    return False
