"""The GitHub action: inputs become a run, a run becomes outputs and a report."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.delivery.workflow import ROOT, Runner

if TYPE_CHECKING:
    from pathlib import Path

_WORKFLOWS = sorted(
    [
        *(ROOT / ".github/workflows").glob("*.yml"),
        *(ROOT / "examples").rglob(".github/workflows/*.yml"),
    ]
)


def _run(tmp_path: Path, **given: str) -> Any:
    own = Runner(ROOT, tmp_path, {})
    inputs = {name.replace("_", "-"): value for name, value in given.items()}
    quick = {"tier": "simulated", "report": str(tmp_path / "report"), "tags": "LOOP-01"}
    return own.action(ROOT, {**own.always(inputs), **quick, **inputs})


def test_run_that_passes_gives_its_numbers_and_its_report(tmp_path: Path) -> None:
    """The outputs are verdict, numbers and path; JUnit and step summary are there."""
    done = _run(tmp_path, features="features/loop-prevention.feature")
    report = tmp_path / "report"
    assert done.code == 0, done.said
    assert done.outputs == {
        "verdict": "pass",
        "passed": "2",
        "failed": "0",
        "report": str(report),
    }
    assert (report / "tandem.xml").is_file()
    assert "Tandem: pass" in (tmp_path / "summary.md").read_text("utf-8")


def test_run_that_fails_fails_the_job_and_says_how_many(tmp_path: Path) -> None:
    """A planted defect is counted, and the job ends with the verdict's code."""
    done = _run(
        tmp_path,
        features="features/loop-prevention.feature",
        arguments="--defect LOOP-11",
    )
    assert done.code == 1
    assert done.outputs["verdict"] == "fail"
    assert int(done.outputs["failed"]) >= 1


def test_run_that_could_not_be_made_counts_nothing(tmp_path: Path) -> None:
    """A tag that no scenario has is a usage error, not an old report's numbers."""
    report = tmp_path / "report"
    report.mkdir()
    (report / "scenarios.ndjson").write_text('{"verdict": "pass"}\n', "utf-8")
    done = _run(tmp_path, tags="no-such-tag")
    assert done.code == 2
    assert done.outputs["verdict"] == "usage"
    assert done.outputs["passed"] == "0"


def test_image_and_command_of_one_half_contradict_each_other(tmp_path: Path) -> None:
    """The action refuses both, and names the inputs."""
    done = _run(tmp_path, to_nomis_image="a:1", to_nomis_command="b")
    assert done.code == 2
    assert "to-nomis-image or to-nomis-command" in done.said


def test_image_makes_it_a_run_in_containers(tmp_path: Path) -> None:
    """An image is played in the containers tier, with no shell reading any input."""
    seen = tmp_path / "seen.json"
    fake = tmp_path / "tandem.py"
    fake.write_text(
        f"import json, sys\njson.dump(sys.argv[1:], open({str(seen)!r}, 'w'))\n",
        "utf-8",
    )
    own = Runner(ROOT, tmp_path, {})
    own.action(
        ROOT,
        {
            "tandem": f"{sys.executable} {fake}",
            "to-nomis-image": "our/build:1",
            "from-nomis-command": "java -jar app.jar",
            "tags": "smoke and not 'x'; $(touch never)",
            "shard": "2/3",
        },
    )
    words = json.loads(seen.read_text("utf-8"))
    assert words[:3] == ["verify", "--to-nomis", "container:our/build:1"]
    assert words[words.index("--from-nomis") + 1] == "command:java -jar app.jar"
    assert words[words.index("--tier") + 1] == "containers"
    assert words[words.index("--shard") + 1] == "2/3"
    assert words[words.index("--tags") + 1] == "smoke and not 'x'; $(touch never)"
    assert not (ROOT / "never").exists()


def test_action_hands_over_every_input() -> None:
    """No input is declared and then forgotten."""
    document = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    text = json.dumps(document["runs"])
    assert [name for name in document["inputs"] if f"inputs.{name}" not in text] == []
    read = set(re.findall(r"steps\.verify\.outputs\.([a-z]+)", json.dumps(document)))
    assert read == {"verdict", "passed", "failed", "report"}


@pytest.mark.parametrize("path", _WORKFLOWS, ids=lambda path: path.name)
def test_workflow_gives_only_inputs_that_the_action_has(path: Path) -> None:
    """Workflows have bounded jobs, few permissions, and known inputs of our action."""
    declared = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))["inputs"]
    document = yaml.safe_load(path.read_text("utf-8"))
    assert document["permissions"] == {"contents": "read"}
    for job in document["jobs"].values():
        assert job["timeout-minutes"] <= 30
        for service in job.get("services", {}).values():
            assert all(port.startswith("127.0.0.1:") for port in service["ports"])
        for step in job["steps"]:
            if step.get("uses") == "./.tandem":
                assert set(step["with"]) <= set(declared)


def test_action_installs_what_the_lock_holds() -> None:
    """The pins for the action are the lock's, hashes too, and hold no tool of ours."""
    done = subprocess.run(
        [
            *(sys.executable, "containers/pins.py", "hatchling"),
            *("--project", "pyproject.toml", "--extra", "containers"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    lock = (ROOT / "requirements.txt").read_text("utf-8")
    pinned = re.findall(r"^([a-z0-9.-]+)==", done.stdout, re.MULTILINE)
    assert {"pytest-bdd", "testcontainers", "hatchling", "aiohttp"} <= set(pinned)
    assert {"mypy", "ruff", "locust", "schemathesis"}.isdisjoint(pinned)
    assert len(pinned) == len(set(pinned))
    assert set(done.stdout.splitlines()) <= set(lock.splitlines())
    assert done.stdout.count("--hash=sha256:") > len(pinned)
