"""`tandem contracts diff`: how a published document drifted from our contract."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import yaml

import contracts
from harness.contracts_tools.compare import (
    BREAKS,
    HARMLESS,
    UNKNOWN,
    best_match,
    compare,
)

if TYPE_CHECKING:
    from contracts import Contract
    from harness.contracts_tools.compare import Difference

# Our own driver API is published by nobody.
PUBLISHED = tuple(name for name in contracts.services() if name != "nomis-screens")
_PATIENCE = 60.0


class Unreadable(ValueError):  # noqa: N818 - told to the user as it stands
    """What was given is no OpenAPI document; the text says why."""


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
    return Drift(
        contract.name,
        str(information.get("title", "untitled")),
        str(information.get("version", "")),
        len(contract.operations),
        compare(contract, document),
    )


def load(source: str) -> dict[str, Any]:
    """Read an OpenAPI document in JSON or YAML from a file or URL."""
    try:
        text = _text(source)
    except (OSError, httpx.HTTPError) as error:
        raise Unreadable(f"{source} cannot be read: {error}") from error
    try:
        document = (
            json.loads(text) if text.lstrip()[:1] == "{" else yaml.safe_load(text)
        )
    except (ValueError, yaml.YAMLError) as error:
        raise Unreadable(f"{source} is neither JSON nor YAML: {error}") from error
    if not isinstance(document, dict) or "paths" not in document:
        raise Unreadable(f"{source} is no OpenAPI document: it has no paths")
    return document


def _text(source: str) -> str:
    if source.startswith(("http://", "https://")):
        answer = httpx.get(source, timeout=_PATIENCE, follow_redirects=True)
        return answer.raise_for_status().text
    return Path(source).read_text("utf-8")


def _contract(service: str | None, document: dict[str, Any]) -> Contract:
    if service is not None:
        return contracts.load(service)
    return best_match([contracts.load(name) for name in PUBLISHED], document)
