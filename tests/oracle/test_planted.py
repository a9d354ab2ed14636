"""The planted defects of the first issue: seen, and laid at the right door."""

from __future__ import annotations

from tests.oracle.story import Story


def found(story: Story) -> set[tuple[str, str]]:
    """Return rule and owner of each violation."""
    return {(one.rule, one.owner) for one in story.judged().violations}


def test_a_right_sync_passes_on_both_sides() -> None:
    """Creates, amendments, edits and deletes carried over rightly break no rule."""
    story = Story()
    born_in_dps = story.dps_create()
    born_in_nomis = story.nomis_create()
    story.sync()
    story.dps_amend(born_in_dps, "He asked about visits.")
    story.nomis_amend(born_in_nomis, "Ate breakfast.", user="XYZ98K_GEN")
    story.sync()
    story.dps_edit(born_in_dps, "Met in the gym.")
    story.nomis_edit(born_in_nomis, "Loud night.")
    story.sync()
    verdict = story.judged()
    assert verdict.verdict == "pass"
    assert verdict.checked["lost"] == 6
    story.dps_delete(born_in_dps)
    story.nomis_delete(born_in_nomis)
    story.sync()
    assert story.judged().verdict == "pass"


def test_no_loop_guard_in_from_nomis_is_its_loop_and_its_duplicate() -> None:
    """A DPS note echoed back as a new DPS note: duplicate and loop, from-nomis."""
    story = Story()
    story.loop_guard = False
    story.dps_create()
    story.sync()
    assert found(story) == {
        ("duplicate", "from-nomis"),
        ("loop", "from-nomis"),
    }


def test_an_amendment_echoed_by_from_nomis_is_a_loop_without_a_duplicate() -> None:
    """Writing DPS back what DPS just wrote is a loop even when nothing changes."""
    story = Story()
    note = story.dps_create()
    story.sync()
    story.loop_guard = False
    story.dps_amend(note, "He asked about visits.")
    story.sync()
    assert ("loop", "from-nomis") in found(story)
    assert not {rule for rule, _ in found(story)} - {"loop"}


def test_no_source_filter_in_to_nomis_is_its_loop_and_its_duplicate() -> None:
    """A NOMIS note written back to NOMIS: duplicate and loop, to-nomis."""
    story = Story()
    story.source_filter = False
    story.nomis_create()
    story.sync()
    assert {("duplicate", "to-nomis"), ("loop", "to-nomis")} <= found(story)


def test_a_blind_retry_of_the_create_is_a_duplicate_but_no_loop() -> None:
    """POST again after a lost answer: two NOMIS rows, owner to-nomis, no cycle."""
    story = Story()
    note = story.dps_create()
    (copy,) = story.waiting
    story.receive(copy)
    story.n2(note, lost=True, mapped=False)
    story.n2(note)
    story.fate(copy)
    story.sync()
    assert found(story) == {("duplicate", "to-nomis")}


def test_a_redelivered_create_that_makes_a_second_row_is_a_duplicate() -> None:
    """Delivered twice and created twice: the ledger owes two requests, not two rows."""
    story = Story()
    note = story.dps_create()
    (copy,) = story.waiting
    story.receive(copy)
    story.n2(note, mapped=False)
    story.receive(copy)
    story.n2(note)
    story.fate(copy)
    story.sync()
    assert found(story) == {("duplicate", "to-nomis")}


def test_a_message_acknowledged_without_effect_is_the_halfs_loss() -> None:
    """The change never came over, and the half said it was done."""
    story = Story()
    story.dps_create()
    (copy,) = story.waiting
    story.receive(copy)
    story.fate(copy)
    verdict = story.judged()
    assert [(one.rule, one.owner) for one in verdict.violations] == [
        ("lost", "to-nomis")
    ]
    assert "acknowledged without effect" in verdict.violations[0].message
    assert verdict.violations[0].evidence["seqs"]


def test_an_event_never_published_is_the_publishers_loss() -> None:
    """Written and told nobody: DPS's or NOMIS's fault, not the sync's."""
    dps, nomis = Story(), Story()
    dps.publish_dps = nomis.publish_nomis = False
    dps.dps_create()
    nomis.nomis_create()
    assert found(dps) == {("lost", "dps")}
    assert found(nomis) == {("lost", "nomis")}
