"""Loop: writes counted against what each copy is owed."""

from __future__ import annotations

import pytest

from tests.oracle.helpers import found, only, unknown, unsettled
from tests.oracle.story import Story


def carried() -> tuple[Story, str, int]:
    """Return a story with one note born in DPS and carried over."""
    story = Story()
    note = story.dps_create()
    story.sync()
    return story, note, next(iter(story.nomis))


def test_a_write_for_every_change_is_owed() -> None:
    """Create, amendment and edit owe three writes, and three are no loop."""
    story, note, _ = carried()
    story.dps_amend(note, "One.")
    story.sync()
    story.dps_edit(note, "Two.")
    story.sync()
    assert story.judged().verdict == "pass"


def test_a_write_that_nobody_asked_for_is_a_loop() -> None:
    """A second rewrite without a change is one too many; the cycle is shown."""
    story, note, made = carried()
    story.dps_amend(note, "One.")
    story.sync()
    story.n3(made, note)
    violation = only(story.judged(), "loop")
    assert (violation.owner, violation.evidence["writes"]) == ("to-nomis", 3)
    assert violation.evidence["owed"] == 2
    assert violation.evidence["cycle"]


def test_a_write_counts_even_if_it_changed_nothing() -> None:
    """Putting DPS what it holds already is a loop all the same."""
    story = Story()
    made = story.nomis_create()
    story.sync()
    story.c3(made, next(iter(story.dps)))
    assert found(story) == {("loop", "from-nomis")}


def test_deliveries_the_ledger_shows_are_owed() -> None:
    """A message delivered three times may be worked on three times."""
    story, note, made = carried()
    story.dps_amend(note, "One.")
    (copy,) = story.waiting
    for _ in range(3):
        story.receive(copy)
        story.n3(made, note)
    story.fate(copy)
    story.sync()
    assert story.judged().verdict == "pass"


def test_a_duplicated_message_is_owed_as_well() -> None:
    """A second copy of the message in the queue owes a second write."""
    story, note, made = carried()
    story.dps_amend(note, "One.")
    (copy,) = story.waiting
    twin = story.arrive(copy, "duplicate")
    for one in (copy, twin):
        story.receive(one)
        story.n3(made, note)
        story.fate(one)
    story.sync()
    assert story.judged().verdict == "pass"


def test_a_lost_answer_and_a_servers_failure_owe_another_try() -> None:
    """Who does not know whether it was done may do it again."""
    story, note, made = carried()
    story.dps_amend(note, "One.")
    (copy,) = story.waiting
    story.receive(copy)
    story.n3(made, note, lost=True)
    story.n3(made, note, status=503, wrote=False)
    story.n3(made, note)
    story.fate(copy)
    story.sync()
    assert story.judged().verdict == "pass"


@pytest.mark.parametrize(
    ("status", "tries", "rules"),
    [(401, 1, set()), (403, 5, set()), (400, 5, set()), (400, 6, {"loop"})],
)
def test_what_was_refused_may_be_tried_again(
    status: int, tries: int, rules: set[str]
) -> None:
    """It did nothing; but who asks again and again without end goes in a circle."""
    story, note, made = carried()
    story.dps_amend(note, "One.")
    (copy,) = story.waiting
    story.receive(copy)
    for _ in range(tries):
        story.n3(made, note, status=status, wrote=False)
    story.n3(made, note)
    story.fate(copy)
    story.sync()
    assert {rule for rule, _ in found(story)} == rules


def test_crossed_changes_owe_one_merging_back() -> None:
    """A pair of concurrent changes may be written back once, not twice."""
    story, note, made = carried()
    story.nomis_edit(made, "The NOMIS text.")
    story.dps_edit(note, "The DPS text.")
    story.sync()
    story.n3(made, note)
    assert "loop" not in {rule for rule, _ in found(story)}
    story.n3(made, note)
    story.n3(made, note)
    assert ("loop", "to-nomis") in found(story)


def test_a_resend_owes_what_it_delivers() -> None:
    """The operator's resend of events asks for work; an echo does not."""
    story, note, made = carried()
    path = "/resend-person-case-note-events"
    seq = story.call("ops", "dps.resend_events", "POST", path, {"uuids": [note]}, 204)
    story.tell_dps("updated", note, seq)
    (copy,) = story.waiting
    story.receive(copy)
    story.n3(made, note)
    story.fate(copy)
    story.sync()
    assert story.judged().verdict == "pass"


def test_an_event_that_a_scenario_replays_owes_what_it_delivers() -> None:
    """A replayed user event without a cause is no echo."""
    story = Story()
    made = story.nomis_create()
    story.sync()
    body = {"caseNoteId": made, "auditModuleName": "OIDNOMIS"}
    story.event("OFFENDER_CASE_NOTES-UPDATED", body, None, "from-nomis")
    story.sync()
    assert story.judged().verdict == "pass"


def test_an_echo_owes_nothing_even_without_a_known_cause() -> None:
    """An event stamped by the sync is its own doing, known cause or not."""
    story, _, made = carried()
    story.loop_guard = False
    body = {"caseNoteId": made, "auditModuleName": "DPS_SYNCHRONISATION_X"}
    story.event("OFFENDER_CASE_NOTES-UPDATED", body, None, "from-nomis")
    story.sync()
    assert ("loop", "from-nomis") in found(story)


def test_a_delete_of_what_is_gone_sets_nothing_going() -> None:
    """The echo of a delete that finds nothing is no loop."""
    story, note, _ = carried()
    story.dps_delete(note)
    story.sync()
    story.c4(note)
    story.waiting.clear()
    assert story.judged().verdict == "pass"


def test_repairs_that_an_operator_runs_are_owed() -> None:
    """A repair the journal tells of owes a write to each copy."""
    story, note, made = carried()
    story.write("target", half="to-nomis", action="repaired")
    story.n3(made, note)
    assert story.judged().verdict == "pass"


def test_without_a_finished_count_a_sound_note_is_unknown() -> None:
    """Not one write too many so far proves nothing while things move."""
    story, _, _ = carried()
    assert unknown(unsettled(story))


def test_an_automatic_note_that_an_officer_deleted_was_owed_both_writes() -> None:
    """Nothing tells what the row held but the write that carried it to DPS."""
    story = Story()
    kind = "TRANSFER", "FROMTOL"
    made = story.nomis_row("Transferred.", "OMS_OWNER", "TRG", kind, source="AUTO")
    body = {"caseNoteId": made, "offenderIdDisplay": story.prisoner}
    story.event("OFFENDER_CASE_NOTES-INSERTED", body, None, "from-nomis")
    story.sync()
    story.nomis_delete(made)
    story.sync()
    assert story.judged().verdict == "pass"
