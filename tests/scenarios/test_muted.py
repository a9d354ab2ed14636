"""With a fake's events muted, the scenarios that live by them cannot pass.

A scenario lives by a kind of event if, when it is played, the sync or DPS writes
something because of a message of that kind. That is read from the journal, for every
scenario; so a new one is held to it without being listed anywhere.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from harness.composition import Composition
from harness.defects.scenarios import Play, feature_files, load, play_on, seed_of
from harness.simulated import SimulatedStack

if TYPE_CHECKING:
    import pytest

    from simulators.wire.message import OutboxEvent

# Whose events are muted: the prefix of their types.
MUTED = {
    "DPS case notes": "person.case-note.",
    "NOMIS case notes": "OFFENDER_CASE_NOTES-",
    "DPS alerts": "person.alert.",
    "NOMIS alerts": "ALERT-",
    "merges": "prison-offender-events.prisoner.merged",
    "moves": "prison-offender-events.prisoner.booking.moved",
}
# One scenario in so many is tried each time; all of them where CI runs by night.
EVERY = int(os.environ.get("TANDEM_MUTED_EVERY", "12"))
_ECHO = "the event is the echo of what DPS had done already, and repeats it"
_CROSSED = "both sides did it, so either event is enough"
_NOTHING = "nothing has to be done for it"
_TOLD = "the events of the notes themselves tell it, too"
_TRIGGER = "the event carries the alert; its note is the trigger's own"
_NOMIS, _ALERT = "NOMIS case notes", "NOMIS alerts"
_COPIES = "A note with copies is deleted everywhere, wherever it is deleted"
_TRIGGERED = "The note of an alert, written by the NOMIS trigger"
_ONE_SECOND = "Notes of one second keep a copy each though all were corrected"
_RAISING = "A merge whose copies raise events"
_ROLE = "A note deleted in DPS while a role is missing is deleted in the end"
# Scenarios that pass without the events all the same, with the reason.
INDEPENDENT = {
    ("Both sides delete the note at the same moment", "DPS case notes"): _CROSSED,
    ("Edits that cross leave one text on both sides, never swapped", _NOMIS): _CROSSED,
    (
        "Two texts that the two directions write at the same time are not swapped",
        _NOMIS,
    ): _CROSSED,
    ("A deletion delivered twice does no harm", _NOMIS): _ECHO,
    ("A note deleted in DPS goes from NOMIS", _NOMIS): _ECHO,
    (
        "A note whose deletion in DPS is parked is reported until it is gone",
        _NOMIS,
    ): _ECHO,
    (
        "A note amended and deleted in DPS before the sync looks is gone at once",
        _NOMIS,
    ): _ECHO,
    (f"{_ROLE}[DPS-DPS to NOMIS-NOMIS]", _NOMIS): _ECHO,
    (f"{_COPIES}[DPS]", _NOMIS): _ECHO,
    ("The answer to a NOMIS delete is lost", _NOMIS): _ECHO,
    ("The answer to the delete of one of several copies is lost", _NOMIS): _ECHO,
    ("The echo of a deletion made in DPS deletes nothing twice", _NOMIS): _ECHO,
    (
        "The same, with the NOMIS event handled before the mapping is saved",
        _NOMIS,
    ): _ECHO,
    ("A merge of a prisoner without notes troubles nobody[DPS]", "merges"): _NOTHING,
    ("A merge of a prisoner without notes troubles nobody[NOMIS]", "merges"): _NOTHING,
    ("A moved booking without notes troubles nobody", "moves"): _NOTHING,
    ("The only note of a prisoner crosses the move of its booking", "moves"): _TOLD,
    ("A merge without copies is followed at once", "merges"): _TOLD,
    ("A merged note can be amended from both sides afterwards", "merges"): _TOLD,
    (
        "An amendment in DPS under the number that a merge then removes",
        "merges",
    ): _TOLD,
    ("An amendment while DPS has not heard of the merge yet", "merges"): _TOLD,
    (f"{_ONE_SECOND}, with copies that raise events[that raise events]", "merges"): (
        _TOLD
    ),
    (
        "A copy that an officer amends before the sync looks at it stays a copy",
        "merges",
    ): _TOLD,
    (f"{_RAISING} of their own is followed in the end", "merges"): _TOLD,
    ("Changes are carried at once though NOMIS marks nothing", _NOMIS): _ECHO,
    (
        "With no writer there is no note, and the alert reconciliation says so",
        "DPS alerts",
    ): _NOTHING,
    ("A new booking raises no alert again", _ALERT): _NOTHING,
    (
        "An alert raised in NOMIS gives one note on each side, born in NOMIS",
        _ALERT,
    ): _TRIGGER,
    ("Ending the alert in NOMIS adds a second note on each side", _ALERT): _TRIGGER,
    (f"{_TRIGGERED}, goes to DPS and no further", _ALERT): _TRIGGER,
    ("The note of an alert follows its prisoner through a merge", _ALERT): _TRIGGER,
    (
        "An alert of DPS that an officer raises once more in NOMIS gets a second note",
        _ALERT,
    ): _TRIGGER,
    ("The same when the trigger's row carries no audit module", _ALERT): _TRIGGER,
}


def played(play: Play) -> tuple[str, set[str]]:
    """Play a scenario: its verdict, and the kinds of events something was done for."""
    stack = SimulatedStack(seed=seed_of(1, play))
    try:
        verdict = play_on(stack, play).verdict
        return verdict, kinds_with_effect(stack.world.journal())
    finally:
        stack.close()


def kinds_with_effect(entries: list[Any]) -> set[str]:
    """Return which of MUTED led to a write, by the journal."""
    types = {e["message"]: e.get("type") for e in entries if e["kind"] == "copy"}
    wrote = {
        e["request"] for e in entries if e["kind"] == "response" and e.get("wrote")
    }
    causes = {
        e.get("cause") for e in entries if e["kind"] == "request" and e["seq"] in wrote
    }
    causes |= {e.get("cause") for e in entries if e["kind"] == "event"}
    led = {types[cause] for cause in causes if cause in types}
    return {
        whose
        for whose, prefix in MUTED.items()
        if any((one or "").startswith(prefix) for one in led)
    }


def test_muted_events_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every scenario that lives by a kind of event fails or is unknown without it."""
    plays = load(feature_files())
    prefix = "none"
    publish = Composition._to_topic

    def muted(self: Composition, event: OutboxEvent, cause: str | None) -> Any:
        return "" if event.type.startswith(prefix) else publish(self, event, cause)

    monkeypatch.setattr(Composition, "_to_topic", muted)
    tried, passed = set(), set()
    for play in plays[::EVERY]:
        prefix = "none"
        verdict, lives_by = played(play)
        assert verdict == "pass", play.id
        for whose in sorted(lives_by):
            prefix = MUTED[whose]
            tried.add((play.name, whose))
            if played(play)[0] == "pass":
                passed.add((play.name, whose))
    assert len(tried) > 700 // EVERY
    assert passed == INDEPENDENT.keys() & tried
    if EVERY == 1:
        assert tried >= INDEPENDENT.keys()
