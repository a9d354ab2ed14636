"""Duplicate: more copies, or more equal amendments, than the model allows."""

from __future__ import annotations

from harness.oracle.codec import Part, stored
from tests.oracle.helpers import found, only, unknown, unsettled
from tests.oracle.story import SYNC, USER, Story


def test_two_equal_notes_of_a_user_are_two_notes() -> None:
    """A user may enter the same note twice; each has its own copy."""
    story = Story()
    story.step *= 0
    for _ in range(2):
        story.dps_create("The same.")
        story.nomis_create("Also the same.")
    story.sync()
    verdict = story.judged()
    assert verdict.verdict == "pass"
    assert verdict.checked["duplicate"] == 4


def test_equal_notes_are_paired_by_what_follows() -> None:
    """Tied crosswise by the sync, equal notes are paired as what they hold agrees."""
    story = Story()
    story.step *= 0
    one, two = story.dps_create("The same."), story.dps_create("The same.")
    first, second = list(story.waiting)
    for copy, note in ((second, two), (first, one)):
        story.receive(copy)
        story.n2(note)
        story.fate(copy)
    story.sync()
    story.dps_amend(one, "Only this one.")
    story.sync()
    assert story.judged().verdict == "pass"


def test_of_equal_notes_the_missing_one_is_lost() -> None:
    """Two equal notes entered, one carried over: one is lost, none is double."""
    story = Story()
    story.step *= 0
    story.dps_create("The same.")
    story.dps_create("The same.")
    first, second = list(story.waiting)
    story.handle(first)
    story.receive(second)
    story.fate(second)
    story.sync()
    assert found(story) == {("lost", "to-nomis")}


def test_a_second_dps_note_is_named_with_its_maker() -> None:
    """The copy too many, who made it, and the request that shows it."""
    story = Story()
    made = story.nomis_create()
    story.sync()
    row = dict(next(iter(story.dps.values())))
    row["id"] = "019567d2-8d1c-7b4e-9a52-00000000ffff"
    story.dps[row["id"]] = {**row, "legacy_id": 5}
    path = "/sync/case-notes"
    body = {
        "legacyId": made,
        "id": None,
        "personIdentifier": story.prisoner,
        "type": row["type"],
        "subType": row["sub_type"],
        "occurrenceDateTime": row["occurred"],
        "createdDateTime": row["created"],
        "text": row["text"],
        "author": {"username": USER},
        "amendments": [],
    }
    answer = {"id": row["id"], "legacyId": made, "action": "CREATED"}
    name = "dps.put_sync_case_note"
    story.call("from-nomis-dps", name, "PUT", path, body, 201, answer)
    violation = only(story.judged(), "duplicate")
    assert violation.owner == "from-nomis"
    assert violation.evidence["copy"] == row["id"]
    assert violation.evidence["seqs"]


def test_a_double_that_was_removed_again_is_none() -> None:
    """The reconciliation took the unmapped twin away: no duplicate, and no loop."""
    story = Story()
    note = story.dps_create()
    (copy,) = story.waiting
    story.receive(copy)
    twin = story.n2(note, lost=True, mapped=False)
    story.n2(note)
    story.fate(copy)
    story.n4(twin)
    story.sync()
    assert story.judged().verdict == "pass"


def test_an_amendment_that_stands_twice_is_a_duplicate() -> None:
    """Written once, shown twice."""
    story = Story()
    note = story.dps_create()
    story.sync()
    made = story.dps_amend(note, "Once.")
    story.sync()
    (row,) = story.nomis.values()
    part = Part(USER, made["created"][:19], "Once.")
    row["text"] = stored("Met on the wing.", [part, part])
    assert found(story) == {("duplicate", "to-nomis")}


def test_two_amendments_in_one_second_are_two() -> None:
    """Equal words in one second by one user, twice written: nothing is double."""
    story = Story()
    note = story.dps_create()
    story.sync()
    story.step *= 0
    story.dps_amend(note, "The same.")
    story.dps_amend(note, "The same.")
    story.sync()
    assert story.judged().verdict == "pass"


def test_copies_that_nomis_made_on_a_merge_are_allowed() -> None:
    """K rows in NOMIS for one DPS note, when NOMIS itself copied it."""
    story = Story("B2222BB")
    story.dps_create()
    story.sync()
    merge(story, "A1234BC")
    assert story.judged().verdict == "pass"


def merge(story: Story, retained: str, *, mapped: bool = True) -> None:
    """Merge the story's prisoner into `retained`, NOMIS copying the notes."""
    removed, story.prisoner = story.prisoner, retained
    story.scope = sorted([removed, retained])
    copies = []
    for row in list(story.nomis.values()):
        row["prisoner"] = retained
        kind = row["type"], row["sub_type"]
        made = story.nomis_row(row["text"], USER, "MERGE", kind)
        times = {"occurred": row["occurred"], "created": row["created"]}
        story.nomis[made].update(times, booking=1_200_777)
        copies.append((row["id"], made))
    story.call(
        "officer",
        "nomis-screens.merge_prisoners",
        "POST",
        f"/prisoners/{retained}/merge",
        {"removed": removed, "copyNotes": True},
        200,
        {"prisoner": retained, "caseNotes": [made for _, made in copies]},
    )
    for row in story.dps.values():
        row["prisoner"] = retained
    for one in story.mapping:
        one["prisoner"] = retained
    for original, made in copies if mapped else ():
        known = {one["nomis_id"]: one["dps_id"] for one in story.mapping}
        story.map(known[original], made, "NOMIS_CREATED")


def test_an_unmapped_merge_copy_is_from_nomiss_mapping_fault() -> None:
    """Copies of a merge must be mapped to the note they repeat."""
    story = Story("B2222BB")
    story.dps_create()
    story.sync()
    merge(story, "A1234BC", mapped=False)
    assert found(story) == {("mapping-sound", "from-nomis")}


def test_a_merge_copy_taken_for_a_new_note_is_a_duplicate() -> None:
    """from-nomis made a second DPS note of a row that NOMIS copied."""
    story = Story("B2222BB")
    story.dps_create()
    story.sync()
    merge(story, "A1234BC", mapped=False)
    story.c3(max(story.nomis), None)
    story.waiting.clear()
    assert ("duplicate", "from-nomis") in found(story)


def test_a_sibling_copy_is_owed_the_edit_of_the_other() -> None:
    """An edit of one merge copy is owed to DPS and to the sibling, by from-nomis."""
    story = Story("B2222BB")
    note = story.dps_create()
    story.sync()
    merge(story, "A1234BC")
    first, second = sorted(story.nomis)
    story.nomis_edit(second, "Edited copy.")
    (copy,) = story.waiting
    story.receive(copy)
    story.c3(second, note)
    story.nomis[first].update(text="Edited copy.", audit_module=SYNC)
    body = {"text": "Edited copy.", "amendments": []}
    path, name = f"/casenotes/{first}", "nomis.update_case_note"
    story.call("from-nomis-nomis", name, "PUT", path, body)
    story.fate(copy)
    story.sync()
    assert story.judged().verdict == "pass"
    story.nomis[first]["text"] = "Met on the wing."
    assert {rule for rule, _ in found(story)} == {"stale"}


def test_a_double_is_unknown_while_things_move() -> None:
    """A repair may still take the double away."""
    story = Story()
    note = story.dps_create()
    (copy,) = story.waiting
    story.receive(copy)
    story.n2(note, lost=True, mapped=False)
    story.n2(note)
    assert {one.rule for one in unsettled(story).judged().findings} == {"duplicate"}
    assert unknown(story)
