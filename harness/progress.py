"""What a run prints: progress while it goes, failures in full, a table, the verdict."""

from __future__ import annotations

import sys
import time
from typing import Any

import pytest
from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.results import FAIL, PASS, SKIP, UNKNOWN, RunResult, ScenarioResult

STYLES = {PASS: "green", FAIL: "bold red", UNKNOWN: "bold yellow", SKIP: "cyan"}
SIGNS = {PASS: ".", FAIL: "F", UNKNOWN: "?", SKIP: "s"}


class Progress:
    """A pytest plugin of the main process: collects results and shows them."""

    def __init__(self, result: RunResult, console: Console | None = None) -> None:
        """Add to `result`, print to `console` (default: standard output)."""
        self.result = result
        self.console = console or Console(highlight=False, soft_wrap=True)
        self.total = 0
        self._last = time.monotonic()
        self._column = 0

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Learn how many scenarios there are."""
        self._say_total(len(session.items))

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: Any, ids: list[str]) -> None:
        """Learn it from the first worker."""
        if not self.total:
            self._say_total(len(ids))

    def _say_total(self, total: int) -> None:
        self.total = total
        if total:
            self.console.print(f"{total} scenarios")

    def pytest_collectreport(self, report: Any) -> None:
        """Keep what made a feature file unusable."""
        if report.failed:
            text = getattr(report.longrepr, "longrepr", None) or str(report.longrepr)
            if text not in self.result.usage_errors:
                self.result.usage_errors.append(text)

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Keep a scenario's result and show a sign for it."""
        data = dict(report.user_properties).get("tandem")
        if data is None:
            return
        result = ScenarioResult(**data)
        known = {r.id: i for i, r in enumerate(self.result.scenarios)}
        if result.id in known:
            if result.verdict == PASS:
                return
            self.result.scenarios[known[result.id]] = result
        else:
            self.result.scenarios.append(result)
        self._sign(result)
        if result.verdict in (FAIL, UNKNOWN):
            self._failure(result)

    def _sign(self, result: ScenarioResult) -> None:
        self.console.print(Text(SIGNS[result.verdict], STYLES[result.verdict]), end="")
        self._column += 1
        if self._column % 60 == 0:
            done = len(self.result.scenarios)
            self.console.print(f"  {done}/{self.total}")
        sys.stdout.flush()

    def _failure(self, result: ScenarioResult) -> None:
        self._column = 0
        print_failure(self.console, result)


def print_failure(console: Console, result: ScenarioResult) -> None:
    """Print one scenario's failure: where, which rule, whose fault, the history."""
    style = STYLES[result.verdict]
    console.print()
    console.print(Text(f"{result.verdict.upper()}  {result.name}", style))
    console.print(Text(f"  {result.feature}:{result.line}", "dim"))
    for line in result.message.splitlines():
        console.print(Text(f"  {line}"))
    if result.timeline:
        console.print(Text("  what happened, in order:", "dim"))
        for line in result.timeline.splitlines():
            console.print(Text(f"    {line}"))
    if result.replay:
        console.print(Text(f"  again: {result.replay}", "dim"))


def print_summary(console: Console, result: RunResult, seed: int, where: str) -> None:
    """Print the table by capability, the verdict, the seed and the report's place."""
    console.print()
    for problem in result.usage_errors:
        console.print(Text(problem, "red"))
    table = Table(box=None, pad_edge=False)
    table.add_column("capability")
    for verdict in (PASS, FAIL, UNKNOWN, SKIP):
        table.add_column(verdict, justify="right")
    for name, row in sorted(result.by_capability().items()):
        table.add_row(name, *(str(row[v] or "") for v in (PASS, FAIL, UNKNOWN, SKIP)))
    console.print(table)
    executed = [r for r in result.scenarios if r.verdict != SKIP]
    if executed:
        seconds = [r.seconds for r in executed]
        limited = sum(len(r.limited) for r in executed)
        console.print(
            f"{len(executed)} scenarios played, mean {1000 * _mean(seconds):.0f} ms, "
            f"slowest {max(seconds):.1f} s; {limited} limited findings of the real "
            "services"
        )
    console.print(f"seed {seed}; report in {where}")
    verdict = result.verdict
    if result.usage_errors:
        console.print(Text("verdict: none, the run could not be made", "bold red"))
        return
    reasons = "" if verdict != UNKNOWN else ": " + "; ".join(result.reasons_unknown())
    console.print(Text(f"verdict: {verdict}{reasons}", STYLES[verdict]))


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)
