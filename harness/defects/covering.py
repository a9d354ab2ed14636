"""Which lines of the reference sync a play runs."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.defects.mutating import PACKAGE

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from harness.player import Outcome

    Place = tuple[str, int]  # module and line

_FOLDER = str(Path(__file__).resolve().parents[2] / PACKAGE.replace(".", "/"))


@dataclass(frozen=True)
class Covered:
    """What a play does on the reference: seconds, and the lines it runs."""

    seconds: float
    places: frozenset[Place]


def covered(played: Callable[[], Outcome]) -> Covered | None:
    """Play on the reference; None where that does not pass."""
    ran: set[Place] = set()

    def enter(frame: FrameType, _: str, __: object) -> Any:
        if not frame.f_code.co_filename.startswith(_FOLDER):
            return None
        module = f"{PACKAGE}.{Path(frame.f_code.co_filename).stem}"

        def note(inner: FrameType, event: str, _: object) -> Any:
            if event == "line":
                ran.add((module, inner.f_lineno))
            return note

        return note

    started = time.perf_counter()
    sys.settrace(enter)
    try:
        outcome = played()
    finally:
        sys.settrace(None)
    if outcome.verdict != "pass":
        return None
    return Covered(time.perf_counter() - started, frozenset(ran))
