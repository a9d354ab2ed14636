"""What a score says: who survives, who is barely seen, who is blind, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.defects import blind as known_blind
from harness.defects.blind import seeing, unexplained, without_kill
from harness.defects.matrix import print_agreement, print_blind, print_score
from harness.defects.registry import defects
from harness.defects.score import NOISE, RIGHT, TELLING, Row, Score, Seen
from harness.defects.wire import Agreement

if TYPE_CHECKING:
    import pytest

ALL = [one for one in defects().values() if not one.equivalent]


def killed(identifier: str, *scenarios: str) -> Row:
    """Return a defect that these scenarios killed."""
    return Row(identifier, seen=[Seen(one, RIGHT, "why", 0.1) for one in scenarios])


def scored(*rows: Row, full: bool = False, names: tuple[str, ...] = ()) -> Score:
    """Return a score of these rows."""
    return Score(list(rows), 3, 1.0, 1, full, names=list(names))


def test_a_survivor_is_named_with_what_to_do(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Who reads it knows what must show, what must be said, and the next step."""
    noise = Seen("a.feature::B", NOISE, "lost by dps", 0.1)
    score = scored(Row("DUP-01", seen=[noise]), killed("LOOP-01", "a::A"))
    assert [row.id for row in score.survivors] == ["DUP-01"]
    print_score(score)
    said = capsys.readouterr().out
    assert "SURVIVES DUP-01" in said
    assert "what to do: write a scenario that triggers it and tag it @DUP-01" in said
    assert "--defect DUP-01" in said
    assert "noise: lost by dps (a.feature::B)" in said
    assert "SURVIVES LOOP-01" not in said


def test_ten_of_each_group_must_be_killed_twice(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """All of a smaller group; those killed once are named where too few are not."""
    twice = [killed(one.id, "a::A", "a::B") for one in ALL]
    assert scored(*twice).barely() == {}
    group = next(one.group for one in ALL if _size(one.group) < TELLING)
    large = next(one.group for one in ALL if _size(one.group) > TELLING)
    once = [
        killed(row.id, "a::A")
        if row is next(r for r in twice if defects()[r.id].group == wanted)
        else row
        for wanted in (group,)
        for row in twice
    ]
    name = next(one.id for one in ALL if one.group == group)
    assert scored(*once).barely() == {group: [name]}
    print_score(scored(*once))
    assert (
        f"{group}: too few defects are killed by two scenarios; once only: {name}"
        in (capsys.readouterr().out)
    )
    first = next(one.id for one in ALL if one.group == large)
    fewer = [killed(first, "a::A"), *(row for row in twice if row.id != first)]
    assert large not in scored(*fewer).barely()


def _size(group: str) -> int:
    return sum(one.group == group for one in ALL)


def test_a_scenario_is_blind_when_none_of_its_rows_kills() -> None:
    """An outline counts as one scenario; only a full score can tell."""
    names = ("a::A[1]", "a::A[2]", "a::B[1]", "a::B[2]", "a::C")
    score = scored(killed("DUP-01", "a::A[2]"), full=True, names=names)
    assert score.blind() == ["a::B", "a::C"]
    assert without_kill(names, ["a::B[1]", "a::A[1]", "a::C"]) == []


def test_a_new_blind_scenario_and_one_that_sees_again_are_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is explained passes; what is not, or no longer true, does not."""
    monkeypatch.setattr(known_blind, "BLIND", {"a::Old": "kept for the guide"})
    assert unexplained(["a::Old", "a::New"]) == ["a::New"]
    assert seeing(["a::New"], ["a::Old", "a::New"]) == ["a::Old"]
    assert seeing(["a::Old"], ["a::Old"]) == []
    print_blind(["a::New"], ["a::Old", "a::New"])
    said = capsys.readouterr().out
    assert "BLIND: a::New kills nothing" in said
    assert "what to do" in said
    assert "a::Old is explained as blind, but it kills" in said


def test_a_kill_that_sockets_do_not_repeat_is_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The comparison names the scenario, both reasons, and what to do."""
    row = Row("DUP-01", seen=[Seen("a::A", NOISE, "unknown: still moves", 0.1)])
    line = "DUP-01 in a::A: simulated why; over sockets unknown: still moves"
    print_agreement(
        Agreement(scored(row), 1, 0, {"RET-01": "only virtual time"}, [line])
    )
    said = capsys.readouterr().out
    assert f"differs: {line}" in said
    assert "NOT KILLED over sockets: DUP-01" in said
    assert "what to do" in said
    assert "RET-01: not for this tier: only virtual time" in said
    assert "over sockets 0 are killed, 0 of 1 kills are the same" in said
