"""What happens on the queues of other domains says nothing about case notes."""

from __future__ import annotations

from contextlib import closing

from harness.simulated import SimulatedStack
from harness.topology import DOMAIN_TOPIC, MERGED, PLANS, is_ours
from tests.harness.conftest import play

_THEIRS = "hmpps_prisoner_to_nomis_nonassociation_queue"


def test_queues_of_case_notes_are_told_from_those_of_other_domains() -> None:
    """Ours are the five queues, their dead letters, and what is parked beside them."""
    for plan in PLANS:
        assert is_ours(plan.name)
        assert is_ours(plan.dead_letters)
        assert is_ours(f"{plan.name}_parked")
    assert not is_ours(_THEIRS)
    assert not is_ours("hmpps_prisoner_to_nomis_nonassociation_dlq")


def test_another_domains_message_delays_no_verdict_and_is_no_finding() -> None:
    """A message that another domain's queue holds for ever is none of our business."""
    with closing(SimulatedStack(seed=7)) as stack:
        scene = play(stack)
        bus = stack.inner.fakes.bus
        queue = bus.create_queue(_THEIRS, {})
        topic = bus.create_topic(DOMAIN_TOPIC)
        bus.subscribe(topic, queue.arn)
        scene.write_in_dps("Told to everybody.")
        scene.settle(timeout=5)
        assert queue.shelf.live
        report = scene.world.judge([scene.prisoner])
        assert report["verdict"] == "pass", report["violations"]


def test_merged_event_reaches_the_other_domain_too() -> None:
    """The subscription of the test is a real one: it is not filtered away."""
    with closing(SimulatedStack(seed=7)) as stack:
        bus = stack.inner.fakes.bus
        queue = bus.create_queue(_THEIRS, {})
        topic = bus.create_topic(DOMAIN_TOPIC)
        bus.subscribe(topic, queue.arn, filter_policy={"eventType": [MERGED]})
        bus.publish(topic, "{}", {"eventType": MERGED})
        assert len(queue.shelf.live) == 1
