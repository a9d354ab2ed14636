"""Shorthands of the oracle's tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.oracle import Verdict, Violation
    from tests.oracle.story import Story


def found(story: Story) -> set[tuple[str, str]]:
    """Return rule and owner of each violation."""
    return {(one.rule, one.owner) for one in story.judged().violations}


def limited(story: Story) -> set[str]:
    """Return the ids of the limits that excused something."""
    return {one.limit or "" for one in story.judged().limited}


def only(verdict: Verdict, rule: str) -> Violation:
    """Return the one violation of a rule."""
    (one,) = [one for one in verdict.violations if one.rule == rule]
    return one


def unsettled(story: Story) -> Story:
    """Say that the story still moves."""
    story.settled = {"settled": False, "waiting": ["to-nomis holds 1 message"]}
    return story


def unknown(story: Story) -> bool:
    """Say whether the verdict is unknown and names why."""
    verdict = story.judged()
    return verdict.verdict == "unknown" and bool(verdict.reasons)
