"""Server on one core, load on another, so that neither takes the other's time.

python -m tests.bench.cores CORE COMMAND...   becomes COMMAND, pinned to CORE
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_ALL = sorted(os.sched_getaffinity(0))
SERVER, LOAD = _ALL[0], _ALL[-1]


def pinned(command: list[str], core: int = SERVER) -> list[str]:
    """Return a command line that runs `command` on `core` only, threads included."""
    return [sys.executable, "-m", "tests.bench.cores", str(core), *command]


def cpu_seconds(pid: int) -> float:
    """Return the processor time a process has used, all its threads together."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    user, system = int(fields[11]), int(fields[12])
    return (user + system) / os.sysconf("SC_CLK_TCK")


@contextmanager
def on(core: int) -> Iterator[None]:
    """Keep this process on one core meanwhile."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


if __name__ == "__main__":
    os.sched_setaffinity(0, {int(sys.argv[1])})
    os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606 - becomes the command given
