"""The world answers every mistake with what there is."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from harness.api import WorldApi
from harness.control import ControlClient, WorldError, control_methods
from harness.world import World

if TYPE_CHECKING:
    from tests.harness.conftest import Scene


@pytest.mark.parametrize(
    ("method", "arguments", "words"),
    [
        ("act", {"service": "nomiss", "operation": "x"}, "services: .*'nomis'"),
        ("act", {"service": "dps", "operation": "x"}, "create_case_note"),
        (
            "act",
            {"service": "dps", "operation": "create_case_note", "path": {"id": 1}},
            "path values .*personIdentifier",
        ),
        ("add_prisoner", {"prison": "XXX"}, "unknown prison 'XXX'; prisons"),
        ("add_staff", {"kind": "robot"}, "unknown staff kind 'robot'; kinds"),
        ("fault", {"service": "nomis", "kind": "flood"}, "unknown fault kind"),
        ("fault", {"service": "nomis", "kind": "reset", "often": 1}, "does not take"),
        ("fault", {"service": "dps", "kind": "status"}, "exactly when"),
        ("delivery_fault", {"kind": "flood"}, "unknown delivery fault"),
        ("delivery_fault", {"kind": "drop", "queue": "q"}, "unknown queue 'q'"),
        ("delivery_fault", {"kind": "delay"}, "needs 'seconds'"),
        ("outage", {"service": "dpss", "on": True}, "unknown service 'dpss'"),
        ("switch", {"name": "x", "scope": "y", "on": True}, "unknown switch 'x'"),
        ("calendar", {"moment": "tomorrow"}, "no ISO date-time"),
        ("release", {"id": "delivery:99"}, "nothing is held"),
        ("note_half", {"half": "half", "action": "killed"}, "halves: to-nomis"),
        ("option", {"name": "x", "value": 1}, "unknown option 'x'; options"),
        (
            "option",
            {"name": "alert-trigger-module", "value": "x"},
            "cannot be 'x': it is one of",
        ),
        ("option", {"name": "relay-housekeeping", "value": 0}, "more than 0"),
        (
            "option",
            {"name": "topic-refuses", "value": {"topic": "sns"}},
            "topic is one of",
        ),
        ("option", {"name": "topic-refuses", "value": {}}, "cannot be {}: 'topic'"),
        ("tamper", {"note": 1, "text": None}, "no case note 1"),
        ("redeliver", {"seq": 0}, "entry 0 is no event"),
    ],
)
def test_mistakes_list_what_exists(
    scene: Scene, method: str, arguments: dict[str, Any], words: str
) -> None:
    """A wrong name is refused, in both tiers alike, with the right ones listed."""
    with pytest.raises((WorldError, ValueError), match=words):
        getattr(scene.world, method)(**arguments)


def test_steps_see_exactly_the_control_methods() -> None:
    """The blocking interface offers each control method with the same arguments."""
    offered = {
        name: method
        for name, method in inspect.getmembers(WorldApi, inspect.isfunction)
        if not name.startswith("_")
    }
    assert set(offered) == set(control_methods(World))
    for name, method in offered.items():
        theirs = inspect.signature(getattr(World, name)).parameters
        ours = inspect.signature(method).parameters
        if "fields" in theirs:  # spelt as keyword arguments for steps
            continue
        assert list(ours) == list(theirs), name
        defaults = {key: value.default for key, value in ours.items()}
        assert defaults == {key: value.default for key, value in theirs.items()}, name


def test_dps_user_writes_by_the_switches_of_the_prison(simulated: Scene) -> None:
    """On: DPS. Off: the legacy path into NOMIS. Both off: refused in plain words."""
    world = simulated.world

    def write() -> dict[str, Any]:
        answer: dict[str, Any] = world.write_note_as_dps_user(
            simulated.prisoner, simulated.officer, "A note."
        )
        return answer

    assert write()["path"] == "dps"
    world.switch("dps-service", simulated.prison, False)
    legacy = write()
    assert (legacy["path"], legacy["status"]) == ("legacy", 200)
    world.switch("nomis-screens", simulated.prison, False)
    refused = write()
    assert (refused["path"], refused["status"]) == ("none", 403)
    assert "both switched off" in refused["body"]["userMessage"]
    simulated.settle()
    assert len(simulated.texts()[0]) == 2


def test_closed_screen_refuses_the_officer(simulated: Scene) -> None:
    """With the NOMIS screens off, an officer's note is refused and nothing changes."""
    simulated.world.switch("nomis-screens", simulated.prison, False)
    answer = simulated.world.act(
        "nomis-screens",
        "create_note",
        {"prisoner": simulated.prisoner},
        body={"type": "GEN", "subType": "OSE", "text": "Refused."},
        user=simulated.officer,
    )
    assert answer["status"] == 403
    assert simulated.texts() == ([], [])


def test_calendar_is_set_in_every_tier(scene: Scene) -> None:
    """Notes carry the business time that the scenario set."""
    scene.world.calendar("2026-10-25T01:30:00")
    scene.write_in_nomis("In the repeated hour.")
    scene.settle()
    (note,) = scene.world.snapshot([scene.prisoner])["dps"]["notes"]
    assert note["created"].startswith("2026-10-25T01:30")
    scene.world.calendar("2026-03-02T09:00:00")


def test_every_flip_is_in_the_journal(simulated: Scene) -> None:
    """Switches of a prison, with their positions, can be read back in order."""
    simulated.world.switch("alert-writer", simulated.prison, "both")
    entries = simulated.world.journal(kinds=["switch"])
    last = entries[-1]
    assert (last["name"], last["scope"], last["on"]) == (
        "alert-writer",
        simulated.prison,
        "both",
    )


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"status": 404}', b""])
def test_an_address_that_is_no_world_is_named(body: bytes) -> None:
    """A tester who gives the port of the queues for that of the world is told so."""
    client = ControlClient("http://127.0.0.1:1")
    answer = httpx.MockTransport(lambda _: httpx.Response(404, content=body))
    client._client = httpx.Client(base_url=client.url, transport=answer)
    with pytest.raises(WorldError, match="is no world's control API"):
        client.call("about", {})
    client.close()
