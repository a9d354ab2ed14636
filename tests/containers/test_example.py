"""The example of a consumer's repository works, with a stand-in for its build."""

from __future__ import annotations

import os
import shutil
import sys
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import yaml

from tests.delivery.workflow import ROOT, Runner

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.containers.conftest import Engine

pytestmark = [pytest.mark.containers, pytest.mark.usefixtures("nothing_left")]

_BUILD = "localhost/hmpps-prisoner-to-nomis-update:example"
_TANDEM = "tandem:0.1.0"
# What stands for Gradle: the build's own tests need the build to run beside the world.
_GRADLEW = """\
#!{python}
import subprocess, sys, time, urllib.request

half = subprocess.Popen([sys.executable, "-m", "simulators.sync", "to-nomis"])
ask = urllib.request.Request("http://127.0.0.1:4567/control/queues", b"{{}}")
open_url = urllib.request.build_opener(urllib.request.ProxyHandler({{}})).open
for _ in range(100):
    told = open_url(ask).read().decode()
    if told.count('"owner":"to-nomis"') == 2 and told.count('"polls":1') >= 2:
        break
    time.sleep(0.1)
else:
    sys.exit("the build never polled: " + told)
half.terminate()
sys.exit(half.wait(10))
"""


@pytest.fixture
def repository(
    engine: Engine, image: str, stand_ins: dict[str, str], tmp_path: Path
) -> Iterator[Path]:
    """Return the example as a repository with a Dockerfile and a Gradle wrapper."""
    folder = tmp_path / "repository"
    shutil.copytree(ROOT / "examples" / "kotlin-repository", folder)
    text = f"FROM {stand_ins['to-nomis']}\n"
    (folder / "Dockerfile").write_text(text, encoding="utf-8")
    wrapper = folder / "gradlew"
    wrapper.write_text(_GRADLEW.format(python=sys.executable), encoding="utf-8")
    wrapper.chmod(0o755)
    tools = tmp_path / "tools"
    tools.mkdir()
    docker = tools / "docker"
    docker.write_text(f'#!/bin/sh\nexec {engine.program} "$@"\n', encoding="utf-8")
    docker.chmod(0o755)
    engine("tag", image, _TANDEM)
    yield folder
    engine("rmi", _TANDEM, check=False)
    engine("rmi", _BUILD, check=False)


def _job(repository: Path, name: str) -> tuple[dict[str, Any], Runner]:
    path = repository / ".github" / "workflows" / "two-way-sync.yml"
    job: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))["jobs"][name]
    tools = str(repository.parent / "tools")
    environment = {
        "PATH": os.pathsep.join([tools, os.environ["PATH"]]),
        "IMAGE": _BUILD,
        "GITHUB_ENV": str(repository.parent / "github-env"),
    }
    return job, Runner(repository, repository.parent, environment)


def test_image_of_a_pull_request_is_built_and_judged(repository: Path) -> None:
    """The job builds the image, plays the team's scenarios and says how it went."""
    job, runner = _job(repository, "tandem")
    done = runner.steps(job["steps"], {"env.IMAGE": _BUILD})
    assert done.code == 0, done.said
    assert "verdict pass: 3 passed, 0 failed, report in test-results" in done.said
    assert (repository / "test-results" / "tandem.xml").is_file()
    assert "Tandem: pass" in (repository.parent / "summary.md").read_text("utf-8")


def test_builds_own_tests_run_beside_tandem_as_a_service(
    engine: Engine, repository: Path
) -> None:
    """The service container gives the build its environment, queues and services."""
    job, runner = _job(repository, "integration")
    (service,) = job["services"].values()
    assert service["image"] == _TANDEM
    ports = [word for port in service["ports"] for word in ("--publish", port)]
    name = f"tandem-service-{os.getpid()}"
    try:
        engine("run", "--detach", "--name", name, *ports, service["image"])
        _await("http://127.0.0.1:4567/health")
        code, said = 0, ""
        for step in job["steps"]:
            if "run" not in step:
                continue
            done = runner.steps([step], {})
            code, said = code or done.code, said + done.said
            runner.environment.update(_exported(repository.parent / "github-env"))
        assert code == 0, said
    finally:
        engine("rm", "--force", name, check=False)


def _exported(path: Path) -> dict[str, str]:
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return dict(line.split("=", 1) for line in lines if line)


def _await(url: str) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            httpx.get(url, timeout=1, trust_env=False).raise_for_status()
        except httpx.HTTPError:
            assert time.monotonic() < deadline, f"{url} never answered"
            time.sleep(0.1)
        else:
            return
