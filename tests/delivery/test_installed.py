"""What is installed is complete: a folder of features runs from anywhere."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

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


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the package as pipx does it, far from the sources; returns where."""
    place = tmp_path_factory.mktemp("far") / "installed"
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"),
            *("--no-index", "--no-build-isolation", "--target", str(place), str(ROOT)),
        ],
        check=True,
    )
    return place


def test_package_holds_all_that_a_run_needs(place: Path, tmp_path: Path) -> None:
    """Tandem judges a folder of features, and plays its own scenarios."""
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


@pytest.mark.parametrize(
    ("without", "service", "code", "said"),
    [
        ("", "manage-users", 0, "manage-users"),
        ("boto3", "bus", 2, "install tandem-sync[bus]"),
    ],
)
def test_package_holds_the_suites_of_the_fakes(
    place: Path, tmp_path: Path, without: str, service: str, code: int, said: str
) -> None:
    """`tandem conform` needs no checkout, and says what a suite lacks."""
    hide = "import sys; sys.modules[sys.argv.pop(1) or '-'] = None; "
    ran = subprocess.run(
        [
            *(sys.executable, "-c", hide + "from harness.cli import main; main()"),
            *(without, "conform", "--service", service),
        ],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(place), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == code, ran.stdout + ran.stderr
    assert said in ran.stdout + ran.stderr
    assert str(ROOT) not in ran.stdout
