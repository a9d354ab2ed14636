"""Child processes that never outlive us.

Each child leads a process group of its own. Three nets, because each misses a case:
`close` kills the group; an exit hook does the same on any ordinary end, Ctrl-C
included; and the kernel kills the child when our thread dies without a word.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import weakref
from typing import IO, TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_PR_SET_PDEATHSIG = 1
_MOMENT = 1.0
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None
_alive: weakref.WeakSet[Child] = weakref.WeakSet()


class ChildError(RuntimeError):
    """A child process could not be started or ended too early; quotes its log."""


class Program(Protocol):
    """A running program that a stack started: a process, or a container."""

    def running(self) -> bool:
        """Say whether it still runs."""

    def why_ended(self) -> str:
        """Say with which status it ended, and how its log ends."""

    def last_words(self) -> str:
        """Say where its log is, and how that ends."""

    def kill(self) -> None:
        """End it as a crash would."""

    def stop(self) -> None:
        """Ask it to end, and see that it does."""


def _die_with_parent() -> None:  # pragma: no cover - runs in the forked child
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class Child:
    """A running program; its output goes to `log`, a file that outlives it."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        log: Path,
        environment: Mapping[str, str] | None = None,
        *,
        reads_output: bool = False,
    ) -> None:
        """Start `command` with `environment` added to ours.

        With `reads_output` standard output comes to us, for a ready line, and only
        standard error goes to the log.
        """
        self.name = name
        self.log = log
        self.command = list(command)
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as sink:
            # A report folder is used again and again: earlier words are not its own.
            self._begins = sink.tell()
            try:
                self._process = subprocess.Popen(  # noqa: S603 - the user's command
                    self.command,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE if reads_output else sink,
                    stderr=sink,
                    env={**os.environ, **(environment or {})},
                    start_new_session=True,
                    preexec_fn=_die_with_parent,  # noqa: PLW1509 - one async-signal-safe call
                )
            except OSError as error:
                raise ChildError(
                    f"{name} cannot be started: {self.command[0]}: {error.strerror}"
                ) from error
        _alive.add(self)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def output(self) -> IO[bytes]:
        """Its standard output, when it was started with `reads_output`."""
        if self._process.stdout is None:
            raise ChildError(f"the output of {self.name} goes to {self.log}")
        return self._process.stdout

    def running(self) -> bool:
        """Say whether it still runs."""
        return self._process.poll() is None

    def why_ended(self) -> str:
        """Say with which status it ended, and how its log ends."""
        # One whose output has ended is about to end, and has no status until then.
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_MOMENT)
        status = self._process.poll()
        how = "says nothing" if status is None else f"ended with status {status}"
        return f"{self.name} {how}; {self.last_words()}"

    def last_words(self) -> str:
        """Say where its log is, and how that ends."""
        return f"{self.log} ends:\n{self.tail()}"

    def tail(self, lines: int = 20) -> str:
        """Return the last lines of its log."""
        raw = self.log.read_bytes()[self._begins :] if self.log.exists() else b""
        text = raw.decode(errors="replace").strip() or "(it wrote nothing)"
        return "\n".join(text.splitlines()[-lines:])

    def kill(self) -> None:
        """End the whole group at once, as a crash would, and wait for the end."""
        self._signal(signal.SIGKILL)
        self._process.wait()
        self._forget()

    def stop(self, patience: float = 3.0) -> None:
        """Ask it to end; after `patience` seconds end it."""
        self._signal(signal.SIGTERM)
        try:
            self._process.wait(patience)
        except subprocess.TimeoutExpired:
            self.kill()
            return
        # A child that ended politely may have left its own children behind.
        self._signal(signal.SIGKILL)
        self._forget()

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)

    def _forget(self) -> None:
        if self._process.stdout is not None:
            self._process.stdout.close()
        _alive.discard(self)


@atexit.register
def _end_all() -> None:
    for child in list(_alive):
        child.kill()
