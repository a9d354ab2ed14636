"""The limits: what no sync can put right, because a real service is at fault.

`limits.toml` lists them. A fake reproduces them as deployed, or not at all as intended;
the oracle excuses a violation that carries a limit's signature.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit.

    `section` is where the dossier describes it, `owner` the service at fault, `corpus`
    the fault-corpus entries it shows as. The signature: a violation of one of `rules`,
    on one of `sides` (of the copy), in one of `fields` (empty: any), for which the
    oracle's journal check called `evidence` holds.
    """

    id: str
    title: str
    section: str
    owner: str
    corpus: tuple[str, ...]
    rules: frozenset[str]
    sides: frozenset[str]
    fields: frozenset[str]
    evidence: str


@cache
def limits() -> tuple[Limit, ...]:
    """Return all limits, in the order of the file; read once a process."""
    text = files(__package__).joinpath("limits.toml").read_text("utf-8")
    return tuple(
        Limit(
            id=one["id"],
            title=one["title"],
            section=one["section"],
            owner=one["owner"],
            corpus=tuple(one["corpus"]),
            rules=frozenset(one["signature"]["rules"]),
            sides=frozenset(one["signature"].get("sides", ())),
            fields=frozenset(one["signature"].get("fields", ())),
            evidence=one["signature"]["evidence"],
        )
        for one in tomllib.loads(text)["limit"]
    )
