"""A timeline: one line an entry, in order, for people who look for a cause."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from simulators.journal import Entry


def draw(entries: Iterable[Entry]) -> str:
    """Return the timeline; times are seconds after its first entry."""
    lines: list[str] = []
    first: float | None = None
    for entry in entries:
        if entry["fate"] == "filtered":
            continue  # a queue that did not want the event; most do not
        first = entry.at if first is None else first
        say = _SAYINGS.get(entry.kind, _plainly)
        lines.append(f"{entry.at - first:10.3f} {entry.seq:6d}  {say(entry)}")
    return "\n".join(lines)


def _request(entry: Entry) -> str:
    who = entry["client"] or "nobody"
    cause = f"  <- {entry['cause']}" if entry["cause"] else ""
    return f"{who} -> {entry['service']}: {entry['method']} {entry['path']}{cause}"


def _response(entry: Entry) -> str:
    marks = [
        "wrote" if entry["wrote"] else "",
        f"[{entry['fault']}]" if entry["fault"] else "",
        "(answer lost)" if entry["lost"] else "",
    ]
    shown = "  ".join(mark for mark in marks if mark)
    return f"     answer to {entry['request']}: {entry['status']}  {shown}".rstrip()


def _event(entry: Entry) -> str:
    return f"event {entry['type']} on {entry['topic']}  {entry['message']}"


def _copy(entry: Entry) -> str:
    return f"  copy {entry['copy']} -> {entry['queue']}  ({entry['origin']})"


def _received(entry: Entry) -> str:
    who = entry["client"] or "a consumer"
    return f"  copy {entry['copy']} received by {who}, receive {entry['count']}"


def _returned(entry: Entry) -> str:
    return f"  copy {entry['copy']} given back for {entry['delay']} s"


def _fate(entry: Entry) -> str:
    return f"  copy {entry['copy']} {entry['fate']}  ({entry['queue']})"


def _step(entry: Entry) -> str:
    return f"== {entry['scenario']}: {entry['text']}"


def _plainly(entry: Entry) -> str:
    fields = ", ".join(f"{key} {value}" for key, value in entry.data.items())
    return f"-- {entry.kind}: {fields}"


_SAYINGS: dict[str, Callable[[Entry], str]] = {
    "request": _request,
    "response": _response,
    "event": _event,
    "copy": _copy,
    "received": _received,
    "returned": _returned,
    "fate": _fate,
    "step": _step,
}
