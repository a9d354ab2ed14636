"""The scenario library keeps what it promises a tester."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest

from features.steps.toggles import SWITCHES
from harness.catalogue import all_steps
from harness.gherkin import Matcher
from harness.reading import read_feature

ROOT = Path(__file__).resolve().parents[2]
FEATURES = sorted((ROOT / "features").rglob("*.feature"))
CORPUS = re.compile(r"^(LOOP|DUP|ORD|IDM|TXT|DAT|DEL|MRG|ALT|TOG|RET|CFG|REC)-\d\d$")
# What a step may not say: testers speak of notes, not of the plumbing.
PLUMBING = re.compile(r"\b(queue name|URL|JSON|HTTP|endpoint|payload)\b")


def test_steps_stay_few_and_are_explained() -> None:
    """Fewer than 100 steps, each with its meaning and an example that it matches."""
    steps = all_steps()
    assert 50 < len(steps) < 100
    matcher = Matcher(steps)
    for step in steps:
        assert step.meaning, f"{step.pattern} has no meaning"
        keyword, _, line = step.example.splitlines()[0].partition(" ")
        kind = step.kind if keyword == "And" or step.kind == "any" else keyword.lower()
        found = matcher.find(kind, line)
        assert found == (step,), f"{step.example!r} does not mean {step.pattern!r}"
        assert not PLUMBING.search(step.wording), step.pattern


@pytest.mark.parametrize("path", FEATURES, ids=lambda path: path.stem)
def test_features_read_well(path: Path) -> None:
    """Every line is known and plain, and every feature says whom it serves."""
    feature = read_feature(path)
    assert not Matcher(all_steps()).problems(path, feature)
    assert feature.tags, "a capability has its own tag"


def test_corpus_tags_are_real() -> None:
    """A tag that looks like a corpus entry is one of the thirteen groups."""
    for path in FEATURES:
        for template in read_feature(path).scenarios.values():
            for tag in template.tags:
                if re.fullmatch(r"[A-Z]{3,4}-\d+", tag):
                    assert CORPUS.match(tag), f"{path.name}: {tag}"


def test_the_toggle_matrix_has_every_case() -> None:
    """Each switch that the steps know, each way, each moment; none twice."""
    feature = read_feature(ROOT / "features" / "toggle-matrix.feature")
    (outline,) = feature.scenarios.values()
    rows = [
        tuple(map(str, row.values()))
        for table in outline.examples
        for row in table.as_contexts()
    ]
    ways, moments = ("off", "off and on again"), ("before", "during", "after")
    assert sorted(rows) == sorted(product(SWITCHES, ways, moments))


@pytest.mark.long
def test_no_scenario_passes_without_a_sync(tmp_path: Path) -> None:
    """With no sync running every scenario fails or is unknown, none passes."""
    command = [sys.executable, "-m", "harness", "verify", "--tier", "simulated"]
    command += ["--sync", "none", "--allow-skips", "--report", str(tmp_path), "-n", "2"]
    run = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert run.returncode == 1, run.stdout[-2000:] + run.stderr[-2000:]
    lines = (tmp_path / "scenarios.ndjson").read_text().splitlines()
    results = [json.loads(line) for line in lines]
    assert len(results) > 150
    passed = [result["name"] for result in results if result["verdict"] == "pass"]
    assert passed == []
