"""The comparison sees every planted difference, and nothing where there is none."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from harness.compare.notes import UnreadableError
from harness.oracle.codec import Part, split, stored

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.rollout.conftest import Answers

NOMIS, DPS = "Born in NOMIS.", "Born in DPS."


def test_synced_notes_are_equal(answers: Answers) -> None:
    """Notes of both sides, amended from both sides, show no difference."""
    assert len(answers.dps) == 2
    assert answers.findings() == []


def _other_text(a: Answers) -> None:
    a.row(DPS)["caseNoteText"] = "Born in DPS?"


def _lost_amendment(a: Answers) -> None:
    a.row(DPS)["amendments"].pop()


def _repeated_amendment(a: Answers) -> None:
    a.row(DPS)["amendments"].append(a.row(DPS)["amendments"][0])


def _amendment_of_nobody(a: Answers) -> None:
    a.note(NOMIS)["amendments"].pop(0)


def _amendment_time(a: Answers) -> None:
    a.row(NOMIS)["amendments"][0]["createdDateTime"] = "2001-01-01T01:01:01"


def _type(a: Answers) -> None:
    a.row(NOMIS)["caseNoteSubType"]["code"] = "HIS"


def _occurrence(a: Answers) -> None:
    a.note(NOMIS)["occurrenceDateTime"] = "2026-03-01T09:00:00"


def _creation(a: Answers) -> None:
    a.note(NOMIS)["creationDateTime"] = "2026-03-01T09:00:00"


def _author(a: Answers) -> None:
    a.note(NOMIS)["authorUsername"] = "SOMEBODY_ELSE"


def _hidden_author(a: Answers) -> None:
    a.note(NOMIS)["authorUsername"] = "OMS_OWNER"


def _automatic(a: Answers) -> None:
    a.row(NOMIS)["noteSourceCode"] = "AUTO"


def _no_mapping(a: Answers) -> None:
    a.mapping["mappings"].remove(a.pair(DPS))


def _dead_mapping(a: Answers) -> None:
    a.mapping["mappings"].append(
        {
            **a.pair(DPS),
            "nomisCaseNoteId": 1,
            "dpsCaseNoteId": "00000000-0000-7000-8000-000000000000",
        }
    )


def _other_booking(a: Answers) -> None:
    a.pair(DPS)["nomisBookingId"] += 1


def _row_gone(a: Answers) -> None:
    a.nomis["caseNotes"].remove(a.row(DPS))


def _note_gone(a: Answers) -> None:
    a.dps.remove(a.note(NOMIS))


def _row_twice(a: Answers) -> None:
    twin = {**copy.deepcopy(a.row(DPS)), "caseNoteId": 7}
    a.nomis["caseNotes"].append(twin)


def _row_twice_mapped(a: Answers) -> None:
    _row_twice(a)
    a.mapping["mappings"].append({**a.pair(DPS), "nomisCaseNoteId": 7})


def _note_twice(a: Answers) -> None:
    twin = {**copy.deepcopy(a.note(NOMIS)), "caseNoteId": "twin", "legacyId": -99}
    a.dps.append(twin)


def _mapping_of_an_orphan(a: Answers) -> None:
    a.note(DPS)["caseNoteId"] = "a new id that nobody mapped"


def _stranger_in_place(a: Answers) -> None:
    """Lose one and gain another: the counts balance."""
    _row_gone(a)
    _note_gone(a)


@pytest.mark.parametrize(
    ("spoil", "rules"),
    [
        (_other_text, ["text"]),
        (_lost_amendment, ["amendment"]),
        (_repeated_amendment, ["amendment"]),
        (_amendment_of_nobody, ["amendment"]),
        (_amendment_time, ["amendment"]),
        (_type, ["type"]),
        (_occurrence, ["occurrence"]),
        (_creation, ["creation"]),
        (_author, ["author"]),
        (_hidden_author, ["author"]),
        (_automatic, ["system-generated"]),
        (_no_mapping, ["mapping"]),
        (_dead_mapping, ["mapping"]),
        (_other_booking, ["mapping"]),
        (_row_gone, ["missing-in-nomis"]),
        (_note_gone, ["missing-in-dps"]),
        (_row_twice, ["duplicate-in-nomis"]),
        (_row_twice_mapped, ["duplicate-in-nomis"]),
        (_note_twice, ["duplicate-in-dps"]),
        (_mapping_of_an_orphan, ["mapping"]),
        (_stranger_in_place, ["missing-in-dps", "missing-in-nomis"]),
    ],
)
def test_each_planted_difference_is_seen_for_what_it_is(
    answers: Answers, spoil: Callable[[Answers], None], rules: list[str]
) -> None:
    """One thing spoilt gives exactly its own finding, without quoting any text."""
    spoil(answers)
    assert answers.rules() == rules
    told = " ".join(one.detail for one in answers.findings())
    for words in ("Born", "First", "Second"):
        assert words not in told


def _seconds(a: Answers) -> None:
    a.note(DPS)["creationDateTime"] = a.note(DPS)["creationDateTime"][:19] + ".987654"


def _ancient(a: Answers) -> None:
    a.row(NOMIS)["occurrenceDateTime"] = "0025-01-01T00:00:00"
    a.note(NOMIS)["occurrenceDateTime"] = "0024-12-31T23:58:45"


def _second_account(a: Answers) -> None:
    a.row(NOMIS)["authorUsernames"].insert(0, "AAA_GEN")
    a.row(NOMIS)["authorUsername"] = "AAA_GEN"


def _order(a: Answers) -> None:
    a.row(DPS)["amendments"].reverse()


def _merge_copy(a: Answers) -> None:
    twin = {**copy.deepcopy(a.row(DPS)), "caseNoteId": 7, "bookingId": 9}
    pair = {**a.pair(DPS), "nomisCaseNoteId": 7, "nomisBookingId": 9}
    a.nomis["caseNotes"].append(twin)
    a.mapping["mappings"].append(pair)


def _migrated_twins(a: Answers) -> None:
    _row_twice_mapped(a)
    a.mapping["mappings"][-1]["mappingType"] = "MIGRATED"


def _no_booking_in_the_event(a: Answers) -> None:
    a.pair(NOMIS)["nomisBookingId"] = 0


def _dps_automatic(a: Answers) -> None:
    a.note(DPS)["systemGenerated"] = True


@pytest.mark.parametrize(
    "spoil",
    [
        _seconds,
        _ancient,
        _second_account,
        _order,
        _merge_copy,
        _migrated_twins,
        _no_booking_in_the_event,
        _dps_automatic,
    ],
)
def test_what_both_sides_may_hold_differently_is_no_difference(
    answers: Answers, spoil: Callable[[Answers], None]
) -> None:
    """Declared normalisation and lawful copies raise no false alarm."""
    spoil(answers)
    assert answers.findings() == []


def test_a_wrong_legacy_id_is_seen(answers: Answers) -> None:
    """A DPS note that carries the NOMIS id of another note was paired crosswise."""
    answers.note(DPS)["legacyId"] = answers.row(NOMIS)["caseNoteId"]
    assert answers.rules() == ["legacy-id"]


def test_two_equal_notes_with_their_own_mappings_are_two_notes(
    answers: Answers,
) -> None:
    """A user may write the same words twice: not a duplicate."""
    _row_twice(answers)
    pair = {**answers.pair(DPS), "nomisCaseNoteId": 7, "dpsCaseNoteId": "twin"}
    answers.dps.append(
        {**copy.deepcopy(answers.note(DPS)), "caseNoteId": "twin", "legacyId": -99}
    )
    answers.mapping["mappings"].append(pair)
    assert answers.findings() == []


@pytest.mark.parametrize(
    ("length", "expected"), [(3900, []), (6000, []), (0, ["text"])]
)
def test_only_the_cut_of_nomis_excuses_a_shorter_text(
    answers: Answers, length: int, expected: list[str]
) -> None:
    """A text cut at 4000 bytes is equal to its original; cut elsewhere it is not."""
    note, row = answers.note(DPS), answers.row(DPS)
    note["text"] = "x" * (length or 6000)
    parts = [
        Part(a["authorUserName"], a["creationDateTime"], a["additionalNoteText"])
        for a in note["amendments"]
    ]
    raw = stored(note["text"], parts)
    main, kept = split(raw if length else raw[5:])
    row["caseNoteText"] = main
    row["amendments"] = [
        {"authorUsername": p.author, "createdDateTime": p.at, "text": p.text}
        for p in kept
    ]
    assert sorted({one.rule for one in answers.findings()} - {"amendment"}) == expected


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda a: a.nomis.pop("caseNotes"), "answer of NOMIS lacks 'caseNotes'"),
        (lambda a: a.note(DPS).pop("legacyId"), "answer of DPS lacks 'legacyId'"),
        (lambda a: a.mapping.update(mappings=3), "mapping has another shape"),
        (lambda a: a.dps.append(a.dps[0]), "DPS lists a note id twice"),
    ],
)
def test_an_answer_that_is_none_is_not_equal(
    answers: Answers, spoil: Callable[[Answers], Any], words: str
) -> None:
    """What cannot be read is said to be unreadable, never taken as no notes."""
    spoil(answers)
    with pytest.raises(UnreadableError, match=words):
        answers.findings()
