"""The profile `migration`: each historic note is once on both sides, or is counted."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from harness.loadrun.migrating import BATCH, Migrating, compare
from harness.loadrun.plan import Plan
from harness.loadrun.profiles import PROFILES
from tests.load.playing import play

if TYPE_CHECKING:
    from pathlib import Path

_PLAN = Plan(profile=PROFILES["migration"], minutes=0.2, settle=40.0, seed=3)
_HISTORIC = {"A1234BC": range(11, 14)}


def _tables(**changes: Any) -> dict[str, Any]:
    nomis = {11: "One", 12: "Two", 13: "Three"}
    dps = {"a": "One", "b": "Two", "c": "Three"}
    pairs = [(11, "a"), (12, "b"), (13, "c")]
    nomis, dps = (
        {**nomis, **changes.get("nomis", {})},
        {**dps, **changes.get("dps", {})},
    )
    pairs = changes.get("pairs", pairs)
    return {
        "nomis": {"notes": [{"id": i, "text": t} for i, t in nomis.items() if t]},
        "dps": {
            "notes": [
                {"id": i, "text": t, "sync_to_nomis": not t.startswith("Secret")}
                for i, t in dps.items()
                if t
            ]
        },
        "mapping": {"notes": [{"nomis_id": n, "dps_id": d} for n, d in pairs]},
    }


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, {}),
        ({"dps": {"b": ""}}, {"missing in DPS": 1}),
        ({"nomis": {11: "", 12: ""}}, {"missing in NOMIS": 2}),
        ({"nomis": {11: ""}, "dps": {"a": ""}}, {}),
        ({"dps": {"d": "One"}}, {"doubled": 1}),
        ({"dps": {"d": "Secret, for DPS alone"}}, {}),
        ({"dps": {"c": "Thorn"}}, {"altered": 1}),
        ({"pairs": [(11, "a"), (12, "b")]}, {"missing in DPS": 1, "doubled": 1}),
    ],
)
def test_the_tables_are_held_to_the_historic_notes(
    changes: dict[str, Any], found: dict[str, int]
) -> None:
    """Missing, doubled and altered notes are counted; deleted ones are not."""
    assert compare(_HISTORIC, _tables(**changes)) == {"notes": 3, **found}


@pytest.mark.sockets
@pytest.mark.long
def test_a_right_sync_migrates_while_users_write(tmp_path: Path) -> None:
    """All prisoners are loaded, some twice, and each note is on both sides once."""
    verdict, tables = play(_PLAN, tmp_path)
    assert verdict["verdict"] == "pass", verdict["reasons"]
    figures = verdict["campaign"]["figures"]
    assert figures["prisoners"] == figures["asked_for"] == _PLAN.share
    assert figures["loaded_again"] >= BATCH
    assert figures["whole_estate_hours"] > 0
    dps, nomis = tables["dps"]["notes"], tables["nomis"]["notes"]
    assert figures["found"]["notes"] <= len(dps) == len(nomis)
    assert verdict["lag"]["from-nomis"]["count"] > 5


class _Slow:
    """A stack whose sync loads a batch only when the run is over."""

    def __init__(self) -> None:
        self.world = self
        self.asked, self.over = threading.Event(), threading.Event()

    def load(self, action: str, **fields: Any) -> dict[str, Any]:
        """Name the prisoners that are in NOMIS alone."""
        numbers = [f"A{number:04d}BC" for number in range(fields["prisoners"])]
        return {
            "prisoners": [{"prisoner": n, "first": 11, "notes": 3} for n in numbers]
        }

    def add_staff(self) -> dict[str, Any]:
        """Name somebody."""
        return {"usernames": ["A_GEN"]}

    def admin(self, half: str, method: str, path: str, body: Any) -> dict[str, Any]:
        """Answer when the run is over."""
        self.asked.set()
        assert self.over.wait(10)
        return {"status": 200, "body": {"notes": 30, "failed": []}}


def test_whom_the_load_did_not_reach_is_not_judged() -> None:
    """The batch at work is waited for; nobody is owed what was not loaded yet."""
    stack: Any = _Slow()
    campaign = Migrating(_PLAN, stack, lambda _: None)
    everyone = campaign.people()["prisoners"]
    campaign.follow(_PLAN.seconds, {})
    assert stack.asked.wait(10)
    threading.Timer(0.05, stack.over.set).start()
    campaign.end()
    assert campaign.judged(everyone) == everyone[:BATCH] != everyone


@pytest.mark.sockets
@pytest.mark.long
def test_what_a_second_load_doubles_is_counted(tmp_path: Path) -> None:
    """A load that does not look for what it loaded doubles its first batch."""
    verdict, tables = play(replace(_PLAN, defects=("DUP-11",)), tmp_path)
    assert verdict["verdict"] == "fail"
    mapped = {row["dps_id"] for row in tables["mapping"]["notes"]}
    doubles = [row for row in tables["dps"]["notes"] if row["id"] not in mapped]
    assert verdict["campaign"]["wrong"] == {"doubled": len(doubles)}
    assert len(doubles) > BATCH
