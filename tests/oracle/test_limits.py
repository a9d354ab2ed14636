"""Limits: each excuses what the real service does, and nothing that only looks so."""

from __future__ import annotations

import pytest

from contracts.limits import limits
from harness.oracle.codec import SUFFIX, Part, split, stored
from harness.oracle.limited import CHECKS
from tests.oracle.helpers import found, limited
from tests.oracle.story import SYNC, USER, Story
from tests.oracle.test_alert_notes import AlertStory


def carried(
    text: str = "Met on the wing.", *, generated: bool = False
) -> tuple[Story, str, int]:
    """Return a story with one note born in DPS and carried over."""
    story = Story()
    note = story.dps_create(text, generated=generated)
    story.sync()
    return story, note, next(iter(story.nomis))


def excused(story: Story, limit: str) -> None:
    """Check that exactly this limit excuses all, and only as deployed."""
    verdict = story.judged()
    assert verdict.violations == []
    assert {one.limit for one in verdict.limited} == {limit}
    assert verdict.verdict == "pass"
    owner = next(one.owner for one in limits() if one.id == limit)
    assert {one.owner for one in verdict.limited} == {owner}
    story.limits = "as-intended"
    assert story.judged().verdict == "fail"
    story.limits = "as-deployed"
    story.expectations = {**story.expectations, "fixed_limits": [limit]}
    assert limit not in limited(story)


def test_every_limit_has_its_check_and_its_words() -> None:
    """Id, section, owner, corpus and a check that exists; no check without a limit."""
    assert {limit.evidence for limit in limits()} == set(CHECKS)
    assert len({limit.id for limit in limits()}) == len(limits())
    for limit in limits():
        assert limit.owner in {"dps", "nomis", "mapping"}
        assert limit.corpus
        assert limit.section
        assert limit.title
        assert limit.rules


# -- the upsert of DPS -------------------------------------------------------------


def equal_seconds() -> tuple[Story, str, int]:
    """Return a note with two amendments by one user in one second."""
    story, note, made = carried()
    story.step *= 0
    story.dps_amend(note, "One.")
    story.dps_amend(note, "Two.")
    story.sync()
    return story, note, made


def test_equal_second_amendments_added_again_are_dpss_limit() -> None:
    """The upsert finds no single match for either, and adds both once more."""
    story, note, made = equal_seconds()
    story.nomis_amend(made, "Three.", user="XYZ98K_GEN")
    story.handle(story.waiting[0])
    for one in story.dps[note]["amendments"][:2]:
        story.dps_amendment(note, one["text"], USER, "NOMIS", one["created"][:19])
    story.sync()
    excused(story, "dps-equal-second-amendments-are-re-added")


def test_an_amendment_repeated_without_a_sync_is_no_limit() -> None:
    """Nothing was put to DPS: the repetition is somebody else's."""
    story, note, _ = equal_seconds()
    one = story.dps[note]["amendments"][0]
    story.dps_amendment(note, one["text"], USER, "NOMIS", one["created"][:19])
    assert {rule for rule, _ in found(story)} == {"duplicate"}


def test_an_amendment_repeated_in_its_own_second_is_no_limit() -> None:
    """Alone in its second, an amendment is matched: repeating it is a fault."""
    story, note, made = carried()
    story.dps_amend(note, "Alone.")
    story.sync()
    story.nomis_amend(made, "Three.", user="XYZ98K_GEN")
    story.sync()
    one = story.dps[note]["amendments"][0]
    story.dps_amendment(note, "Alone.", USER, "NOMIS", one["created"][:19])
    assert {rule for rule, _ in found(story)} == {"duplicate"}


def removed_in_nomis() -> tuple[Story, str, int]:
    """Return a note whose NOMIS amendment an officer took out again."""
    story = Story()
    made = story.nomis_create()
    story.sync()
    story.nomis_amend(made, "A mistake.")
    story.sync()
    story.nomis_rewrite(made, "Quiet night.")
    return story, next(iter(story.dps)), made


def test_an_amendment_removed_in_nomis_that_stays_in_dps_is_dpss_limit() -> None:
    """from-nomis sent the note without it; the upsert takes nothing away."""
    story, _, _ = removed_in_nomis()
    story.sync()
    excused(story, "dps-amendments-removed-in-nomis-stay")


def test_a_removal_that_was_never_sent_is_no_limit() -> None:
    """from-nomis acknowledged it without a write."""
    story, _, _ = removed_in_nomis()
    (copy,) = story.waiting
    story.receive(copy)
    story.fate(copy)
    assert {rule for rule, _ in found(story)} == {"resurrected"}


def rebuilt(*, generated: bool = False) -> tuple[Story, str, int]:
    """Return a DPS note with an amendment, rebuilt by a NOMIS edit of its text."""
    story, note, made = carried(generated=generated)
    story.dps_amend(note, "He asked.")
    story.sync()
    story.nomis_edit(made, "Met in the gym.")
    story.sync()
    return story, note, made


def test_new_amendment_ids_after_a_rebuild_are_dpss_limit() -> None:
    """The upsert rebuilt the note and gave the amendment a new id."""
    story, note, _ = rebuilt()
    story.dps[note]["amendments"][0]["id"] = "new-id"
    excused(story, "dps-amendment-ids-change-on-replace")


@pytest.mark.parametrize(
    ("field", "value"), [("system", "NOMIS"), ("system_generated", False)]
)
def test_origin_lost_in_a_rebuild_is_dpss_limit(field: str, value: object) -> None:
    """The rebuilt note takes origin and flag from NOMIS, its amendments too."""
    story, note, _ = rebuilt(generated=True)
    story.dps[note][field] = value
    story.dps[note]["amendments"][0]["system"] = "NOMIS"
    excused(story, "dps-replace-loses-system")


def test_a_flag_that_no_rebuild_gives_is_no_limit() -> None:
    """NOMIS calls no note of DPS generated by the system."""
    story, note, _ = rebuilt()
    story.dps[note]["system_generated"] = True
    assert "altered" in {rule for rule, _ in found(story)}


def test_ids_and_origin_lost_without_a_rebuild_are_no_limit() -> None:
    """Nothing was rebuilt: somebody overwrote them."""
    story, note, _ = carried()
    story.dps_amend(note, "He asked.")
    story.sync()
    story.dps[note]["amendments"][0]["id"] = "new-id"
    story.dps[note]["system"] = "NOMIS"
    assert found(story) == {("altered", "from-nomis")}


def fell_to_rebuild(*, audited: bool, looked: bool = True) -> Story:
    """Return a DPS amendment gone after a NOMIS edit rebuilt the note."""
    story, note, made = carried()
    story.nomis_edit(made, "Met in the gym.")
    if looked:
        story.looks_at_dps(note)
    story.dps_amend(note, "He asked.")
    first, second = story.waiting
    story.handle(first)
    if not audited:
        story.audit.clear()
    story.dps[note]["amendments"].clear()
    story.handle(second)
    story.waiting.clear()
    return story


def test_a_dps_amendment_that_fell_to_a_rebuild_is_dpss_limit() -> None:
    """The upsert knew nothing of it; the audit keeps the version that had it."""
    story = fell_to_rebuild(audited=True)
    assert "dps-replace-loses-dps-amendments" in limited(story)
    story.limits = "as-intended"
    assert "lost" in {rule for rule, _ in found(story)}


def test_a_dps_amendment_rebuilt_away_unseen_is_the_syncs_fault() -> None:
    """It stood in DPS before from-nomis wrote, and from-nomis never looked."""
    story = fell_to_rebuild(audited=True, looked=False)
    assert "dps-replace-loses-dps-amendments" not in limited(story)
    assert "lost" in {rule for rule, _ in found(story)}


def test_a_dps_amendment_gone_without_trace_is_no_limit() -> None:
    """No audit row shows a rebuild that took it."""
    story = fell_to_rebuild(audited=False)
    assert "dps-replace-loses-dps-amendments" not in limited(story)
    assert "lost" in {rule for rule, _ in found(story)}


# -- the update of NOMIS -----------------------------------------------------------


def wiped(*, first_from_nomis: bool, looked: bool = True) -> Story:
    """Return a NOMIS amendment wiped by the push of a DPS amendment."""
    story, note, made = carried()
    if looked:
        story.looks_at_nomis(made)
    story.nomis_amend(made, "From NOMIS.", user="XYZ98K_GEN")
    story.dps_amend(note, "From DPS.")
    nomis, dps = story.waiting
    if first_from_nomis:
        story.handle(nomis)
        row = story.dps[note]
        row["amendments"] = [a for a in row["amendments"] if a["system"] == "DPS"]
    story.handle(dps)
    story.sync()
    return story


def test_a_nomis_amendment_wiped_before_it_was_read_is_nomiss_limit() -> None:
    """N3 is a blind replacement: the amendment had not yet reached DPS."""
    story = wiped(first_from_nomis=False)
    assert limited(story) == {"nomis-update-is-blind-replace"}
    excused(story, "nomis-update-is-blind-replace")


def test_a_nomis_amendment_wiped_unseen_is_the_syncs_fault() -> None:
    """It stood in NOMIS before to-nomis wrote, and to-nomis never looked (ORD-07)."""
    story = wiped(first_from_nomis=False, looked=False)
    assert limited(story) == set()
    assert ("lost", "to-nomis") in found(story)


def test_a_nomis_amendment_wiped_though_shown_is_the_syncs_fault() -> None:
    """to-nomis read the row with the amendment in it, and wrote it without."""
    story, note, made = carried()
    story.nomis_amend(made, "From NOMIS.", user="XYZ98K_GEN")
    story.looks_at_nomis(made)
    story.dps_amend(note, "From DPS.")
    story.handle(story.waiting[-1])
    story.sync()
    assert limited(story) == set()
    assert ("lost", "to-nomis") in found(story)


def test_a_nomis_amendment_wiped_after_it_was_read_is_no_limit() -> None:
    """It had come to DPS and the sync wrote NOMIS without it: to-nomis's fault."""
    story = wiped(first_from_nomis=True)
    assert "lost" in {rule for rule, _ in found(story)}


def test_a_losing_nomis_text_is_nomiss_limit() -> None:
    """Crossed edits: NOMIS keeps no audit of the text that N3 replaced."""
    story, note, made = carried()
    story.nomis_edit(made, "The NOMIS text.")
    story.dps_edit(note, "The DPS text.")
    story.handle(story.waiting[-1])
    story.sync()
    excused(story, "nomis-update-is-blind-replace")


def retyped(*, pushed: bool) -> Story:
    """Return a note whose type and occurrence an administrator changed in DPS."""
    story, note, _ = carried()
    changed = {"type": "GEN", "sub_type": "HIS", "occurred": "2026-03-01T08:00:00"}
    story.dps_edit(note, "Met in the gym.", **changed)
    (copy,) = story.waiting
    if pushed:
        story.handle(copy)
        return story.sync()
    story.receive(copy)
    story.fate(copy)
    return story


def test_type_and_occurrence_changed_in_dps_are_nomiss_limit() -> None:
    """The update was pushed, and N3 carries neither."""
    excused(retyped(pushed=True), "nomis-update-is-text-only")


def test_a_type_change_alone_is_nomiss_limit() -> None:
    """With the text as it was, an update changes nothing, and need not be sent."""
    story, note, _ = carried()
    story.dps_edit(note, "Met on the wing.", type="GEN", sub_type="HIS")
    (copy,) = story.waiting
    story.receive(copy)
    story.fate(copy)
    excused(story, "nomis-update-is-text-only")


def test_a_type_change_undone_in_dps_is_no_limit() -> None:
    """NOMIS keeps the old type; that DPS has it again is from-nomis's doing."""
    story = retyped(pushed=True)
    (row,) = story.dps.values()
    row["type"], row["sub_type"] = "KA", "KS"
    assert "converged" in {rule for rule, _ in found(story)}


def test_a_type_change_that_was_never_pushed_is_no_limit() -> None:
    """Nothing was sent at all: not even the text came over."""
    assert "converged" in {rule for rule, _ in found(retyped(pushed=False))}


def test_a_type_that_nobody_chose_is_no_limit() -> None:
    """NOMIS shows neither the type of its birth nor the one that DPS chose."""
    story = retyped(pushed=True)
    (row,) = story.nomis.values()
    row["type"], row["sub_type"] = "OBSERVE", "OBS_GEN"
    assert "converged" in {rule for rule, _ in found(story)}


def impossible(*, failed: bool, other: bool = False, fault: str | None = None) -> Story:
    """Return a NOMIS note whose typed marker has an impossible date.

    Its read failed, or that of an `other` note, or by a planted `fault`.
    """
    story = Story()
    text = "He said ...[OTHER_1 updated the case notes on 99/99/24 10:00:00] so."
    made = story.nomis_create(text)
    (copy,) = story.waiting
    story.receive(copy)
    path, name = f"/casenotes/{made + other}", "nomis.get_case_note"
    client, status = "from-nomis-nomis", 500 if failed else 200
    story.call(client, name, "GET", path, None, status, wrote=False, fault=fault)
    story.fate(copy)
    return story


def test_an_impossible_marker_date_is_nomiss_limit() -> None:
    """The read answered 500: no sync can copy what it cannot read."""
    excused(impossible(failed=True), "nomis-impossible-marker-date-500")


def test_an_impossible_marker_that_could_be_read_is_no_limit() -> None:
    """NOMIS answered; that the note was not copied is from-nomis's loss."""
    assert found(impossible(failed=False)) == {("lost", "from-nomis")}


def test_a_failed_read_of_another_note_is_no_limit() -> None:
    """Nobody asked for the note that NOMIS could not have shown."""
    assert found(impossible(failed=True, other=True)) == {("lost", "from-nomis")}


def test_a_read_that_failed_by_a_planted_fault_is_no_limit() -> None:
    """The scenario made the read fail, not what stands in the note."""
    assert found(impossible(failed=True, fault="f1")) == {("lost", "from-nomis")}


def test_words_that_were_shown_before_the_mark_came_are_no_limit() -> None:
    """from-nomis read the amendment, and dropped it, while the note was readable."""
    story = Story()
    made = story.nomis_create()
    story.sync()
    story.nomis_amend(made, "Of the day.")
    (copy,) = story.waiting
    story.receive(copy)
    text, parts = split(story.nomis[made]["text"])
    answer = {"caseNoteText": text, "amendments": [{"text": p.text} for p in parts]}
    path, name = f"/casenotes/{made}", "nomis.get_case_note"
    story.call("from-nomis-nomis", name, "GET", path, answer=answer, wrote=False)
    story.fate(copy)
    mark = "So ...[OTHER_1 updated the case notes on 99/99/24 10:00:00] it was: "
    story.nomis_rewrite(made, mark + story.nomis[made]["text"])
    (copy,) = story.waiting
    story.receive(copy)
    story.call("from-nomis-nomis", name, "GET", path, None, 500, wrote=False)
    story.fate(copy)
    assert ("lost", "from-nomis") in found(story)


def dotted(*, edited: bool) -> tuple[Story, str, int]:
    """Return a note amended in DPS by a user whose name no marker can hold."""
    story, note, made = carried()
    story.dps_amend(note, "By a dot.", user="b.smith")
    story.sync()
    if edited:
        story.nomis_amend(made, "From NOMIS.")
        (copy,) = story.waiting
        story.receive(copy)
        text, parts = split(story.nomis[made]["text"])
        story.keep_audit(note, "UPDATE")
        story.dps[note].update(text=text, amendments=[])
        for part in parts:
            story.dps_amendment(note, part.text, part.author, "NOMIS", part.at)
        story.c3(made, note)
        story.fate(copy)
        story.sync()
    return story, note, made


def test_an_amendment_by_an_unreadable_name_is_nomiss_limit() -> None:
    """NOMIS gives it back inside the text, and the upsert rebuilds the note so."""
    story, _, _ = dotted(edited=False)
    assert story.judged().verdict == "pass"
    story, _, _ = dotted(edited=True)
    assert "nomis-marker-username-alphabet" in limited(story)
    assert "corrupt" not in {rule for rule, _ in found(story)}


def test_other_corruption_of_such_a_note_is_no_limit() -> None:
    """Words that have nothing to do with the unreadable name."""
    story, note, _ = dotted(edited=False)
    story.dps[note]["text"] = "Something else."
    assert "corrupt" in {rule for rule, _ in found(story)}


def cut(*, by_nomis: bool) -> Story:
    """Return a long DPS note that came back cut."""
    story, note, made = carried("x" * 6000)
    assert story.judged().verdict == "pass"
    if by_nomis:
        row = story.nomis[made]
        row["occurred"] = "2026-03-01T08:00:00"
        row["audit_module"] = "OIDNOMIS"
        body = {"occurredAt": "2026-03-01T08:00:00"}
        path, name = f"/case-notes/{made}", "nomis-screens.edit_note"
        answer = story.screen(made)
        seq = story.call("officer", name, "PUT", path, body, 200, answer, user=USER)
        story.tell_nomis("UPDATED", made, seq, "OIDNOMIS")
        return story.sync()
    story.dps[note]["text"] = "x" * 3975 + SUFFIX
    return story


def test_a_cut_text_that_a_nomis_edit_sends_back_is_nomiss_limit() -> None:
    """NOMIS holds 4000 bytes; its user changed the note, and the cut text travelled."""
    excused(cut(by_nomis=True), "nomis-holds-4000-bytes")


def test_an_amendment_that_nomis_holds_is_not_lost_by_the_cut() -> None:
    """The cut text travelled, but NOMIS still shows what DPS lacks."""
    story = cut(by_nomis=True)
    (made,) = story.nomis
    row = story.nomis[made]
    row["text"] = row["text"][:3000] + SUFFIX
    story.nomis_amend(made, "Of the wing.", user="XYZ98K_GEN")
    (copy,) = story.waiting
    story.receive(copy)
    story.fate(copy)
    assert ("lost", "from-nomis") in found(story)


def test_a_text_cut_without_a_nomis_edit_is_no_limit() -> None:
    """Nobody in NOMIS touched it: who cut the DPS text is at fault."""
    assert {rule for rule, _ in found(cut(by_nomis=False))} == {"corrupt"}


# -- alert notes -------------------------------------------------------------------


def ended_before_handling() -> AlertStory:
    """Return an alert raised in DPS whose handler wrote INACTIVE for it."""
    story = AlertStory("dps")
    story.raise_in_dps()
    (copy,) = story.waiting
    story.receive(copy)
    story.dps_note(copy["message"])
    story.fate(copy)
    return story


def test_a_note_of_the_other_kind_is_dpss_limit() -> None:
    """The handler looked at the alert's state when it handled the event."""
    story = ended_before_handling()
    (row,) = story.dps.values()
    row["sub_type"] = "INACTIVE"
    story.sync()
    excused(story, "dps-alert-note-follows-state-at-processing")


def test_a_note_too_many_of_another_kind_is_no_limit() -> None:
    """Right in kind and one too many: not what the limit says."""
    story = ended_before_handling()
    story.dps_note("sqs-0")
    row = list(story.dps.values())[-1]
    row["sub_type"] = "INACTIVE"
    story.sync()
    assert ("duplicate", "dps") in found(story)


def test_a_limit_excuses_nothing_that_it_does_not_name() -> None:
    """Another fault beside a limited one still fails."""
    story, note, made = rebuilt()
    story.dps[note]["amendments"][0]["id"] = "new-id"
    part = Part(USER, "2020-01-01T00:00:00", "Invented.")
    raw = story.nomis[made]["text"]
    story.nomis[made].update(text=stored(raw, [part]), audit_module=SYNC)
    verdict = story.judged()
    assert verdict.verdict == "fail"
    assert {one.rule for one in verdict.violations} == {"corrupt"}
    assert {one.rule for one in verdict.limited} == {"altered"}


def test_an_update_wiped_nothing_that_from_nomis_had_let_go_before() -> None:
    """A half that ignores an edit is not excused by whatever wrote over it later."""
    story = Story()
    note = story.dps_create()
    story.sync()
    made = next(iter(story.nomis))
    story.nomis_edit(made, "Corrected.")
    (copy,) = story.waiting
    story.receive(copy)
    story.n3(made, note)
    story.fate(copy)
    story.waiting.clear()
    assert "nomis-update-is-blind-replace" in limited(story)
    other = Story()
    note = other.dps_create()
    other.sync()
    made = next(iter(other.nomis))
    other.nomis_edit(made, "Corrected.")
    (copy,) = other.waiting
    other.receive(copy)
    other.fate(copy)
    other.n3(made, note)
    other.waiting.clear()
    assert "nomis-update-is-blind-replace" not in limited(other)
    assert ("stale", "from-nomis") in found(other)
