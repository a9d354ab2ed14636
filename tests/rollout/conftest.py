"""One prisoner with notes on both sides, and the three answers a comparison reads."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from harness.compare import differences
from harness.simulated import SimulatedStack
from tests.harness.conftest import Scene, play

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.compare import Finding


class Answers:
    """The answers of N5, C2 and M6, to be spoilt by a test and compared again."""

    def __init__(self, prisoner: str, nomis: Any, dps: Any, mapping: Any) -> None:
        """Keep copies."""
        self.prisoner = prisoner
        self.nomis = copy.deepcopy(nomis)
        self.dps = copy.deepcopy(dps)
        self.mapping = copy.deepcopy(mapping)

    def row(self, text: str) -> Any:
        """Return the NOMIS note with that text."""
        return _only(n for n in self.nomis["caseNotes"] if n["caseNoteText"] == text)

    def note(self, text: str) -> Any:
        """Return the DPS note with that text."""
        return _only(n for n in self.dps if n["text"] == text)

    def pair(self, text: str) -> Any:
        """Return the mapping row of the DPS note with that text."""
        identifier = self.note(text)["caseNoteId"]
        rows = self.mapping["mappings"]
        return _only(m for m in rows if m["dpsCaseNoteId"] == identifier)

    def findings(self) -> list[Finding]:
        """Compare; remarks are left out."""
        found = differences(self.prisoner, self.nomis, self.dps, self.mapping)
        return [one for one in found if not one.remark]

    def rules(self) -> list[str]:
        """Return the rules that are broken, sorted, once for each finding."""
        return sorted(one.rule for one in self.findings())


def _only(found: Iterator[Any]) -> Any:
    (one,) = found
    return one


def write(scene: Scene) -> None:
    """Write a note on each side, and amend both from both sides."""
    row = scene.write_in_nomis("Born in NOMIS.")
    note = scene.write_in_dps("Born in DPS.")
    scene.settle()
    for words in ("First.", "Second."):
        scene.world.act(
            "nomis-screens",
            "amend_note",
            {"caseNoteId": row},
            body={"text": words},
            user=scene.officer,
        )
        scene.world.act(
            "dps",
            "amend_case_note",
            {"personIdentifier": scene.prisoner, "caseNoteIdentifier": note},
            body={"text": words},
            user=scene.officer,
        )
        scene.settle()


def ask(scene: Scene) -> Answers:
    """Read the three answers about the scene's prisoner."""
    who = scene.prisoner
    act = scene.world.act
    return Answers(
        who,
        act("nomis", "get_case_notes", {"offenderNo": who})["body"],
        act("dps", "get_sync_case_notes", {"personIdentifier": who})["body"],
        act("mapping", "get_case_note_mappings_of_prisoner", {"offenderNo": who})[
            "body"
        ],
    )


@pytest.fixture(scope="module")
def written() -> Iterator[Answers]:
    """Provide the answers about one prisoner whose notes the reference has synced."""
    stack = SimulatedStack(seed=11)
    try:
        scene = play(stack)
        write(scene)
        yield ask(scene)
    finally:
        stack.close()


@pytest.fixture
def answers(written: Answers) -> Answers:
    """Provide copies of the answers, for one test to spoil."""
    return Answers(written.prisoner, written.nomis, written.dps, written.mapping)
