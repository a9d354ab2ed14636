"""The part of the journal that belongs to a scenario, one JSON object a line.

Each entry is as the world wrote it (`simulators.journal`), with `of`, the id of its
scenario, before it. Workers hand over encoded lines; the main process only appends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

PROPERTY = "tandem-journal"
FILE = "journal.ndjson"


def encoded(scenario: str, entries: Iterable[dict[str, Any]]) -> bytes:
    """Return the entries of a scenario as lines."""
    encode = msgspec.json.encode
    return b"".join(encode({"of": scenario, **entry}) + b"\n" for entry in entries)


def decoded(path: Path) -> Iterator[dict[str, Any]]:
    """Yield what such a file holds, line by line; nothing if there is none."""
    if not path.exists():
        return
    decode = msgspec.json.decode
    with path.open("rb") as lines:
        yield from map(decode, lines)
