"""The sync's own codec of NOMIS texts, held to the contracts' vectors."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from contracts.vectors import spelled, vectors
from simulators.sync import text
from simulators.sync.notes import moment, second


def written(case: dict[str, Any]) -> list[text.Written]:
    """Return a vector's amendments."""
    return [
        (a["author"], datetime.fromisoformat(a["at"]), a["text"])
        for a in case.get("amendments", [])
    ]


@pytest.mark.parametrize("case", vectors("text"), ids=lambda case: case["name"])
def test_texts_are_written_and_read_as_the_vectors_say(case: dict[str, Any]) -> None:
    """What N3 stores, and what N1 makes of it again."""
    if "main" in case:
        assert text.render(case["main"], written(case)) == case["stored"]
    reads = case.get("reads", case)
    main, amendments = text.parse(case["stored"])
    assert main == reads["main"]
    assert amendments == written(reads)


@pytest.mark.parametrize("case", vectors("markers"), ids=lambda case: case["name"])
def test_markers_of_every_era_are_told_from_plain_text(case: dict[str, Any]) -> None:
    """A marker no era could have written stays text and fails nothing (TXT-02)."""
    main, amendments = text.parse(f"before{case['marker']}after")
    if "author" in case:
        assert main == "before"
        at = datetime.fromisoformat(case["at"])
        assert amendments == [(case["author"], at, "after")]
    else:
        assert not amendments
        assert main == f"before{case['marker']}after"


@pytest.mark.parametrize("case", vectors("truncation"), ids=lambda case: case["name"])
def test_long_texts_are_cut_as_the_vectors_say(case: dict[str, Any]) -> None:
    """4000 bytes of valid UTF-8, and either cut of a long text is recognised."""
    whole = spelled(case["text"])
    if "kept" not in case:
        assert text.cut(whole) == whole
        return
    assert text.cut(whole) == spelled(case["kept"]) + text.SUFFIX
    assert len(text.cut(whole).encode()) <= text.LIMIT
    assert text.shows(text.cut(whole), whole)
    if "kept_before_2025" in case:
        assert text.shows(spelled(case["kept_before_2025"]) + text.SUFFIX, whole)


@pytest.mark.parametrize("case", vectors("dates"), ids=lambda case: case["name"])
def test_times_are_cut_to_the_second(case: dict[str, Any]) -> None:
    """Truncated, never rounded (DAT-04)."""
    assert second(moment(case["sent"])) == datetime.fromisoformat(case["kept"])


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("2026-07-01T12:00:00", "2026-07-01T12:00:00"),
        ("2026-07-01T11:00:00Z", "2026-07-01T12:00:00"),
        ("2026-07-01T12:00:00+01:00", "2026-07-01T12:00:00"),
        ("2026-01-01T12:00:00Z", "2026-01-01T12:00:00"),
    ],
)
def test_times_with_an_offset_mean_london(told: str, meant: str) -> None:
    """Both seasons read alike, whatever the producer printed (DAT-05, DAT-06)."""
    assert moment(told) == datetime.fromisoformat(meant)


def test_a_short_text_never_passes_for_a_cut_one() -> None:
    """Only a text that is really too long can have been shortened."""
    assert not text.shows("abc" + text.SUFFIX, "abcdef")
    assert text.shows("a\0b", "ab")


def test_three_hundred_amendments_are_read() -> None:
    """Long texts are no harder than short ones (TXT-05)."""
    at = datetime.fromisoformat("2026-01-01T00:00:00")
    many = [("Q_1", at, f"{n} " + "x" * 90) for n in range(300)]
    assert text.parse(text.render("main", many)) == ("main", many)
