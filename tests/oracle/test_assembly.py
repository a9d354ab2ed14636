"""Logical notes put together: seeds, migrations, relisted amendments, gaps."""

from __future__ import annotations

from typing import Any

import pytest

from harness.oracle.codec import split
from tests.oracle.helpers import found, only, unknown
from tests.oracle.story import USER, Story


def seeded() -> Story:
    """Return three NOMIS rows from before the scenario, two of them equal copies."""
    story = Story()
    story.step *= 0
    for booking in (1_200_001, 1_200_002):
        made = story.nomis_row("Copied by a merge.", USER, "MERGE", ("GEN", "HIS"))
        story.nomis[made]["booking"] = booking
    story.nomis_row("Alone.", USER, "OIDNOMIS", ("GEN", "HIS"))
    story.begin()
    return story


def migrate(story: Story) -> None:
    """Let from-nomis migrate the prisoner: equal rows become one DPS note."""
    bodies: list[dict[str, Any]] = []
    answers = []
    for legacy, rows in ((100_000_001, (1, 2)), (100_000_003, (3,))):
        row = story.nomis[legacy]
        note = story._new_dps(legacy, story.prisoner)
        story.dps[note]["text"] = row["text"]
        bodies.append(
            {
                "legacyId": legacy,
                "type": row["type"],
                "subType": row["sub_type"],
                "occurrenceDateTime": row["occurred"],
                "createdDateTime": row["created"],
                "text": row["text"],
                "author": {"username": USER},
                "amendments": [],
            }
        )
        answers.append({"id": note, "legacyId": legacy})
        for number in rows:
            story.map(note, 100_000_000 + number, "MIGRATED")
    path = f"/migrate/case-notes/{story.prisoner}"
    name = "dps.migrate_case_notes"
    story.call("from-nomis-dps", name, "POST", path, bodies, 200, answers)


def test_a_migration_makes_one_dps_note_of_equal_rows() -> None:
    """Copies that merges left behind become one DPS note; repeating changes nothing."""
    story = seeded()
    migrate(story)
    verdict = story.judged()
    assert (verdict.verdict, verdict.violations) == ("pass", [])
    assert verdict.checked["duplicate"] == 2


def test_a_note_that_was_not_migrated_is_lost() -> None:
    """It stood before, and never came to DPS."""
    story = seeded()
    violations = story.judged().violations
    assert {(one.rule, one.owner) for one in violations} == {("lost", "from-nomis")}
    assert "was not migrated" in violations[0].message


def test_a_migrated_note_changed_afterwards_is_judged_like_any_other() -> None:
    """Edits of a migrated note are owed to the other side once."""
    story = seeded()
    migrate(story)
    note = next(n for n, row in story.dps.items() if row["text"] == "Alone.")
    story.step = story.step.resolution * 250_000
    story.dps_amend(note, "After the migration.")
    (copy,) = story.waiting
    story.receive(copy)
    story.fate(copy)
    assert only(story.judged(), "lost").owner == "to-nomis"


def test_a_seeded_pair_is_believed_and_watched() -> None:
    """The harness's own mapping pairs seeds; what the sync then breaks is seen."""
    story = Story()
    note = story.dps_create()
    story.sync()
    story.entries.clear()
    story.begin()
    assert story.judged().verdict == "pass"
    story.dps[note]["author"] = "SOMEBODY_ELSE"
    assert {rule for rule, _ in found(story)} == {"altered"}


def test_a_rewrite_in_nomis_removes_what_it_leaves_out() -> None:
    """The officer rewrote the whole text: kept, changed and removed amendments."""
    story = Story()
    made = story.nomis_create()
    story.sync()
    for text in ("Kept.", "Removed."):
        story.nomis_amend(made, text)
        story.sync()
    raw = story.nomis[made]["text"]
    story.nomis_rewrite(made, raw[: raw.index(" ...[", raw.index("Kept."))])
    story.sync()
    verdict = story.judged()
    assert {one.limit for one in verdict.limited} == {
        "dps-amendments-removed-in-nomis-stay"
    }
    (row,) = story.dps.values()
    row["amendments"] = row["amendments"][:1]
    assert story.judged().verdict == "pass"
    assert [part.text for part in split(story.nomis[made]["text"])[1]] == ["Kept."]


def test_an_amendment_reworded_by_an_administrator_is_expected_reworded() -> None:
    """A DPS replace gives an amendment other words; the old ones are stale."""
    story = Story()
    note = story.dps_create()
    story.sync()
    story.dps_amend(note, "First words.")
    story.sync()
    story.dps[note]["amendments"][0]["text"] = "Better words."
    story.dps_edit(note, "Met on the wing.")
    story.sync()
    assert story.judged().verdict == "pass"
    (row,) = story.nomis.values()
    row["text"] = row["text"].replace("Better", "First")
    assert {rule for rule, _ in found(story)} == {"stale"}


def test_a_repetition_that_an_administrator_lists_is_not_written_again() -> None:
    """Doubles of an amendment, listed in a replace, stay one amendment."""
    story = Story()
    note = story.dps_create()
    story.sync()
    made = story.dps_amend(note, "Once.")
    story.sync()
    story.dps_amendment(note, "Once.", USER, "NOMIS", made["created"])
    story.dps_edit(note, "Met in the gym.")
    story.sync()
    rules = [one.rule for one in story.judged().violations]
    assert set(rules) == {"duplicate"}
    story.dps[note]["amendments"].pop()
    story.n3(next(iter(story.nomis)), note)
    assert "lost" not in {rule for rule, _ in found(story)}


def test_a_delete_parked_by_a_switch_leaves_its_mapping() -> None:
    """While deletes from NOMIS are off, note and mapping wait with the message."""
    story = Story()
    made = story.nomis_create()
    story.sync()
    kind = "OFFENDER_CASE_NOTES-DELETED"
    story.write("switch", name=kind, scope="from-nomis", on=False)
    story.nomis_delete(made)
    (copy,) = story.waiting
    story.receive(copy)
    story.fate(copy, "parked")
    queue = f"{copy['queue']}_parked"
    story.write(
        "copy",
        copy=99,
        queue=queue,
        message="sqs-99",
        event=copy["event"],
        type=kind,
        origin="send",
        parent=copy["copy"],
        subjects=[],
    )
    story.leave({**copy, "copy": 99, "queue": queue}, "parked")
    assert story.judged().verdict == "pass"
    story.write("switch", name=kind, scope="from-nomis", on=True)
    assert {"lost", "mapping-sound", "conserved"} == {r for r, _ in found(story)}


def test_answers_of_writes_without_their_requests_make_it_unknown() -> None:
    """A journal with holes proves nothing."""
    story = Story()
    story.dps_create()
    story.sync()
    del story.entries[0]
    assert unknown(story)
    assert "incomplete" in story.judged().reasons[0]


@pytest.mark.parametrize("kind", ["request", "response"])
def test_a_write_that_the_journal_cut_makes_it_unknown(kind: str) -> None:
    """A text of megabytes is not kept: the sync is not to blame for what we lost."""
    story = Story()
    story.dps_create()
    story.sync()
    entry = next(e for e in story.entries if e["kind"] == kind)
    entry["body"] = {"truncated": "a body of 9 bytes; the journal keeps 8 of one"}
    assert unknown(story)
    assert "9 bytes" in story.judged().reasons[0]


@pytest.mark.parametrize("service", ["prison-api", "nomis-screens"])
def test_the_legacy_path_is_a_birth_in_nomis(service: str) -> None:
    """Where DPS is off, its users write to NOMIS: origin DPS or NOMIS, both right."""
    story = Story()
    made = story.nomis_create(module="PRISON_API")
    for entry in story.entries:
        if entry.get("service") == "nomis-screens" and service == "prison-api":
            entry.update(service=service, operation="create_legacy_case_note")
    story.sync()
    (row,) = story.dps.values()
    row["system"] = "DPS"
    assert story.judged().verdict == "pass"
    story.nomis[made]["audit_module"] = "OIDNOMIS"
    altered = {("altered", "from-nomis")}
    assert found(story) == (set() if service == "prison-api" else altered)
