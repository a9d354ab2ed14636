"""Altered, misplaced, resurrected: right words in the wrong place, time or name."""

from __future__ import annotations

from typing import Any

import pytest

from harness.oracle.codec import Part, stored
from tests.oracle.helpers import found, only, unknown, unsettled
from tests.oracle.story import USER, Story
from tests.oracle.test_duplicate import merge


def amended() -> tuple[Story, str, int]:
    """Return a note born in DPS, amended there, carried over."""
    story = Story()
    note = story.dps_create()
    story.sync()
    story.dps_amend(note, "He asked about visits.")
    story.sync()
    return story, note, next(iter(story.nomis))


# -- altered -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("author", "SOMEBODY_ELSE"),
        ("created", "2026-03-02T08:00:00"),
        ("legacy_id", 100_000_001),
        ("system", "NOMIS"),
        ("system_generated", True),
        ("location", "OUT"),
    ],
)
def test_what_no_user_may_change_is_watched_in_dps(field: str, value: Any) -> None:
    """Author, creation, legacy id, origin and the generated flag stay as they were."""
    story, note, _ = amended()
    story.dps[note][field] = value
    assert {rule for rule, _ in found(story)} == {"altered"}


@pytest.mark.parametrize(
    ("field", "value"),
    [("usernames", ["SOMEBODY_ELSE"]), ("created", "2026-03-02T08:00:00")],
)
def test_what_no_user_may_change_is_watched_in_nomis(field: str, value: Any) -> None:
    """Author and creation stay as DPS wrote them; to-nomis made the row."""
    story, _, made = amended()
    story.nomis[made][field] = value
    assert found(story) == {("altered", "to-nomis")}


@pytest.mark.parametrize(
    ("field", "value"),
    [("location", "OUT"), ("author_id", "unknown"), ("author_name", "Gold Jo")],
)
def test_a_nomis_note_shows_its_prison_and_staff_member_in_dps(
    field: str, value: str
) -> None:
    """What NOMIS knows of the author and the place comes over unchanged."""
    story = Story()
    made = story.nomis_create()
    story.sync()
    (note,) = story.dps.values()
    story.nomis[made]["staff_name"] = "JO GOLD"
    note |= {"author_id": str(story.nomis[made]["staff_id"]), "author_name": "Jo Gold"}
    assert not found(story)
    note[field] = value
    assert found(story) == {("altered", "from-nomis")}


def test_a_row_that_is_gone_names_no_staff_member_to_compare_with() -> None:
    """Whoever removed a NOMIS row unseen, the author that DPS shows is not altered."""
    story = Story()
    made = story.nomis_create()
    story.sync()
    (note,) = story.dps.values()
    note["author_name"] = "Jo Gold"
    assert not found(story)
    del story.nomis[made]
    assert "lost" in {rule for rule, _ in found(story)}
    assert "altered" not in {rule for rule, _ in found(story)}


def test_a_nomis_note_is_entered_in_dps_by_whoever_entered_it_in_nomis() -> None:
    """The account that NOMIS names, or the author's; no service's."""
    story = Story()
    made = story.nomis_create()
    story.sync()
    (note,) = story.dps.values()
    story.nomis[made]["create_user"] = "NOMIS_API"
    for right in ("NOMIS_API", USER):
        note["created_by"] = right
        assert not found(story)
    note["created_by"] = "CASE_NOTES_SYNC"
    assert found(story) == {("altered", "from-nomis")}
    assert unknown(unsettled(story))


def test_who_entered_a_dps_note_is_not_nomis_to_say() -> None:
    """A rebuild takes it from NOMIS, which names the account of its API."""
    story, note, made = amended()
    story.nomis[made]["create_user"] = "NOMIS_API"
    story.dps[note]["created_by"] = "NOMIS_API"
    assert not found(story)


@pytest.mark.parametrize(
    ("field", "value"), [("author_id", "1"), ("author_name", "Gold Jo")]
)
def test_an_officers_amendment_shows_that_officer_in_dps(
    field: str, value: str
) -> None:
    """Staff id and name of who amended, not of who wrote the note."""
    story = Story()
    made = story.nomis_create()
    story.sync()
    story.nomis_amend(made, "Slept well.", user="XYZ98K_GEN")
    story.sync()
    (note,) = story.dps.values()
    (part,) = note["amendments"]
    part |= {"author_id": "7", "author_name": "Sam Lee"}
    assert not found(story)
    known = {"XYZ98K_GEN": {"staff_id": 7, "staff_name": "SAM LEE"}}
    story.nomis[made]["amenders"] = known
    assert not found(story)
    part[field] = value
    assert found(story) == {("altered", "from-nomis")}
    assert unknown(unsettled(story))
    story.nomis[made]["amenders"] = {}
    story.settled = {"settled": True, "waiting": []}
    assert not found(story)


def test_an_old_nomis_note_without_prison_may_show_any_in_dps() -> None:
    """NOMIS prints wherever its booking is now (http-contracts N1)."""
    story = Story()
    made = story.nomis_create()
    story.sync()
    story.nomis[made]["agency"] = None
    next(iter(story.dps.values()))["location"] = "LEI"
    assert not found(story)


@pytest.mark.parametrize(("field", "value"), [("id", "new-id"), ("system", "NOMIS")])
def test_amendments_keep_id_and_origin(field: str, value: str) -> None:
    """A DPS amendment keeps the id its user was given, and its origin."""
    story, note, _ = amended()
    story.dps[note]["amendments"][0][field] = value
    assert {rule for rule, _ in found(story)} == {"altered"}


def test_an_amendment_under_another_name_or_time_is_altered() -> None:
    """Not lost and invented, but one amendment with a wrong author or time."""
    story, note, made = amended()
    at = story.dps[note]["amendments"][0]["created"][:19]
    for part in (
        Part("XYZ98K_GEN", at, "He asked about visits."),
        Part(USER, "2026-03-02T00:00:00", "He asked about visits."),
    ):
        story.nomis[made]["text"] = stored("Met on the wing.", [part])
        assert found(story) == {("altered", "to-nomis")}


def test_another_account_of_the_same_officer_is_the_same_author() -> None:
    """NOMIS keeps staff, not accounts: any alias is the author."""
    story = Story()
    made = story.nomis_create(user="ABC12D_ADM")
    story.nomis[made]["usernames"] = [USER, "ABC12D_ADM"]
    story.sync()
    (row,) = story.dps.values()
    assert row["author"] == USER
    assert story.judged().verdict == "pass"


def test_seconds_are_cut_and_ancient_years_are_equal() -> None:
    """Fractions are no alteration; a note of the year 201 is compared by no zone."""
    story, note, made = amended()
    assert story.dps[note]["created"][:19] == story.nomis[made]["created"]
    assert story.judged().verdict == "pass"


def test_an_alteration_is_unknown_while_things_move() -> None:
    """It may yet be put right."""
    story, note, _ = amended()
    story.dps[note]["author"] = "SOMEBODY_ELSE"
    assert unknown(unsettled(story))


# -- misplaced ---------------------------------------------------------------------


def test_a_note_written_under_another_prisoner_is_misplaced() -> None:
    """to-nomis posted it to the wrong number: its doing."""
    story = Story()
    note = story.dps_create()
    (copy,) = story.waiting
    story.scope = ["A1234BC", "B2222BB"]
    story.receive(copy)
    story.n2(note, prisoner="B2222BB")
    story.fate(copy)
    story.sync()
    rules = found(story)
    assert ("misplaced", "to-nomis") in rules
    assert not rules & {("lost", "to-nomis"), ("corrupt", "to-nomis")}


def test_notes_left_behind_by_a_merge_are_dpss_fault() -> None:
    """DPS itself moves the notes of a merged prisoner."""
    story = Story("B2222BB")
    note = story.dps_create()
    story.sync()
    merge(story, "A1234BC")
    assert story.judged().verdict == "pass"
    story.dps[note]["prisoner"] = "B2222BB"
    assert found(story) == {("misplaced", "dps")}


@pytest.mark.parametrize(("late", "owner"), [(True, "to-nomis"), (False, "from-nomis")])
def test_who_saved_a_number_after_the_merge_is_at_fault(late: bool, owner: str) -> None:
    """from-nomis renews what was saved before the merge, nothing later."""
    story = Story("B2222BB")
    note = story.dps_create()
    story.sync()
    (made,) = story.nomis
    body = {"nomisCaseNoteId": made, "dpsCaseNoteId": note}
    saved = "mapping.create_case_note_mapping", "POST", "/mapping/casenotes", body, 201
    if late:
        merge(story, "A1234BC")
    story.call("to-nomis-mapping", *saved)
    if not late:
        merge(story, "A1234BC")
    story.mapping[0]["prisoner"] = "B2222BB"
    assert found(story) == {("mapping-sound", owner)}


def test_notes_left_behind_by_a_booking_move_are_from_nomiss_fault() -> None:
    """A moved booking takes its mapped notes along, by from-nomis."""
    story = Story("B2222BB")
    note = story.dps_create()
    story.sync()
    story.scope = ["A1234BC", "B2222BB"]
    path, name = f"/bookings/{story.booking}/move", "nomis-screens.move_booking"
    answer = {"prisoner": "A1234BC", "bookingId": story.booking, "caseNotes": []}
    story.call("officer", name, "POST", path, {"prisoner": "A1234BC"}, 200, answer)
    next(iter(story.nomis.values()))["prisoner"] = "A1234BC"
    story.mapping[0]["prisoner"] = "A1234BC"
    assert found(story) == {("misplaced", "from-nomis")}
    story.dps[note]["prisoner"] = "A1234BC"
    assert story.judged().verdict == "pass"


def test_a_dps_only_note_stays_when_a_booking_moves() -> None:
    """Nothing ties a DPS-only note to a booking: it stays where it was."""
    story = Story("B2222BB")
    story.dps_create(synced=False)
    story.scope = ["A1234BC", "B2222BB"]
    path, name = f"/bookings/{story.booking}/move", "nomis-screens.move_booking"
    story.sync()
    answer = {"prisoner": "A1234BC", "bookingId": story.booking, "caseNotes": []}
    story.call("officer", name, "POST", path, {"prisoner": "A1234BC"}, 200, answer)
    assert story.judged().verdict == "pass"


def test_an_amendment_of_another_note_is_misplaced_not_invented() -> None:
    """Words that a user wrote on one note and the sync put on another."""
    story, note, _ = amended()
    other = story.dps_create("Another note.")
    story.sync()
    story.dps_amendment(other, "He asked about visits.", "XYZ98K_GEN", "DPS")
    violation = only(story.judged(), "misplaced")
    assert violation.note == other
    assert note != other


def test_a_misplaced_note_is_unknown_while_things_move() -> None:
    """The merge may still be on its way."""
    story = Story("B2222BB")
    note = story.dps_create()
    story.sync()
    merge(story, "A1234BC")
    story.dps[note]["prisoner"] = "B2222BB"
    assert unknown(unsettled(story))


# -- resurrected -------------------------------------------------------------------


def test_a_deleted_note_that_comes_back_is_resurrected() -> None:
    """A create handled after the delete made the note again."""
    story = Story()
    made = story.nomis_create()
    (copy,) = story.waiting
    row = dict(story.nomis[made])
    story.nomis_delete(made)
    story.receive(copy)
    story.nomis[made] = row
    story.c3(made, None)
    del story.nomis[made]
    story.mapping.clear()
    story.fate(copy)
    story.sync()
    assert ("resurrected", "from-nomis") in found(story)


def test_a_deleted_note_that_stays_away_is_not() -> None:
    """Deleted on both sides and gone from the mapping."""
    story, note, _ = amended()
    story.dps_delete(note)
    story.sync()
    assert story.judged().verdict == "pass"


def test_delete_wins_over_an_amendment_that_crossed_it() -> None:
    """Delete and anything: deleted on both."""
    story, note, made = amended()
    story.nomis_amend(made, "Crossing.")
    story.dps_delete(note)
    story.handle(story.waiting[-1])
    story.sync()
    assert story.judged().verdict == "pass"


def test_an_amendment_that_an_administrator_removed_stays_away() -> None:
    """A DPS replace that leaves an amendment out removes it on both sides."""
    story, note, made = amended()
    story.dps_edit(note, "Met on the wing.", amendments=[])
    story.sync()
    assert story.judged().verdict == "pass"
    part = Part(USER, "2026-03-02T09:00:03", "He asked about visits.")
    for entry in story.entries:
        answer = entry.get("body")
        if isinstance(answer, dict) and answer.get("amendments"):
            for one in answer["amendments"]:
                if one.get("additionalNoteText") == part.text:
                    part = part._replace(at=one["creationDateTime"][:19])
    story.nomis[made]["text"] = stored("Met on the wing.", [part])
    assert found(story) == {("resurrected", "to-nomis")}


def test_a_resurrection_is_unknown_while_things_move() -> None:
    """The delete may still take it away."""
    story, note, _ = amended()
    story.dps_delete(note)
    assert unknown(unsettled(story))
