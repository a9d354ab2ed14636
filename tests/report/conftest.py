"""One run, played once, for all tests of its report; and a browser to open it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from harness.report import chromium
from tests.report import runs

if TYPE_CHECKING:
    from harness.results import ScenarioResult

_AXE = "4.14.1"


class Played(NamedTuple):
    """A run and the folder of its report."""

    folder: Path
    scenarios: list[ScenarioResult]

    @property
    def page(self) -> str:
        """The report's text."""
        return (self.folder / "report.html").read_text(encoding="utf-8")

    @property
    def address(self) -> str:
        """The report's address."""
        return (self.folder / "report.html").as_uri()


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """Play the run of `tests.report.runs`."""
    folder = tmp_path_factory.mktemp("run")
    before = os.environ.pop("GITHUB_STEP_SUMMARY", None)
    try:
        result = runs.play(folder)
    finally:
        if before is not None:
            os.environ["GITHUB_STEP_SUMMARY"] = before
    return Played(folder / "report", result.scenarios)


@pytest.fixture(scope="session")
def browser() -> str:
    """Return the path of a Chromium; skip, saying why, where there is none."""
    program = chromium.find()
    if program is None:
        pytest.skip("browser: there is no Chromium (apt-get install chromium)")
    return program


@pytest.fixture(scope="session")
def axe() -> str:
    """Return the source of axe-core, fetched by npm into the cache if need be."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    folder = Path(base) / "tandem" / f"axe-core-{_AXE}"
    source = folder / "node_modules" / "axe-core" / "axe.min.js"
    if not source.is_file():
        _fetch(folder)
    return source.read_text(encoding="utf-8")


def _fetch(folder: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("browser: there is no npm to fetch axe-core")
    folder.mkdir(parents=True, exist_ok=True)
    words = ["install", "--no-save", "--no-package-lock", "--no-audit", "--no-fund"]
    done = subprocess.run(
        [npm, *words, "--prefix", str(folder), f"axe-core@{_AXE}"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if done.returncode:
        pytest.skip(f"browser: npm cannot fetch axe-core: {done.stderr[-300:]}")
