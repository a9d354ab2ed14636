"""With a fake's events muted, the scenarios that live by them cannot pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from harness.composition import Composition
from harness.defects.scenarios import feature_files, load, play_simulated

if TYPE_CHECKING:
    from simulators.wire.message import OutboxEvent

# Whose events are muted: the prefix of their types, and the features that live by them.
MUTED = {
    "DPS case notes": ("person.case-note.", "dps-to-nomis"),
    "NOMIS case notes": ("OFFENDER_CASE_NOTES-", "nomis-to-dps"),
    "DPS alerts": ("person.alert", "alerts"),
    "merges": ("prison-offender-events.prisoner.merged", "merges"),
}
# Scenarios of those features that do without the muted events, with the reason.
INDEPENDENT = {
    # There NOMIS's own trigger writes the note, or nobody does: no alert event needed.
    "alerts": {
        "An alert raised in NOMIS gives one note on each side, born in NOMIS",
        "The same when the trigger's row carries no audit module",
        "Ending the alert in NOMIS adds a second note on each side",
        "With no writer there is no note, and the alert reconciliation says so",
    },
    # A moved booking is another event.
    "merges": {
        "A moved booking takes its notes along",
        "A moved booking without notes troubles nobody",
    },
}


@pytest.mark.parametrize("whose", MUTED)
def test_muted_events_are_noticed(whose: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every scenario that lives by the events fails or is unknown without them."""
    prefix, name = MUTED[whose]
    publish = Composition._to_topic

    def muted(self: Composition, event: OutboxEvent, cause: str | None) -> Any:
        if event.type.startswith(prefix):
            return ""
        return publish(self, event, cause)

    monkeypatch.setattr(Composition, "_to_topic", muted)
    files = [path for path in feature_files() if path.endswith(f"/{name}.feature")]
    plays = load(files)
    assert len(plays) > 5
    passed = {play.name for play in plays if play_simulated(play, 1).verdict == "pass"}
    assert passed <= INDEPENDENT.get(name, set())
