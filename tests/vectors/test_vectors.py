"""Both text codecs, the oracle's and the fake's, against the contracts' vectors."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from contracts.vectors import spelled, vectors
from harness.oracle import codec


def named(name: str) -> list[Any]:
    """Return the cases of a file as parameters with their names."""
    return [pytest.param(case, id=case["name"]) for case in vectors(name)]


def parts(case: dict[str, Any]) -> list[codec.Part]:
    """Return a case's amendments as the oracle's parts."""
    return [
        codec.Part(one["author"], one["at"], one["text"])
        for one in case.get("amendments", ())
    ]


@pytest.mark.parametrize("case", named("text"))
def test_the_oracle_writes_what_nomis_stores(case: dict[str, Any]) -> None:
    """Text and amendments become exactly the stored text."""
    assert codec.stored(case["main"], parts(case)) == case["stored"]


@pytest.mark.parametrize("case", named("text"))
def test_the_oracle_reads_what_nomis_reads(case: dict[str, Any]) -> None:
    """A stored text comes apart at its markers and nowhere else."""
    wanted = case.get("reads", case)
    assert codec.split(case["stored"]) == (wanted["main"], parts(wanted))


@pytest.mark.parametrize("case", named("markers"))
def test_the_oracle_knows_a_marker(case: dict[str, Any]) -> None:
    """Three eras of markers are found; what only looks like one is text, or fails."""
    raw = f"Before{case['marker']}after"
    if case.get("reads") == "fails":
        with pytest.raises(codec.UnreadableMarkerError):
            codec.split(raw)
        assert codec.split(raw, tolerant=True) == (raw, [])
    elif case.get("reads") == "text":
        assert codec.split(raw) == (raw, [])
    else:
        part = codec.Part(case["author"], case["at"], "after")
        assert codec.split(raw) == ("Before", [part])


@pytest.mark.parametrize("case", named("truncation"))
def test_the_oracle_cuts_where_nomis_cuts(case: dict[str, Any]) -> None:
    """At most 4000 bytes, whole characters, closed with the suffix."""
    text = spelled(case["text"])
    kept = spelled(case["kept"]) + codec.SUFFIX if "kept" in case else text
    assert codec.truncate(text) == kept
    assert len(codec.truncate(text).encode()) <= codec.LIMIT
    if "kept_before_2025" in case:
        older = spelled(case["kept_before_2025"]) + codec.SUFFIX
        assert codec.truncate_before_2025(text) == older


@pytest.mark.parametrize("case", named("dates"))
def test_the_oracle_compares_whole_seconds(case: dict[str, Any]) -> None:
    """A moment is cut to its second, never rounded."""
    assert codec.seconds(case["sent"]) == case["kept"]


def amendments(case: dict[str, Any]) -> list[Any]:
    """Return a case's amendments as the fake's."""
    text = pytest.importorskip("simulators.nomis.text")
    return [
        text.Amendment(one["text"], one["author"], datetime.fromisoformat(one["at"]))
        for one in case.get("amendments", ())
    ]


@pytest.mark.parametrize("case", named("text"))
def test_the_fake_writes_and_reads_the_same(case: dict[str, Any]) -> None:
    """The NOMIS fake stores and splits as the vectors say."""
    text = pytest.importorskip("simulators.nomis.text")
    wanted = case.get("reads", case)
    assert text.render(case["main"], amendments(case)) == case["stored"]
    split = text.split(case["stored"])
    assert split.main == wanted["main"]
    assert list(split.amendments) == amendments(wanted)


@pytest.mark.parametrize("case", named("markers"))
def test_the_fake_knows_the_same_markers(case: dict[str, Any]) -> None:
    """The NOMIS fake finds, leaves or fails on the same markers."""
    text = pytest.importorskip("simulators.nomis.text")
    raw = f"Before{case['marker']}after"
    if case.get("reads") == "fails":
        with pytest.raises(text.UnparsableMarkerError):
            text.split(raw)
    elif case.get("reads") == "text":
        assert text.split(raw) == text.SplitText(raw, ())
    else:
        (found,) = text.split(raw).amendments
        moment = datetime.fromisoformat(case["at"])
        assert (found.username, found.created, found.text) == (
            case["author"],
            moment,
            "after",
        )


@pytest.mark.parametrize("case", named("truncation"))
def test_the_fake_cuts_at_the_same_place(case: dict[str, Any]) -> None:
    """The NOMIS fake truncates as the vectors say."""
    text = pytest.importorskip("simulators.nomis.text")
    whole = spelled(case["text"])
    kept = spelled(case["kept"]) + text.SUFFIX if "kept" in case else whole
    assert text.truncate(whole) == kept


@pytest.mark.parametrize("case", named("dates"))
def test_the_fake_keeps_the_same_second(case: dict[str, Any]) -> None:
    """The NOMIS fake cuts times to the second."""
    times = pytest.importorskip("simulators.nomis.times")
    moment = times.whole_seconds(times.parse_local(case["sent"]))
    assert times.print_local(moment) == case["kept"]


def test_vectors_that_do_not_exist_are_named() -> None:
    """A wrong name is told what there is."""
    with pytest.raises(LookupError, match="text, markers, truncation, dates"):
        vectors("nothing")


def test_every_case_cites_its_section() -> None:
    """A right answer without a source is an opinion."""
    for name in ("text", "markers", "truncation", "dates"):
        assert vectors(name)
        for case in vectors(name):
            assert case["section"].startswith(("http-contracts", "fault corpus"))
