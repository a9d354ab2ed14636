"""Scenarios that kill nothing, each with the reason why it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

BLIND: dict[str, str] = {}
"""By scenario (`merges.feature::Name`, an outline without its rows)."""


def outline_of(scenario: str) -> str:
    """Return the scenario's id without the row of its outline."""
    return scenario.partition("[")[0]


def without_kill(played: Iterable[str], killing: Iterable[str]) -> list[str]:
    """Return the scenarios of which no row kills anything, in order."""
    useful = {outline_of(one) for one in killing}
    names = dict.fromkeys(outline_of(one) for one in played)
    return [name for name in names if name not in useful]


def unexplained(blind: Iterable[str]) -> list[str]:
    """Return those blind scenarios that nobody gave a reason for."""
    return [name for name in blind if name not in BLIND]


def seeing(blind: Iterable[str], played: Iterable[str]) -> list[str]:
    """Return those that are explained as blind, and yet were played and kill."""
    now = set(blind)
    names = dict.fromkeys(outline_of(one) for one in played)
    return [name for name in names if name in BLIND and name not in now]
