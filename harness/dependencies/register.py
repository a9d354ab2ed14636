"""The register's entries, and which event and scenario each claims."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

REGISTER = Path(__file__).with_name("register.toml")
STATUSES = ("open", "planned", "resolved")


class RegisterError(ValueError):
    """The register cannot be used; names the entry and what is right."""


@dataclass(frozen=True)
class Source:
    """One source of NOMIS writes.

    `writes` says who writes, `loses` what a user loses without NOMIS to DPS,
    `replaces` what would do instead, `source` where the fact stands. `types`,
    `modules`, `kinds` and `steps` are its claims (see register.toml).
    """

    id: str
    name: str
    writes: str
    loses: str
    replaces: str
    status: str
    source: str
    types: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()

    def claims_event(self, module: str, kind: str) -> bool:
        """Say whether an event of that audit module and note type is of this source."""
        return any(fnmatchcase(kind, one) for one in self.types) or any(
            fnmatchcase(module, one) for one in self.modules
        )

    def claims_line(self, line: str) -> bool:
        """Say whether a scenario's line is about this source."""
        return any(re.search(pattern, line) for pattern in self.steps)


def load_register(path: Path = REGISTER) -> tuple[Source, ...]:
    """Read a register; raises RegisterError."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise RegisterError(f"{path}: {error}") from error
    entries = document.get("source") or []
    sources = tuple(_source(path, number, one) for number, one in enumerate(entries, 1))
    names = [one.id for one in sources]
    if doubled := sorted({name for name in names if names.count(name) > 1}):
        raise RegisterError(f"{path}: {', '.join(doubled)} stand twice")
    if not sources:
        raise RegisterError(f"{path}: it has no [[source]]")
    return sources


def _source(path: Path, number: int, entry: dict[str, Any]) -> Source:
    where = f"{path}: source {number} ({entry.get('id', 'without id')})"
    known = {one.name for one in fields(Source)}
    needed = {"id", "name", "writes", "loses", "replaces", "status", "source"}
    if strange := sorted(set(entry) - known):
        raise RegisterError(f"{where} has unknown members {', '.join(strange)}")
    if missing := sorted(needed - set(entry)):
        raise RegisterError(f"{where} lacks {', '.join(missing)}")
    if entry["status"] not in STATUSES:
        raise RegisterError(f"{where}: status is one of {', '.join(STATUSES)}")
    plain: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in entry.items()
    }
    made = Source(**plain)
    for pattern in made.steps:
        try:
            re.compile(pattern)
        except re.error as error:
            raise RegisterError(f"{where}: {pattern!r}: {error}") from error
    return made
