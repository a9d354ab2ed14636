"""Stacks for the tests of the harness, and the few things that each test does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from harness.options import RunOptions
from harness.simulated import SimulatedStack
from harness.starting import start_wire

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.stack import Stack


@dataclass
class Scene:
    """One prison, one officer known to both sides, one prisoner."""

    stack: Stack
    prison: str
    officer: str
    prisoner: str

    @property
    def world(self) -> Any:
        """The world's control API."""
        return self.stack.world

    def write_in_nomis(self, text: str) -> int:
        """Write a note in the NOMIS screen; returns its NOMIS id."""
        answer = self.world.act(
            "nomis-screens",
            "create_note",
            {"prisoner": self.prisoner},
            body={"type": "GEN", "subType": "OSE", "text": text},
            user=self.officer,
        )
        assert answer["status"] == 201, answer
        identifier: int = answer["body"]["caseNoteId"]
        return identifier

    def write_in_dps(self, text: str) -> str:
        """Write a note in the DPS front end; returns its DPS id."""
        answer = self.world.write_note_as_dps_user(self.prisoner, self.officer, text)
        assert answer["status"] == 201, answer
        identifier: str = answer["body"]["caseNoteId"]
        return identifier

    def settle(self, timeout: float | None = None) -> dict[str, Any]:
        """Settle the prisoner's notes; asserts that it does."""
        outcome: dict[str, Any] = self.world.settle([self.prisoner], timeout)
        assert outcome["settled"], outcome["waiting"]
        return outcome

    def texts(self) -> tuple[list[str], list[str]]:
        """Return the texts on both sides, NOMIS and DPS, sorted."""
        state = self.world.snapshot([self.prisoner])
        return (
            sorted(note["text"] for note in state["nomis"]["notes"]),
            sorted(note["text"] for note in state["dps"]["notes"]),
        )

    def verdict(self) -> dict[str, Any]:
        """Return what the oracle says of the prisoner."""
        verdict: dict[str, Any] = self.world.judge([self.prisoner])
        return verdict


def play(stack: Stack) -> Scene:
    """Add a prison, an officer and a prisoner to a stack."""
    prison = stack.world.add_prison()["code"]
    officer = stack.world.add_staff(prison=prison)["usernames"][0]
    prisoner = stack.world.add_prisoner(prison)["prisoner"]
    return Scene(stack, prison, officer, prisoner)


@pytest.fixture
def simulated() -> Iterator[Scene]:
    """Provide a scene on a simulated stack of its own."""
    stack = SimulatedStack(seed=7)
    yield play(stack)
    stack.close()


@pytest.fixture(scope="session")
def wire_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Provide one wire-tier stack of references for all tests that only use it."""
    report = str(tmp_path_factory.mktemp("report"))
    stack = start_wire(RunOptions(report=report))
    yield stack
    stack.close()


@pytest.fixture(params=["simulated", pytest.param("wire", marks=pytest.mark.sockets)])
def scene(request: pytest.FixtureRequest) -> Scene:
    """Provide a scene on each tier: the same test, two transports."""
    if request.param == "simulated":
        found: Scene = request.getfixturevalue("simulated")
        return found
    return play(request.getfixturevalue("wire_stack"))
