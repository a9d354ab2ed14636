"""Children of the harness never outlive it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from harness.processes import Child, ChildError

if TYPE_CHECKING:
    from pathlib import Path

_PARENT = """
import sys, time
from pathlib import Path
from harness.processes import Child
child = Child("sleeper", ["sleep", "60"], Path(sys.argv[1]))
print(child.pid, flush=True)
{ending}
"""


def _gone(pid: int) -> bool:
    """Wait for the kernel to end `pid`; it does so without further help."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
            with open(f"/proc/{pid}/stat") as stat:  # noqa: PTH123
                if stat.read().rsplit(")", 1)[1].split()[0] == "Z":
                    return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.01)
    return False


def _parent(tmp_path: Path, ending: str) -> tuple[subprocess.Popen[bytes], int]:
    process = subprocess.Popen(
        [sys.executable, "-c", _PARENT.format(ending=ending), str(tmp_path / "log")],
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    return process, int(process.stdout.readline())


@pytest.mark.parametrize(
    ("ending", "number"),
    [
        ("", None),
        ("raise SystemExit(3)", None),
        ("time.sleep(60)", signal.SIGINT),
        ("time.sleep(60)", signal.SIGKILL),
    ],
)
def test_child_ends_with_its_parent(
    tmp_path: Path, ending: str, number: signal.Signals | None
) -> None:
    """However the harness ends - return, exit, Ctrl-C, SIGKILL - no child stays."""
    process, pid = _parent(tmp_path, ending)
    with process:
        if number is not None:
            process.send_signal(number)
        process.wait(5)
    assert _gone(pid)


def test_kill_takes_the_whole_group(tmp_path: Path) -> None:
    """A build started through a shell dies with its shell."""
    child = Child(
        "shell", ["sh", "-c", "sleep 60 & echo $!; wait"], tmp_path / "log",
        reads_output=True,
    )  # fmt: skip
    grandchild = int(child.output.readline())
    child.kill()
    assert _gone(grandchild)
    assert not child.running()


def test_missing_program_is_named(tmp_path: Path) -> None:
    """A command that does not exist is reported by name, not as a traceback."""
    with pytest.raises(ChildError, match="to-nomis cannot be started: no-such-build"):
        Child("to-nomis", ["no-such-build"], tmp_path / "log")


def test_early_end_quotes_the_log(tmp_path: Path) -> None:
    """When a build dies at start, its own last words are in our message."""
    child = Child("build", ["sh", "-c", "echo missing client id; exit 7"],
                  tmp_path / "log")  # fmt: skip
    deadline = time.monotonic() + 5
    while child.running():
        assert time.monotonic() < deadline
    assert "status 7" in child.why_ended()
    assert "missing client id" in child.why_ended()


def test_one_that_has_just_closed_its_output_has_a_status(tmp_path: Path) -> None:
    """Its output ends a moment before it does; its status is worth that moment."""
    command = ["sh", "-c", "exec >&-; sleep 0.2; exit 7"]
    child = Child("build", command, tmp_path / "log", reads_output=True)
    assert child.output.read() == b""
    assert "build ended with status 7" in child.why_ended()
    child.kill()


def test_the_last_words_are_those_of_this_run(tmp_path: Path) -> None:
    """What an earlier run left in the same log explains nothing."""
    log = tmp_path / "half.log"
    log.write_text("words of yesterday\n")
    child = Child("half", ["false"], log)
    child._process.wait()
    assert child.tail() == "(it wrote nothing)"
    child = Child("half", ["echo", "words of today"], log)
    child._process.wait()
    assert child.tail() == "words of today"
