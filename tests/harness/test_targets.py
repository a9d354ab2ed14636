"""Targets are understood or refused with what to write instead."""

from __future__ import annotations

import pytest

from harness import targets


def test_each_kind_is_understood() -> None:
    """The five kinds parse; a command keeps its words."""
    assert targets.parse("reference") == targets.REFERENCE
    assert targets.parse("none").traits.runs is False
    command = targets.parse("command:java -jar 'my build.jar'")
    assert command.command == ["java", "-jar", "my build.jar"]
    assert str(targets.parse("container:build:1.2")) == "container:build:1.2"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("refrence", "unknown target 'refrence'"),
        ("command:", "lacks its argument: write command:WHAT"),
        ("none:x", "takes no argument"),
    ],
)
def test_mistakes_say_what_to_write(text: str, words: str) -> None:
    """A mistyped target is never taken for another."""
    with pytest.raises(targets.TargetError, match=words):
        targets.parse(text)


def test_real_builds_drop_what_a_switch_turned_off() -> None:
    """Only the reference parks; steps about parked events skip for other targets."""
    assert targets.REFERENCE.traits.parks
    assert not targets.parse("command:x").traits.parks


@pytest.mark.parametrize(
    ("policy", "parks", "catches_up"),
    [("parked", True, True), ("backfilled", False, True), ("dropped", False, False)],
)
def test_a_policy_is_declared(policy: str, *, parks: bool, catches_up: bool) -> None:
    """What becomes of events whose type is off is known of our own sync alone."""
    traits = targets.declared("to-nomis", "command:x", policy).traits
    assert (traits.parks, traits.catches_up) == (parks, catches_up)
    with pytest.raises(targets.TargetError, match="one of parked, backfilled, dropped"):
        targets.declared("to-nomis", "command:x", "kept")
