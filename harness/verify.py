"""Running scenarios: from options and paths to a result, a report and an exit code."""

from __future__ import annotations

import errno
import fcntl
import os
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import urlsplit

import msgspec

from harness.ending import terminable
from harness.excerpt import write_timelines
from harness.journals import FILE as JOURNAL
from harness.junit import write_junit
from harness.pairwise import left_out
from harness.progress import Progress, Screen, print_summary
from harness.replay import replay
from harness.report.record import record, write_record
from harness.results import RunResult
from harness.selection import select, shown_path
from harness.summary import write_summary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.known import Known
    from harness.options import RunOptions

# Settings of pytest's own that a machine may carry about: `-k` or `-x` in there would
# leave scenarios out unseen. PYTEST_PLUGINS stays: it names plugins on purpose.
_FOREIGN = ("PYTEST_ADDOPTS",)


def verify(
    options: RunOptions,
    paths: list[str],
    workers: int = 0,
    known: Known | None = None,
) -> RunResult:
    """Play the scenarios under `paths`; prints progress and the summary."""
    result = RunResult(skipped_ok=options.skipped_ok)
    expected = known.reason if known is not None else None
    report = Path(options.report)
    try:
        journal = _taken(report)
    except OSError as error:
        result.usage_errors.append(f"--report {report}: {error.strerror}")
        print_summary(Screen(), result, options)
        return result
    with journal, _alone(options.stack) as busy:
        result.usage_errors += busy
        progress = Progress(
            result,
            options.report,
            partial(replay, options),
            known=expected,
            journal=journal.write,
        )
        try:
            with terminable():
                if not busy:
                    _play(options, paths, workers, progress)
        except KeyboardInterrupt:
            result.interrupted = True
        if known is not None:
            result.outdated = _outdated(known, result, options, paths)
        journal.flush()
        _write(result, options, report)
    print_summary(progress.console, result, options)
    return result


def _outdated(
    known: Known, result: RunResult, options: RunOptions, paths: list[str]
) -> list[str]:
    """Return what is wrong with the known deviations, by what was played whole."""
    if options.tags or options.shard != (1, 1) or result.reasons_unknown():
        return known.problems(complete=False)
    named = any("::" in path for path in paths)
    files = set() if named else {one.feature for one in result.scenarios}
    return known.problems(complete=not paths, files=files)


def _taken(report: Path) -> BinaryIO:
    """Return the empty journal of a report folder that is now ours alone.

    Two runs that wrote to one folder would each judge by half of the other's journal.
    """
    report.mkdir(parents=True, exist_ok=True)
    journal = (report / JOURNAL).open("ab")
    if not _locked(journal):
        journal.close()
        raise OSError(
            errno.EBUSY, "another run is writing there; wait for it or name another"
        )
    journal.truncate(0)
    return journal


def _locked(file: BinaryIO) -> bool:
    """Take the file for this process alone; false when another has it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno not in {errno.ENOTSUP, errno.ENOLCK, errno.ENOSYS}:
            raise
        # Some shared folders know no locks; there it is as it was without.
    return True


@contextmanager
def _alone(stack: str | None) -> Iterator[list[str]]:
    """Give why this run must not play on the world that is up: nothing, or one text.

    Scenarios take roles, tokens and whole services away. Each gives back what it took,
    but a second run at the same time would meet it. The kernel forgets the lock of a
    run that died.
    """
    if stack is None:
        yield []
        return
    parts = urlsplit(stack)
    name = f"tandem-{os.getuid()}-{parts.hostname}-{parts.port}.lock"
    busy = (
        f"--stack {stack}: another run is playing on that world; wait for it, or hold "
        "another world up with `tandem up --port N`"
    )
    with (Path(tempfile.gettempdir()) / name).open("ab") as file:
        yield [] if _locked(file) else [busy]


def _write(result: RunResult, options: RunOptions, report: Path) -> None:
    write_junit(result, report / "tandem.xml")
    write_ndjson(result, report / "scenarios.ndjson")
    write_timelines(result, report)
    write_summary(result, options, report / "summary.md")
    write_record(record(result, options), report)
    # The page's template engine is not needed until now.
    from harness.report.folder import write as write_report

    write_report(report)


def _play(
    options: RunOptions, paths: list[str], workers: int, progress: Progress
) -> None:
    import pytest

    selection = select(paths, options.tags)
    progress.result.usage_errors += selection.problems
    if selection.problems:
        return
    options = replace(options, names=selection.names)
    left = left_out(options, map(Path, selection.files))
    options = replace(options, left_out=left)
    progress.result.left_out = {shown_path(path): rows for path, rows in left.items()}
    with tempfile.TemporaryDirectory(prefix="tandem-") as empty, _environment():
        ini = Path(empty) / "pytest.ini"
        ini.write_text("[pytest]\n", encoding="utf-8")
        arguments = [
            *("-p", "pytest_bdd.plugin", "-p", "harness.plugin"),
            *("-p", "no:cacheprovider", "-p", "no:terminal", "-p", "no:junitxml"),
            *("-c", str(ini), "--rootdir", str(Path.cwd())),
            *("--tandem", options.dump()),
        ]
        if workers > 1:
            arguments += ["-p", "xdist.plugin", "-n", str(workers)]
        code = pytest.main([*arguments, *selection.files], plugins=[progress])
    _read_exit(code, progress.result)


@contextmanager
def _environment() -> Iterator[None]:
    """Keep out what would change the run: other packages' plugins, pytest's options."""
    kept = {name: os.environ.pop(name) for name in _FOREIGN if name in os.environ}
    # Plugins of other packages cost a second each start and may change a verdict.
    autoload = os.environ.get("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        yield
    finally:
        os.environ.update(kept)
        if autoload is None:
            del os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"]
        else:
            os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = autoload


def _read_exit(code: int, result: RunResult) -> None:
    import pytest

    if code == pytest.ExitCode.INTERRUPTED and not (
        result.usage_errors or result.broken
    ):
        result.interrupted = True
    if code == pytest.ExitCode.INTERNAL_ERROR:
        result.broken.append("the harness itself failed (internal error, see above)")
    if code == pytest.ExitCode.USAGE_ERROR and not result.usage_errors:
        result.usage_errors.append("the run could not be started (see above)")


def write_ndjson(result: RunResult, path: Path) -> None:
    """Write one JSON line a scenario."""
    path.parent.mkdir(parents=True, exist_ok=True)
    encode = msgspec.json.encode
    with path.open("wb") as file:
        for scenario in result.scenarios:
            file.write(encode(scenario.as_dict()) + b"\n")
