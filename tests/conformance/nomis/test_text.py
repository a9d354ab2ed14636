"""2.2: how amendments live inside the text, and how it is cut to 4000 bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from contracts.vectors import spelled, vectors
from harness.conform import fact
from tests.conformance.nomis.bodies import amendment, shown, written

if TYPE_CHECKING:
    from harness.api import WorldApi
    from harness.conform import Api, Cast

CODEC = "http-contracts 2.2"
SUFFIX = "... see DPS for full text"


def stored(nomis: Api, number: str, note_id: int) -> str:
    """Return the raw text of a note (N6)."""
    answer = nomis.get(f"/prisoners/{number}/casenotes/reconciliation")
    [text] = [
        one["caseNoteText"]
        for one in answer.body["caseNotes"]
        if one["caseNoteId"] == note_id
    ]
    return str(text)


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=case["name"], marks=fact(case["section"]))
        for case in vectors("truncation")
    ],
)
def test_a_long_text_is_cut_with_a_hint(
    nomis: Api, cast: Cast, case: dict[str, Any]
) -> None:
    """Whole characters up to 3975 bytes, then the 25-character suffix."""
    text = spelled(case["text"])
    note_id, prisoner, _ = written(nomis, cast, caseNoteText=text)
    kept = spelled(case["kept"]) + SUFFIX if "kept" in case else text
    assert stored(nomis, prisoner.number, note_id) == kept


@fact("http-contracts 2.2 truncation (N3 too)")
def test_the_whole_of_text_and_amendments_is_cut(nomis: Api, cast: Cast) -> None:
    """The cut applies to the complete string, amendments and all."""
    note_id, prisoner, _ = written(nomis, cast)
    body = {"text": "x" * 3000, "amendments": [amendment("y" * 3000)]}
    nomis.put(f"/casenotes/{note_id}", body)
    text = stored(nomis, prisoner.number, note_id)
    assert len(text) == 4000
    assert text.endswith(SUFFIX)
    [read] = shown(nomis, note_id)["amendments"]
    assert read["text"].endswith(SUFFIX)


@fact("http-contracts 2.2 truncation (cut through a marker)")
def test_a_marker_cut_in_two_is_text(nomis: Api, cast: Cast) -> None:
    """The damaged marker becomes part of the previous text."""
    note_id, _, _ = written(nomis, cast)
    body = {"text": "x" * 3950, "amendments": [amendment("y" * 100)]}
    nomis.put(f"/casenotes/{note_id}", body)
    read = shown(nomis, note_id)
    assert read["amendments"] == []
    assert read["caseNoteText"].startswith("x" * 3950 + " ...[XYZ98K_GEN upd")
    assert read["caseNoteText"].endswith(SUFFIX)


def put_raw(nomis: Api, screens: Api, cast: Cast, raw: str) -> tuple[Any, int, str]:
    """Store `raw` on a note by the screen; returns N1's answer, id and prisoner."""
    staff = cast.staff()
    note_id, prisoner, _ = written(nomis, cast, authorUsername=staff.username)
    edited = screens.put(
        f"/case-notes/{note_id}", {"rawText": raw}, user=staff.username
    )
    assert edited.status == 200, edited.body
    return nomis.get(f"/casenotes/{note_id}"), note_id, prisoner.number


def split_of(body: dict[str, Any]) -> list[str]:
    """Return main text and amendment texts as N1 shows them."""
    return [body["caseNoteText"], *(one["text"] for one in body["amendments"])]


MARK = " ...[ABC12D_GEN updated the case notes on 2025/03/05 10:01:02] "
SPLITS: tuple[tuple[str, str, list[str], str], ...] = (
    ("no marker", "just text", ["just text"], CODEC),
    ("one marker", f"main{MARK}one", ["main", "one"], CODEC),
    ("two markers", f"main{MARK}one{MARK}two", ["main", "one", "two"], CODEC),
    ("empty amendment at the end", f"main{MARK}", ["main", ""], CODEC),
    ("empty amendment before another", f"main{MARK}{MARK}b", ["main", "", "b"], CODEC),
    ("empty main text", f"{MARK}one", ["", "one"], CODEC),
    ("line breaks are kept", f"a\nb{MARK}c\n\nd", ["a\nb", "c\n\nd"], CODEC),
    ("nothing is trimmed", f"a  {MARK}  b ", ["a  ", "  b "], CODEC),
    (
        "singular note is parsed",
        "a ...[ABC12D_GEN updated the case note on 2025/03/05 10:01:02] b",
        ["a", "b"],
        CODEC,
    ),
    (
        "oldest era of dates",
        "a ...[ABC12D_GEN updated the case notes on 05/03/2008 10:01:02] b",
        ["a", "b"],
        CODEC,
    ),
    (
        "dashed era of dates",
        "a ...[ABC12D_GEN updated the case notes on 05-03-2012 10:01:02] b",
        ["a", "b"],
        CODEC,
    ),
    (
        "a username with a dot does not match",
        "a ...[a.b@c updated the case notes on 2025/03/05 10:01:02] b",
        ["a ...[a.b@c updated the case notes on 2025/03/05 10:01:02] b"],
        f"{CODEC}; 10.9",
    ),
    (
        "a username with a hyphen does not match",
        "a ...[AB-C updated the case notes on 2025/03/05 10:01:02] b",
        ["a ...[AB-C updated the case notes on 2025/03/05 10:01:02] b"],
        f"{CODEC}; 10.9",
    ),
    (
        "no space before the dots",
        "a...[ABC12D_GEN updated the case notes on 2025/03/05 10:01:02] b",
        ["a...[ABC12D_GEN updated the case notes on 2025/03/05 10:01:02] b"],
        CODEC,
    ),
    (
        "no space after the bracket",
        "a ...[ABC12D_GEN updated the case notes on 2025/03/05 10:01:02]b",
        ["a ...[ABC12D_GEN updated the case notes on 2025/03/05 10:01:02]b"],
        CODEC,
    ),
    (
        "two dots",
        "a ..[ABC12D_GEN updated the case notes on 2025/03/05 10:01:02] b",
        ["a ..[ABC12D_GEN updated the case notes on 2025/03/05 10:01:02] b"],
        CODEC,
    ),
    (
        "no seconds",
        "a ...[ABC12D_GEN updated the case notes on 2025/03/05 10:01] b",
        ["a ...[ABC12D_GEN updated the case notes on 2025/03/05 10:01] b"],
        CODEC,
    ),
)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [pytest.param(s[1], s[2], id=s[0], marks=fact(s[3])) for s in SPLITS],
)
def test_stored_text_is_taken_apart_at_its_markers(
    nomis: Api, screens: Api, cast: Cast, raw: str, expected: list[str]
) -> None:
    """Main text before the first marker; each amendment up to the next."""
    answer, _, _ = put_raw(nomis, screens, cast, raw)
    assert answer.status == 200
    assert split_of(answer.body) == expected


@fact(CODEC)
@pytest.mark.parametrize(
    ("printed", "read"),
    [
        ("25/12/2007 23:59:58", "2007-12-25T23:59:58"),
        ("25-12-2012 00:00:00", "2012-12-25T00:00:00"),
        ("2020/12/25 12:30:01", "2020-12-25T12:30:01"),
    ],
)
def test_three_eras_of_dates_are_read(
    nomis: Api, screens: Api, cast: Cast, printed: str, read: str
) -> None:
    """dd/MM/yyyy, dd-MM-yyyy and yyyy/MM/dd."""
    raw = f"a ...[ABC12D_GEN updated the case notes on {printed}] b"
    answer, _, _ = put_raw(nomis, screens, cast, raw)
    assert answer.body["amendments"][0]["createdDateTime"] == read


@fact(CODEC, inferred=True)
@pytest.mark.parametrize("date", ["2024-07-19", "19/07/24", "99/99/2024", "45-01-2012"])
def test_an_impossible_date_fails_the_whole_request(
    nomis: Api, screens: Api, cast: Cast, date: str
) -> None:
    """500 from the parser, for N1 and for every list the note is in."""
    raw = f"a ...[ABC12D_GEN updated the case notes on {date} 10:01:02] b"
    answer, _, number = put_raw(nomis, screens, cast, raw)
    assert answer.status == 500
    assert nomis.get(f"/prisoners/{number}/casenotes").status == 500


@fact("http-contracts 2.1 N6; 2.2", inferred=True)
def test_an_impossible_date_does_not_matter_to_the_raw_list(
    nomis: Api, screens: Api, cast: Cast
) -> None:
    """N6 takes nothing apart."""
    raw = "a ...[ABC12D_GEN updated the case notes on 2024-07-19 10:01:02] b"
    _, note_id, number = put_raw(nomis, screens, cast, raw)
    assert stored(nomis, number, note_id) == raw


@fact("http-contracts 2.2 (a marker typed by hand)")
def test_a_marker_typed_by_hand_becomes_an_amendment(nomis: Api, cast: Cast) -> None:
    """Nothing escapes it on the way in."""
    note_id, _, _ = written(nomis, cast, caseNoteText=f"I write{MARK}this myself")
    assert split_of(shown(nomis, note_id)) == ["I write", "this myself"]


@fact("http-contracts 2.2 writing")
@pytest.mark.parametrize("text", ["plain", "  spaced  ", "a\nb", "€ ŵ 𝄞", "", "..."])
def test_what_is_written_is_read_again(nomis: Api, cast: Cast, text: str) -> None:
    """An amendment's text round-trips, whatever it holds."""
    note_id, _, _ = written(nomis, cast)
    body = {"text": "main", "amendments": [amendment(text), amendment("last")]}
    assert nomis.put(f"/casenotes/{note_id}", body).status == 200
    assert split_of(shown(nomis, note_id)) == ["main", text, "last"]


@fact("http-contracts 2.2 writing; 0.2 precision")
def test_an_amendments_time_loses_its_fraction(nomis: Api, cast: Cast) -> None:
    """Fractions of a second are dropped by formatting, not rounded."""
    note_id, _, _ = written(nomis, cast)
    late = amendment("x", createdDateTime="2025-03-05T23:59:59.999999")
    nomis.put(f"/casenotes/{note_id}", {"text": "m", "amendments": [late]})
    [read] = shown(nomis, note_id)["amendments"]
    assert read["createdDateTime"] == "2025-03-05T23:59:59"


@fact("http-contracts 2.4; 2.3")
def test_seeded_history_is_read_like_any_note(
    nomis: Api, cast: Cast, world: WorldApi
) -> None:
    """A note from before the sync, with two eras of markers, is taken apart."""
    prisoner, staff = cast.prisoner(), cast.staff()
    text = (
        "old ...[ABC12D_GEN updated the case notes on 05/03/2008 10:01:02] one"
        " ...[ABC12D_GEN updated the case notes on 05-03-2012 10:01:02] two"
    )
    note_id = world.seed_note(
        {
            "prisoner": prisoner.number,
            "username": staff.username,
            "type": "GEN",
            "sub_type": "HIS",
            "text": text,
        }
    )
    assert split_of(shown(nomis, note_id)) == ["old", "one", "two"]
