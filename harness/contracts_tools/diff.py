"""`tandem contracts diff`: how a published document drifted from our contract."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import contracts
from harness.contracts_tools.compare import (
    BREAKS,
    HARMLESS,
    UNKNOWN,
    best_match,
    compare,
)
from harness.contracts_tools.published import Unreadable, load
from harness.contracts_tools.shapes import Unfollowable

if TYPE_CHECKING:
    from contracts import Contract
    from harness.contracts_tools.compare import Difference

# Our own driver API is published by nobody.
PUBLISHED = tuple(name for name in contracts.services() if name != "nomis-screens")


@dataclass(frozen=True)
class Drift:
    """What a comparison found."""

    service: str
    title: str
    version: str
    operations: int
    differences: list[Difference]

    def of(self, grade: str, *, explained: bool = False) -> list[Difference]:
        """Return the differences of a grade, with a reason or without."""
        return [
            one
            for one in self.differences
            if one.grade == grade and (one.reason is not None) is explained
        ]

    @property
    def breaks(self) -> list[Difference]:
        """Differences that break a sync and that nothing explains."""
        return self.of(BREAKS)

    def report(self, *, everything: bool = False) -> str:
        """Return the findings as text: counts, then what matters."""
        compared = f"{self.operations} operations of ours compared"
        lines = [f"{self.service}: {self.title} {self.version}, {compared}"]
        for grade in (BREAKS, UNKNOWN, HARMLESS):
            plain, known = self.of(grade), self.of(grade, explained=True)
            lines.append(
                f"  {grade}: {len(plain)}"
                + (f", and {len(known)} with a known reason" if known else "")
            )
            if everything or grade != HARMLESS:
                lines += [f"    {one}" for one in plain]
            reasons = Counter(one.reason for one in known)
            lines += [
                f"    {count} explained: {reason}" for reason, count in reasons.items()
            ]
        return "\n".join(lines)


def drift(source: str, service: str | None = None) -> Drift:
    """Compare a file or URL with our contract of `service` (None: found by its paths).

    Raises `Unreadable` when the source is no OpenAPI document, LookupError when it is
    none of a service that we know.
    """
    document = load(source)
    contract = _contract(service, document)
    information = document.get("info", {})
    try:
        differences = compare(contract, document)
    except Unfollowable as error:
        raise Unreadable(f"{source} cannot be compared: {error}") from error
    return Drift(
        contract.name,
        str(information.get("title", "untitled")),
        str(information.get("version", "")),
        len(contract.operations),
        differences,
    )


def _contract(service: str | None, document: dict[str, Any]) -> Contract:
    if service is not None:
        if service not in PUBLISHED:
            raise LookupError(
                f"nobody publishes {service!r}; services: {', '.join(PUBLISHED)}"
            )
        return contracts.load(service)
    return best_match([contracts.load(name) for name in PUBLISHED], document)
