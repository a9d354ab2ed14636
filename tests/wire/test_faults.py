"""Faults strike the calls they name, in their phase and turn, and no other."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from simulators.wire.faults import Fault
from simulators.wire.message import Dropped, Request
from tests.wire.example import ALL, Errors, Shop

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Play = Callable[[Callable[[Shop], Awaitable[None]]], None]

NOTES = "/prisoners/A1234BC/notes"
GOOD = b'{"text": "Met on the wing."}'


def fault(kind: str = "status", **fields: Any) -> Fault:
    """Make a fault on the example service, 503 unless told otherwise."""
    if kind == "status":
        fields.setdefault("status", 503)
    return Fault("example", kind, **fields)


async def dropped(shop: Shop) -> str:
    """Try to create a note; returns how the call was dropped."""
    with pytest.raises(Dropped) as caught:
        await shop.call("POST", NOTES, GOOD)
    return caught.value.how


def reply(shop: Shop) -> dict[str, Any]:
    """Return the last answer in the journal."""
    return shop.entries("response")[-1].as_dict()


def test_before_the_write_nothing_is_written(play: Play) -> None:
    """A 503 before the write: the service's own body, no note, no event."""

    async def scene(shop: Shop) -> None:
        name = shop.wire.faults.add(fault())
        response = await shop.call("POST", NOTES, GOOD)
        assert response.json() == {"status": 503, "message": "status 503"}
        assert (shop.notes, shop.published) == ({}, [])
        entry = reply(shop)
        assert (entry["status"], entry["sent"], entry["lost"]) == (503, 503, False)
        assert (entry["wrote"], entry["fault"]) == (False, name)
        assert (await shop.call("POST", NOTES, GOOD)).status == 201

    play(scene)


def test_a_401_by_fault_is_empty_as_a_real_one(play: Play) -> None:
    """Whatever the other bodies of a service look like, a 401 has none (0.3)."""

    async def scene(shop: Shop) -> None:
        shop.wire.faults.add(fault(status=401))
        response = await shop.call("POST", NOTES, GOOD)
        assert (response.status, response.body) == (401, b"")
        assert "www-authenticate" in response.headers

    play(scene)


def test_a_service_without_words_for_a_status_gets_plain_ones(play: Play) -> None:
    """A fake that words no status still fails with the one that was asked for."""

    async def scene(shop: Shop) -> None:
        plain = Errors()
        plain.status = None  # type: ignore[assignment,method-assign]
        shop.example.errors = plain
        shop.wire.faults.add(fault(status=502))
        assert (await shop.call("POST", NOTES, GOOD)).json()["status"] == 502

    play(scene)


def test_after_the_write_the_answer_is_replaced(play: Play) -> None:
    """The note and its event are out, the caller sees 503, the journal the truth."""

    async def scene(shop: Shop) -> None:
        shop.wire.faults.add(fault(phase="after"))
        assert (await shop.call("POST", NOTES, GOOD)).status == 503
        assert list(shop.notes) == [100_000_001]
        assert len(shop.published) == 1
        entry = reply(shop)
        assert (entry["status"], entry["sent"], entry["lost"]) == (201, 503, True)
        assert entry["wrote"] is True
        assert entry["body"]["id"] == 100_000_001

    play(scene)


@pytest.mark.parametrize("kind", ["reset", "hang"])
@pytest.mark.parametrize("phase", ["before", "after"])
def test_an_answer_is_lost(play: Play, kind: str, phase: str) -> None:
    """Reset and hang drop the call; only after the write is the note there."""

    async def scene(shop: Shop) -> None:
        shop.wire.faults.add(fault(kind, phase=phase))
        assert await dropped(shop) == kind
        written = phase == "after"
        assert (len(shop.notes), len(shop.published)) == (written, written)
        entry = reply(shop)
        assert (entry["lost"], entry["sent"]) == (True, None)
        assert entry["status"] == (201 if written else None)
        assert entry["wrote"] is written
        assert shop.wire.open == 0

    play(scene)


def test_a_refused_connection_writes_nothing(play: Play) -> None:
    """Refuse means that the service never saw the call."""

    async def scene(shop: Shop) -> None:
        shop.wire.faults.add(fault("refuse"))
        assert await dropped(shop) == "refused"
        assert shop.notes == {}

    play(scene)


def test_a_delay_waits_and_then_goes_on(play: Play) -> None:
    """A delay takes the stopwatch's seconds, before the write or after it."""

    async def scene(shop: Shop) -> None:
        shop.wire.faults.add(fault("delay", delay=5.0, phase="after"))
        call = asyncio.ensure_future(shop.call("POST", NOTES, GOOD))
        await shop.clock.sleep(4.9)
        assert len(shop.notes) == 1
        assert not call.done()
        assert (await call).status == 201
        assert shop.clock.stopwatch() == pytest.approx(5.0)
        assert reply(shop)["lost"] is False

    play(scene)


def test_delays_add_up_with_another_fault(play: Play) -> None:
    """A slow service may also fail: delay first, then the status."""

    async def scene(shop: Shop) -> None:
        shop.wire.faults.add(fault("delay", delay=2.0))
        shop.wire.faults.add(fault(delay=3.0))
        assert (await shop.call("POST", NOTES, GOOD)).status == 503
        assert shop.clock.stopwatch() == pytest.approx(5.0)

    play(scene)


def test_skip_and_times_choose_the_turn(play: Play) -> None:
    """Let two pass, fail the next two, then pass again; the count tells."""

    async def scene(shop: Shop) -> None:
        name = shop.wire.faults.add(fault(skip=2, times=2))
        statuses = [(await shop.call("POST", NOTES, GOOD)).status for _ in range(6)]
        assert statuses == [201, 201, 503, 503, 201, 201]
        assert shop.wire.faults.matched(name) == 2
        shop.wire.faults.remove(name)
        assert shop.wire.faults.matched(name) == 2

    play(scene)


def test_without_times_it_lasts_until_removed(play: Play) -> None:
    """times=None strikes every call until the fault is removed or cleared."""

    async def scene(shop: Shop) -> None:
        shop.wire.faults.add(fault(times=None))
        for _ in range(5):
            assert (await shop.call("POST", NOTES, GOOD)).status == 503
        shop.wire.faults.clear()
        assert (await shop.call("POST", NOTES, GOOD)).status == 201

    play(scene)


@pytest.mark.parametrize(
    ("fields", "struck"),
    [
        ({}, {"create", "replace", "read"}),
        ({"operation": "replace_note"}, {"replace"}),
        ({"methods": frozenset({"put", "POST"})}, {"create", "replace"}),
        ({"subject": "A1234BC"}, {"create"}),
        ({"subject": "100000001"}, {"replace", "read"}),
        ({"subject": "B1234BC"}, set()),
        ({"client": "shelf-client"}, {"create", "replace", "read"}),
        ({"client": "SHELF_USER"}, {"create", "replace", "read"}),
        ({"client": "sync-client"}, set()),
    ],
)
def test_a_fault_strikes_only_what_it_names(
    play: Play, fields: dict[str, Any], struck: set[str]
) -> None:
    """Operation, methods, subject and client narrow a fault down."""

    async def scene(shop: Shop) -> None:
        note_id = await shop.create()
        shop.wire.faults.add(fault(times=None, **fields))
        calls = {
            "create": ("POST", NOTES, GOOD),
            "replace": ("PUT", f"/notes/{note_id}", GOOD),
            "read": ("GET", f"/notes/{note_id}", b""),
        }
        failed = {
            name
            for name, (method, path, body) in calls.items()
            if (await shop.call(method, path, body)).status == 503
        }
        assert failed == struck

    play(scene)


def test_a_fault_spares_other_services_and_refused_calls(play: Play) -> None:
    """Its turn is not used up by calls that never reach an operation."""

    async def scene(shop: Shop) -> None:
        name = shop.wire.faults.add(fault())
        assert (await shop.call("POST", NOTES, b"{}")).status == 400
        spared = await shop.call("POST", NOTES, GOOD, service="neighbour")
        assert spared.status == 201
        assert shop.wire.faults.matched(name) == 0

    play(scene)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"kind": "explode"}, "is none of status, delay"),
        ({"kind": "reset", "phase": "during"}, "neither before nor after"),
        ({"kind": "status"}, "exactly when its kind is status"),
        ({"kind": "reset", "status": 500}, "exactly when its kind is status"),
        ({"kind": "delay"}, "needs a delay"),
        ({"kind": "refuse", "phase": "after"}, "cannot come after"),
        ({"kind": "reset", "times": 0}, "times is at least 1"),
        ({"kind": "reset", "skip": -1}, "not negative"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(
    fields: dict[str, Any], words: str
) -> None:
    """A wrong fault would test nothing, so it is an error when it is made."""
    with pytest.raises(ValueError, match=words):
        Fault("example", **fields)


def test_arming_and_removal_are_journalled(play: Play) -> None:
    """The timeline shows when a fault was set, on what, and when it went."""

    async def scene(shop: Shop) -> None:
        methods = frozenset({"put"})
        name = shop.wire.faults.add(fault(methods=methods, subject="A1234BC"))
        shop.wire.faults.remove(name)
        shop.wire.faults.remove(name)
        armed, removed = (entry.as_dict() for entry in shop.entries("fault"))
        told = f"{name}: example any call status 503 for A1234BC before the write"
        assert (armed["action"], armed["fault"]) == ("set", told)
        assert armed["what"]["methods"] == ["PUT"]
        assert (removed["action"], removed["fault"]) == ("removed", told)
        assert removed["count"] == 0

    play(scene)


def test_an_outage_refuses_every_call(play: Play) -> None:
    """A service that is down refuses in process as its closed port would."""

    async def scene(shop: Shop) -> None:
        shop.wire.outage("example", on=True)
        assert shop.wire.down("example")
        assert await dropped(shop) == "refused"
        assert shop.entries("request") == []
        shop.wire.outage("example", on=False)
        assert (await shop.call("POST", NOTES, GOOD)).status == 201

    play(scene)


def exchange(shop: Shop, wait: float) -> Awaitable[Any]:
    """Create a note as an in-process client that waits `wait` seconds."""
    headers = shop.headers(*ALL) | {"content-type": "application/json"}
    request = Request("POST", NOTES, "", headers, GOOD)
    return shop.wire.exchange("example", request, wait)


def test_a_client_that_times_out_loses_the_answer(play: Play) -> None:
    """The service goes on after the caller has left; the journal calls it lost."""

    async def scene(shop: Shop) -> None:
        shop.wire.faults.add(fault("delay", delay=60.0, phase="before"))
        with pytest.raises(Dropped, match="timeout"):
            await exchange(shop, 10.0)
        assert shop.clock.stopwatch() == pytest.approx(10.0)
        assert shop.notes == {}
        await shop.clock.sleep(51)
        assert len(shop.notes) == 1
        entry = reply(shop)
        assert (entry["lost"], entry["sent"], entry["status"]) == (True, None, 201)

    play(scene)


def test_a_hung_call_ends_at_the_callers_time_out(play: Play) -> None:
    """Nobody waits for ever in process: a hang becomes the client's time-out."""

    async def scene(shop: Shop) -> None:
        shop.wire.faults.add(fault("hang"))
        with pytest.raises(Dropped, match="timeout"):
            await exchange(shop, 30.0)
        assert shop.clock.stopwatch() == pytest.approx(30.0)

    play(scene)


def test_a_killed_caller_does_not_kill_the_service(play: Play) -> None:
    """A crash of the sync between request and answer leaves the write in place."""

    async def scene(shop: Shop) -> None:
        shop.wire.faults.add(fault("delay", delay=1.0))
        caller = asyncio.ensure_future(exchange(shop, 10.0))
        await shop.clock.sleep(0.5)
        caller.cancel()
        await asyncio.gather(caller, return_exceptions=True)
        await shop.clock.sleep(1.0)
        assert len(shop.notes) == 1
        assert reply(shop)["lost"] is True

    play(scene)


def test_a_fake_whose_neighbour_fails_answers_its_own_500(play: Play) -> None:
    """An upstream fault is part of the play: 500, and no bug of the fake."""

    async def scene(shop: Shop) -> None:
        shop.wire.faults.add(Fault("neighbour", "reset"))
        shop.wire.faults.add(Fault("neighbour", "hang"))
        for how in ("reset", "timeout", "refused"):
            if how == "refused":
                shop.wire.outage("neighbour", on=True)
            response = await shop.call("GET", "/neighbour")
            assert response.status == 500
            assert response.json()["message"] == f"neighbour gave no answer: {how}"
        assert shop.wire.broken == []

    play(scene)
