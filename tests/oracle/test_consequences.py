"""Blame goes to the cause: what the other half then had to carry is no fault of it."""

from __future__ import annotations

from harness.oracle.codec import Part, stored
from tests.oracle.helpers import found, unknown, unsettled
from tests.oracle.story import USER, Story


def carried() -> tuple[Story, str, int]:
    """Return a story with one note born in DPS and carried over."""
    story = Story()
    note = story.dps_create()
    story.sync()
    return story, note, next(iter(story.nomis))


def test_a_deletion_nobody_wished_is_the_fault_of_who_began_it() -> None:
    """to-nomis takes a row away; from-nomis carries the deletion, as it must."""
    story, _, made = carried()
    story.n4(made)
    story.sync()
    assert not story.dps
    assert {owner for _, owner in found(story)} == {"to-nomis"}
    followed = {(one.rule, one.owner) for one in story.judged().findings}
    assert ("lost", "from-nomis") in followed


def test_a_half_that_deletes_of_itself_is_at_fault() -> None:
    """from-nomis takes a DPS note away whose row stands: nobody did so before it."""
    story, note, _ = carried()
    story.c4(note)
    story.waiting.clear()
    assert ("lost", "from-nomis") in found(story)
    assert {owner for _, owner in found(story)} == {"from-nomis"}


def garbled() -> Story:
    """Return a note that to-nomis garbled, amended by an officer and carried back."""
    story = Story()
    note = story.dps_create()
    (copy,) = story.waiting
    story.receive(copy)
    made = story.n2(note, text="Garbled.")
    story.fate(copy)
    story.sync()
    story.nomis_amend(made, "He slept well.")
    return story.sync()


def test_wrong_words_are_the_fault_of_who_wrote_them_first() -> None:
    """to-nomis garbled the text; from-nomis brings DPS what stands in NOMIS."""
    assert found(garbled()) == {("corrupt", "to-nomis")}


def test_wrong_words_are_unknown_while_things_move() -> None:
    """They may yet be put right, on either side."""
    assert unknown(unsettled(garbled()))


def test_the_same_wrong_words_written_first_are_a_fault() -> None:
    """The other way round: from-nomis garbled the text, to-nomis carried it."""
    story, note, made = carried()
    story.c3(made, note, text="Garbled.")
    story.waiting.clear()
    story.n3(made, note)
    story.waiting.clear()
    assert ("corrupt", "from-nomis") in found(story)
    assert ("corrupt", "to-nomis") not in found(story)


def test_an_amendment_erased_before_it_was_seen_was_not_there_to_be_carried() -> None:
    """to-nomis writes over an officer's words before from-nomis hears of them."""
    story, note, made = carried()
    story.nomis_amend(made, "From the wing.")
    (copy,) = story.waiting
    story.n3(made, note)
    story.receive(copy)
    story.fate(copy)
    story.waiting.clear()
    assert ("lost", "to-nomis") in found(story)
    assert {owner for _, owner in found(story)} == {"to-nomis"}


def test_an_amendment_that_was_there_to_be_carried_is_owed() -> None:
    """It was erased only after from-nomis had let its message go: both are at fault."""
    story, note, made = carried()
    story.nomis_amend(made, "From the wing.")
    (copy,) = story.waiting
    story.receive(copy)
    story.fate(copy)
    story.n3(made, note)
    story.waiting.clear()
    assert {("lost", "to-nomis"), ("lost", "from-nomis")} <= found(story)


def test_different_wrongs_of_two_halves_both_count() -> None:
    """Each garbled the text in its own way."""
    story, note, made = carried()
    story.c3(made, note, text="Garbled in DPS.")
    part = Part(USER, "2026-03-02T09:00:00", "Invented.")
    story.nomis[made]["text"] = stored("Garbled in NOMIS.", [part])
    story.waiting.clear()
    assert {("corrupt", "to-nomis"), ("corrupt", "from-nomis")} <= found(story)


def test_an_edit_that_was_let_go_may_be_written_over() -> None:
    """from-nomis ignores an officer's edit; later to-nomis writes what DPS holds."""
    story, note, made = carried()
    story.nomis_edit(made, "Corrected.")
    (copy,) = story.waiting
    story.receive(copy)
    story.fate(copy)
    story.dps_amend(note, "He slept well.")
    story.sync()
    assert {owner for _, owner in found(story)} == {"from-nomis"}


def test_an_edit_written_over_before_it_was_let_go_is_the_writers_fault() -> None:
    """to-nomis did not look; from-nomis found nothing left of the edit."""
    story, note, made = carried()
    story.nomis_edit(made, "Corrected.")
    (copy,) = story.waiting
    story.n3(made, note)
    story.receive(copy)
    story.fate(copy)
    story.waiting.clear()
    assert "to-nomis" in {owner for _, owner in found(story)}


def test_whoever_took_the_mapping_away_has_it_to_answer_for() -> None:
    """from-nomis unmaps a note of DPS: to-nomis cannot carry its amendment."""
    story, note, _ = carried()
    path = f"/mapping/casenotes/dps-casenote-id/{note}"
    name = "mapping.delete_case_note_mappings_by_dps_id"
    story.call("from-nomis-mapping", name, "DELETE", path, None, 204)
    story.unmap(note)
    story.dps_amend(note, "He slept well.")
    story.sync()
    assert found(story) == {("mapping-sound", "from-nomis")}
    assert ("lost", "to-nomis") in {
        (one.rule, one.owner) for one in story.judged().findings
    }


def test_whoever_never_made_the_mapping_carries_its_own_losses() -> None:
    """to-nomis lost the mapping itself: what it then loses is its fault as well."""
    story, note, _ = carried()
    story.unmap(note)
    story.dps_amend(note, "He slept well.")
    story.sync()
    assert found(story) == {("mapping-sound", "to-nomis"), ("lost", "to-nomis")}


def test_a_delete_nobody_wished_is_called_one() -> None:
    """Counting writes alone would not tell a reader what happened."""
    story, _, made = carried()
    story.n4(made)
    story.sync()
    (violation,) = [v for v in story.judged().violations if v.rule == "loop"]
    assert violation.message.endswith("it deleted the note, which no user had done")
