"""Runs to make reports of: one that was really played, and one that is large."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from harness.options import RunOptions
from harness.report.folder import SCENARIOS
from harness.report.record import RunRecord, write_record
from harness.results import RunResult
from harness.verify import verify, write_ndjson

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from harness.results import ScenarioResult

HOSTILE = "</script><img src=x onerror=alert(1)><!-- & \N{BULLET} <b>"
FEATURE = f"""
Feature: Notes reach the other side
  Scenario: A note comes back when its mapping is late
    Given a prisoner
    And the next mapping save takes 5 seconds
    When a DPS user writes a case note in DPS
    Then both sides hold the note

  Scenario: A line does not hold
    Given a prisoner
    When an officer writes a case note in NOMIS with the text:
      \"\"\"
      {HOSTILE}
      \"\"\"
    Then the prisoner has 3 case notes in DPS
    And both sides hold the note

  Scenario: Nothing proves the absence
    Given a prisoner
    When DPS itself writes a note of type "ACP/REFD"
    Then the note never reaches NOMIS

  Scenario: All is well
    Given a prisoner
    When a DPS user writes a case note in DPS
    Then both sides hold the note

  @sockets
  Scenario: Only over sockets
    Given a prisoner
    When a DPS user writes a case note in DPS
    Then both sides hold the note
"""


def play(folder: Path, *, keep_journal: bool = False) -> RunResult:
    """Play FEATURE with a planted loop; its report is in `folder`/report."""
    file = folder / "notes.feature"
    file.write_text(FEATURE, encoding="utf-8")
    options = RunOptions(
        tier="simulated",
        report=str(folder / "report"),
        defects=("LOOP-01",),
        keep_journal=keep_journal,
    )
    return verify(options, [str(file)])


def large(folder: Path, played: Sequence[ScenarioResult], size: int) -> None:
    """Leave in `folder` what a run of `size` scenarios would, one in 20 failing."""
    folder.mkdir()
    failed = next(one for one in played if one.violations)
    passed = next(one for one in played if one.verdict == "pass")
    made = [
        replace(
            failed if number % 20 == 0 else passed,
            id=f"f.feature::scenario {number}",
            name=f"Scenario {number}",
            capability=f"Capability {number % 25}",
        )
        for number in range(size)
    ]
    write_record(RunRecord("fail", tier="simulated", date="2026-01-01"), folder)
    write_ndjson(RunResult(made), folder / SCENARIOS)
