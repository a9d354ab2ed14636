"""What a case rests on: the citation, and whether the fact is known or inferred."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_UNCITED = 0.05
"""The part of a suite's cases that may cite nothing."""


def fact(cites: str, *, inferred: bool = False) -> pytest.MarkDecorator:
    """Mark a case with its source, such as `http-contracts 2.1 N2`.

    `inferred` where the dossier marks the fact [I]: read off frameworks or databases,
    not seen in source; the real service may prove it wrong.
    """
    return pytest.mark.fact(cites, inferred)


@dataclass
class Tally:
    """The cases of one suite: how many, what they cite, how they ended."""

    service: str
    cases: int = 0
    uncited: list[str] = field(default_factory=list)
    inferred: list[tuple[str, str]] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)

    @property
    def too_few_citations(self) -> bool:
        """Say whether more of the cases cite nothing than may."""
        return len(self.uncited) > MOST_UNCITED * self.cases


def service_of(item: pytest.Item) -> str | None:
    """Return the suite of a case: the directory below `tests/conformance`."""
    parts = item.path.parts
    if "conformance" not in parts:
        return None
    below = parts[parts.index("conformance") + 1 : -1]
    return below[0].replace("_", "-") if below else None


def tally(items: Iterable[pytest.Item]) -> dict[str, Tally]:
    """Count the collected cases by suite, in alphabetical order."""
    found: dict[str, Tally] = {}
    for item in items:
        service = service_of(item)
        if service is None:
            continue
        counted = found.setdefault(service, Tally(service))
        counted.cases += 1
        # The nearest mark counts: a case's own before its module's.
        mark = item.get_closest_marker("fact")
        if mark is None:
            counted.uncited.append(item.nodeid)
        elif mark.args[1]:
            counted.inferred.append((item.nodeid, mark.args[0]))
    return dict(sorted(found.items()))
