"""Alert notes in one shared world: each prison has its own writer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.harness.conftest import Scene


def _raise_in_nomis(scene: Scene, prisoner: str) -> None:
    answer = scene.world.act(
        "nomis-screens",
        "raise_alert",
        {"prisoner": prisoner},
        body={"code": "XA"},
        user=scene.officer,
    )
    assert answer["status"] == 201, answer


def _raise_in_dps(scene: Scene, prisoner: str) -> None:
    answer = scene.world.act(
        "alerts",
        "create_alert",
        {"prisonNumber": prisoner},
        body={"alertCode": "XA", "description": "Told by staff."},
        user=scene.officer,
    )
    assert answer["status"] == 201, answer


def _expected(writer: str) -> int:
    return {"nomis": 1, "dps": 1, "both": 2, "none": 0}[writer]


@pytest.mark.parametrize("writer", ["nomis", "dps", "both", "none"])
def test_alert_bears_as_many_notes_as_the_prison_says(
    scene: Scene, writer: str
) -> None:
    """NOMIS only and DPS only: one note on each side; both: two; none: none."""
    other = scene.world.add_prison(alert_writer="both" if writer != "both" else "none")
    prison = scene.world.add_prison(alert_writer=writer)["code"]
    since = scene.world.mark("after the prisons", "test")
    for act in (_raise_in_nomis, _raise_in_dps):
        prisoner = scene.world.add_prisoner(prison)["prisoner"]
        scene.world.add_prisoner(other["code"])
        act(scene, prisoner)
        outcome = scene.world.settle([prisoner])
        assert outcome["settled"], outcome["waiting"]
        state: dict[str, Any] = scene.world.snapshot([prisoner])
        for side in ("nomis", "dps"):
            assert len(state[side]["notes"]) == _expected(writer), (act, side)
            assert len(state["alerts"]["alerts"]) == 1
        verdict = scene.world.judge([prisoner], {"empty": writer == "none"}, since)
        wanted = {"both": "fail"}.get(writer, "pass")
        assert verdict["verdict"] == wanted, verdict
