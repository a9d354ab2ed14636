"""Settling waits for what moves, and says what it waits for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.settle import BUILD_PATIENCE, PATIENCE
from harness.world import World
from simulators.clock import Clock

if TYPE_CHECKING:
    from tests.harness.conftest import Scene


def test_unsettled_scope_names_copy_and_queue(simulated: Scene) -> None:
    """When time runs out, the copies still waiting are named with their queue."""
    simulated.world.delivery_fault("delay", seconds=100, subject=simulated.prisoner)
    simulated.write_in_nomis("Late.")
    outcome = simulated.world.settle([simulated.prisoner], timeout=5)
    assert not outcome["settled"]
    (reason,) = outcome["waiting"]
    assert "OFFENDER_CASE_NOTES-INSERTED" in reason
    assert "prisoner_from_nomis_casenotes_queue is delayed" in reason


def test_open_request_is_named_with_its_caller(simulated: Scene) -> None:
    """A call that hangs is named: who called what."""
    simulated.world.fault("dps", "hang", operation="put_sync_case_note")
    simulated.write_in_nomis("Hangs.")
    outcome = simulated.world.settle([simulated.prisoner], timeout=20)
    assert not outcome["settled"]
    assert any(
        reason.startswith("from-nomis took message")
        and reason.endswith("neither acknowledged it nor given it back")
        for reason in outcome["waiting"]
    )


def test_settling_is_scoped(simulated: Scene) -> None:
    """A scenario does not wait for another scenario's notes."""
    other = simulated.world.add_prisoner(simulated.prison)["prisoner"]
    simulated.world.delivery_fault("delay", seconds=100, subject=simulated.prisoner)
    simulated.write_in_nomis("Late.")
    assert simulated.world.settle([other], timeout=1)["settled"]
    assert not simulated.world.settle(None, timeout=1)["settled"]


def test_scope_reaches_notes_of_the_prisoner_by_id(simulated: Scene) -> None:
    """A delete event that names only the note id still belongs to its prisoner."""
    note = simulated.write_in_nomis("To be deleted.")
    simulated.settle()
    simulated.world.hold([simulated.prisoner])
    simulated.world.act(
        "nomis-screens", "delete_note", {"caseNoteId": note}, user=simulated.officer
    )
    copies = simulated.world.ledger([simulated.prisoner])
    assert [c["state"] for c in copies if c["type"].endswith("DELETED") and c["open"]]


def test_queues_of_a_stopped_half_do_not_count(simulated: Scene) -> None:
    """What waits for a half that the scenario stopped does not move by itself."""
    simulated.stack.stop("from-nomis")
    simulated.write_in_nomis("Waits.")
    simulated.settle(timeout=5)
    assert simulated.texts() == (["Waits."], [])
    simulated.stack.start("from-nomis")
    simulated.settle()
    assert simulated.texts() == (["Waits."], ["Waits."])


def test_a_call_that_is_to_last_long_is_waited_for() -> None:
    """A NOMIS create of 70 seconds settles after 70 seconds, not at the usual limit."""
    world = World(Clock(1))
    world.fault("nomis", "delay", {"operation": "create_case_note", "delay": 70.0})
    assert world.presence.patience >= PATIENCE + 70
    world.fault("nomis", "reset", {"operation": "create_case_note"})
    assert world.presence.patience == PATIENCE + 70
    world.fault("nomis", "hang", {"operation": "create_case_note"})
    assert world.presence.patience == BUILD_PATIENCE


def test_settling_takes_no_longer_than_needed(scene: Scene) -> None:
    """An idle scope of exact targets settles at once."""
    scene.write_in_nomis("Quick.")
    scene.settle()
    assert scene.settle()["seconds"] < 0.05


def test_late_effects_of_judged_notes_are_remembered(simulated: Scene) -> None:
    """A write of the sync after the verdict on its prisoner is told; others are not."""
    other = simulated.world.add_prisoner(simulated.prison)["prisoner"]
    held = simulated.world.hold([simulated.prisoner])
    simulated.write_in_nomis("Late.")
    simulated.settle()
    simulated.verdict()
    simulated.world.judge([other])
    assert simulated.world.late_effects() == []
    simulated.world.release(held)
    simulated.settle()
    late = simulated.world.late_effects()
    assert {effect["prisoner"] for effect in late} == {simulated.prisoner}
    assert late[0]["client"] == "from-nomis-dps"
    simulated.verdict()
    assert simulated.world.late_effects() == []
