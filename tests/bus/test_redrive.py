"""Operators send dead letters again: those about some prisoners, and no others."""

from __future__ import annotations

from tests.bus.conftest import DLQ, QUEUE, ManualRig


def test_only_the_dead_letters_asked_for_come_again() -> None:
    """Each is a new message on its queue, its receives counted from zero."""
    rig = ManualRig(attempts=1)
    for prisoner in ("A1111AA", "B2222BB"):
        rig.publish(prisoner)
    while rig.take(visibility=0):
        pass
    assert len(rig.bus.queue(DLQ).visible_copies()) == 2
    assert rig.bus.moves.redrive(DLQ, frozenset({"B2222BB", "C3333CC"})) == 1
    (left,) = rig.bus.queue(DLQ).visible_copies()
    assert "A1111AA" in left.subjects
    (again,) = rig.bus.queue(QUEUE).visible_copies()
    assert "B2222BB" in again.subjects
    assert again.count == 0
    assert rig.bus.moves.redrive(DLQ, frozenset({"B2222BB"})) == 0
    assert rig.bus.ledger.balance() == []
