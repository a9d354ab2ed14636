"""What an operator does for a build that drops while a switch is off: send it again.

The real builds acknowledge and drop events of a type that is off; what came meanwhile
is to be repaired later (events-and-config 5.1). A target declared *backfilled* is
repaired so: once the type is on again, the events it dropped are published again, in
their order.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING

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
    queues = topology.queues_of(half)
    entries = world.journal(since, scope, ["copy", "fate"])
    # A switch is about nobody, so no scope has it.
    entries += world.journal(since, None, ["switch"])
    kinds: dict[int, str] = {}
    off: set[str] = set()
    dropped: dict[str, set[str]] = {kind: set() for kind in types}
    for entry in sorted(entries, key=itemgetter("seq")):
        if entry["kind"] == "copy":
            kinds[entry["copy"]] = entry["type"]
        elif entry["kind"] == "switch":
            if entry["scope"] != half or entry["name"] not in dropped:
                continue
            if entry["on"]:
                off.discard(entry["name"])
            elif entry["name"] not in off:
                off.add(entry["name"])
                dropped[entry["name"]].clear()  # sent again when it was on
        elif entry["queue"] in queues and entry["fate"] == "deleted":
            kind = kinds.get(entry["copy"])
            if kind in off:
                dropped[kind].add(entry["event"])
    lost = set().union(*dropped.values())
    events = world.journal(since, scope, ["event"])
    again = [entry["seq"] for entry in events if entry["message"] in lost]
    for seq in again:
        world.redeliver(seq)
    return len(again)
