"""What the sync tells its operators: one log line per named event.

The names are those of the real builds (events-and-config 9.2, 9.3), so an assertion
written for them also reads our logs.
"""

from __future__ import annotations

import logging

_log = logging.getLogger("simulators.sync")


def track(name: str, **members: object) -> None:
    """Report an outcome."""
    _log.info("%s %s", name, _text(members))


def alarm(name: str, **members: object) -> None:
    """Report something that a person has to look at."""
    _log.warning("%s %s", name, _text(members))


def _text(members: dict[str, object]) -> str:
    return " ".join(f"{key}={value}" for key, value in sorted(members.items()))
