"""What is installed is complete: a folder of features runs from anywhere."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.delivery.workflow import ROOT

if TYPE_CHECKING:
    from pathlib import Path

_FEATURE = """\
Feature: From anywhere

  Scenario: A note arrives
    Given a prisoner
    When an officer writes a case note in NOMIS
    Then both sides hold the note
"""


def test_package_holds_all_that_a_run_needs(tmp_path: Path) -> None:
    """Installed as pipx does it, far from the sources, Tandem judges a folder."""
    place = tmp_path / "installed"
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"),
            *("--no-index", "--no-build-isolation", "--target", str(place), str(ROOT)),
        ],
        check=True,
    )
    own = tmp_path / "own"
    own.mkdir()
    (own / "ours.feature").write_text(_FEATURE, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(place)}
    where = subprocess.run(
        [sys.executable, "-c", "import harness; print(harness.__file__)"],
        cwd=own,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert where.stdout.startswith(str(place))
    for paths in ([str(own)], []):
        ran = subprocess.run(
            [
                *(sys.executable, "-m", "harness", "verify", *paths),
                *("--tier", "simulated", "--report", str(tmp_path / "report")),
                *([] if paths else ["--tags", "smoke"]),
            ],
            cwd=own,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
