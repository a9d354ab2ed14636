"""Leaked, mapping sound, conserved, overwritten, acknowledged before done."""

from __future__ import annotations

from typing import Any

import pytest

from tests.oracle.helpers import found, only, unknown, unsettled
from tests.oracle.story import Story


def carried() -> tuple[Story, str, int]:
    """Return a story with one note born in DPS and carried over."""
    story = Story()
    note = story.dps_create()
    story.sync()
    return story, note, next(iter(story.nomis))


# -- leaked ------------------------------------------------------------------------


def test_a_dps_only_note_stays_in_dps() -> None:
    """Not carried over is right, and no loss."""
    story = Story()
    story.dps_create(synced=False)
    story.sync()
    verdict = story.judged()
    assert verdict.verdict == "pass"
    assert verdict.checked["leaked"] == 1


def test_a_dps_only_note_in_nomis_is_leaked() -> None:
    """to-nomis carried over what must stay."""
    story = Story()
    note = story.dps_create(synced=False)
    story.sync()
    story.n2(note)
    story.waiting.clear()
    violation = only(story.judged(), "leaked")
    assert violation.owner == "to-nomis"
    assert violation.severity == 1


def test_a_dps_only_note_that_nomis_refused_is_leaked_all_the_same() -> None:
    """It left DPS, though NOMIS answered 400."""
    story = Story()
    note = story.dps_create(synced=False)
    story.sync()
    path = f"/prisoners/{story.prisoner}/casenotes"
    row = story.dps[note]
    body = {
        "caseNoteType": row["type"],
        "caseNoteSubType": row["sub_type"],
        "occurrenceDateTime": row["occurred"],
        "creationDateTime": row["created"],
        "authorUsername": row["author"],
        "caseNoteText": row["text"],
    }
    name = "nomis.create_case_note"
    story.call("to-nomis-nomis", name, "POST", path, body, 400, None)
    assert ("leaked", "to-nomis") in found(story)


def test_a_leak_is_certain_even_while_things_move() -> None:
    """What has left DPS has left; a note that may not leave is otherwise unknown."""
    story = Story()
    note = story.dps_create(synced=False)
    story.sync()
    assert unknown(unsettled(story))
    story.n2(note)
    story.waiting.clear()
    verdict = unsettled(story).judged()
    assert verdict.verdict == "fail"
    assert "leaked" in {one.rule for one in verdict.violations}


def test_a_sensitive_type_marked_for_nomis_is_a_finding() -> None:
    """The sub type's own mark decides; that it is sensitive is for its owner to see."""
    story = Story()
    story.dps_create(sensitive=True)
    story.sync()
    verdict = story.judged()
    assert verdict.verdict == "pass"
    assert [one.owner for one in verdict.findings] == ["configuration"]


# -- mapping sound -----------------------------------------------------------------


def test_a_pair_without_a_mapping_is_unsound() -> None:
    """Both copies stand, no row ties them: the creator's half forgot it."""
    story, _, _ = carried()
    story.mapping.clear()
    assert found(story) == {("mapping-sound", "to-nomis")}
    other = Story()
    other.nomis_create()
    other.sync()
    other.mapping.clear()
    assert found(other) == {("mapping-sound", "from-nomis")}


def test_a_mapping_to_a_note_that_is_gone_is_unsound() -> None:
    """Deleted notes leave no mapping; the half that should unmap them is at fault."""
    story, note, _ = carried()
    kept = [dict(row) for row in story.mapping]
    story.dps_delete(note)
    story.sync()
    story.mapping = kept
    assert found(story) == {("mapping-sound", "to-nomis")}


@pytest.mark.parametrize(
    ("field", "value", "owner"),
    [("prisoner", "B2222BB", "from-nomis"), ("booking", 0, "to-nomis")],
)
def test_a_mapping_names_the_present_prisoner_and_booking(
    field: str, value: object, owner: str
) -> None:
    """A stale number or booking would be missed by the next merge or move."""
    story, _, _ = carried()
    story.mapping[0][field] = value
    assert found(story) == {("mapping-sound", owner)}


def test_a_mapping_of_two_different_notes_is_unsound() -> None:
    """Crossed rows: each note mapped to the other's copy."""
    story = Story()
    story.dps_create("One.")
    story.dps_create("Two.")
    story.sync()
    assert story.judged().verdict == "pass"
    first, second = story.mapping
    first["dps_id"], second["dps_id"] = second["dps_id"], first["dps_id"]
    assert {rule for rule, _ in found(story)} == {"mapping-sound"}


def mapped_by(story: Story, client: str, kind: str, *, batch: bool = False) -> None:
    """Let a half map the one pair with a type, and the journal say so."""
    (row,) = story.mapping
    row["mapping_type"] = kind
    body = {"dpsCaseNoteId": row["dps_id"], "nomisCaseNoteId": row["nomis_id"]}
    path = "/mapping/casenotes/batch" if batch else "/mapping/casenotes"
    name = "mapping.create_case_note_mappings"
    name = name if batch else "mapping.create_case_note_mapping"
    story.call(client, name, "POST", path, [body] if batch else body, 201)


@pytest.mark.parametrize("kind", ["NOMIS_CREATED", "MIGRATED"])
def test_the_mapping_of_a_dps_note_says_so_whoever_made_it(kind: str) -> None:
    """Whoever wrote it is at fault; from-nomis may map an echo for to-nomis."""
    for half in ("to-nomis", "from-nomis"):
        story, _, _ = carried()
        mapped_by(story, f"{half}-mapping", "DPS_CREATED")
        assert story.judged().verdict == "pass"
        mapped_by(story, f"{half}-mapping", kind)
        assert found(story) == {("mapping-sound", half)}
        assert "should be DPS_CREATED" in only(story.judged(), "mapping-sound").message


def test_the_mapping_of_a_nomis_note_says_that_it_was_created_there() -> None:
    """Not that DPS made it; nor a migration, unless one brought it."""
    for kind, right in (
        ("NOMIS_CREATED", True),
        ("DPS_CREATED", False),
        ("MIGRATED", False),
    ):
        story = Story()
        story.nomis_create()
        story.sync()
        mapped_by(story, "from-nomis-mapping", kind)
        assert found(story) == (
            set() if right else {("mapping-sound", "from-nomis")}
        ), kind
        assert right or unknown(unsettled(story))


def test_the_mapping_of_a_migrated_note_says_so() -> None:
    """The migration's own rows do; to-nomis cannot know how an unmapped note came."""
    for client, kind, right in (
        ("from-nomis", "MIGRATED", True),
        ("from-nomis", "NOMIS_CREATED", False),
        ("to-nomis", "NOMIS_CREATED", True),
        ("to-nomis", "DPS_CREATED", False),
    ):
        story = Story()
        made = story.nomis_row("Long ago.", "ABC12D_GEN", "OIDNOMIS", ("GEN", "HIS"))
        story.begin()
        note = story.migrate(made)
        story.map(note, made, kind)
        mapped_by(story, f"{client}-mapping", kind, batch=True)
        wanted = set() if right else {("mapping-sound", client)}
        assert found(story) == wanted, (client, kind)


def test_a_mapping_that_nobody_is_seen_to_write_is_held_to_no_type() -> None:
    """The harness's own, or one older than the journal."""
    story, _, _ = carried()
    story.mapping[0]["mapping_type"] = "MIGRATED"
    assert story.judged().verdict == "pass"


def test_a_mapping_is_unknown_while_things_move() -> None:
    """The row may be on its retry queue."""
    story, _, _ = carried()
    story.mapping.clear()
    assert unknown(unsettled(story))


# -- conserved ---------------------------------------------------------------------


def test_a_message_still_queued_after_settling_is_unconserved() -> None:
    """The half that should have taken it is at fault."""
    story, note, _ = carried()
    story.dps_amend(note, "More.")
    (copy,) = story.waiting
    story.leave(copy, "in-flight")
    assert ("conserved", "to-nomis") in found(story)


def test_a_dead_letter_must_be_explained() -> None:
    """A dead letter fails, unless the scenario said it would come."""
    story, _, _ = carried()
    body = {"caseNoteId": 5}
    copy = story.event("OFFENDER_CASE_NOTES-UPDATED", body, None, "from-nomis")
    story.receive(copy)
    story.fate(copy, "dead-lettered")
    bottom = {**copy, "queue": "prisoner_from_nomis_casenotes_dl_queue"}
    entry = {name: bottom[name] for name in ("queue", "event", "type")}
    story.write(
        "copy", copy=99, message="m", origin="redrive", parent=copy["copy"],
        subjects=[], **entry,
    )  # fmt: skip
    story.leave({**bottom, "copy": 99}, "dead")
    assert found(story) == {("conserved", "from-nomis")}
    for explained in (True, ["OFFENDER_CASE_NOTES-UPDATED"]):
        story.expectations = {"dead_letters": explained}
        assert story.judged().verdict == "pass"
    story.expectations = {"dead_letters": ["person.case-note.created"]}
    assert found(story) == {("conserved", "from-nomis")}


def test_a_message_passed_on_must_arrive_somewhere() -> None:
    """Moved, parked or dead-lettered, and then nowhere: the ledger does not balance."""
    story, note, _ = carried()
    story.dps_amend(note, "More.")
    (copy,) = story.waiting
    story.handle(copy)
    story.sync()
    for entry in story.entries:
        if entry["kind"] == "fate" and entry["copy"] == copy["copy"]:
            entry["fate"] = "moved"
    assert ("conserved", "relay") in found(story)


def test_a_message_held_by_the_scenario_makes_it_unknown() -> None:
    """What the scenario itself holds back proves nothing."""
    story, note, _ = carried()
    del note
    body = {"caseNoteId": 5}
    copy = story.event("OFFENDER_CASE_NOTES-UPDATED", body, None, "from-nomis")
    story.leave(copy, "held")
    assert unknown(story)


# -- overwritten -------------------------------------------------------------------


def crossed() -> tuple[Story, str, int]:
    """Return two edits that crossed, before any was carried over."""
    story, note, made = carried()
    story.nomis_edit(made, "The NOMIS text.")
    story.dps_edit(note, "The DPS text.")
    return story, note, made


def test_a_losing_dps_text_in_the_audit_is_a_finding() -> None:
    """NOMIS's text won; DPS keeps the losing text in its audit."""
    story, note, made = crossed()
    story.handle(story.waiting[0])
    story.waiting.clear()
    assert story.dps[note]["text"] == story.nomis[made]["text"] == "The NOMIS text."
    verdict = story.judged()
    assert verdict.verdict == "pass"
    assert [one.rule for one in verdict.findings] == ["overwritten"]


def test_a_losing_text_that_nobody_keeps_is_a_violation() -> None:
    """NOMIS's text lost and no audit row of DPS has it."""
    story, _, _ = crossed()
    story.handle(story.waiting[-1])
    story.sync()
    story.limits = "as-intended"
    violation = only(story.judged(), "overwritten")
    assert violation.evidence["wanted"] == "The NOMIS text."


def test_a_target_may_declare_the_winner() -> None:
    """The later edit wins, the target says: then the earlier may not."""
    story, _, _ = crossed()
    story.handle(story.waiting[0])
    story.waiting.clear()
    story.expectations = {"winner": "later"}
    assert {rule for rule, _ in found(story)} == {"converged"}
    story.expectations = {"winner": "nomis"}
    assert story.judged().verdict == "pass"


def test_edits_that_did_not_cross_overwrite_nothing() -> None:
    """The later edit simply wins: nothing was lost."""
    story, note, made = carried()
    story.nomis_edit(made, "The NOMIS text.")
    story.sync()
    story.dps_edit(note, "The DPS text.")
    story.sync()
    verdict = story.judged()
    assert (verdict.verdict, verdict.findings) == ("pass", [])


def test_a_crossing_is_unknown_while_things_move() -> None:
    """Who wins is open until all has arrived."""
    story, _, _ = crossed()
    assert unknown(unsettled(story))


# -- acknowledged before done ------------------------------------------------------


def test_work_after_the_acknowledgement_is_seen_without_the_syncs_help() -> None:
    """The write came after the message was let go: a crash between would lose it."""
    story = Story()
    story.acknowledge_first = True
    story.dps_create()
    story.sync()
    assert found(story) == {("acknowledged-before-done", "to-nomis")}


def test_the_other_half_acknowledging_first_is_its_own_fault() -> None:
    """NOMIS to DPS, the same."""
    story = Story()
    story.acknowledge_first = True
    story.nomis_create()
    story.sync()
    assert found(story) == {("acknowledged-before-done", "from-nomis")}


def test_the_syncs_own_word_about_its_cause_convicts_it() -> None:
    """A write that names a message already deleted, though others are in hand."""
    story, note, made = carried()
    story.dps_amend(note, "One.")
    (copy,) = story.waiting
    twin = story.arrive(copy, "duplicate")
    story.receive(copy)
    story.receive(twin)
    story.fate(copy)
    story.n3(made, note, cause=copy["message"])
    story.fate(twin)
    story.sync()
    assert found(story) == {("acknowledged-before-done", "to-nomis")}


def internal(story: Story, note: str, number: int) -> dict[str, Any]:
    """Return the keys of a RETRY_CREATE_MAPPING that to-nomis sent to itself."""
    queue = "hmpps_prisoner_to_nomis_casenotes_queue"
    keys = {"copy": number, "queue": queue, "message": f"sqs-{number}"}
    story.write(
        "copy",
        **keys,
        event=None,
        type="RETRY_CREATE_MAPPING",
        origin="send",
        parent=None,
        subjects=[story.prisoner, note],
    )
    story.write("received", **keys, count=1, client="to-nomis")
    return keys


def test_a_message_the_half_sent_to_itself_is_in_hand_too() -> None:
    """The delete was let go; its retried mapping then took the NOMIS row away."""
    for kept in (True, False):
        story, note, made = carried()
        retry = internal(story, note, 901)
        story.dps_delete(note)
        (copy,) = story.waiting
        story.receive(copy)
        story.fate(copy)
        if not kept:
            story.write("fate", **retry, fate="deleted", parent=None)
        story.n4(made)
        story.unmap(note)
        if kept:
            story.write("fate", **retry, fate="deleted", parent=None)
        story.sync()
        early = {("acknowledged-before-done", "to-nomis")}
        assert found(story) == (set() if kept else early)


def test_one_message_may_do_the_work_of_two() -> None:
    """Handling the first wrote both amendments; the second is let go at once."""
    story, note, made = carried()
    story.dps_amend(note, "One.")
    story.dps_amend(note, "Two.")
    first, second = story.waiting
    story.receive(second)
    story.receive(first)
    story.fate(second)
    story.n3(made, note)
    story.fate(first)
    story.sync()
    assert story.judged().verdict == "pass"


def test_a_repair_in_a_later_step_accuses_nobody() -> None:
    """Dropped while switched off, and put right later by an operator: no early ack."""
    story = Story()
    note = story.dps_create()
    (copy,) = story.waiting
    story.receive(copy)
    story.fate(copy)
    story.write("step", text="When an operator repairs the note", scenario="s")
    story.write("target", half="to-nomis", action="repaired")
    story.n2(note)
    story.sync()
    assert story.judged().verdict == "pass"


def test_an_early_acknowledgement_is_certain_while_things_move() -> None:
    """It happened; without one, a moving story is unknown."""
    story = Story()
    story.acknowledge_first = True
    story.dps_create()
    story.sync()
    assert unsettled(story).judged().verdict == "fail"
    other, _, _ = carried()
    assert unknown(unsettled(other))
