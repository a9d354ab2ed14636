"""What a report shows of a verdict: copies, messages and lines, as plain data."""

from __future__ import annotations

import json
from typing import Any

import pytest

from harness.oracle import explain as explaining
from harness.oracle.drawing import draw
from harness.oracle.explain import explain
from harness.oracle.lines import Timeline
from harness.oracle.timeline import timelines
from tests.oracle.story import Story


def note_of(story: Story) -> dict[str, Any]:
    """Return the only note, as explained; it must be plain JSON data."""
    (note,) = json.loads(json.dumps(explain(story.evidence())))["notes"]
    assert isinstance(note, dict)
    return note


def states(note: dict[str, Any]) -> list[tuple[str, str, bool]]:
    """Return side, state and rightness of each copy."""
    return [(one["side"], one["state"], one["right"]) for one in note["copies"]]


def test_copies_as_expected_are_shown_without_a_difference() -> None:
    """Both copies stand, hold what the user wrote, and nothing is marked."""
    story = Story()
    story.dps_create("Met on the wing.")
    story.sync()
    note = note_of(story)
    assert states(note) == [("nomis", "stands", True), ("dps", "stands", True)]
    assert note["expected"]["text"] == ["Met on the wing."]
    for copy in note["copies"]:
        assert copy["fields"]["text"] == ["Met on the wing."]
        assert copy["differences"] == []


def test_a_copy_that_never_came_is_shown_as_missing() -> None:
    """The reader looks for a copy that is not there: it has a place, too."""
    story = Story()
    story.dps_create()
    (copy,) = story.waiting
    story.receive(copy)
    story.fate(copy)
    assert states(note_of(story)) == [
        ("nomis", "missing", False),
        ("dps", "stands", True),
    ]


def test_a_lost_amendment_is_a_difference_in_the_amendments() -> None:
    """What should be there and is not stands with the copy it is missing from."""
    story = Story()
    note = story.dps_create()
    story.sync()
    story.dps_amend(note, "And again.")
    for copy in list(story.waiting):
        story.receive(copy)
        story.fate(copy)
    nomis, dps = note_of(story)["copies"]
    (difference,) = nomis["differences"]
    assert difference["kind"] == "lost"
    assert difference["row"] == "amendments"
    assert difference["wanted"] == "And again."
    assert dps["differences"] == []
    assert note_of(story)["expected"]["amendments"][0]["text"] == "And again."


def test_a_note_that_should_be_gone_is_marked_where_it_stands() -> None:
    """A delete that did not arrive leaves a copy that is not as it should be."""
    story = Story()
    note = story.dps_create()
    story.sync()
    story.dps_delete(note)
    for copy in list(story.waiting):
        story.receive(copy)
        story.fate(copy)
    shown = note_of(story)
    assert shown["deleted"]
    assert states(shown) == [("nomis", "not-deleted", False), ("dps", "gone", True)]


def test_a_message_tells_tries_end_and_what_it_wrote() -> None:
    """Acknowledged without effect is what a reader of a loss looks for."""
    story = Story()
    note = story.dps_create()
    (copy,) = story.waiting
    story.receive(copy)
    story.write("returned", **story._named(copy), delay=1.0)
    story.receive(copy)
    story.n2(note, cause=copy["message"])
    story.fate(copy)
    first, second = explain(story.evidence())["messages"]
    assert first["half"] == "to-nomis"
    assert (len(first["taken"]), first["returned"]) == (2, 1)
    assert (first["fate"], first["wrote"]) == ("deleted", 1)
    assert second["fate"] is None
    assert second["wrote"] == 0


def test_only_notes_concerned_are_explained_and_the_rest_is_counted() -> None:
    """A burst of notes that break alike is not drawn a hundred times."""
    story = Story()
    notes = [story.dps_create(f"Note {number}.") for number in range(4)]
    story.sync()
    assert len(explain(story.evidence())["notes"]) == 4
    one = explain(story.evidence(), [notes[2]])
    assert [note["note"] for note in one["notes"]] == [notes[2]]
    few = explain(story.evidence(), most=3)
    assert (len(few["timelines"]), few["more"]) == (3, 1)
    assert len(explain(story.evidence(), ["unknown"])["notes"]) == 4


def test_a_long_timeline_keeps_beginning_and_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """How many lines were left out is said; a loop may have thousands."""
    story = Story()
    story.dps_create()
    story.sync()
    (whole,) = timelines(story.evidence())
    monkeypatch.setattr(explaining, "MOST_LINES", 6)
    monkeypatch.setattr(explaining, "_HEAD", 2)
    (cut,) = explain(story.evidence())["timelines"]
    kept = [line["seq"] for line in cut["lines"]]
    seqs = [line.seq for line in whole.lines]
    assert kept == seqs[:2] + seqs[-4:]
    assert cut.pop("left_out") == len(seqs) - 6
    assert Timeline.from_dict(cut).lines[0].text == whole.lines[0].text


def test_steps_faults_and_real_flips_stand_between_the_lines() -> None:
    """The scenario speaks in its own words; a fresh prison's switches say nothing."""
    story = Story()
    story.write("step", text="begins", scenario="ours")
    story.write("switch", name="dps-service", scope="MDI", on=True, was=None)
    story.write("step", text="When a DPS user writes a case note", scenario="ours")
    story.write("step", text="When somebody else does", scenario="theirs")
    story.write("fault", fault="outage of nomis", action="set")
    story.write("switch", name="dps-service", scope="MDI", on=True, was=True)
    story.write("switch", name="dps-service", scope="MDI", on=False, was=True)
    story.write("skip", seconds=60.0)
    story.dps_create()
    (one,) = timelines(story.evidence())
    around = [(line.kind, line.text) for line in one.lines[:4]]
    assert around == [
        ("step", "When a DPS user writes a case note"),
        ("fault", "fault set: outage of nomis"),
        ("switch", "switch dps-service of MDI: off"),
        ("time", "60 s of waiting pass at once"),
    ]
    assert draw(one).splitlines()[1] == "== When a DPS user writes a case note"


def test_a_call_goes_from_its_callers_lane_to_the_service_it_asks() -> None:
    """An arrow needs both ends, and a hop its lag."""
    story = Story()
    story.dps_create()
    story.sync()
    (one,) = timelines(story.evidence())
    by_kind = {line.kind: line for line in reversed(one.lines)}
    assert (by_kind["user"].lane, by_kind["user"].to) == ("DPS users", "DPS")
    create = next(line for line in one.lines if "creates it in NOMIS" in line.text)
    assert (create.kind, create.lane, create.to) == ("write", "to-nomis", "NOMIS")
    assert create.took == pytest.approx(0.01, abs=0.1)
    taken = by_kind["take"]
    assert taken.lag is not None
    assert taken.lag > 0
