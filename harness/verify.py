"""Running scenarios: from options and paths to a result, a report and an exit code."""

from __future__ import annotations

import os
import shlex
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from harness.junit import write_junit
from harness.progress import Progress, print_summary
from harness.results import FAIL, UNKNOWN, RunResult

if TYPE_CHECKING:
    from harness.options import RunOptions

FEATURES = Path(__file__).resolve().parent.parent / "features"


def find_features(paths: list[str]) -> tuple[list[str], list[str]]:
    """Return the feature files under the paths, and what is wrong with the paths."""
    files: list[str] = []
    problems: list[str] = []
    for text in paths or [str(FEATURES)]:
        path = Path(text.partition("::")[0])
        if path.is_dir():
            found = sorted(str(p) for p in path.rglob("*.feature"))
            if not found:
                problems.append(f"{text}: no .feature file in this folder")
            files += found
        elif not path.exists():
            problems.append(f"{text}: there is no such file or folder")
        elif path.suffix != ".feature":
            problems.append(f"{text}: not a feature file (its name must end .feature)")
        else:
            files.append(text)
    return files, problems


def verify(options: RunOptions, paths: list[str], workers: int = 0) -> RunResult:
    """Play the scenarios under `paths`; prints progress and the summary."""
    result = RunResult(skipped_ok=options.skipped_ok)
    progress = Progress(result)
    files, problems = find_features(paths)
    result.usage_errors += problems
    if not problems:
        _play(options, files, workers, progress)
    for scenario in result.scenarios:
        scenario.replay = replay(options, scenario.feature, scenario.name)
    report = Path(options.report)
    write_junit(result, report / "tandem.xml")
    write_ndjson(result, report / "scenarios.ndjson")
    print_summary(progress.console, result, options.seed, str(report))
    return result


def _play(
    options: RunOptions, files: list[str], workers: int, progress: Progress
) -> None:
    import pytest

    # Plugins of other packages cost a second each start and may change a verdict.
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    with tempfile.TemporaryDirectory(prefix="tandem-") as empty:
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
        try:
            code = pytest.main([*arguments, *files], plugins=[progress])
        except KeyboardInterrupt:
            code = pytest.ExitCode.INTERRUPTED
    _read_exit(code, progress.result)


def _read_exit(code: int, result: RunResult) -> None:
    import pytest

    if code == pytest.ExitCode.INTERRUPTED and not result.usage_errors:
        result.interrupted = True
    if code == pytest.ExitCode.INTERNAL_ERROR:
        result.broken.append("the harness itself failed (internal error, see above)")
    if code == pytest.ExitCode.USAGE_ERROR and not result.usage_errors:
        result.usage_errors.append("the run could not be started (see above)")


def replay(options: RunOptions, feature: str, name: str) -> str:
    """Return the command that plays one scenario again."""
    words = ["tandem", "verify", f"{feature}::{name}", "--tier", options.tier]
    words += ["--seed", str(options.seed)]
    for half, target in options.targets.items():
        if target != "reference":
            words += [f"--{half}", target]
    for defect in options.defects:
        words += ["--defect", defect]
    return shlex.join(words)


def write_ndjson(result: RunResult, path: Path) -> None:
    """Write one JSON line a scenario."""
    path.parent.mkdir(parents=True, exist_ok=True)
    encode = msgspec.json.encode
    with path.open("wb") as file:
        for scenario in result.scenarios:
            file.write(encode(scenario.as_dict()) + b"\n")


def failed(result: RunResult) -> list[str]:
    """Return the names of scenarios that failed or are unknown."""
    return [r.name for r in result.scenarios if r.verdict in (FAIL, UNKNOWN)]


def main_error(text: str) -> None:
    """Print a usage error."""
    print(text, file=sys.stderr)  # noqa: T201 - the command line's own words
