"""Playing small features through the command line, in this process."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import dedent, indent
from typing import TYPE_CHECKING

import pytest

from harness.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PASSES = """
    Given a prisoner
    When a DPS user writes a case note in DPS
    Then both sides hold the note
"""
FAILS = """
    Given a prisoner
    When a DPS user writes a case note in DPS
    Then the prisoner has 3 case notes in DPS
"""
# An absence without a witness proves nothing.
UNKNOWN = """
    Given a prisoner
    When DPS itself writes a note of type "ACP/REFD"
    Then the note never reaches NOMIS
"""


@dataclass
class Ended:
    """How a command ended: exit code, and all it printed."""

    code: int
    out: str


@pytest.fixture
def tandem(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., Ended]:
    """Run `tandem WORDS...` in this process, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)

    def run(*words: str) -> Ended:
        with pytest.raises(SystemExit) as end:
            main(list(words))
        printed = capsys.readouterr()
        code = end.value.code or 0
        assert isinstance(code, int)
        return Ended(code, printed.out + printed.err)

    return run


@pytest.fixture
def simulated(tandem: Callable[..., Ended]) -> Callable[..., Ended]:
    """Run `tandem verify WORDS... --tier simulated`."""

    def run(*words: str) -> Ended:
        return tandem("verify", *words, "--tier", "simulated")

    return run


def feature(path: Path, name: str, **scenarios: str) -> str:
    """Write a feature file; scenarios by name (underscores are spaces), or `tags__`."""
    blocks = [f"Feature: {name}\n"]
    for title, steps in scenarios.items():
        tags, _, words = title.rpartition("__")
        if tags:
            marks = " ".join(f"@{t.replace('_', '-')}" for t in tags.split("__"))
            blocks.append(f"  {marks}\n")
        blocks.append(f"  Scenario: {words.replace('_', ' ')}\n")
        blocks.append(indent(dedent(steps).strip(), "    ") + "\n\n")
    path.write_text("".join(blocks), encoding="utf-8")
    return path.name
