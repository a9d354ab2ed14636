"""A timeline: one line an entry, in order, for people who look for a cause."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulators.journal import Entry


def draw(entries: Iterable[Entry]) -> str:
    """Return the timeline; times are seconds after its first entry."""
    lines: list[str] = []
    first: float | None = None
    for entry in entries:
        first = entry.at if first is None else first
        lines.append(f"{entry.at - first:10.3f} {entry.seq:6d}  {_say(entry)}")
    return "\n".join(lines)


def _say(entry: Entry) -> str:
    match entry.kind:
        case "request":
            who = entry["client"] or "nobody"
            cause = f"  <- {entry['cause']}" if entry["cause"] else ""
            return (
                f"{who} -> {entry['service']}: {entry['method']} {entry['path']}{cause}"
            )
        case "response":
            lost = "  (answer lost)" if entry["lost"] else ""
            fault = f"  [{entry['fault']}]" if entry["fault"] else ""
            wrote = "  wrote" if entry["wrote"] else ""
            return (
                f"     answer to {entry['request']}: {entry['status']}"
                f"{wrote}{fault}{lost}"
            )
        case "event":
            return f"event {entry['type']} on {entry['topic']}  {entry['message']}"
        case "copy":
            return f"  copy {entry['copy']} -> {entry['queue']}  ({entry['origin']})"
        case "received":
            return (
                f"  copy {entry['copy']} received the {entry['count']}. time by "
                f"{entry['client'] or 'a consumer'}"
            )
        case "returned":
            return f"  copy {entry['copy']} given back for {entry['delay']} s"
        case "fate":
            return f"  copy {entry['copy']} {entry['fate']}  ({entry['queue']})"
        case "step":
            return f"== {entry['scenario']}: {entry['text']}"
        case _:
            fields = ", ".join(f"{key} {value}" for key, value in entry.data.items())
            return f"-- {entry.kind}: {fields}"
