"""Other people's pytest plugins still work beside ours."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.run.conftest import FAILS, PASSES, feature

if TYPE_CHECKING:
    from pathlib import Path

RECORDER = """
import json

FIRED = []

def pytest_bdd_before_scenario(scenario):
    FIRED.append(["before_scenario", scenario.name])

def pytest_bdd_after_scenario(scenario):
    FIRED.append(["after_scenario", scenario.name])

def pytest_bdd_before_step(step):
    FIRED.append(["before_step", step.name])

def pytest_bdd_before_step_call(step):
    FIRED.append(["before_step_call", step.name])

def pytest_bdd_after_step(step):
    FIRED.append(["after_step", step.name])

def pytest_bdd_step_error(step, exception):
    FIRED.append(["step_error", step.name])

def pytest_sessionfinish():
    with open("fired.json", "w") as file:
        json.dump(FIRED, file)
"""


def test_pytest_bdd_hooks_fire_for_every_line(tmp_path: Path) -> None:
    """Reporting and tracing plugins hang on these hooks."""
    (tmp_path / "recorder.py").write_text(RECORDER)
    feature(tmp_path / "f.feature", "F", good=PASSES, bad=FAILS)
    command = [sys.executable, "-m", "harness", "verify", "f.feature"]
    ended = subprocess.run(
        [*command, "--tier", "simulated"],
        cwd=tmp_path,
        env={**os.environ, "PYTEST_PLUGINS": "recorder", "PYTHONPATH": str(tmp_path)},
        check=False,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 1, ended.stdout + ended.stderr
    fired = json.loads((tmp_path / "fired.json").read_text())
    names = [name for name, _ in fired]
    line = ["before_step", "before_step_call", "after_step"]
    good = ["before_scenario", *line * 3, "after_scenario"]
    bad = ["before_scenario", *line * 2, *line[:2], "step_error", "after_scenario"]
    assert names == good + bad


def test_options_of_pytest_that_lie_about_do_not_leave_scenarios_out(
    tmp_path: Path,
) -> None:
    """A developer's PYTEST_ADDOPTS must not thin out a run unseen."""
    feature(tmp_path / "f.feature", "F", good=PASSES, bad=FAILS)
    command = [sys.executable, "-m", "harness", "verify", "f.feature"]
    ended = subprocess.run(
        [*command, "--tier", "simulated"],
        cwd=tmp_path,
        env={**os.environ, "PYTEST_ADDOPTS": "-k good"},
        check=False,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 1, ended.stdout + ended.stderr
