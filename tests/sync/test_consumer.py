"""How messages are taken, acknowledged, given back and parked."""

from __future__ import annotations

import asyncio

import pytest

from simulators.clock import Clock
from simulators.sync import consumer
from simulators.sync.consumer import Consumer, give_back_delay, lease
from simulators.sync.ports import (
    NO_MORE,
    CallFailed,
    CallRefused,
    Message,
    NotYet,
    Terms,
)
from simulators.sync.program import UnknownEvent
from tests.sync.rig import Rig, TinyQueues, dps_event, nomis_event, play

FIVE = Terms(visibility=120, max_receives=5)


def delays(terms: Terms, error: Exception) -> list[float]:
    """Return the delays of a message that fails always."""
    attempts = range(1, terms.max_receives + 1)
    return [give_back_delay(attempt, terms, error) for attempt in attempts]


def test_failures_back_off_and_end_in_the_dead_letter_queue() -> None:
    """1, 10, 60 and 600 seconds, then 0: SQS moves the message (events 4.6)."""
    assert delays(FIVE, ValueError()) == [1, 10, 60, 600, 0]


@pytest.mark.parametrize("receives", [3, 4, 5])
def test_ten_minutes_of_outage_are_outlived(receives: int) -> None:
    """Also where the queue grants fewer attempts (RET-07)."""
    spans = delays(Terms(120, receives), CallFailed("refused"))
    assert sum(spans) > 600
    assert spans[-1] == 0


def test_waiting_for_the_other_half_stays_quick() -> None:
    """A message that only waits does not wait ten minutes."""
    assert delays(Terms(120, 4), NotYet("x")) == [1, 10, 60, 0]


@pytest.mark.parametrize("create", [True, False])
def test_after_a_time_out_a_create_gets_time_to_finish(create: bool) -> None:
    """One still under way must be visible before we look again (DUP-01)."""
    error = CallFailed("timeout")
    error.create = create
    assert give_back_delay(1, FIVE, error) == (180 if create else 1)
    assert give_back_delay(1, FIVE, TimeoutError()) == 180


def test_a_handler_never_outlives_its_lease() -> None:
    """A hung call ends before a second worker gets the message (RET-03, RET-04)."""
    assert lease(Terms(visibility=30)) < 30
    queues = TinyQueues(granted=Terms(visibility=30))

    async def hang(_: Message) -> None:
        await asyncio.sleep(1000)

    async def run() -> float:
        taker = Consumer("q", hang, queues, Clock())
        message = queues.put("q", "{}", {}, 1)
        started = asyncio.get_running_loop().time()
        await taker.take(message)
        return asyncio.get_running_loop().time() - started

    assert play(run()) < 30
    assert queues.given_back == [("r1", 180)]
    assert queues.deleted == []


def test_ten_messages_are_handled_at_once_and_a_bad_one_blocks_nobody() -> None:
    """Nine good messages pass beside a poison one (RET-09)."""
    queues = TinyQueues()
    running: list[int] = []
    peak: list[int] = []

    async def handle(message: Message) -> None:
        if message.body == "poison":
            raise ValueError(message.body)
        running.append(1)
        peak.append(len(running))
        await asyncio.sleep(1)
        running.pop()

    async def run() -> None:
        taker = Consumer("q", handle, queues, Clock())
        for number in range(30):
            queues.put("q", "poison" if number == 3 else "good", {}, 1)
        polling = asyncio.create_task(taker.run())
        await asyncio.sleep(60)
        assert taker.idle
        polling.cancel()

    play(run())
    assert max(peak) == consumer.IN_FLIGHT
    assert len(queues.deleted) == 29
    assert [receipt for receipt, _ in queues.given_back] == ["r4"]


def test_nothing_is_acknowledged_before_it_is_done() -> None:
    """A crash in the middle of handling leaves the message in the queue (RET-01)."""
    queues = TinyQueues()

    async def handle(_: Message) -> None:
        await asyncio.sleep(5)

    async def run() -> None:
        taker = Consumer("q", handle, queues, Clock())
        queues.put("q", "{}", {}, 1)
        polling = asyncio.create_task(taker.run())
        await asyncio.sleep(1)
        assert not taker.idle
        assert queues.deleted == []
        await taker.kill()
        polling.cancel()

    play(run())
    assert queues.deleted == []
    assert queues.given_back == []


def test_an_unreachable_queue_is_polled_again() -> None:
    """An outage of SQS does not end the consumer."""
    queues = TinyQueues()
    handled: list[str] = []

    class Flaky(TinyQueues):
        async def receive(self, queue: str, limit: int, wait: float) -> list[Message]:
            if not self.deleted:
                self.deleted.append("failed once")
                raise CallFailed("refused")
            return await queues.receive(queue, limit, wait)

    async def handle(message: Message) -> None:
        handled.append(message.body)

    async def run() -> None:
        queues.put("q", "x", {}, 1)
        polling = asyncio.create_task(Consumer("q", handle, Flaky(), Clock()).run())
        await asyncio.sleep(5)
        polling.cancel()

    play(run())
    assert handled == ["x"]


@pytest.mark.parametrize(
    "failure", [CallFailed("refused"), CallRefused(400, "SQS GetQueueUrl")]
)
def test_a_queue_that_comes_up_later_is_waited_for(failure: Exception) -> None:
    """Neither a name not known yet nor a queue not made yet ends the consumer."""
    queues = TinyQueues()
    asked = iter(range(3))
    handled: list[str] = []

    class Late(TinyQueues):
        async def terms(self, queue: str) -> Terms:
            if next(asked, None) is not None:
                raise failure
            return Terms(7.0, 3)

        async def receive(self, queue: str, limit: int, wait: float) -> list[Message]:
            return await queues.receive(queue, limit, wait)

    async def handle(message: Message) -> None:
        handled.append(message.body)

    async def run() -> Terms:
        queues.put("q", "x", {}, 1)
        consumer = Consumer("q", handle, Late(), Clock())
        polling = asyncio.create_task(consumer.run())
        await asyncio.sleep(8)
        polling.cancel()
        return consumer.terms

    assert play(run()) == Terms(7.0, 3)
    assert handled == ["x"]


def test_a_half_at_rest_handles_what_its_last_poll_brings() -> None:
    """Else its messages lay in nobody's hands until their lease ends (RET-05)."""
    handled: list[str] = []
    polls: list[float] = []

    class Slow(TinyQueues):
        async def receive(self, queue: str, limit: int, wait: float) -> list[Message]:
            polls.append(wait)
            await asyncio.sleep(0.05)
            return [Message("1", "r", f"{len(polls)}", {}, 1)]

    async def handle(message: Message) -> None:
        handled.append(message.body)

    async def run() -> None:
        consumer = Consumer("q", handle, Slow(), Clock())
        polling = asyncio.create_task(consumer.run())
        await asyncio.sleep(0.01)
        consumer.rest()
        await asyncio.wait_for(polling, 1)
        await consumer.drain(1)

    play(run())
    assert handled == ["1"]
    assert len(polls) == 1


@pytest.mark.parametrize(
    "body",
    ["", "{}", "[]", "null", '{"Type":"Notification","Message":"[]"}', "{"],
)
def test_what_nobody_can_read_is_a_failure(body: str) -> None:
    """Poison goes the way to the DLQ, it is not acknowledged away."""
    with pytest.raises(Exception, match=r"Error|object|type"):
        play(Rig("to-nomis").handle(body))


def test_an_event_nobody_handles_is_a_failure() -> None:
    """A renamed event raises an alarm (CFG-01)."""
    body = dps_event("renamed", "x")
    with pytest.raises(UnknownEvent):
        play(Rig("to-nomis").handle(body))


@pytest.mark.parametrize("member", ["occurredAt", "eventDatetime"])
def test_members_that_nobody_needs_may_be_missing(member: str) -> None:
    """A publisher may leave out what is not used (CFG-02)."""
    if member == "occurredAt":
        it = Rig("to-nomis")
        note = it.services.dps_writes("x")
        body = dps_event("created", note).replace(f'\\"{member}\\"', '\\"other\\"')
    else:
        it = Rig("from-nomis")
        row = it.services.nomis_writes("x")
        body = nomis_event("INSERTED", row).replace(f'\\"{member}\\"', '\\"other\\"')
    play(it.handle(body))
    assert len(it.services.mappings) == 1


def test_off_means_parked_and_on_brings_it_back_in_order() -> None:
    """Nothing told while switched off is lost (TOG-03)."""
    it = Rig("to-nomis")
    event = "person.case-note.created"
    notes = [it.services.dps_writes(f"note {n}") for n in range(3)]

    async def run() -> None:
        await it.half.admin("PUT", f"/switches/{event}", {"on": False})
        for note in notes:
            await it.handle(dps_event("created", note))
        assert it.services.calls == []
        assert len(it.sent("casenotes_parked")) == 3
        await it.half.admin("PUT", f"/switches/{event}", {"on": True})

    play(run())
    assert it.sent("casenotes_parked") == []
    assert [note in m.body for note, m in zip(notes, it.sent(), strict=True)]
    for message in it.sent():
        play(it.half.domains[0].handle(message))
    assert len(it.services.nomis) == 3


def test_what_is_still_off_stays_parked() -> None:
    """Switching one event type on leaves the others where they are."""
    it = Rig("to-nomis")

    async def run() -> None:
        for action in ("created", "updated"):
            name = f"/switches/person.case-note.{action}"
            await it.half.admin("PUT", name, {"on": False})
            await it.handle(dps_event(action, "x"))
        await it.half.admin("PUT", "/switches/person.case-note.created", {"on": True})

    play(run())
    assert ["case-note.created" in m.body for m in it.sent()] == [True]
    assert [seconds for _, seconds in it.queues.given_back] == [0]


def test_what_a_release_could_not_reach_is_released_later() -> None:
    """The half is not idle until all that it parked and is on came back (TOG-03)."""
    it = Rig("to-nomis")
    name = "/switches/person.case-note.created"

    async def run() -> None:
        await it.half.admin("PUT", name, {"on": False})
        await it.handle(dps_event("created", "x"))
        held = it.queues.messages.pop("casenotes_parked")
        await it.half.admin("PUT", name, {"on": True})
        assert not it.half.idle
        it.queues.messages["casenotes_parked"] = held
        await asyncio.sleep(5)
        assert it.half.idle

    play(run())
    assert len(it.sent()) == 1


def test_the_last_delivery_waits_for_nothing() -> None:
    """Where a queue grants few deliveries the last one decides."""
    queues = TinyQueues(granted=Terms(max_receives=2))
    attempts: list[int] = []

    async def handle(message: Message) -> None:
        attempts.append(message.attempt)

    async def run() -> None:
        taker = Consumer("q", handle, queues, Clock())
        taker.terms = queues.granted
        for received in (1, 2):
            await taker.take(queues.put("q", "{}", {}, received))

    play(run())
    assert attempts == [1, NO_MORE]


def test_parked_messages_come_back_at_a_start_with_the_switch_on() -> None:
    """A restart with the switch on again brings them as well."""
    it = Rig("to-nomis", FEATURE_EVENT_PERSON_CASE_NOTE_CREATED="false")
    note = it.services.dps_writes("x")
    play(it.handle(dps_event("created", note)))
    fresh = Rig("to-nomis")
    fresh.services = it.services
    fresh.queues.messages = it.queues.messages

    async def run() -> None:
        await fresh.half.start()
        await fresh.half.stop()

    play(run())
    assert fresh.sent("casenotes_parked") == []


def test_a_parked_create_may_have_been_tried_before() -> None:
    """Its receive count began anew, so it looks before it creates (DUP-01)."""
    it = Rig("to-nomis")
    _, note = it.services.synced("x")
    it.services.mappings.clear()

    async def run() -> None:
        name = "/switches/person.case-note.created"
        await it.half.admin("PUT", name, {"on": False})
        await it.handle(dps_event("created", note), attempt=2)
        await it.half.admin("PUT", name, {"on": True})
        await it.half.domains[0].handle(it.sent()[0])

    play(run())
    assert len(it.services.nomis) == 1


def test_own_messages_are_never_parked() -> None:
    """Switches govern events, not the sync's own retries (events 5.1)."""
    it = Rig("to-nomis", FEATURE_EVENT_PERSON_CASE_NOTE_CREATED="false")
    row, note = it.services.synced()
    body = (
        '{"Type":"RETRY_CREATE_MAPPING","Message":"{\\"mapping\\":{'
        f'\\"dpsCaseNoteId\\":\\"{note}\\",\\"nomisCaseNoteId\\":{row},'
        '\\"offenderNo\\":\\"A1234BC\\",\\"nomisBookingId\\":1200001}}"}'
    )
    it.services.mappings.clear()
    play(it.handle(body))
    assert set(it.services.mappings) == {row}
