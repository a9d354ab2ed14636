"""From a folder that a run left to `report.html` in it."""

from __future__ import annotations

import itertools
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import msgspec

from harness.journals import FILE as JOURNAL
from harness.journals import decoded
from harness.report.details import Details
from harness.report.page import page
from harness.report.record import FILE as RUN
from harness.report.record import PAGE, read_record
from harness.results import ScenarioResult

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SCENARIOS = "scenarios.ndjson"


class NotARunError(ValueError):
    """The folder holds no run that a report could be made of; the message says why."""


def write(folder: Path) -> Path:
    """Make `report.html` in the folder from what lies there; returns its path.

    Raises NotARunError when a file of the run is missing or cannot be read.
    """
    for name in (RUN, SCENARIOS):
        if not (folder / name).is_file():
            raise NotARunError(
                f"{folder} holds no {name}: give the folder that `tandem verify "
                "--report` wrote"
            )
    try:
        run = read_record(folder)
        scenarios = list(_scenarios(folder / SCENARIOS))
        details = Details(scenarios, _journals(folder / JOURNAL))
    except (msgspec.DecodeError, TypeError, KeyError) as error:
        raise NotARunError(f"{folder} cannot be read: {error}") from error
    path = folder / PAGE
    path.write_text(page(run, scenarios, details), encoding="utf-8")
    return path


def _scenarios(path: Path) -> Iterator[ScenarioResult]:
    with path.open("rb") as lines:
        for line in lines:
            yield ScenarioResult(**msgspec.json.decode(line))


def _journals(path: Path) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield the entries of each scenario; they lie together."""
    for scenario, entries in itertools.groupby(decoded(path), itemgetter("of")):
        yield scenario, list(entries)
