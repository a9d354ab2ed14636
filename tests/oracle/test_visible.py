"""Visible: every list a user reads shows each note once."""

from __future__ import annotations

from typing import Any

from tests.oracle.helpers import found, unknown, unsettled
from tests.oracle.story import Story


def carried() -> tuple[Story, str, int]:
    """Return a story with one note born in DPS and carried over."""
    story = Story()
    note = story.dps_create()
    story.sync()
    return story, note, next(iter(story.nomis))


def search(story: Story, *shown: Any, size: int = 25, **body: Any) -> None:
    """Let a DPS user search the prisoner's notes."""
    path = f"/search/case-notes/{story.prisoner}"
    asked = {"includeSensitive": True, "page": 1, "size": size, **body}
    answer = {"content": [{"caseNoteId": one} for one in shown]}
    story.call("user", "dps.search_case_notes", "POST", path, asked, 200, answer)


def screen(story: Story, *shown: int) -> None:
    """Let an officer list the prisoner's notes."""
    path = f"/prisoners/{story.prisoner}/case-notes"
    answer = {"caseNotes": [{"caseNoteId": one} for one in shown]}
    story.call(
        "officer",
        "nomis-screens.list_notes",
        "GET",
        path,
        None,
        200,
        answer,
        wrote=False,
    )


def test_lists_that_show_each_note_once_are_right() -> None:
    """DPS list and NOMIS screen, after the sync."""
    story, note, made = carried()
    search(story, note)
    screen(story, made)
    verdict = story.judged()
    assert verdict.verdict == "pass"
    assert verdict.checked["visible"] == 2


def test_a_note_shown_from_both_stores_is_doubled_by_dps() -> None:
    """The cut-over list shows the DPS note and its NOMIS original."""
    story, note, made = carried()
    search(story, note, made)
    assert found(story) == {("visible", "dps")}


def test_a_note_shown_twice_under_one_id_is_doubled() -> None:
    """The same id on two lines."""
    story, _, made = carried()
    screen(story, made, made)
    assert found(story) == {("visible", "nomis")}


def test_a_note_missing_from_its_own_list_is_a_disruption() -> None:
    """Accepted in DPS and not in the DPS list, whatever the sync does."""
    story, _, _ = carried()
    search(story)
    assert found(story) == {("visible", "dps")}


def test_a_list_owes_no_note_that_was_not_there_yet() -> None:
    """Read before it was written, or before the sync brought it."""
    story = Story()
    search(story)
    note = story.dps_create()
    screen(story)
    story.sync()
    search(story, note)
    assert story.judged().verdict == "pass"


def test_a_filtered_or_full_page_owes_nothing() -> None:
    """A page that may have cut notes off proves no absence."""
    story, _, _ = carried()
    search(story, typeSubTypes=[{"type": "GEN"}])
    search(story, "another", size=1)
    assert story.judged().verdict == "pass"


def test_the_syncs_own_reads_are_nobodys_list() -> None:
    """What a half reads is not what a user sees."""
    story, _, _ = carried()
    path = f"/case-notes/{story.prisoner}"
    story.call("to-nomis-dps", "dps.list_case_notes", "GET", path, None, 200, {})
    verdict = story.judged()
    assert (verdict.verdict, verdict.checked["visible"]) == ("pass", 0)


def test_a_double_is_shown_by_whoever_made_it() -> None:
    """A list can only show what stands there twice."""
    story = Story()
    note = story.dps_create()
    (copy,) = story.waiting
    story.receive(copy)
    one = story.n2(note, lost=True, mapped=False)
    two = story.n2(note)
    story.fate(copy)
    story.sync()
    screen(story, one, two)
    assert ("visible", "to-nomis") in found(story)


def test_a_list_is_unknown_while_things_move() -> None:
    """A read in the middle of things is a finding until all is quiet."""
    story, note, made = carried()
    search(story, note, made)
    assert unknown(unsettled(story))
