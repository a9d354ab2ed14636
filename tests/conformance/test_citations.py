"""The suites' own rule: a case says what it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.conform.facts import MOST_UNCITED, tally

if TYPE_CHECKING:
    import pytest


def test_nearly_every_case_cites_its_source(request: pytest.FixtureRequest) -> None:
    """At most one case in twenty of a suite cites nothing."""
    for counted in tally(request.session.items).values():
        assert len(counted.uncited) <= MOST_UNCITED * counted.cases, counted.uncited
