"""Running the suites: `tandem conform`."""

from __future__ import annotations

import os
import sys
from collections import Counter
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console
from rich.table import Table

from harness.conform.facts import MOST_UNCITED, Tally
from harness.conform.plugin import tallies
from harness.conform.settings import SERVICES, Aim

if TYPE_CHECKING:
    from collections.abc import Iterator

PASS, FAIL, UNKNOWN = 0, 1, 3
_NOT_NEEDED = ("randomly", "schemathesis", "cacheprovider")


class NoSuites(RuntimeError):  # noqa: N818 - told to the user as it stands
    """The suites, or what one of them needs, are not there."""


def suites() -> Path:
    """Return the directory of the suites: the checkout's, or those installed."""
    package = Path(__file__).parents[1]
    places = [package.parent, package.parent / "tandem_suites"]
    for place in places:
        found = place / "tests" / "conformance"
        if found.is_dir():
            return found
    raise NoSuites(
        f"no conformance suites beside {package}, which a whole installation has; "
        "install Tandem anew, or run `tandem conform` from a checkout"
    )


def conform(
    aim: Aim,
    *,
    junit: Path | None = None,
    keyword: str | None = None,
    log: bool = False,
) -> int:
    """Run the suite of `aim.service` (None: all), print the counts; the exit status.

    Unknown (3) when no case ran: a suite that was skipped whole proves nothing.
    """
    directory = suites()
    chosen = _chosen(aim)
    paths = [str(directory / name.replace("-", "_")) for name in chosen]
    counter = _Counter()
    arguments = [
        *paths,
        f"--rootdir={directory.parents[1]}",
        f"--confcutdir={directory}",
        *(f"-pno:{name}" for name in _NOT_NEEDED),
        "--no-header",
        "-q",
        "-rsf" if aim.url or log else "-rf",
    ]
    if junit is not None:
        arguments.append(f"--junitxml={junit}")
    if keyword is not None:
        arguments += ["-k", keyword]
    with _environment(aim), _import_path(directory.parents[1]):
        status = pytest.main(arguments, plugins=[counter])
    counted = counter.found
    _print(counted, aim)
    return _exit(int(status), counted)


def _chosen(aim: Aim) -> list[str]:
    """Return the services whose suites run; the bus's needs the AWS client."""
    if find_spec("boto3") is not None:
        return [aim.service] if aim.service else list(SERVICES)
    missing = "the suite of the bus needs boto3: install tandem-sync[bus]"
    if aim.service == "bus":
        raise NoSuites(missing)
    if aim.service:
        return [aim.service]
    Console(stderr=True).print(f"[yellow]left out: {missing}[/yellow]")
    return [name for name in SERVICES if name != "bus"]


class _Counter:
    """Takes the counts over when the session ends."""

    def __init__(self) -> None:
        self.found: dict[str, Tally] = {}

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        self.found = dict(tallies(session.config))


@contextmanager
def _environment(aim: Aim) -> Iterator[None]:
    added = aim.as_environment()
    os.environ.update(added)
    try:
        yield
    finally:
        for name in added:
            del os.environ[name]


@contextmanager
def _import_path(root: Path) -> Iterator[None]:
    sys.path.insert(0, str(root))
    try:
        yield
    finally:
        sys.path.remove(str(root))


def _exit(status: int, counted: dict[str, Tally]) -> int:
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        return UNKNOWN
    outcomes = sum((one.outcomes for one in counted.values()), Counter[str]())
    if status == pytest.ExitCode.TESTS_FAILED or outcomes["failed"]:
        return FAIL
    if any(one.too_few_citations for one in counted.values()):
        return FAIL
    return PASS if outcomes["passed"] else UNKNOWN


def _print(counted: dict[str, Tally], aim: Aim) -> None:
    console = Console()
    where = aim.url or "our own fakes"
    table = Table(title=f"Conformance of {where}", title_justify="left")
    table.add_column("suite")
    for name in ("cases", "passed", "failed", "skipped", "inferred [I]", "uncited"):
        table.add_column(name, justify="right")
    total = Tally("all")
    for one in counted.values():
        table.add_row(*_row(one))
        total.cases += one.cases
        total.outcomes += one.outcomes
        total.inferred += one.inferred
        total.uncited += one.uncited
    table.add_section()
    table.add_row(*_row(total))
    console.print(table)
    for one in counted.values():
        if one.too_few_citations:
            console.print(
                f"[red]{one.service}: {len(one.uncited)} of {one.cases} cases cite "
                f"nothing; at most {MOST_UNCITED:.0%} may:[/red]"
            )
            for name in one.uncited:
                console.print(f"  {name}", highlight=False)
    if total.inferred:
        console.print("Inferred facts, which the real service may prove wrong:")
        for cites, cases in _by_fact(total).items():
            console.print(f"  {cites}: {cases} cases", highlight=False, markup=False)


def _by_fact(counted: Tally) -> dict[str, Any]:
    return dict(sorted(Counter(cites for _, cites in counted.inferred).items()))


def _row(one: Tally) -> list[str]:
    outcomes = one.outcomes
    return [
        one.service,
        str(one.cases),
        str(outcomes["passed"]),
        str(outcomes["failed"]),
        str(outcomes["skipped"]),
        str(len(one.inferred)),
        str(len(one.uncited)),
    ]
