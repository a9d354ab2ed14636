"""What users changed, written down for whoever looks for the copies.

One line of JSON a change: `at` (its intended moment), `sent` and `done` (of the request
and of its answer), in seconds of the epoch; `side`, `action`, `prisoner` and `note`,
the id that the side gave it. The last line, `{"end": true}`, says that nobody comes any
more. Workers on one machine may share the file: a line is written at once.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from load.control import ControlError


@dataclass(frozen=True, slots=True)
class Change:
    """One accepted change; see the module."""

    action: str
    side: str
    prisoner: str
    note: str
    at: float
    sent: float
    done: float


class Changes:
    """A file of changes, appended to."""

    def __init__(self, path: str) -> None:
        """Open it; ControlError says why it cannot be."""
        try:
            self._file = Path(path).open(  # noqa: SIM115 - open as long as we are
                "a", encoding="utf-8", buffering=1
            )
        except OSError as error:
            raise ControlError(f"--changes {path}: {error.strerror}") from error

    def add(self, change: Change) -> None:
        """Write down one change that was accepted."""
        self._file.write(json.dumps(asdict(change)) + "\n")


def end(path: str) -> None:
    """Say in the file that nobody comes any more."""
    with Path(path).open("a", encoding="utf-8") as file:
        file.write(json.dumps({"end": True}) + "\n")
