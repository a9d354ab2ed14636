"""Runs as processes: side by side, interrupted, attached, and without a stack."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.verify import _alone
from tests.run.conftest import FAILS, PASSES, UNKNOWN, feature

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.run.conftest import Ended

COMMAND = [sys.executable, "-m", "harness"]
PATIENCE = 60.0


def _environment() -> dict[str, str]:
    # A run inside a worker of our own test run must not take itself for a worker.
    return {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}


def _run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *words],
        cwd=folder,
        env=_environment(),
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


def _started(folder: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*COMMAND, *words],
        cwd=folder,
        env={**_environment(), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _descendants(pid: int) -> set[int]:
    """Return the processes below `pid`, by the kernel's own lists."""
    found: set[int] = set()
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            found |= {child} | _descendants(child)
    return found


def _alive(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def _verdicts(report: Path) -> Counter[tuple[str, str]]:
    lines = (report / "scenarios.ndjson").read_text().splitlines()
    records = map(json.loads, lines)
    return Counter((record["id"], record["verdict"]) for record in records)


@contextmanager
def _three_free_ports() -> Iterator[int]:
    """Find the first of three neighbouring free ports."""
    for first in range(21000 + os.getpid() % 5000, 32000, 3):
        lines = [socket.socket() for _ in range(3)]
        try:
            for offset, line in enumerate(lines):
                line.bind(("127.0.0.1", first + offset))
        except OSError:
            continue
        finally:
            for line in lines:
                line.close()
        yield first
        return
    pytest.fail("no three neighbouring ports are free")


@contextmanager
def _world_up(folder: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """Hold a world with `tandem up`, as far as its last line."""
    up = _started(folder, "up", "--port", str(port))
    try:
        assert up.stdout is not None
        for line in up.stdout:
            if "Ctrl-C ends the world" in line:
                break
        yield up
    finally:
        up.kill()
        up.wait()
        assert up.stdout is not None
        up.stdout.close()


def test_workers_give_the_verdicts_of_a_run_in_one_process(tmp_path: Path) -> None:
    """-n 2 only changes how long it takes; it shows progress and stays unknown."""
    feature(tmp_path / "a.feature", "A", a=PASSES, b=FAILS, c=PASSES)
    feature(tmp_path / "b.feature", "B", a=PASSES, b=UNKNOWN, sockets__c=PASSES)
    one = _run(tmp_path, "verify", "--tier", "simulated", ".", "--report", "one")
    two = _run(
        tmp_path, "verify", "--tier", "simulated", ".", "--report", "two", "-n", "2"
    )
    assert (one.returncode, two.returncode) == (1, 1), two.stdout + two.stderr
    assert _verdicts(tmp_path / "one") == _verdicts(tmp_path / "two")
    assert two.stdout.startswith("6 scenarios\n")
    assert sum(two.stdout.splitlines()[1].count(sign) for sign in ".F?s") >= 1


def test_the_order_is_that_of_the_files_and_their_lines(tmp_path: Path) -> None:
    """Two runs play the same scenarios in the same order, on every machine."""
    feature(tmp_path / "b.feature", "B", z=PASSES, a=PASSES)
    feature(tmp_path / "a.feature", "A", m=PASSES)
    ended = _run(tmp_path, "verify", "--tier", "simulated", ".", "b.feature")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    lines = (tmp_path / "test-results/scenarios.ndjson").read_text().splitlines()
    assert [json.loads(line)["name"] for line in lines] == ["m", "z", "a"]


@pytest.mark.sockets
@pytest.mark.long
@pytest.mark.parametrize("workers", ["0", "2"])
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_is_unknown_and_leaves_no_process(
    tmp_path: Path, workers: str, how: signal.Signals
) -> None:
    """Ctrl-C, and CI's cancel, end worlds and halves; each worker had its own."""
    names = {f"scenario_{number}": PASSES for number in range(200)}
    feature(tmp_path / "f.feature", "F", **names)
    run = _started(tmp_path, "verify", "f.feature", "--tier", "wire", "-n", workers)
    assert run.stdout is not None
    read = ""
    while "\n." not in read and run.poll() is None:
        read += run.stdout.read(1)
    below = _descendants(run.pid)
    run.send_signal(how)
    rest, _ = run.communicate(timeout=PATIENCE)
    assert run.returncode == 3, read + rest
    assert "interrupted after" in rest
    assert "of 200 scenarios" in rest
    assert "Traceback" not in rest
    assert len(below) >= 3 * max(1, int(workers))
    assert not [pid for pid in below if _alive(pid)]
    worlds = sorted(p.name for p in (tmp_path / "test-results/logs").glob("*-world.*"))
    wanted = ["main"] if workers == "0" else ["gw0", "gw1"]
    assert worlds == [f"{worker}-world.log" for worker in wanted]
    assert (tmp_path / "test-results/tandem.xml").exists()


@pytest.mark.sockets
def test_a_sync_that_nobody_started_is_unknown_and_names_the_queues(
    tandem: Callable[..., Ended], tmp_path: Path
) -> None:
    """An external target that does not poll is no failure of the sync."""
    file = feature(tmp_path / "f.feature", "F", a=PASSES, b=PASSES)
    with _three_free_ports() as port:
        words = ["--sync", "external", "--sync-wait", "1", "--port", str(port)]
        ended = tandem("verify", file, *words)
    assert ended.code == 3
    assert ended.out.count("nobody polls") == 1
    assert "hmpps_prisoner_to_nomis_casenotes_queue" in ended.out
    assert "tandem env" in ended.out
    assert "Traceback" not in ended.out


@pytest.mark.sockets
def test_a_taken_port_is_named_with_its_service(
    tandem: Callable[..., Ended], tmp_path: Path
) -> None:
    """One clear message and nothing played: the world for external targets."""
    file = feature(tmp_path / "f.feature", "F", a=PASSES, b=PASSES)
    with _three_free_ports() as port, socket.socket() as taken:
        taken.bind(("127.0.0.1", port + 1))
        taken.listen()
        ended = tandem("verify", file, "--sync", "external", "--port", str(port))
        assert ended.code == 3
        assert ended.out.count("the world cannot start") == 1
        assert f"port {port + 1} for the control API is in use" in ended.out
        up = tandem("up", "--port", str(port))
    assert up.code == 2
    assert f"port {port + 1} for the control API is in use" in up.out


@pytest.mark.sockets
def test_an_address_that_is_not_ours_is_not_called_taken(
    tandem: Callable[..., Ended],
) -> None:
    """Another process is not looked for in vain where the address is wrong."""
    with _three_free_ports() as port:
        ended = tandem("up", "--host", "203.0.113.9", "--port", str(port))
    assert ended.code == 2
    assert f"cannot serve SNS and SQS on 203.0.113.9:{port}" in ended.out
    assert "an address of this machine" in ended.out
    assert "another process" not in ended.out


@pytest.mark.sockets
def test_a_world_held_up_prints_its_environment_and_ends_by_ctrl_c(
    tmp_path: Path,
) -> None:
    """`tandem up` is for a build in the IDE: the environment, then the addresses."""
    with _three_free_ports() as port:
        up = _started(tmp_path, "up", "--port", str(port))
        assert up.stdout is not None
        text = ""
        while "Ctrl-C ends the world" not in text and up.poll() is None:
            text += up.stdout.readline()
        up.send_signal(signal.SIGINT)
        rest, _ = up.communicate(timeout=PATIENCE)
        printed = _run(tmp_path, "env", "--port", str(port)).stdout
    assert up.returncode == 0, text + rest
    assert "Traceback" not in rest
    assert printed in text
    assert f"control API: http://127.0.0.1:{port + 1}" in text
    assert f"HMPPS_SQS_LOCALSTACK_URL=http://127.0.0.1:{port}" in text


@pytest.mark.sockets
def test_a_run_attaches_to_a_world_that_is_up_and_leaves_it_up(
    tandem: Callable[..., Ended], tmp_path: Path
) -> None:
    """--stack plays on the world of `tandem up`, as often as one likes."""
    file = feature(tmp_path / "f.feature", "F", a=PASSES)
    with _three_free_ports() as port, _world_up(tmp_path, port) as up:
        url = f"http://127.0.0.1:{port + 1}"
        for _ in range(2):
            ended = tandem("verify", file, "--stack", url)
            assert ended.code == 0, ended.out
        assert up.poll() is None


# What each scenario leaves behind when it ends half way, for the whole world.
_TAKEN = {
    "role": "When the sync from DPS to NOMIS loses its role in NOMIS",
    "service": "When NOMIS goes down for the sync",
    "sign-on": "When the sign-on service goes down for the sync",
    "keys": "When the sign-on service changes its keys",
    "half": "When the sync from DPS to NOMIS is stopped",
    "events": 'When "created" events from DPS are switched off',
    "calls": "Given the mapping service refuses connections 50 times",
}


@pytest.mark.sockets
def test_what_a_scenario_takes_from_the_world_the_next_one_has(
    tandem: Callable[..., Ended], tmp_path: Path
) -> None:
    """Scenarios share a world one after another: each fails alone, for its own sake."""
    scenarios: dict[str, str] = {}
    wrong = "    Then the prisoner has 9 case notes in NOMIS\n"
    for name, line in _TAKEN.items():
        scenarios[f"{name}_taken"] = f"    Given a prisoner\n    {line}\n{wrong}"
        scenarios[f"after_{name}"] = PASSES
    file = feature(tmp_path / "f.feature", "F", **scenarios)
    with _three_free_ports() as port, _world_up(tmp_path, port):
        tandem("verify", file, "--stack", f"http://127.0.0.1:{port + 1}")
    lines = (tmp_path / "test-results/scenarios.ndjson").read_text().splitlines()
    found = {one["name"]: one["verdict"] for one in map(json.loads, lines)}
    assert len(found) == 2 * len(_TAKEN)
    assert {v for n, v in found.items() if n.startswith("after")} == {"pass"}
    assert {v for n, v in found.items() if not n.startswith("after")} == {"fail"}


def test_two_runs_on_one_world_are_refused(
    tandem: Callable[..., Ended], tmp_path: Path
) -> None:
    """The second would meet the outages and missing roles of the first."""
    file = feature(tmp_path / "f.feature", "F", a=PASSES)
    url = "http://127.0.0.1:9"
    with _alone(url) as nothing:
        assert nothing == []
        refused = tandem("verify", file, "--stack", url)
    assert refused.code == 2
    assert f"--stack {url}: another run is playing on that world" in refused.out
    assert "does not answer" in tandem("verify", file, "--stack", url).out


@pytest.mark.sockets
def test_a_world_that_is_not_up_is_one_message(
    tandem: Callable[..., Ended], tmp_path: Path
) -> None:
    """A wrong --stack address says that nothing answers there."""
    file = feature(tmp_path / "f.feature", "F", a=PASSES, b=PASSES)
    with _three_free_ports() as port:
        ended = tandem("verify", file, "--stack", f"http://127.0.0.1:{port}")
    assert ended.code == 3
    assert ended.out.count("does not answer") == 1


@pytest.mark.sockets
def test_a_world_that_dies_ends_the_run_with_one_message(
    tandem: Callable[..., Ended], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The scenarios after it are not played against nothing."""
    from features import users

    honest = users.write
    names = {f"scenario_{number}": PASSES for number in range(5)}
    file = feature(tmp_path / "f.feature", "F", **names)
    with _three_free_ports() as port, _world_up(tmp_path, port) as up:

        def killing(*words: object, **more: object) -> object:
            up.kill()
            up.wait()
            return honest(*words, **more)  # type: ignore[arg-type]

        monkeypatch.setattr(users, "write", killing)
        ended = tandem("verify", file, "--stack", f"http://127.0.0.1:{port + 1}")
    assert ended.code == 3
    assert "1 played" in ended.out
    assert ended.out.count("UNKNOWN ") == 1
    assert f"the world at http://127.0.0.1:{port + 1} does not answer" in ended.out
