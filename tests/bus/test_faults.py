"""Delivery faults: each does what it says, and the ledger still balances."""

from __future__ import annotations

import asyncio

import pytest

from simulators.bus import REVERSED, Match
from tests.bus.conftest import (
    CREATED,
    DLQ,
    QUEUE,
    ManualRig,
    Rig,
    on_virtual_time,
)


def test_held_deliveries_wait_for_their_release(rig: ManualRig) -> None:
    """Crossing is made by holding: only that prisoner's messages wait."""
    number = rig.bus.faults.hold(Match(subject="A1234BC"))
    rig.publish("A1234BC")
    rig.publish("B2222BB")
    assert len(rig.take()) == 1
    [held] = rig.bus.ledger.open({"A1234BC"})
    assert held.state == "held"
    assert rig.bus.faults.release(number) == 1
    assert len(rig.take()) == 1
    assert rig.bus.ledger.balance() == []


def test_a_hold_takes_hold_of_what_is_queued_already(rig: ManualRig) -> None:
    """Visible messages are held at once, one in flight when it comes back."""
    rig.publish("A1234BC")
    rig.publish("A1234BC")
    [flying] = rig.take(1)
    number = rig.bus.faults.hold(Match(subjects=frozenset({"A1234BC"})))
    assert rig.take() == []
    rig.bus.change_visibility(QUEUE, flying.receipt, 0)
    assert rig.take() == []
    assert rig.bus.faults.release(number) == 2
    assert len(rig.take()) == 2


def test_a_release_wakes_a_parked_poll() -> None:
    """The step that releases need not wait for the next poll."""

    async def story(rig: Rig) -> None:
        number = rig.bus.faults.hold(Match(type=CREATED))
        rig.publish()
        poll = asyncio.ensure_future(rig.bus.poll(QUEUE, 10, 20))
        await rig.clock.sleep(5)
        rig.bus.faults.release(number)
        assert len(await poll) == 1
        assert rig.clock.stopwatch() == pytest.approx(5, abs=1e-6)

    on_virtual_time(story)


def test_a_held_message_that_was_purged_is_not_released(rig: ManualRig) -> None:
    """A release only brings back what still is."""
    number = rig.bus.faults.hold(Match())
    rig.publish()
    rig.bus.purge(QUEUE)
    assert rig.bus.faults.release(number) == 0
    assert rig.bus.ledger.balance() == []


def test_a_duplicate_is_the_same_message_delivered_beside_itself(
    rig: ManualRig,
) -> None:
    """Same MessageId, both in flight at once, the parent link in the ledger."""
    rig.bus.faults.duplicate(Match(), times=2)
    rig.publish()
    messages = rig.take()
    assert len(messages) == 3
    assert len({message.message_id for message in messages}) == 1
    copies = rig.bus.ledger.copies()
    assert [copy.parent for copy in copies] == [None, 0, 0]
    assert [copy.origin for copy in copies] == ["fan-out", "duplicate", "duplicate"]
    for message in messages:
        assert rig.bus.delete(QUEUE, message.receipt)
    assert rig.bus.ledger.balance() == []


def test_skip_and_times_choose_which_messages_are_hit(rig: ManualRig) -> None:
    """Skip one, drop two, let the rest pass."""
    number = rig.bus.faults.drop(Match(queue=QUEUE, skip=1, times=2))
    for _ in range(4):
        rig.publish()
    assert rig.fates() == ["queued", "dropped", "dropped", "queued"]
    assert rig.bus.faults.matched(number) == 2
    assert rig.bus.ledger.balance() == []


def test_a_delayed_delivery_arrives_late(rig: ManualRig) -> None:
    """The fault's seconds come on top."""
    rig.bus.faults.delay(Match(type=CREATED), 7)
    rig.publish()
    rig.wait(6.9)
    assert rig.take() == []
    rig.wait(0.2)
    assert len(rig.take()) == 1


@pytest.mark.parametrize(
    ("order", "expected"),
    [([2, 0, 1], [2, 0, 1]), (REVERSED, [2, 1, 0])],
)
def test_reordered_messages_come_in_the_stated_order(
    rig: ManualRig, order: list[int] | str, expected: list[int]
) -> None:
    """Nothing comes until all awaited are there, then in the order asked for."""
    prisoners = ["A1111AA", "B2222BB", "C3333CC"]
    rig.bus.faults.reorder(Match(times=3), order)
    for prisoner in prisoners[:2]:
        rig.publish(prisoner)
    assert rig.take() == []
    rig.publish(prisoners[2])
    came = [message.body for message in rig.take()]
    for body, place in zip(came, expected, strict=True):
        assert prisoners[place] in body
    rig.publish("D4444DD")
    assert len(rig.take()) == 1


def test_a_reorder_that_cannot_be_met_is_refused(rig: ManualRig) -> None:
    """Each arrival once, and a number to wait for."""
    with pytest.raises(ValueError, match="each arrival once"):
        rig.bus.faults.reorder(Match(), [0, 2])
    with pytest.raises(ValueError, match="how many"):
        rig.bus.faults.reorder(Match(), REVERSED)


def test_a_lost_acknowledgement_looks_like_success_and_the_message_returns(
    rig: ManualRig,
) -> None:
    """The consumer believes it is done; after the visibility it comes again."""
    rig.bus.faults.lose_ack(Match(times=1))
    rig.publish()
    [message] = rig.take()
    assert not rig.bus.delete(QUEUE, message.receipt)
    assert rig.fates() == ["in-flight"]
    rig.wait(31)
    [again] = rig.take()
    assert again.message_id == message.message_id
    assert rig.bus.delete(QUEUE, again.receipt)
    assert rig.bus.ledger.copies()[0].redeliveries == 1
    actions = [entry["action"] for entry in rig.kinds("fault")]
    assert actions == ["set", "acknowledgement lost"]
    told = rig.kinds("fault")[1]
    assert told["fault"] == "bus fault 1: lose_ack messages of anyone in any queue"
    assert told["what"]["message"] == message.message_id


def test_poison_reaches_the_consumer_as_it_is_and_dies_in_the_dlq(
    rig: ManualRig,
) -> None:
    """A body that is no JSON is delivered, and dead-lettered after its attempts."""
    message_id = rig.bus.faults.poison(QUEUE, "{broken A1234BC")
    for _ in range(4):
        [message] = rig.take(visibility=0)
        assert message.body == "{broken A1234BC"
    assert rig.take() == []
    [dead] = rig.bus.receive(DLQ)
    assert dead.message_id == message_id
    assert [c.origin for c in rig.bus.ledger.copies({"A1234BC"})] == [
        "injected",
        "dead-lettered",
    ]


def test_clearing_faults_releases_what_they_hold(rig: ManualRig) -> None:
    """The end of a scenario leaves nothing held."""
    rig.bus.faults.hold(Match(subject="A1234BC"))
    rig.bus.faults.reorder(Match(subject="B2222BB"), [1, 0])
    rig.publish("A1234BC")
    rig.publish("B2222BB")
    assert rig.take() == []
    rig.bus.faults.clear()
    assert len(rig.take()) == 2


def test_internal_messages_are_matched_by_their_type(rig: ManualRig) -> None:
    """RETRY_... messages name themselves in the body, or in a prefixed attribute."""
    number = rig.bus.faults.hold(Match(type="RETRY_SYNCHRONISATION_MAPPING"))
    prefixed = "prisoner-from-nomis-synchronisation-RETRY_SYNCHRONISATION_MAPPING"
    rig.bus.send(QUEUE, '{"Type":"RETRY_SYNCHRONISATION_MAPPING","Message":"{}"}')
    rig.bus.send(QUEUE, "{}", {"eventType": prefixed})
    assert rig.take() == []
    assert rig.bus.faults.release(number) == 2
