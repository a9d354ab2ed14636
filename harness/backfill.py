"""What an operator does for a build that drops while a switch is off: send it again.

The real builds acknowledge and drop events of a type that is off; what came meanwhile
is to be repaired later (events-and-config 5.1). A target declared *backfilled* is
repaired so: once the type is on again, the events it dropped are published again, in
their order. Only types switched by their plain name, as those of case notes are.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

from harness import topology

if TYPE_CHECKING:
    from collections.abc import Collection

    from harness.api import WorldApi


def backfill(
    world: WorldApi, half: str, types: Collection[str], scope: list[str], since: int
) -> int:
    """Publish again what the half took of these types while they were off last.

    `since` is the journal seq to look from; returns how many events there were.
    """
    entries = world.journal(since, scope, ["copy", "fate"])
    # Switches and halves are about nobody, so no scope has them.
    entries += world.journal(since, None, ["switch", "target"])
    lost = _dropped(sorted(entries, key=itemgetter("seq")), half, types)
    events = world.journal(since, scope, ["event"])
    again = [entry["seq"] for entry in events if entry["message"] in lost]
    for seq in again:
        world.redeliver(seq)
    return len(again)


def _dropped(
    entries: list[dict[str, Any]], half: str, types: Collection[str]
) -> set[str]:
    """Return the messages of those types that the half took while they were off last.

    A build reads its switches as it starts: one turned while it runs is in force with
    the next process.
    """
    queues = topology.queues_of(half)
    kinds: dict[int, str] = {}
    turned: set[str] = set()
    off: set[str] = set()
    dropped: dict[str, set[str]] = {kind: set() for kind in types}
    for entry in entries:
        if entry["kind"] == "copy":
            kinds[entry["copy"]] = entry["type"]
        elif entry["kind"] == "switch" and entry["scope"] == half:
            (turned.discard if entry["on"] else turned.add)(entry["name"])
        elif entry["kind"] == "target" and entry["half"] == half:
            for kind in dropped.keys() & (turned - off):
                dropped[kind].clear()  # sent again when it was on
            off = set(turned)
        elif entry["kind"] == "fate" and entry["queue"] in queues:
            kind = kinds.get(entry["copy"], "")
            if kind in off & dropped.keys() and entry["fate"] == "deleted":
                dropped[kind].add(entry["event"])
    return set().union(*dropped.values())
