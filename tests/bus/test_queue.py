"""Queues: visibility, redrive, delay, retention, and one fate per copy."""

from __future__ import annotations

import json
import uuid

import pytest

from simulators.bus import BusError
from tests.bus.conftest import DLQ, QUEUE, ManualRig, Rig, on_virtual_time


def test_a_message_in_flight_is_hidden_until_its_visibility_runs_out(
    rig: ManualRig,
) -> None:
    """No second worker sees a message while the first has it: 30 s by default."""
    rig.publish()
    first = rig.take()
    assert len(first) == 1
    rig.wait(29.9)
    assert rig.take() == []
    rig.wait(0.2)
    again = rig.take()
    assert again[0].message_id == first[0].message_id
    assert again[0].receipt != first[0].receipt
    assert again[0].system["ApproximateReceiveCount"] == "2"


def test_the_message_id_is_a_uuid_and_survives_redelivery_and_dead_lettering(
    rig: ManualRig,
) -> None:
    """The Spring library parses MessageId as a UUID (events-and-config 4.4)."""
    rig.publish()
    seen = set()
    for _ in range(4):
        [message] = rig.take(visibility=0)
        seen.add(message.message_id)
    assert rig.take() == []
    [dead] = rig.bus.receive(DLQ)
    seen.add(dead.message_id)
    assert len(seen) == 1
    uuid.UUID(seen.pop())
    assert dead.system["ApproximateReceiveCount"] == "5"
    assert dead.system["DeadLetterQueueSourceArn"] == rig.bus.queue(QUEUE).arn


@pytest.mark.parametrize("most", [2, "2"])
def test_the_receive_count_limit_may_be_text_or_a_number(most: int | str) -> None:
    """The starter sends maxReceiveCount as a string, other tools as a number."""
    rig = ManualRig(attempts=most)
    rig.publish()
    assert len(rig.take(visibility=0)) == 1
    assert len(rig.take(visibility=0)) == 1
    assert rig.take() == []
    assert rig.fates() == ["dead-lettered", "dead"]
    policy = json.loads(rig.bus.queue(QUEUE).attributes()["RedrivePolicy"])
    assert policy["maxReceiveCount"] == most


def test_a_message_moves_to_the_dlq_only_at_the_receive_that_would_exceed_the_limit(
    rig: ManualRig,
) -> None:
    """As in SQS the fourth failure leaves it queued; the next receive moves it."""
    rig.publish()
    for _ in range(4):
        rig.take(visibility=0)
    assert rig.fates() == ["queued"]
    assert rig.take() == []
    assert rig.fates() == ["dead-lettered", "dead"]
    assert rig.bus.ledger.balance() == []


def test_an_acknowledged_message_is_gone_for_good(rig: ManualRig) -> None:
    """Deleted once, never delivered again; a second delete is no error."""
    rig.publish()
    [message] = rig.take()
    assert rig.bus.delete(QUEUE, message.receipt)
    assert not rig.bus.delete(QUEUE, message.receipt)
    rig.wait(3600)
    assert rig.take() == []
    assert rig.fates() == ["deleted"]


def test_a_late_acknowledgement_of_an_earlier_receive_has_no_effect(
    rig: ManualRig,
) -> None:
    """The receipt of a lapsed receive succeeds, yet the newer holder keeps it."""
    rig.publish()
    [early] = rig.take()
    rig.wait(31)
    [late] = rig.take()
    assert not rig.bus.delete(QUEUE, early.receipt)
    assert rig.fates() == ["in-flight"]
    assert rig.bus.delete(QUEUE, late.receipt)


def test_a_receipt_this_bus_never_gave_is_refused(rig: ManualRig) -> None:
    """ReceiptHandleIsInvalid, as SQS says it."""
    with pytest.raises(BusError) as refused:
        rig.bus.delete(QUEUE, "nonsense")
    assert refused.value.code == "ReceiptHandleIsInvalid"


def test_a_message_given_back_returns_after_the_seconds_its_consumer_chose(
    rig: ManualRig,
) -> None:
    """Back-off: visible again in 10 s, journalled as returned."""
    rig.publish()
    [message] = rig.take()
    rig.bus.change_visibility(QUEUE, message.receipt, 10)
    assert rig.bus.ledger.open()[0].state == "returned"
    rig.wait(9.9)
    assert rig.take() == []
    rig.wait(0.2)
    assert len(rig.take()) == 1
    assert rig.kinds("returned")[0]["delay"] == 10


def test_the_visibility_of_a_message_not_in_flight_cannot_change(
    rig: ManualRig,
) -> None:
    """MessageNotInflight once its time has run out."""
    rig.publish()
    [message] = rig.take()
    rig.wait(31)
    with pytest.raises(BusError) as refused:
        rig.bus.change_visibility(QUEUE, message.receipt, 5)
    assert refused.value.query_code == "AWS.SimpleQueueService.MessageNotInflight"


def test_delayed_messages_wait_their_seconds(rig: ManualRig) -> None:
    """The message's own delay wins over the queue's."""
    rig.bus.create_queue("slow", {"DelaySeconds": "5"})
    rig.bus.send("slow", "queue's delay")
    rig.bus.send("slow", "own delay", delay=1)
    counts = rig.bus.queue("slow").attributes()
    assert counts["ApproximateNumberOfMessagesDelayed"] == "2"
    rig.wait(1)
    assert [m.body for m in rig.bus.receive("slow", 10)] == ["own delay"]
    rig.wait(4)
    assert [m.body for m in rig.bus.receive("slow", 10)] == ["queue's delay"]


def test_messages_expire_after_the_retention_period(rig: ManualRig) -> None:
    """Four days by default, counted from sending; in a DLQ the age goes on."""
    rig.publish()
    for _ in range(5):
        rig.take(visibility=0)
    rig.wait(4 * 24 * 3600 - 1)
    assert rig.fates() == ["dead-lettered", "dead"]
    rig.wait(2)
    assert rig.fates() == ["dead-lettered", "expired"]
    assert rig.bus.ledger.balance() == []


def test_the_counts_tell_visible_in_flight_and_delayed_apart(rig: ManualRig) -> None:
    """Health pages and alarms read these three numbers."""
    for _ in range(3):
        rig.publish()
    rig.bus.send(QUEUE, "later", delay=60)
    rig.take(1)
    shown = rig.bus.queue(QUEUE).attributes()
    assert shown["ApproximateNumberOfMessages"] == "2"
    assert shown["ApproximateNumberOfMessagesNotVisible"] == "1"
    assert shown["ApproximateNumberOfMessagesDelayed"] == "1"


def test_moving_dead_letters_back_gives_them_a_full_new_set_of_attempts(
    rig: ManualRig,
) -> None:
    """After StartMessageMoveTask the count starts at 1 (events-and-config 9.6)."""
    rig.publish()
    for _ in range(5):
        rig.take(visibility=0)
    rig.bus.start_move_task(rig.bus.queue(DLQ).arn)
    [back] = rig.take()
    assert back.system["ApproximateReceiveCount"] == "1"
    assert rig.fates() == ["dead-lettered", "moved", "in-flight"]
    parents = [copy.parent for copy in rig.bus.ledger.copies()]
    assert parents == [None, 0, 1]
    assert len({copy.event for copy in rig.bus.ledger.copies()}) == 1
    assert rig.bus.ledger.balance() == []


def test_only_a_dead_letter_queue_can_be_moved_from(rig: ManualRig) -> None:
    """SQS refuses any other source."""
    with pytest.raises(BusError, match="Dead Letter Queue"):
        rig.bus.start_move_task(rig.bus.queue(QUEUE).arn)


def test_creating_a_queue_twice_changes_nothing(rig: ManualRig) -> None:
    """A build may create what the harness set up, with other attributes."""
    rig.publish()
    again = rig.bus.create_queue(QUEUE, {"VisibilityTimeout": "77"})
    assert again is rig.bus.queue(QUEUE)
    assert again.attributes()["VisibilityTimeout"] == "30"
    assert len(rig.take()) == 1


def test_fifo_is_refused_in_plain_words(rig: ManualRig) -> None:
    """Nobody should believe that order is simulated."""
    with pytest.raises(BusError, match="FIFO queues and topics are not simulated"):
        rig.bus.create_queue("notes.fifo")


def test_a_purge_ends_every_copy(rig: ManualRig) -> None:
    """Visible, delayed, in flight: all purged, none forgotten by the ledger."""
    rig.publish()
    rig.publish()
    rig.bus.send(QUEUE, "later", delay=60)
    rig.take(1)
    assert rig.bus.purge(QUEUE) == 3
    assert rig.fates() == ["purged"] * 3
    assert rig.bus.ledger.balance() == []


def test_a_parked_message_ends_as_parked_and_its_replay_as_moved(
    rig: ManualRig,
) -> None:
    """Switch off keeps messages: parked in `_parked`, replayed from there."""
    parked = QUEUE + "_parked"
    rig.bus.create_queue(parked)
    rig.publish()
    [message] = rig.take()
    rig.bus.send(parked, message.body, message.attributes, cause=message.message_id)
    rig.bus.delete(QUEUE, message.receipt)
    assert rig.fates() == ["parked", "parked"]
    assert [c.queue for c in rig.bus.ledger.open()] == [parked]
    [kept] = rig.bus.receive(parked)
    rig.bus.send(QUEUE, kept.body, kept.attributes)
    rig.bus.delete(parked, kept.receipt)
    assert rig.fates() == ["parked", "moved", "queued"]
    assert [copy.parent for copy in rig.bus.ledger.copies()] == [None, 0, 1]
    assert rig.bus.ledger.balance() == []


def test_a_parked_poll_wakes_the_moment_a_message_is_sent() -> None:
    """Long polls add no wait of their own to a hop."""

    async def story(rig: Rig) -> None:
        import asyncio

        poll = asyncio.ensure_future(rig.bus.poll(QUEUE, 10, 20))
        await rig.clock.sleep(3)
        rig.publish()
        [message] = await poll
        assert rig.clock.stopwatch() == pytest.approx(3, abs=1e-6)
        rig.bus.delete(QUEUE, message.receipt)

    on_virtual_time(story)


def test_a_parked_poll_wakes_when_a_message_becomes_visible_again() -> None:
    """Visibility, back-off and delay all wake pollers, to the moment."""

    async def story(rig: Rig) -> None:
        rig.bus.send(QUEUE, "later", delay=2)
        [first] = await rig.bus.poll(QUEUE, 10, 20)
        assert rig.clock.stopwatch() == pytest.approx(2, abs=1e-5)
        rig.bus.change_visibility(QUEUE, first.receipt, 10)
        [second] = await rig.bus.poll(QUEUE, 10, 20, visibility=5)
        assert rig.clock.stopwatch() == pytest.approx(12, abs=1e-5)
        [third] = await rig.bus.poll(QUEUE, 10, 20)
        assert rig.clock.stopwatch() == pytest.approx(17, abs=1e-5)
        assert first.message_id == second.message_id == third.message_id

    on_virtual_time(story)


def test_an_empty_poll_returns_on_time() -> None:
    """Ten seconds asked, ten seconds waited, nothing given."""

    async def story(rig: Rig) -> None:
        assert await rig.bus.poll(QUEUE, 10, 10) == []
        assert rig.clock.stopwatch() == pytest.approx(10, abs=1e-5)

    on_virtual_time(story)


def test_two_pollers_share_the_messages() -> None:
    """A message wakes one poller, never two with the same message."""

    async def story(rig: Rig) -> None:
        import asyncio

        polls = [asyncio.ensure_future(rig.bus.poll(QUEUE, 1, 20)) for _ in range(3)]
        await rig.clock.sleep(1)
        rig.publish("A1111AA")
        rig.publish("B2222BB")
        given = await asyncio.gather(*polls)
        taken = [message.message_id for messages in given for message in messages]
        assert len(taken) == len(set(taken)) == 2

    on_virtual_time(story)


def test_a_cancelled_poll_passes_its_wake_up_on() -> None:
    """A client that hangs up as the message comes must not swallow it."""

    async def story(rig: Rig) -> None:
        import asyncio

        leaving = asyncio.ensure_future(rig.bus.poll(QUEUE, 1, 20))
        staying = asyncio.ensure_future(rig.bus.poll(QUEUE, 1, 20))
        await rig.clock.sleep(1)
        rig.publish()
        leaving.cancel()
        [message] = await staying
        assert rig.clock.stopwatch() == pytest.approx(1, abs=1e-6)
        assert message.system["ApproximateReceiveCount"] == "1"
        assert leaving.cancelled()

    on_virtual_time(story)
