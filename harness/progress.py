"""What a run prints: progress while it goes, failures in full, a table, the verdict."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console
from rich.text import Text

from harness.excerpt import excerpt, timeline_path
from harness.journals import PROPERTY
from harness.results import (
    FAIL,
    KNOWN,
    PASS,
    SKIP,
    UNKNOWN,
    RunResult,
    ScenarioResult,
)
from harness.selection import shown_path

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.options import RunOptions

STYLES = {
    PASS: "green",
    FAIL: "bold red",
    UNKNOWN: "bold yellow",
    SKIP: "cyan",
    KNOWN: "magenta",
}
SIGNS = {PASS: ".", FAIL: "F", UNKNOWN: "?", SKIP: "s", KNOWN: "k"}
VERDICTS = (PASS, FAIL, UNKNOWN, SKIP, KNOWN)
_SIGNS_A_LINE = 60
_WIDEST = 64
_MOST_LINES = 12
"""Lines of a failure's message that are printed; the report has all."""


class Screen(Console):
    """A console whose reader may leave: the run, its report and verdict go on."""

    def __init__(self) -> None:
        """Write to standard output; lines are cut by whoever shows them."""
        super().__init__(highlight=False, soft_wrap=True)

    def on_broken_pipe(self) -> None:
        """Write to nowhere from now on."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        with contextlib.suppress(OSError, ValueError):
            # Python flushes standard output once more at its end.
            os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


class Progress:
    """A pytest plugin of the main process: collects results and shows them.

    `replay` gives a result the command that plays it again; `report` is where the
    full timelines will be; `known` says why a failure is expected, "" when it is not;
    `journal` takes the lines of a scenario's journal.
    """

    def __init__(
        self,
        result: RunResult,
        report: str,
        replay: Callable[[ScenarioResult], str],
        console: Console | None = None,
        known: Callable[[ScenarioResult], str] | None = None,
        journal: Callable[[bytes], Any] = len,
    ) -> None:
        """Add to `result`, print to `console` (default: standard output)."""
        self.result = result
        self.report = report
        self.replay = replay
        self.known = known
        self.journal = journal
        self.console = console or Screen()
        self._workers: list[int] = []
        self._index: dict[str, int] = {}
        self._on_line = 0

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Learn how many scenarios there are."""
        self._plan(len(session.items))

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: Any, ids: list[str]) -> None:
        """Learn it from the first worker."""
        if not self.result.planned:
            self._plan(len(ids))

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_newgateway(self, gateway: Any) -> None:
        """Remember the worker's process."""
        self._workers.append(gateway._rinfo().pid)  # noqa: SLF001 - as xdist itself

    def pytest_keyboard_interrupt(self) -> None:
        """Tell the workers: a signal to us alone would leave them at work for long."""
        for pid in self._workers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT)

    def _plan(self, total: int) -> None:
        self.result.planned = total
        if total:
            self.console.print(f"{total} scenario{'s' if total > 1 else ''}")

    def pytest_collectreport(self, report: Any) -> None:
        """Keep what made a feature file unusable."""
        if report.failed:
            text = getattr(report.longrepr, "longrepr", None) or str(report.longrepr)
            if text not in self.result.usage_errors:
                self.result.usage_errors.append(text)

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Keep a scenario's result and show a sign for it."""
        told = dict(report.user_properties)
        trouble = told.get("tandem-trouble")
        if trouble is None and report.failed and "tandem" not in told:
            trouble = f"{report.nodeid}: {report.longrepr}"  # a worker crashed
        if trouble is not None and trouble not in self.result.broken:
            self.result.broken.append(trouble)
        if "tandem" in told and self._keep(ScenarioResult(**told["tandem"])):
            self.journal(told.get(PROPERTY, b""))

    def _keep(self, result: ScenarioResult) -> bool:
        earlier = self._index.get(result.id)
        if earlier is not None:
            # A second word on a scenario comes from its clearing up.
            if self.result.scenarios[earlier].verdict in (FAIL, UNKNOWN):
                return False
            self.result.scenarios[earlier] = result
        else:
            self._index[result.id] = len(self.result.scenarios)
            self.result.scenarios.append(result)
        result.feature = shown_path(result.feature)
        result.replay = self.replay(result)
        if self.known is not None:
            result.known = self.known(result)
        self._sign(result)
        if result.shown in (FAIL, UNKNOWN):
            self._on_line = 0
            print_failure(self.console, result, self.report)
        return True

    def _sign(self, result: ScenarioResult) -> None:
        self.console.print(Text(SIGNS[result.shown], STYLES[result.shown]), end="")
        self._on_line += 1
        if self._on_line == _SIGNS_A_LINE:
            self._on_line = 0
            self.console.print(f"  {len(self.result.scenarios)}/{self.result.planned}")
        self.console.file.flush()


def print_failure(console: Console, result: ScenarioResult, report: str) -> None:
    """Print one scenario's failure: where, which rule, whose fault, the history."""
    console.print()
    console.print(
        Text(f"{result.verdict.upper()}  {result.name}", STYLES[result.verdict])
    )
    console.print(Text(f"  {result.feature}:{result.line}", "dim"))
    lines = result.message.splitlines()
    for line in lines[:_MOST_LINES]:
        console.print(Text(f"  {line}"))
    if len(lines) > _MOST_LINES:
        more = len(lines) - _MOST_LINES
        console.print(Text(f"  ({more} more lines in {report}/summary.md)", "dim"))
    if result.timeline:
        console.print(Text("  what happened, in order:", "dim"))
        where = timeline_path(report, result)
        for line in excerpt(result.timeline, str(where)):
            console.print(Text(f"    {line}"))
    if result.replay:
        console.print(Text(f"  again: {result.replay}", "dim"))


def print_summary(console: Console, result: RunResult, options: RunOptions) -> None:
    """Print the table by capability, the verdict, the seed and the report's place."""
    console.print()
    for problem in result.usage_errors:
        console.print(Text(problem, "red"))
    if result.usage_errors:
        console.print(Text("verdict: none, the run could not be made", "bold red"))
        return
    for line in table(result):
        console.print(Text(line))
    for line in facts(result):
        console.print(Text(line))
    halves = "".join(f", {half} {target}" for half, target in options.targets.items())
    console.print(Text(f"tier {options.tier}{halves}"))
    console.print(Text(f"seed {options.seed}; report in {options.report}"))
    for problem in result.outdated:
        console.print(Text(problem, STYLES[FAIL]))
    verdict = result.verdict
    console.print(Text(f"verdict: {verdict}", STYLES[verdict]))
    if verdict != PASS:
        for reason in result.reasons_unknown():
            console.print(Text(f"  {reason}"))


def table(result: RunResult) -> list[str]:
    """Return the table by capability, aligned; long names are cut, not wrapped."""
    rows = sorted(result.by_capability().items())
    if not rows:
        return []
    names = [_cut(name) for name, _ in rows]
    width = max(len("capability"), *map(len, names))
    lines = [f"{'capability':<{width}}" + "".join(f"{v:>9}" for v in VERDICTS)]
    for name, (_, row) in zip(names, rows, strict=True):
        counts = "".join(f"{row[verdict] or '':>9}" for verdict in VERDICTS)
        lines.append(f"{name:<{width}}{counts}".rstrip())
    return lines


def facts(result: RunResult) -> list[str]:
    """Return how many scenarios were played, how long they took, and limits seen."""
    seconds = [r.seconds for r in result.scenarios if r.verdict != SKIP]
    if not seconds:
        return []
    mean = 1000 * sum(seconds) / len(seconds)
    played = f"{len(seconds)} played, mean {mean:.0f} ms, slowest {max(seconds):.1f} s"
    limits = [
        f"limit {limit} of {owner}: {count} times, no fault of the sync"
        for (limit, owner), count in sorted(result.limits().items())
    ]
    left = sum(map(len, result.left_out.values()))
    subset = f"{left} rows left out by the pairwise subset: switches turn by restart"
    return [played, *([subset] if left else []), *limits]


def _cut(name: str) -> str:
    return (
        name
        if len(name) <= _WIDEST
        else name[: _WIDEST - 1] + "\N{HORIZONTAL ELLIPSIS}"
    )
