"""A merge copy that vanishes is excused only where a user deleted its note."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.defects.scenarios import load, play_simulated
from simulators.sync.merges import Merges

if TYPE_CHECKING:
    from pathlib import Path

    from simulators.sync.envelope import Event

_FEATURE = """@merges
Feature: Copies of a merge
  @MRG-01
  Scenario: One of two copied notes is deleted
    Given a prisoner called "Kept"
    And a prisoner called "Gone"
    And a case note called "a" about "Kept" written in NOMIS
    And a case note called "b" about "Kept" written in NOMIS
    When NOMIS merges "Gone" into "Kept" {copies}
    And an administrator deletes the note "b" in DPS
    Then both sides agree
"""


@pytest.mark.parametrize(
    "copies", ["with copies of the notes", "with copies that raise events"]
)
def test_a_sync_that_deletes_the_copy_of_another_note_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, copies: str
) -> None:
    """The user's deletion of one note explains nothing about the other's copy."""
    path = tmp_path / "copies.feature"
    path.write_text(_FEATURE.format(copies=copies), encoding="utf-8")
    (play,) = load([str(path)])
    assert play_simulated(play, 1).verdict == "pass"
    original = Merges.merged

    async def deleting(self: Merges, event: Event) -> None:
        await original(self, event)
        survivor = event.content["additionalInformation"]["nomsNumber"]
        rows = await self._services.nomis.notes(survivor) or []
        copy_of_a = sorted(row.id for row in rows)[-2]
        await self._services.nomis.delete(copy_of_a)

    monkeypatch.setattr(Merges, "merged", deleting)
    outcome = play_simulated(play, 1)
    assert outcome.verdict == "fail"
    assert "LOST" in outcome.message
