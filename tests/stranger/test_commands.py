"""Builds that the run itself starts, kills and restarts."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from harness.options import RunOptions
from harness.starting import start_wire
from tests.harness.conftest import play
from tests.stranger.conftest import BOTH_WAYS, COMMANDS, HALVES, ROOT, tandem

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.sockets, pytest.mark.long]

_KNOWN = str(ROOT / "known" / "real-builds.toml")
_WEAK = (
    "features/deletions.feature::"
    "A delete that meets a failing DPS is tried again until it is done"
)


@pytest.mark.parametrize("ours", HALVES)
def test_one_half_ours_beside_the_other_as_command(ours: str, tmp_path: Path) -> None:
    """A team that has only one build tests it beside the reference's other half."""
    strange = next(half for half in HALVES if half != ours)
    ended = tandem(
        *("verify", BOTH_WAYS, f"--{strange}", COMMANDS[strange]),
        *("--report", str(tmp_path), "--grace", "0.5"),
    )
    assert ended.code == 0, ended.out


def test_two_instances_of_both_builds_share_the_work(tmp_path: Path) -> None:
    """Two pods of each build on the same queues carry each change once."""
    ended = tandem(
        *("verify", BOTH_WAYS, "--instances", "2", "--report", str(tmp_path)),
        *(word for half in HALVES for word in (f"--{half}", COMMANDS[half])),
    )
    assert ended.code == 0, ended.out


def test_switch_turns_by_restart_and_its_events_are_dropped(tmp_path: Path) -> None:
    """A build reads its switches from the environment; off means dropped (5.1)."""
    options = RunOptions(targets=COMMANDS, report=str(tmp_path))
    with closing(start_wire(options)) as stack:
        scene = play(stack)
        assert "switches-live" not in stack.traits("to-nomis").names()
        stack.switch("to-nomis", "person.case-note.created", on=False)
        scene.write_in_dps("Written while off.")
        scene.write_in_nomis("The other way is on.")
        scene.settle()
        assert scene.texts() == (
            ["The other way is on."],
            ["The other way is on.", "Written while off."],
        )
        stack.switch("to-nomis", "person.case-note.created", on=True)
        scene.write_in_dps("Written when on again.")
        scene.settle()
        assert "Written when on again." in scene.texts()[0]
        (lost,) = scene.world.judge([scene.prisoner])["violations"]
        assert (lost["rule"], lost["owner"]) == ("lost", "to-nomis")
        assert "dropped while the switch of its event type was off" in lost["message"]


def test_weakness_of_the_builds_is_named_and_can_be_known(tmp_path: Path) -> None:
    """A swallowed failure is the build's fault; once known it fails no run."""
    commands = [word for half in HALVES for word in (f"--{half}", COMMANDS[half])]
    strict = tandem("verify", _WEAK, *commands, "--report", str(tmp_path / "strict"))
    assert strict.code == 1, strict.out
    assert "LOST (owner: from-nomis)" in strict.out
    known = tandem(
        *("verify", _WEAK, *commands, "--known", _KNOWN),
        *("--report", str(tmp_path / "known")),
    )
    assert known.code == 0, known.out


def test_killed_build_takes_up_its_work_again(tmp_path: Path) -> None:
    """What a killed build had in hand comes again when its lease ends."""
    options = RunOptions(targets=COMMANDS, report=str(tmp_path))
    with closing(start_wire(options)) as stack:
        scene = play(stack)
        scene.write_in_nomis("Before.")
        scene.settle()
        held = scene.world.fault("dps", "hang", operation="put_sync_case_note")
        scene.write_in_nomis("In hand.")
        assert scene.world.await_fault(held)
        stack.kill("from-nomis")
        scene.world.clear_faults()
        stack.start("from-nomis")
        scene.settle()
        assert scene.texts() == (["Before.", "In hand."],) * 2
        assert scene.world.judge([scene.prisoner])["verdict"] == "pass"
