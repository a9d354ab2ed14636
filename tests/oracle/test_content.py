"""Converged, lost, stale and corrupt: what each copy holds against what was written."""

from __future__ import annotations

import pytest

from harness.oracle.codec import SUFFIX, Part, split, stored
from tests.oracle.helpers import found, only, unknown, unsettled
from tests.oracle.story import USER, Story


def both_sides() -> tuple[Story, str, int]:
    """Return a story with one note born in DPS and carried over."""
    story = Story()
    note = story.dps_create()
    story.sync()
    return story, note, next(iter(story.nomis))


# -- lost --------------------------------------------------------------------------


def test_an_amendment_that_never_came_over_is_lost() -> None:
    """An accepted amendment absent from NOMIS is to-nomis's loss, and only that."""
    story, note, _ = both_sides()
    story.dps_amend(note, "He asked about visits.")
    (copy,) = story.waiting
    story.receive(copy)
    story.fate(copy)
    assert found(story) == {("lost", "to-nomis")}
    assert "He asked about visits." in only(story.judged(), "lost").message


def test_a_nomis_amendment_lost_on_the_way_is_from_nomiss() -> None:
    """The other direction has the other owner."""
    story, _, made = both_sides()
    story.nomis_amend(made, "Seen by the chaplain.")
    (copy,) = story.waiting
    story.receive(copy)
    story.fate(copy)
    assert found(story) == {("lost", "from-nomis")}


def test_a_delete_that_left_a_copy_standing_is_lost() -> None:
    """Deleted in DPS and still in NOMIS: the delete never came over."""
    story, note, _ = both_sides()
    story.dps_delete(note)
    (copy,) = story.waiting
    story.receive(copy)
    story.fate(copy)
    assert ("lost", "to-nomis") in found(story)
    assert "deleted in DPS" in only(story.judged(), "lost").message


def test_a_note_that_the_sync_deleted_unasked_is_lost() -> None:
    """A copy taken away though nobody deleted it is the loss of who took it."""
    story, _, made = both_sides()
    story.n4(made)
    story.waiting.clear()
    assert ("lost", "to-nomis") in found(story)


def test_a_message_the_relay_dropped_is_the_relays_loss() -> None:
    """A copy dropped on the way is neither half's fault."""
    story = Story()
    story.dps_create()
    (copy,) = story.waiting
    story.fate(copy, "dropped")
    assert found(story) == {("lost", "relay")}


def test_a_filter_that_keeps_the_event_out_is_configuration() -> None:
    """A half cannot carry what its queue never takes."""
    story = Story()
    story.dps_create()
    (copy,) = story.waiting
    story.fate(copy, "filtered")
    assert found(story) == {("lost", "configuration")}


def test_a_parked_change_is_not_lost_while_its_switch_is_off() -> None:
    """Parked is neither lost nor done; with the switch on again it is a fault."""
    story = Story()
    story.write("switch", name="person.case-note.created", scope="to-nomis", on=False)
    _park_a_create(story)
    assert story.judged().verdict == "pass"
    story.write("switch", name="person.case-note.created", scope="to-nomis", on=True)
    assert {("lost", "to-nomis"), ("conserved", "to-nomis")} == found(story)


def test_a_switch_of_the_alerts_excuses_no_case_note() -> None:
    """It names the event, too, but what waits is in another queue (TOG-02)."""
    story = Story()
    name = "alerts.person.case-note.created"
    story.write("switch", name=name, scope="to-nomis", on=False)
    _park_a_create(story)
    assert {("lost", "to-nomis"), ("conserved", "to-nomis")} == found(story)


def _park_a_create(story: Story) -> None:
    """Let DPS create a note whose message is moved to the parking queue."""
    story.dps_create()
    (copy,) = story.waiting
    story.receive(copy)
    story.fate(copy, "parked")
    parked = {**copy, "queue": f"{copy['queue']}_parked"}
    story.write("copy", **copy_entry(parked, copy["copy"]))
    story.leave({**parked, "copy": 99}, "parked")


def copy_entry(copy: dict[str, object], parent: object) -> dict[str, object]:
    """Return a copy's journal fields, as number 99, made from `parent`."""
    return {
        "copy": 99,
        "queue": copy["queue"],
        "message": "sqs-parked",
        "event": copy["event"],
        "type": copy["type"],
        "origin": "parked",
        "parent": parent,
        "subjects": [],
    }


def test_a_switch_that_drops_is_a_loss() -> None:
    """Off means kept: an acknowledged change is lost, whatever the switch says."""
    story = Story()
    story.write("switch", name="person.case-note.created", scope="to-nomis", on=False)
    story.dps_create()
    (copy,) = story.waiting
    story.receive(copy)
    story.fate(copy)
    assert found(story) == {("lost", "to-nomis")}


def test_what_is_to_be_backfilled_is_owed_once_its_switch_is_on() -> None:
    """Until then whoever backfills cannot; and another half's backfill is none."""
    story = Story()
    story.write("switch", name="person.case-note.created", scope="to-nomis", on=False)
    story.dps_create()
    (copy,) = story.waiting
    story.receive(copy)
    story.fate(copy)
    story.expectations["backfilled"] = ["from-nomis"]
    assert found(story) == {("lost", "to-nomis")}
    story.expectations["backfilled"] = ["to-nomis"]
    assert story.judged().verdict == "pass"
    story.write("switch", name="person.case-note.created", scope="to-nomis", on=True)
    assert found(story) == {("lost", "to-nomis")}


def test_messages_of_a_stopped_half_are_not_lost() -> None:
    """A stopped half keeps its messages queued: its changes are parked."""
    story = Story()
    story.write("target", half="to-nomis", action="stopped")
    story.dps_create()
    (copy,) = story.waiting
    story.leave(copy)
    assert story.judged().verdict == "pass"
    story.write("target", half="to-nomis", action="started")
    assert {rule for rule, _ in found(story)} == {"lost", "conserved"}


def test_an_absence_is_unknown_while_things_move() -> None:
    """Not there yet is not lost."""
    story = Story()
    story.dps_create()
    assert unknown(unsettled(story))


# -- stale -------------------------------------------------------------------------


def test_an_edit_that_went_back_is_stale() -> None:
    """NOMIS shows the text before the DPS edit: an earlier state."""
    story, note, made = both_sides()
    story.dps_edit(note, "Met in the gym.")
    story.sync()
    story.nomis[made]["text"] = "Met on the wing."
    assert {rule for rule, _ in found(story)} == {"stale"}


def test_the_latest_edit_of_many_is_not_stale() -> None:
    """Three edits carried over in turn leave nothing stale."""
    story, note, _ = both_sides()
    for text in ("One.", "Two.", "Three."):
        story.dps_edit(note, text)
        story.sync()
    assert story.judged().verdict == "pass"


def test_a_stale_copy_is_unknown_while_things_move() -> None:
    """The newer text may be on its way."""
    story, note, _ = both_sides()
    story.dps_edit(note, "Met in the gym.")
    assert unknown(unsettled(story))


# -- corrupt -----------------------------------------------------------------------


@pytest.mark.parametrize("text", ["met on the wing.", "Met on the wing", "Met on  it."])
def test_text_that_no_user_wrote_is_corrupt(text: str) -> None:
    """A trimmed, recased or mixed text is nobody's."""
    story, _, made = both_sides()
    story.nomis[made]["text"] = text
    assert found(story) == {("corrupt", "to-nomis")}


def test_an_amendment_that_no_user_wrote_is_corrupt() -> None:
    """An invented amendment is reported with its words."""
    story, note, _ = both_sides()
    story.dps_amendment(note, "Invented.", USER, "NOMIS")
    assert {rule for rule, _ in found(story)} == {"corrupt"}


def test_a_raw_marker_left_in_dps_text_is_corrupt() -> None:
    """An amendment not split off leaves the marker in the text, and is lost itself."""
    story = Story()
    made = story.nomis_create("Quiet night.")
    story.sync()
    story.nomis_amend(made, "Ate breakfast.")
    (copy,) = story.waiting
    story.receive(copy)
    raw = story.nomis[made]["text"]
    story.c3(made, next(iter(story.dps)), text=raw, parts=[])
    story.fate(copy)
    story.sync()
    assert {rule for rule, _ in found(story)} == {"corrupt", "lost"}


def test_nul_characters_and_whole_seconds_are_no_corruption() -> None:
    """DPS strips U+0000 and NOMIS keeps seconds: declared normalisation."""
    story = Story()
    story.nomis_create("Quiet\0 night.")
    story.sync()
    assert story.judged().verdict == "pass"


@pytest.mark.parametrize("length", [3999, 4000, 4001, 6000])
def test_text_cut_at_4000_bytes_is_no_corruption(length: int) -> None:
    """NOMIS holds what it can hold; DPS the whole."""
    story = Story()
    note = story.dps_create("é" + "x" * length)
    story.sync()
    assert story.judged().verdict == "pass"
    story.dps_amend(note, "More than fits.")
    story.sync()
    assert story.judged().verdict == "pass"


def test_text_cut_shorter_than_needed_is_corrupt() -> None:
    """A cut in the wrong place is not NOMIS's cut."""
    story = Story()
    story.dps_create("x" * 5000)
    story.sync()
    (row,) = story.nomis.values()
    row["text"] = "x" * 3000 + SUFFIX
    assert {rule for rule, _ in found(story)} == {"corrupt"}


def test_a_note_that_nobody_wrote_is_corrupt() -> None:
    """A row that repeats no note of anybody is its writer's invention."""
    story, note, _ = both_sides()
    row = dict(story.dps[note])
    story.dps["ghost"] = {**row, "text": "Boo.", "created": "2020-01-01T00:00:00"}
    story.n2("ghost")
    del story.dps["ghost"]
    story.waiting.clear()
    assert ("corrupt", "to-nomis") in found(story)


def test_corruption_is_unknown_while_things_move() -> None:
    """A later write may put the text right."""
    story, _, made = both_sides()
    story.nomis[made]["text"] = "Half a"
    assert unknown(unsettled(story))


# -- converged ---------------------------------------------------------------------


def test_a_type_that_differs_is_not_converged() -> None:
    """Type and occurrence are compared as well as words."""
    story, note, _ = both_sides()
    story.dps[note]["type"] = "GEN"
    assert found(story) == {("converged", "from-nomis")}


def test_an_occurrence_edited_in_nomis_must_reach_dps() -> None:
    """Only the occurrence changed: it is compared, not ignored."""
    story = Story()
    made = story.nomis_create()
    story.sync()
    text = story.nomis[made]["text"]
    story.nomis_edit(made, text, occurred="2026-03-01T08:00:00")
    (copy,) = story.waiting
    story.receive(copy)
    story.fate(copy)
    assert found(story) == {("converged", "from-nomis")}


def test_the_outcome_type_under_its_two_names_is_one_type() -> None:
    """NOMIS CNOTE/OUTCOME stands for DPS APP/OUTCOME."""
    story = Story()
    made = story.nomis_create(kind=("CNOTE", "OUTCOME"))
    story.sync()
    (row,) = story.dps.values()
    row["type"] = "APP"
    assert story.judged().verdict == "pass"
    assert story.nomis[made]["type"] == "CNOTE"


def test_crossed_edits_may_end_either_way_but_equal() -> None:
    """Two edits crossed: either text whole is right, one text a side is not."""
    story, note, made = both_sides()
    story.dps_edit(note, "The DPS text.")
    story.nomis_edit(made, "The NOMIS text.")
    story.waiting.clear()
    assert ("converged", "from-nomis") in found(story) or (
        "converged",
        "to-nomis",
    ) in found(story)
    story.nomis[made]["text"] = "The DPS text."
    assert "converged" not in {rule for rule, _ in found(story)}
    mixed = "The DPS text.The NOMIS text."
    story.nomis[made]["text"] = story.dps[note]["text"] = mixed
    assert {rule for rule, _ in found(story)} >= {"corrupt"}


def test_amendments_on_both_sides_survive_in_any_order() -> None:
    """Crossed amendments: both stand on both sides, in whatever order."""
    story, note, made = both_sides()
    story.looks_at_nomis(made)
    story.nomis_amend(made, "From NOMIS.", user="XYZ98K_GEN")
    (_, theirs) = split(story.nomis[made]["text"])
    story.dps_amend(note, "From DPS.")
    story.handle(story.waiting[-1])
    story.sync()
    ours = story.dps[note]["amendments"][0]
    other = theirs[0]
    story.dps_amendment(note, other.text, other.author, "NOMIS", other.at)
    mine = Part(USER, ours["created"][:19], "From DPS.")
    for order in ([mine, other], [other, mine]):
        story.nomis[made]["text"] = stored("Met on the wing.", order)
        assert "lost" not in {rule for rule, _ in found(story)}
    story.nomis[made]["text"] = stored("Met on the wing.", [mine])
    assert "lost" in {one.rule for one in story.judged().limited}
    story.limits = "as-intended"
    assert "lost" in {rule for rule, _ in found(story)}


def test_a_difference_is_unknown_while_things_move() -> None:
    """The type may be on its way."""
    story, note, _ = both_sides()
    story.dps[note]["type"] = "GEN"
    assert unknown(unsettled(story))


def test_what_a_replacement_in_dps_leaves_as_it_was_is_no_edit() -> None:
    """An administrator sends the whole note: its old type stands against none."""
    story = Story()
    note = story.dps_create("Met on the wing.")
    story.sync()
    (made,) = story.nomis
    story.dps_edit(note, "Met in the gym.")
    story.nomis_edit(made, "Met on the wing.", type="GEN", sub_type="HIS")
    for copy in list(story.waiting):
        if copy["half"] == "to-nomis":
            story.handle(copy)
        else:
            story.receive(copy)
            story.fate(copy)
    story.sync()
    assert story.dps[note]["type"] == "KA"
    assert found(story) == {("converged", "from-nomis")}
