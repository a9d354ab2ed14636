"""The containers tier: images in place of halves, and nothing left behind."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from harness.containers import ContainersStack
from harness.defects.scenarios import feature_files, load
from harness.options import RunOptions
from harness.stack import StackError
from tests.containers.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.containers.conftest import Engine

pytestmark = [pytest.mark.containers, pytest.mark.usefixtures("nothing_left")]

_QUICK = ("--tier", "containers", "--grace", "0.5")
_ANCESTOR = "ancestor=localhost/stand-in-to-nomis:tested"


def _verify(*words: str, report: Path) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "harness", "verify", *words, "--report", str(report)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def _running(engine: Engine) -> set[str]:
    return set(engine("ps", "--quiet", "--filter", _ANCESTOR).splitlines())


def test_image_in_place_of_a_half_is_judged_and_its_log_kept(
    stand_ins: dict[str, str], tmp_path: Path
) -> None:
    """Scenarios pass on an image, a crash in the middle of a burst included."""
    tags = ("--tags", "smoke and (failures or merges or alerts)")
    status, said = _verify(
        *("--to-nomis", f"container:{stand_ins['to-nomis']}", *tags),
        *_QUICK,
        report=tmp_path,
    )
    assert status == 0, said
    assert "3 played" in said
    assert (tmp_path / "logs" / "main-to-nomis.log").is_file()


def test_everything_in_containers_passes_the_smoke_set(
    image: str, stand_ins: dict[str, str], tmp_path: Path
) -> None:
    """World and both halves in one network of their own pass the smoke set."""
    halves = [w for h, i in stand_ins.items() for w in (f"--{h}", f"container:{i}")]
    status, said = _verify(
        *halves,
        *("--world-image", image, "--tags", "smoke"),
        *_QUICK,
        report=tmp_path,
    )
    assert status == 0, said
    wanted = sum("smoke" in play.tags for play in load(feature_files()))
    assert f"{wanted} played" in said


def test_image_that_ends_at_once_is_no_verdict_and_shows_its_log(
    engine: Engine, image: str, tmp_path: Path
) -> None:
    """A build whose start aborts makes the run unknown and says its last words."""
    folder = tmp_path / "broken"
    folder.mkdir()
    lines = f'FROM {image}\nENTRYPOINT ["sh", "-c", "echo no secret; exit 7"]\n'
    (folder / "Dockerfile").write_text(lines, encoding="utf-8")
    engine("build", "-t", "localhost/broken:tested", str(folder))
    status, said = _verify(
        *("--to-nomis", "container:localhost/broken:tested", "--tags", "smoke"),
        *_QUICK,
        report=tmp_path,
    )
    assert status == 3
    assert "to-nomis-" in said
    assert "ended with status 7" in said
    assert "no secret" in said


def test_image_that_does_not_exist_is_named(tmp_path: Path) -> None:
    """A wrong image name says which, and what to do."""
    status, said = _verify(
        *("--to-nomis", "container:localhost/no-such:tested", "--tags", "smoke"),
        *_QUICK,
        report=tmp_path,
    )
    assert status == 3
    assert "localhost/no-such:tested" in said
    assert "tandem doctor" in said


def test_run_that_is_cancelled_leaves_no_container(
    engine: Engine, stand_ins: dict[str, str], tmp_path: Path
) -> None:
    """CI's polite request to end removes what the run had started."""
    target = f"container:{stand_ins['to-nomis']}"
    before = engine.held()
    run = subprocess.Popen(
        [
            *(sys.executable, "-m", "harness", "verify", *_QUICK),
            *("--to-nomis", target, "--report", str(tmp_path)),
        ],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while engine.held() <= before:
        assert time.monotonic() < deadline
        assert run.poll() is None
        time.sleep(0.1)
    run.send_signal(signal.SIGTERM)
    assert run.wait(60) == 3


def test_build_is_upgraded_without_losing_a_note(
    stand_ins: dict[str, str], tmp_path: Path
) -> None:
    """Notes written before, while and after two instances give way all arrive once."""
    image = stand_ins["to-nomis"]
    targets = {"to-nomis": f"container:{image}", "from-nomis": "reference"}
    options = RunOptions(
        tier="containers",
        targets=targets,
        instances=2,
        grace=0.5,
        report=str(tmp_path),
    )
    stack = ContainersStack(options)
    try:
        world = stack.world
        since = world.begin("an upgrade")
        prison = world.add_prison()["code"]
        officer = world.add_staff(prison=prison)["usernames"][0]
        prisoner = world.add_prisoner(prison)["prisoner"]
        world.write_note_as_dps_user(prisoner, officer, "Before the upgrade.")
        stack.replace("to-nomis", stack.targets["to-nomis"])
        world.write_note_as_dps_user(prisoner, officer, "After the upgrade.")
        outcome = world.settle([prisoner], 30)
        assert outcome["settled"], outcome
        verdict = world.judge([prisoner], since=since)
        assert verdict["verdict"] == "pass", verdict
        assert len(world.snapshot([prisoner])["nomis"]["notes"]) == 2
    finally:
        stack.close()


def test_switch_of_a_build_is_a_restart_with_its_variable(
    engine: Engine, stand_ins: dict[str, str], tmp_path: Path
) -> None:
    """A build reads its switches at its start, so switching starts it anew."""
    targets = {"to-nomis": f"container:{stand_ins['to-nomis']}", "from-nomis": "none"}
    options = RunOptions(tier="containers", targets=targets, report=str(tmp_path))
    others = _running(engine)
    stack = ContainersStack(options)
    try:
        (first,) = _running(engine) - others
        stack.switch("to-nomis", "person.case-note.created", on=False)
        (second,) = _running(engine) - others
        assert second != first
        told = engine("inspect", "--format", "{{.Config.Env}}", second)
        assert "FEATURE_EVENT_PERSON_CASE_NOTE_CREATED=false" in told
        stack.kill("to-nomis")
        assert not stack.running("to-nomis")
    finally:
        stack.close()


def test_half_that_does_not_start_leaves_no_other_behind(
    image: str, tmp_path: Path
) -> None:
    """Where the second half cannot start, world, network and first half go too."""
    targets = {
        "to-nomis": "reference",
        "from-nomis": "container:localhost/no-such:tested",
    }
    options = RunOptions(
        tier="containers", targets=targets, world_image=image, report=str(tmp_path)
    )
    with pytest.raises(StackError, match="localhost/no-such:tested"):
        ContainersStack(options)
