"""Timelines: every case note's history in words, with its causes and its cycle."""

from __future__ import annotations

import json

from harness.oracle.drawing import draw
from harness.oracle.history import History
from harness.oracle.infer import Cause, infer_causes
from harness.oracle.lines import LANES
from harness.oracle.timeline import timelines
from tests.oracle.story import Story


def looped() -> Story:
    """Return a DPS note that from-nomis echoed back."""
    story = Story()
    story.loop_guard = False
    story.dps_create()
    return story.sync()


def test_a_timeline_tells_who_did_what_in_order() -> None:
    """User, event, queue, half, echo: one line each, in the lanes of the house."""
    story = looped()
    (one,) = timelines(story.evidence(), story.judged())
    assert [line.seq for line in one.lines] == sorted(line.seq for line in one.lines)
    assert {line.lane for line in one.lines} <= set(LANES)
    text = draw(one, width=140)
    assert "born in dps" in text
    assert 'ABC12D_GEN writes a note "Met on the wing.": 201' in text
    assert "to-nomis    creates it in NOMIS" in text
    assert "from-nomis  acknowledges OFFENDER_CASE_NOTES-INSERTED" in text
    assert all(len(line) <= 100 for line in draw(one).splitlines()[1:])
    assert json.loads(json.dumps(one.as_dict()))["note"] == one.note


def test_a_loops_cycle_is_marked() -> None:
    """The echo's write and its event stand out; the owed write does not."""
    story = looped()
    (one,) = timelines(story.evidence(), story.judged())
    marked = [line.text for line in one.lines if line.cycle]
    assert any("puts it to DPS" in text for text in marked)
    assert not any("creates it in NOMIS" in text for text in marked)
    assert any(line.startswith("@") for line in draw(one).splitlines())
    (plain,) = timelines(story.evidence())
    assert not any(line.cycle for line in plain.lines)


def test_notes_of_violations_stand_first() -> None:
    """The reader looks for what broke."""
    story = Story()
    story.nomis_create()
    story.sync()
    story.dps_create("Lost.")
    (copy,) = story.waiting
    story.receive(copy)
    story.fate(copy)
    verdict = story.judged()
    first, second = timelines(story.evidence(), verdict)
    assert first.note == verdict.violations[0].note
    assert second.born == "nomis"


def test_faults_and_retries_are_told() -> None:
    """A lost answer, a failure and a second try are visible in words."""
    story = Story()
    note = story.dps_create()
    (copy,) = story.waiting
    story.receive(copy)
    story.n2(note, lost=True, fault="fault-1", mapped=False)
    story.write("returned", **story._named(copy), delay=1.0)
    story.receive(copy)
    story.n2(note)
    story.fate(copy)
    text = draw(timelines(story.evidence())[0])
    assert "answer lost [fault-1]" in text
    assert "gives person.case-note.created back for later" in text
    assert "takes person.case-note.created, try 2" in text


def causes(story: Story) -> list[Cause]:
    """Return the causes of the halves' calls, in order."""
    return list(infer_causes(History(story.evidence())).values())


def test_a_header_makes_a_cause_certain() -> None:
    """The sync's own word is taken as it is."""
    story = Story()
    note = story.dps_create()
    (copy,) = story.waiting
    story.receive(copy)
    story.n2(note, cause=copy["message"])
    story.fate(copy)
    assert causes(story) == [Cause(copy["message"], "certain")]


def test_one_message_in_flight_that_names_the_note_is_inferred() -> None:
    """Exactly one candidate: inferred, and drawn with a dotted arrow."""
    story = Story()
    note = story.dps_create()
    (copy,) = story.waiting
    story.receive(copy)
    story.n2(note)
    story.fate(copy)
    assert causes(story) == [Cause(copy["message"], "inferred")]
    assert "<·" in draw(timelines(story.evidence())[0])


def test_two_candidates_or_none_leave_a_cause_unknown() -> None:
    """No guess between two messages, and none from a message given back."""
    story = Story()
    note = story.dps_create()
    other = story.dps_create("Another.")
    first, second = story.waiting
    story.receive(first)
    story.receive(second)
    story.n2(note)
    assert causes(story)[0] == Cause(None, "unknown")
    for copy in (first, second):
        story.write("returned", **story._named(copy), delay=1.0)
    story.n2(other)
    assert causes(story)[1] == Cause(None, "unknown")
