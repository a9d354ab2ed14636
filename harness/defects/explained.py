"""Mechanical mutants that no scenario can notice, each with the reason.

They stand in `explained.toml`, by the mutant's id, with the words of the changed place:
where the sync's text has changed since, the id may mean another place, and the entry no
longer counts.
"""

from __future__ import annotations

import tomllib
from pathlib import Path


def _read() -> dict[str, tuple[str, str]]:
    """Return words and reason by id; a reason that several share is named."""
    text = Path(__file__).with_suffix(".toml").read_text("utf-8")
    document = tomllib.loads(text)
    shared = document["reasons"]
    return {
        one["id"]: (one["words"], one.get("because") or shared[one["reason"]])
        for one in document["mutants"]
    }


EXPLAINED = _read()
"""Words of the changed place and reason, by the mutant's id."""


def is_explained(identifier: str, words: str) -> bool:
    """Whether a mutant of this id and these words has its reason here."""
    return EXPLAINED.get(identifier, ("", ""))[0] == words
