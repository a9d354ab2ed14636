"""Objectives of a load run: the defaults of `objectives.toml`, and a file of yours."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

DEFAULTS = Path(__file__).with_name("objectives.toml")
LATENCY = DEFAULTS.with_name("latency.toml")
Objectives = dict[str, dict[str, float]]


class ObjectivesError(ValueError):
    """The file says something that no run could keep or that means nothing."""


def read(path: str | None = None) -> Objectives:
    """Return the objectives; a name that the defaults lack is refused."""
    found: Objectives = tomllib.loads(DEFAULTS.read_text(encoding="utf-8"))
    if path is None:
        return found
    try:
        given = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ObjectivesError(f"{path}: {error}") from error
    for table, values in given.items():
        if table not in found or not isinstance(values, dict):
            raise ObjectivesError(f"{path}: [{table}] is none of {_listed(found)}")
        for name, value in values.items():
            found[table][name] = _checked(path, found, table, name, value)
    return found


def _checked(path: str, found: Objectives, table: str, name: str, value: Any) -> float:
    if name not in found[table]:
        raise ObjectivesError(
            f"{path}: [{table}] has no {name}; it has {', '.join(found[table])}"
        )
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value <= 0:
        raise ObjectivesError(f"{path}: {table}.{name} = {value!r}: a number above 0")
    return float(value)


def _listed(found: Objectives) -> str:
    return ", ".join(f"[{table}]" for table in found)


def service_times(path: str | None) -> dict[str, dict[str, Any]] | None:
    """Return service times by service; `default` takes `latency.toml`, None none."""
    if path is None:
        return None
    file = LATENCY if path == "default" else Path(path)
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ObjectivesError(f"{path}: {error}") from error
    stray = [name for name, table in found.items() if not isinstance(table, dict)]
    if stray:
        raise ObjectivesError(f"{path}: {stray[0]} stands outside any [service]")
    return found
