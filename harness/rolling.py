"""Replacing a half's build while it works: old and new take messages side by side.

As a rolling deployment does it: the new instances poll the same queues before the old
ones are asked to end, and what either has in hand is finished.
"""

from __future__ import annotations

import socket
from abc import abstractmethod
from typing import TYPE_CHECKING

from harness.stack import Stack
from harness.targets import HALVES, check_half, parse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.options import RunOptions
    from harness.processes import Program
    from harness.targets import Target


class Rolling(Stack):
    """A stack that starts its halves as programs, and can replace them at work."""

    def __init__(self, targets: Mapping[str, Target], options: RunOptions) -> None:
        """`options.old` gives the build that stood there before, of each half."""
        super().__init__(targets)
        self._options = options
        self._wanted = dict(self.targets)
        self._children: dict[str, list[Program]] = {half: [] for half in HALVES}
        self._ports: dict[str, list[int]] = {}
        # What ran before the last change of builds and was not asked to end yet.
        self._leaving: dict[str, tuple[Target, list[Program]]] = {}

    def begin_old(self, half: str) -> None:
        """Put the half's old build in place; the same build where none was named."""
        self.require(check_half(half), "killable")
        old = self._options.old.get(half)
        self.replace(half, parse(old) if old else self._wanted[half], "-old")

    def begin_new(self, half: str) -> None:
        """Start the build under test beside the old one; returns when both poll."""
        self._start_beside(half, self._wanted[half])

    def renew(self, half: str) -> None:
        """End the old build, if it is there still; only the one under test stays."""
        if half not in self._leaving and self.targets[half] != self._wanted[half]:
            self.begin_new(half)
        self._end_leaving(half)

    def replace(self, half: str, target: Target, mark: str = "") -> None:
        """Replace a half's programs by those of `target`, without a pause."""
        self._start_beside(half, target, mark)
        self._end_leaving(half)

    def _start_beside(self, half: str, target: Target, mark: str = "") -> None:
        """Start `target` beside what runs; `mark` ends the names of its logs.

        When it does not start, all is as it was.
        """
        before, old = self.targets[half], list(self._children[half])
        ports = self._ports[half]
        self._leaving[half] = before, old
        self.targets[half] = target
        self._ports[half] = [free_port() for _ in range(self._options.instances)]
        self._ports[half] += ports
        try:
            self._start_children(half, mark)
            self._tell_targets()
            self._await_polls(half, beside=len(old))
        except BaseException:
            for program in self._children[half]:
                if program not in old:
                    program.stop()
            del self._leaving[half]
            self.targets[half], self._ports[half] = before, ports
            self._children[half][:] = old
            self._tell_targets()
            raise
        self.world.note_half(half, "started")

    def _end_leaving(self, half: str) -> None:
        _, old = self._leaving.pop(half, (None, []))
        for program in old:
            program.stop()
        kept = [one for one in self._children[half] if one not in old]
        self._children[half][:] = kept
        if old:
            self._ports[half] = self._ports[half][: self._options.instances]
            self._tell_targets()

    def _watched(self, half: str) -> Target:
        """Return by which build the half settles: the one that tells less of itself."""
        leaving, _ = self._leaving.get(half, (self.targets[half], []))
        return self.targets[half] if leaving.traits.exact else leaving

    @abstractmethod
    def _start_children(self, half: str, mark: str = "") -> None:
        """Start the half's programs at the first of its ports."""

    @abstractmethod
    def _tell_targets(self) -> None:
        """Tell the world how its halves settle."""

    @abstractmethod
    def _await_polls(self, half: str, beside: int = 0) -> None:
        """Wait until somebody polls each queue of the half, `beside` others."""


def free_port() -> int:
    """Return a port of the loopback address that nobody uses just now."""
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        port: int = line.getsockname()[1]
        return port
