"""Shards divide a run: every scenario is in exactly one of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from harness.cli import cli
from harness.options import RunOptions
from harness.verify import verify
from tests.delivery.workflow import ROOT

if TYPE_CHECKING:
    from pathlib import Path

_FEATURE = str(ROOT / "features" / "loop-prevention.feature")


def _names(report: Path, shard: tuple[int, int]) -> list[str]:
    options = RunOptions(tier="simulated", report=str(report), shard=shard)
    assert verify(options, [_FEATURE]).verdict == "pass"
    lines = (report / "scenarios.ndjson").read_text("utf-8").splitlines()
    return [json.loads(line)["name"] for line in lines]


def test_every_scenario_is_in_exactly_one_shard(tmp_path: Path) -> None:
    """The shards together are the whole run, in shares that differ by one at most."""
    shares = [_names(tmp_path / str(i), (i, 4)) for i in range(1, 5)]
    whole = _names(tmp_path / "whole", (1, 1))
    assert sorted(name for share in shares for name in share) == sorted(whole)
    sizes = {len(share) for share in shares}
    assert max(sizes) - min(sizes) <= 1


@pytest.mark.parametrize("wrong", ["0/3", "4/3", "1", "a/b", "1/0"])
def test_share_that_cannot_be_is_refused(wrong: str) -> None:
    """A shard outside its number would play nothing and look green."""
    told = CliRunner().invoke(cli, ["verify", "--shard", wrong])
    assert told.exit_code == 2
    assert "such as 1/4 to 4/4" in told.output


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["--to-nomis", "container:a"], "needs --tier containers"),
        (["--world-image", "a"], "needs --tier containers"),
        (["--half-env", "A=b"], "needs --tier containers"),
        (["--tier", "containers"], "without a container"),
        (
            ["--tier", "containers", "--world-image", "a", "--to-nomis", "command:b"],
            "cannot reach a world in a container",
        ),
        (
            ["--tier", "containers", "--world-image", "a", "--defect", "LOOP-11"],
            "leave out --world-image",
        ),
        (
            ["--tier", "containers", "--world-image", "a", "--stack", "http://b:1"],
            "leave out --tier containers",
        ),
        (["--tier", "containers", "--half-env", "=b"], "write NAME=value"),
    ],
)
def test_containers_that_cannot_meet_are_refused(words: list[str], what: str) -> None:
    """A combination that cannot mean anything says what to leave out or add."""
    told = CliRunner().invoke(cli, ["verify", *words])
    assert told.exit_code == 2
    assert what in " ".join(told.output.split())
