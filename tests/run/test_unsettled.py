"""A scenario that never settles makes nothing of what comes after it."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from harness.scene import ScenarioUnknown, Scene
from harness.simulated import SimulatedStack
from tests.run.conftest import PASSES, feature

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.run.conftest import Ended

HANGS = """
    Given a prisoner
    And the next NOMIS create is never answered
    When a DPS user writes a case note in DPS
    Then both sides hold the note
"""


@pytest.mark.sockets
def test_the_next_scenario_meets_an_idle_sync(
    tmp_path: Path, tandem: Callable[..., Ended]
) -> None:
    """Halves of ours are started afresh after it; the others pass or fail as alone."""
    name = feature(tmp_path / "a.feature", "Hanging", first=HANGS, second=PASSES)
    ended = tandem("verify", str(name), "--tier", "wire", "--settle-timeout", "3")
    lines = (tmp_path / "test-results/scenarios.ndjson").read_text().splitlines()
    results = [json.loads(line) for line in lines]
    verdicts = {one["name"]: one["verdict"] for one in results if "verdict" in one}
    assert verdicts == {"first": "unknown", "second": "pass"}, ended.out
    assert "to-nomis took message" in ended.out
    assert "neither acknowledged it nor given it back" in ended.out


def test_its_messages_are_taken_away() -> None:
    """What moved of its prisoners is purged; dead letters and others' stay."""
    with closing(SimulatedStack(seed=3)) as stack:
        scene, other = Scene(stack, "hangs", 5), Scene(stack, "goes on", 5)
        for one in (scene, other):
            prison = stack.world.add_prison()["code"]
            one.prisoners[""] = stack.world.add_prisoner(prison)
            stack.world.delivery_fault(
                "delay", seconds=100, subject=one.prisoners[""]["prisoner"]
            )
            officer = stack.world.add_staff(prison=prison)["usernames"][0]
            number = one.prisoners[""]["prisoner"]
            stack.world.write_note_as_dps_user(number, officer, "Waits.")
            one.changed()
        with pytest.raises(ScenarioUnknown, match="still moving"):
            scene.settle()
        assert scene.unsettled
        stack.recover(scene.scope, scene.name)
        states = {copy["state"] for copy in stack.world.ledger(scene.scope)}
        assert "purged" in states
        assert "delayed" not in states
        assert any(c["open"] for c in stack.world.ledger(other.scope))
        assert stack.running("to-nomis")
        assert stack.running("from-nomis")
        assert stack.unfinished == []


def test_what_cannot_be_started_afresh_is_named_with_what_follows() -> None:
    """An external half may go on with its work: the next unknown says so."""
    stack: Any = SimulatedStack(seed=3)
    with closing(stack):
        stack.unfinished.append("A note that hangs")
        scene = Scene(stack, "next", 5)
        prison = stack.world.add_prison()["code"]
        scene.prisoners[""] = stack.world.add_prisoner(prison)
        number = scene.prisoners[""]["prisoner"]
        stack.world.delivery_fault("delay", seconds=100, subject=number)
        officer = stack.world.add_staff(prison=prison)["usernames"][0]
        stack.world.write_note_as_dps_user(number, officer, "Waits.")
        scene.changed()
        with pytest.raises(ScenarioUnknown, match="only follow from 'A note that"):
            scene.settle()
