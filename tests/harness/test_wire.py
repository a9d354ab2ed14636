"""The wire tier: processes that come up, are told apart, and always go away."""

from __future__ import annotations

import os
import shlex
import socket
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from harness.options import RunOptions
from harness.stack import NobodyPolls, Stack, StackError
from harness.starting import attach, start_wire
from harness.targets import TargetError
from tests.harness.conftest import play

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.sockets

REFERENCE_AS_COMMAND = {
    half: f"command:{sys.executable} -m simulators.sync {half}"
    for half in ("to-nomis", "from-nomis")
}
NONE = {"to-nomis": "none", "from-nomis": "none"}


def _children(pid: int) -> set[str]:
    """Return number and command line of our programs below a process, by `ps`."""
    rows = subprocess.run(
        ["/bin/ps", "-ww", "-eo", "pid=,ppid=,stat=,args="],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    parts = [row.split(None, 3) for row in rows]
    below, found = {pid}, set()
    for _generation in range(4):
        for number, parent, state, command in parts:
            if int(parent) in below and state[0] != "Z":
                below.add(int(number))
                found.add(f"{number} {command}")
    return {c for c in found if "harness." in c or "simulators." in c}


@pytest.fixture
def options(tmp_path: Path) -> RunOptions:
    """Provide options that report into a folder of the test's own."""
    return RunOptions(report=str(tmp_path), sync_wait=20)


def _free_ports() -> int:
    """Return the first of three neighbouring free ports."""
    for first in range(20_000 + os.getpid() % 5_000, 60_000, 3):
        try:
            for port in range(first, first + 3):
                with socket.socket() as line:
                    line.bind(("127.0.0.1", port))
        except OSError:
            continue
        return first
    raise AssertionError("no three free ports")


@pytest.fixture
def world_only(options: RunOptions) -> Iterator[Stack]:
    """Provide a world without halves."""
    from dataclasses import replace

    with closing(start_wire(replace(options, targets=NONE))) as stack:
        yield stack


def test_only_logs_are_left_behind(options: RunOptions, tmp_path: Path) -> None:
    """After a stack is closed none of its processes runs; what they said is kept."""
    before = _children(os.getpid())
    stack = start_wire(options)
    assert len(_children(os.getpid()) - before) >= 2
    stack.close()
    assert _children(os.getpid()) <= before
    names = {path.name.split("-", 1)[1] for path in (tmp_path / "logs").iterdir()}
    assert names == {"world.log", "to-nomis.log", "from-nomis.log"}


def test_nothing_is_left_behind_by_a_failed_start(tmp_path: Path) -> None:
    """A half that cannot start is quoted, and takes world and other half with it."""
    before = _children(os.getpid())
    targets = {
        "to-nomis": "reference",
        "from-nomis": "command:sh -c 'echo no database; exit 3'",
    }
    with pytest.raises(
        StackError, match=r"(?s)from-nomis ended with status 3.*no data"
    ):
        start_wire(RunOptions(report=str(tmp_path), targets=targets))
    assert _children(os.getpid()) <= before


def test_any_program_can_be_a_half(tmp_path: Path) -> None:
    """A command with the printed environment syncs; it is asked for the grace."""
    options = RunOptions(report=str(tmp_path), targets=REFERENCE_AS_COMMAND, grace=0.3)
    with closing(start_wire(options)) as stack:
        scene = play(stack)
        scene.write_in_nomis("By a command.")
        outcome = scene.settle()
        assert scene.texts() == (["By a command."], ["By a command."])
        assert outcome["seconds"] >= 0.3
        assert "switches-live" not in stack.common_traits()


def test_switch_of_a_build_is_a_restart_with_its_environment(tmp_path: Path) -> None:
    """A target that does not switch live is started again with the variable set."""
    options = RunOptions(report=str(tmp_path), targets=REFERENCE_AS_COMMAND, grace=0.1)
    with closing(start_wire(options)) as stack:
        stack.switch("to-nomis", "person.case-note.created", False)
        scene = play(stack)
        scene.write_in_dps("Not to NOMIS.")
        scene.settle()
        assert scene.texts() == ([], ["Not to NOMIS."])
        targets = scene.world.journal(kinds=["target"])
        assert [(e["half"], e["action"]) for e in targets] == [
            ("to-nomis", "stopped"),
            ("to-nomis", "started"),
        ]


def test_several_switches_of_a_build_are_one_restart(tmp_path: Path) -> None:
    """And none where they stand so already: a restart costs a build half a minute."""
    kinds = [f"person.case-note.{what}" for what in ("created", "updated", "deleted")]
    options = RunOptions(report=str(tmp_path), targets=REFERENCE_AS_COMMAND, grace=0.1)
    with closing(start_wire(options)) as stack:
        for on in (False, False, True, True):
            stack.switch_all("to-nomis", kinds, on)
        targets = stack.world.journal(kinds=["target"])
        assert [e["action"] for e in targets] == ["stopped", "started"] * 2


def test_a_start_waits_for_the_new_process_not_for_polls_of_the_old(
    tmp_path: Path,
) -> None:
    """A long poll outlives who asked; a successor that never polls is found out."""
    once = tmp_path / "once"
    command = (
        f"command:sh -c 'test -e {once} && exec sleep 60; touch {once}; "
        f"exec {sys.executable} -m simulators.sync to-nomis'"
    )
    options = RunOptions(
        report=str(tmp_path),
        targets={**REFERENCE_AS_COMMAND, "to-nomis": command},
        sync_wait=5.0,
    )
    with closing(start_wire(options)) as stack:
        stack.stop("to-nomis")
        with pytest.raises(StackError, match="nobody polls hmpps_prisoner_to_nomis"):
            stack.start("to-nomis")


def test_several_instances_share_the_queues(tmp_path: Path) -> None:
    """Two instances of each half leave one note a change."""
    options = RunOptions(report=str(tmp_path), instances=2)
    with closing(start_wire(options)) as stack:
        scene = play(stack)
        texts = [f"Note {number}." for number in range(10)]
        for text in texts:
            scene.write_in_dps(text)
        scene.settle()
        assert scene.texts() == (texts, texts)
        polls = {queue["name"]: queue["polls"] for queue in scene.world.queues()}
        assert polls["hmpps_prisoner_to_nomis_casenotes_queue"] == 2


def test_external_target_that_never_comes_is_named_by_its_queues(
    tmp_path: Path,
) -> None:
    """When nobody polls, the error names the queues and what to start."""
    options = RunOptions(
        report=str(tmp_path),
        targets={"to-nomis": "none", "from-nomis": "external"},
        sync_wait=0.2,
        port=_free_ports(),
    )
    with pytest.raises(NobodyPolls, match="tandem env") as caught:
        start_wire(options)
    assert caught.value.queues == [
        "prisoner_from_nomis_alerts_queue",
        "prisoner_from_nomis_casenotes_queue",
    ]


def test_taken_port_is_named(tmp_path: Path) -> None:
    """Another program on a fixed port is reported with the port's number."""
    first = _free_ports()
    options = RunOptions(
        report=str(tmp_path),
        targets={"to-nomis": "external", "from-nomis": "none"},
        port=first,
    )
    with socket.socket() as line:
        line.bind(("127.0.0.1", first))
        line.listen()
        with pytest.raises(StackError, match=f"cannot start.*{first}"):
            start_wire(options)


def test_external_half_is_not_ours_to_kill(tmp_path: Path) -> None:
    """A program that somebody else started is never ended by a scenario."""
    first = _free_ports()
    options = RunOptions(
        report=str(tmp_path),
        targets={"to-nomis": "none", "from-nomis": "external"},
        port=first,
        sync_wait=20,
    )
    program = subprocess.Popen(
        [sys.executable, "-c", _LATE_HALF, str(first)], stderr=subprocess.DEVNULL
    )
    try:
        with closing(start_wire(options)) as stack:
            with pytest.raises(TargetError, match="lacks the trait 'killable'"):
                stack.kill("from-nomis")
            scene = play(stack)
            scene.write_in_nomis("By a program already running.")
            scene.settle()
            assert len(scene.texts()[1]) == 1
    finally:
        program.kill()
        program.wait()


# A half that somebody starts by hand: it waits until the world's port answers.
_LATE_HALF = """
import os, socket, sys, time
from harness import environment
first = int(sys.argv[1])
while True:
    try:
        socket.create_connection(("127.0.0.1", first + 2)).close()
        break
    except OSError:
        time.sleep(0.05)
with socket.socket() as line:
    line.bind(("127.0.0.1", 0))
    port = line.getsockname()[1]
built = environment.from_nomis(environment.at_host("127.0.0.1", first), port)
os.environ.update(built.variables)
os.execv(sys.executable, [sys.executable, "-m", "simulators.sync", "from-nomis"])
"""


def test_held_world_serves_one_run_after_another(
    world_only: Stack, options: RunOptions
) -> None:
    """With `--stack` the halves are the run's, the world stays for the next one."""
    from dataclasses import replace

    url = world_only.world.about()["addresses"]["control"]
    for turn in range(2):
        with closing(attach(replace(options, stack=url))) as stack:
            scene = play(stack)
            scene.write_in_nomis(f"Run {turn}.")
            scene.settle()
            assert scene.texts() == ([f"Run {turn}."], [f"Run {turn}."])
    assert world_only.world.about()["services"]


def test_half_that_dies_by_itself_is_named(options: RunOptions) -> None:
    """When a half crashes on its own, the unsettled scope says so, with its log."""
    with closing(start_wire(options)) as stack:
        scene = play(stack)
        child: Any = stack._children["from-nomis"][0]  # type: ignore[attr-defined]
        os.kill(child.pid, 9)
        scene.write_in_nomis("To nobody.")
        outcome = scene.world.settle([scene.prisoner], 0.5)
        assert not outcome["settled"]
        assert outcome["waiting"][0].startswith("from-nomis ended with status -9")


def test_world_process_ends_on_terminate(tmp_path: Path) -> None:
    """A world told to end does so at once and with status 0."""
    command = [sys.executable, "-m", "harness.worldprocess"]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log)
        assert process.stdout is not None
        with process:
            assert b"control" in process.stdout.readline()
            process.terminate()
            assert process.wait(5) == 0, shlex.join(command)
