"""What the page shows of one scenario when it is opened, as plain data.

Lines of a timeline are joined with their journal entries here, so that a reader can
open a line and see the request and its answer. Long bodies are cut, and beyond a size
for the whole page left out: `journal.ndjson` has them all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from harness.results import FAIL, UNKNOWN, ScenarioResult

if TYPE_CHECKING:
    from collections.abc import Iterable

_LONGEST = 1500
"""Characters shown of one body."""
MOST = 8_000_000
"""Characters of bodies in one page."""
_KEPT = {
    "request": ("service", "method", "path", "query", "client", "user", "body"),
    "response": ("status", "body", "fault", "lost", "sent"),
    "event": ("topic", "message", "body", "attributes"),
    "copy": ("queue", "message", "origin", "parent"),
    "received": ("queue", "message", "count", "client"),
    "returned": ("queue", "message", "delay"),
    "fate": ("queue", "message", "fate"),
    "fault": ("fault", "action", "what", "count"),
    "switch": ("name", "scope", "on", "was"),
}
_RESULT = (
    *("name", "capability", "feature", "line", "tags", "seconds", "seed", "replay"),
    *("message", "steps", "known"),
)
_EXPLAINED = ("violations", "limited", "findings", "checked")


class Details:
    """The details of all scenarios, by their ids."""

    def __init__(
        self,
        scenarios: Iterable[ScenarioResult],
        journals: Iterable[tuple[str, list[dict[str, Any]]]] = (),
        most: int = MOST,
    ) -> None:
        """Join results with journals, which may come in any order."""
        self._left = most
        self._results = {result.id: result for result in scenarios}
        self._entries = {
            scenario: self._joined(self._results[scenario], entries)
            for scenario, entries in journals
            if scenario in self._results
        }

    def of(self, result: ScenarioResult) -> dict[str, Any]:
        """Return the details of one scenario."""
        data = {name: getattr(result, name) for name in _RESULT}
        data["verdict"] = result.shown
        if result.limited or result.verdict in (FAIL, UNKNOWN):
            data |= {name: getattr(result, name) for name in _EXPLAINED}
        if result.explained:
            data |= result.explained
            data["entries"] = self._entries.get(result.id, {})
        return data

    def _joined(
        self, result: ScenarioResult, entries: list[dict[str, Any]]
    ) -> dict[int, dict[str, Any]]:
        """Return what a reader may want of the entries that the timelines show."""
        wanted = {
            line["seq"]
            for timeline in result.explained.get("timelines", ())
            for line in timeline["lines"]
        }
        found: dict[int, dict[str, Any]] = {}
        for entry in entries:
            seq, kind = entry["seq"], entry["kind"]
            if "tap" in entry:
                continue  # it has no number of its own, and stands on no timeline
            if kind == "response" and entry["request"] in found:
                found[entry["request"]]["answer"] = self._cut(entry)
            elif seq in wanted and kind in _KEPT:
                calendar = {"calendar": entry["calendar"]}
                found[seq] = calendar | self._cut(entry)
        return found

    def _cut(self, entry: dict[str, Any]) -> dict[str, Any]:
        names = _KEPT[entry["kind"]]
        kept = {n: entry[n] for n in names if entry.get(n) not in (None, "", False)}
        for name in ("body", "attributes"):
            if name in kept:
                kept[name] = self._body(kept[name])
        return kept

    def _body(self, body: Any) -> str:
        text = body if isinstance(body, str) else _pretty(body)
        if self._left <= 0:
            return "(left out to keep this page small; journal.ndjson has it)"
        self._left -= min(len(text), _LONGEST)
        if len(text) <= _LONGEST:
            return text
        return f"{text[:_LONGEST]} … ({len(text) - _LONGEST} more characters)"


def _pretty(body: Any) -> str:
    return msgspec.json.format(msgspec.json.encode(body), indent=2).decode()
