"""What the options of the fakes change, and that they can be put back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from harness.fakeoptions import OPTIONS
from harness.topology import FROM_NOMIS_CASENOTES

if TYPE_CHECKING:
    from harness.simulated import SimulatedStack
    from tests.harness.conftest import Scene


def test_how_often_a_message_is_received_can_be_set(simulated: Scene) -> None:
    """The queue says so itself, as a build asks it (events-and-config 4.5)."""
    stack: SimulatedStack = simulated.stack  # type: ignore[assignment]
    name = FROM_NOMIS_CASENOTES.name
    simulated.world.option("max-receive", {"queue": name, "times": 2})
    shown = stack.inner.fakes.bus.queue(name).attributes()
    assert json.loads(shown["RedrivePolicy"])["maxReceiveCount"] == 2
    simulated.world.outage("dps", True)
    simulated.write_in_nomis("Twice tried.")
    simulated.world.settle([simulated.prisoner], 60)
    dead = [
        copy
        for copy in simulated.world.ledger([simulated.prisoner])
        if copy["queue"] == FROM_NOMIS_CASENOTES.dead_letters
    ]
    assert len(dead) == 1


def test_trigger_notes_may_lack_an_agency(simulated: Scene) -> None:
    """Such a row's prison follows the booking (7.1, http-contracts 10.17)."""
    simulated.world.option("alert-trigger-agency", "null")
    done = simulated.world.act(
        "nomis-screens",
        "raise_alert",
        {"prisoner": simulated.prisoner},
        None,
        {"code": "XA"},
        simulated.officer,
        None,
        None,
    )
    assert done["status"] == 201
    (note,) = simulated.world.snapshot([simulated.prisoner])["nomis"]["notes"]
    assert note["agency"] is None


def test_each_option_says_what_it_is() -> None:
    """Values, meaning and source are never empty."""
    for name, option in OPTIONS.items():
        assert all((option.values, option.meaning, option.source)), name
