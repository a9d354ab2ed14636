"""Test vectors of the contracts: text, markers, truncation, dates, with right answers.

Every codec in the house is held to them: the fake's, the oracle's, and whatever a sync
brings. The files stand in `contracts/vectors/`; each case cites its dossier section.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

NAMES = ("text", "markers", "truncation", "dates")


@cache
def vectors(name: str) -> tuple[dict[str, Any], ...]:
    """Return the cases of one file: text, markers, truncation or dates."""
    if name not in NAMES:
        raise LookupError(f"no vectors {name!r}; there are: {', '.join(NAMES)}")
    source = files(__package__).joinpath("vectors", f"{name}.toml")
    return tuple(tomllib.loads(source.read_text("utf-8"))["case"])


def spelled(pieces: list[tuple[str, int]]) -> str:
    """Return the text given as pieces [string, times]."""
    return "".join(text * times for text, times in pieces)
