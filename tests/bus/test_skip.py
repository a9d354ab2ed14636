"""Idle skip: back-offs cost no real time, and nothing else is ever skipped."""

from __future__ import annotations

import asyncio

import pytest

from simulators.bus import Match
from tests.bus.conftest import QUEUE, Rig, on_virtual_time

SOON = 0.02


def test_a_back_off_of_ten_minutes_is_skipped_while_a_poll_waits() -> None:
    """1, 10, 60, 600 s of the real builds pass within milliseconds."""

    async def story(rig: Rig) -> None:
        rig.bus.idle_skip = True
        rig.publish()
        for seconds in (1, 10, 60):
            [message] = await rig.bus.poll(QUEUE, 10, 20)
            rig.bus.change_visibility(QUEUE, message.receipt, seconds)
        [message] = await rig.bus.poll(QUEUE, 10, 20)
        assert message.system["ApproximateReceiveCount"] == "4"
        assert rig.clock.stopwatch() < SOON
        skipped = [entry["seconds"] for entry in rig.kinds("skip")]
        assert skipped == pytest.approx([1, 10, 60], abs=0.01)

    on_virtual_time(story)


def test_nothing_is_skipped_while_everything_is_held() -> None:
    """A message that is to be overtaken waits for what overtakes it (ORD-01)."""

    async def story(rig: Rig) -> None:
        rig.bus.idle_skip = True
        rig.bus.faults.delay(Match(times=1), seconds=5)
        hold = rig.bus.faults.hold(Match())
        late = rig.publish()
        await asyncio.sleep(1)
        assert rig.kinds("skip") == []
        soon = rig.publish()
        rig.bus.faults.release(hold)
        [first] = await rig.bus.poll(QUEUE, 10, 20)
        rig.bus.delete(QUEUE, first.receipt)
        [second] = await rig.bus.poll(QUEUE, 10, 20)
        assert (soon in first.body, late in second.body) == (True, True)
        assert rig.clock.stopwatch() == pytest.approx(1, abs=SOON)

    on_virtual_time(story)


def test_a_hold_that_held_nothing_lets_time_go_on() -> None:
    """Its end is heard though no message becomes visible by it."""

    async def story(rig: Rig) -> None:
        rig.bus.idle_skip = True
        rig.bus.faults.delay(Match(times=1), seconds=5)
        hold = rig.bus.faults.hold(Match())
        rig.publish()
        await asyncio.sleep(1)
        rig.bus.faults.release(hold)
        assert len(await rig.bus.poll(QUEUE, 10, 20)) == 1
        assert rig.clock.stopwatch() == pytest.approx(1, abs=SOON)

    on_virtual_time(story)


def test_nothing_is_skipped_while_a_service_works_at_a_call() -> None:
    """A back-off that lets a slow NOMIS end its create lasts until it has ended."""

    async def story(rig: Rig) -> None:
        rig.bus.idle_skip = True
        calls = ["a create that nobody waits for any more"]
        rig.bus.skipper.at_work = lambda: bool(calls)
        rig.publish()
        [message] = await rig.bus.poll(QUEUE, 10, 20)
        rig.bus.change_visibility(QUEUE, message.receipt, 180)
        assert await rig.bus.poll(QUEUE, 10, 5) == []
        calls.clear()
        rig.bus.skipper.ended()
        assert len(await rig.bus.poll(QUEUE, 10, 20)) == 1
        assert rig.clock.stopwatch() == pytest.approx(5, abs=SOON)

    on_virtual_time(story)


def test_delayed_messages_are_skipped_to() -> None:
    """DelaySeconds waits for nobody."""

    async def story(rig: Rig) -> None:
        rig.bus.idle_skip = True
        rig.bus.send(QUEUE, "later", delay=300)
        assert len(await rig.bus.poll(QUEUE, 10, 20)) == 1
        assert rig.clock.stopwatch() < SOON

    on_virtual_time(story)


def test_a_message_in_flight_is_never_skipped() -> None:
    """Somebody works on it: its visibility runs in real time, as do others' waits."""

    async def story(rig: Rig) -> None:
        rig.bus.idle_skip = True
        rig.publish()
        [working] = rig.take()
        rig.bus.send(QUEUE, "later", delay=300)
        assert await rig.bus.poll(QUEUE, 10, 5) == []
        assert rig.clock.stopwatch() == pytest.approx(5, abs=0.01)
        rig.bus.delete(QUEUE, working.receipt)
        assert len(await rig.bus.poll(QUEUE, 10, 20)) == 1
        assert rig.clock.stopwatch() < 5 + SOON

    on_virtual_time(story)


def test_what_a_killed_consumer_held_comes_back_at_once() -> None:
    """The harness says who was killed; only that consumer's messages count."""

    async def story(rig: Rig) -> None:
        rig.bus.idle_skip = True
        rig.publish()
        rig.take(consumer="to-nomis-1")
        assert rig.bus.orphan("to-nomis-2") == 0
        assert await rig.bus.poll(QUEUE, 10, 5) == []
        assert rig.bus.orphan("to-nomis-1") == 1
        [message] = await rig.bus.poll(QUEUE, 10, 20, consumer="to-nomis-3")
        assert message.system["ApproximateReceiveCount"] == "2"
        assert rig.clock.stopwatch() < 5 + SOON

    on_virtual_time(story)


def test_the_killed_half_can_be_named_by_its_queues() -> None:
    """The real builds sign with the same fake key, so queues tell them apart."""

    async def story(rig: Rig) -> None:
        rig.publish()
        rig.take(consumer="any")
        assert rig.bus.orphan(queues=["prisoner_from_nomis_casenotes_queue"]) == 0
        assert rig.bus.orphan("any", queues=[QUEUE]) == 1
        with pytest.raises(ValueError, match="consumer"):
            rig.bus.orphan()

    on_virtual_time(story)


def test_held_dead_and_parked_messages_block_nothing() -> None:
    """They wait for a person or a step, not for time."""

    async def story(rig: Rig) -> None:
        rig.bus.create_queue(QUEUE + "_parked")
        rig.bus.send(QUEUE + "_parked", "kept")
        rig.publish()
        for _ in range(5):
            rig.take(visibility=0)
        rig.bus.faults.hold(Match(subject="B2222BB"))
        rig.publish("B2222BB")
        rig.bus.send(QUEUE, "later", delay=300)
        rig.bus.idle_skip = True
        assert len(await rig.bus.poll(QUEUE, 10, 20)) == 1
        assert rig.clock.stopwatch() < SOON
        states = sorted(copy.state for copy in rig.bus.ledger.open())
        assert states == ["dead", "held", "in-flight", "parked"]

    on_virtual_time(story)


def test_a_visible_message_that_nobody_took_yet_stops_the_skip() -> None:
    """Time does not run while work is waiting to be picked up."""

    async def story(rig: Rig) -> None:
        rig.bus.create_queue("other")
        rig.bus.send("other", "waiting")
        rig.bus.send(QUEUE, "later", delay=30)
        rig.bus.idle_skip = True
        assert await rig.bus.poll(QUEUE, 10, 5) == []
        assert rig.kinds("skip") == []

    on_virtual_time(story)


def test_without_idle_skip_a_back_off_takes_its_time() -> None:
    """Off by default: the simulated tier has virtual time instead."""

    async def story(rig: Rig) -> None:
        rig.publish()
        [message] = rig.take()
        rig.bus.change_visibility(QUEUE, message.receipt, 600)
        poll = asyncio.ensure_future(rig.bus.poll(QUEUE, 10, 1000))
        await poll
        assert rig.clock.stopwatch() == pytest.approx(600, abs=0.01)
        assert rig.kinds("skip") == []

    on_virtual_time(story)


def test_what_lies_where_nobody_takes_it_does_not_stop_the_skip() -> None:
    """With one half down, the retries of the other still cost no real time."""

    async def story(rig: Rig) -> None:
        rig.bus.create_queue("of-the-half-that-is-down")
        rig.bus.send("of-the-half-that-is-down", "waiting")
        rig.bus.send(QUEUE, "later", delay=30)
        rig.bus.skipper.attended = lambda queue: queue == QUEUE
        rig.bus.idle_skip = True
        [message] = await rig.bus.poll(QUEUE, 10, 5)
        assert message.body == "later"
        assert rig.clock.stopwatch() < SOON

    on_virtual_time(story)


def test_a_skipped_delay_has_gone_by_for_the_whole_world() -> None:
    """What ends by itself, such as a replica's lag, ends in skipped time too."""

    async def story(rig: Rig) -> None:
        rig.bus.idle_skip = True
        rig.bus.send(QUEUE, "later", delay=30)
        assert await rig.bus.poll(QUEUE, 10, 5)
        assert rig.clock.passed() == pytest.approx(30, abs=SOON)
        assert rig.clock.stopwatch() < SOON

    on_virtual_time(story)
