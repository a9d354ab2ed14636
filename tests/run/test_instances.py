"""Two instances, or two builds, of a half on the same queues keep what one keeps."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness.selection import FEATURES
from tests.run.conftest import PASSES, feature

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.run.conftest import Ended


@pytest.mark.sockets
@pytest.mark.long
def test_two_instances_killed_in_a_burst_lose_and_double_nothing(
    tandem: Callable[..., Ended],
) -> None:
    """Two hundred changes either way, both instances gone in the middle of them."""
    failures = str(FEATURES / "failures.feature")
    words = ("--tags", "needs-kill", "--instances", "2")
    ended = tandem("verify", failures, "--tier", "wire", *words)
    assert ended.code == 0, ended.out
    lines = Path("test-results/scenarios.ndjson").read_text(encoding="utf-8")
    names = [json.loads(line)["name"] for line in lines.splitlines()]
    bursts = [name for name in names if "middle of a burst" in name]
    # Two each in which they are killed, give way to their like, and meet the same.
    assert len(bursts) == 6
    logs = _logs(Path())
    assert {"to-nomis-2.log", "from-nomis-2.log"} <= logs


def _logs(folder: Path) -> set[str]:
    """Return the names of a run's logs, without the worker that each begins with."""
    logs = (folder / "test-results/logs").iterdir()
    return {path.name.partition("-")[2] for path in logs}


# A build that takes each message and does nothing for it.
_DEAF = f"command:{sys.executable} -m harness.defects.run LOOP-11 -- to-nomis"
_SAME = f"command:{sys.executable} -m simulators.sync to-nomis"
_BURST = """
    Given a prisoner
    When a DPS user writes 24 case notes in DPS, and half way the sync from DPS to \
NOMIS is upgraded
    Then the prisoner has 24 case notes in NOMIS
"""


def _upgraded(
    tandem: Callable[..., Ended], folder: Path, *words: str
) -> tuple[Ended, list[dict[str, Any]]]:
    """Play a burst with an upgrade, then a plain scenario; returns both results."""
    file = feature(folder / "f.feature", "F", burst=_BURST, after=PASSES)
    ended = tandem("verify", file, "--grace", "0.5", *words)
    lines = (folder / "test-results/scenarios.ndjson").read_text().splitlines()
    return ended, [json.loads(line) for line in lines]


@pytest.mark.sockets
def test_an_old_build_works_until_the_new_one_has_taken_over(
    tandem: Callable[..., Ended], tmp_path: Path
) -> None:
    """What a deaf old build took is lost, all after it arrives, and it is gone then."""
    words = ("--old-to-nomis", _DEAF)
    ended, (burst, after) = _upgraded(tandem, tmp_path, *words)
    assert ended.code == 1, ended.out
    lost = [one for one in burst["violations"] if one["rule"] == "lost"]
    # Half the notes were the old one's alone, a quarter the new one's alone.
    assert 12 <= len(lost) <= 18
    assert {one["owner"] for one in lost} == {"to-nomis"}
    assert after["verdict"] == "pass"
    assert f"--old-to-nomis '{_DEAF}'" in burst["replay"]


def test_a_burst_of_one_note_is_cut_short_and_goes_on(
    tandem: Callable[..., Ended], tmp_path: Path
) -> None:
    """What comes later than the last note of a short burst is done after it."""
    steps = """
    Given a prisoner
    When a DPS user writes 3 case notes in DPS, and half way the sync from DPS to \
NOMIS is killed and started again
    Then the prisoner has 3 case notes in NOMIS
    """
    file = feature(tmp_path / "f.feature", "F", short=steps)
    ended = tandem("verify", file, "--tier", "simulated")
    assert ended.code == 0, ended.out


def test_an_upgrade_is_played_in_the_simulated_tier_too(
    tandem: Callable[..., Ended], tmp_path: Path
) -> None:
    """Without programs: old and new instances share the queues for a moment."""
    file = feature(tmp_path / "f.feature", "F", burst=_BURST, after=PASSES)
    ended = tandem("verify", file, "--tier", "simulated")
    assert ended.code == 0, ended.out


@pytest.mark.sockets
def test_an_upgrade_of_a_build_that_tells_nothing_passes(
    tandem: Callable[..., Ended], tmp_path: Path
) -> None:
    """Old and new as commands, as a team has them; both did some of the work."""
    words = ("--to-nomis", _SAME, "--old-to-nomis", _SAME)
    ended, _ = _upgraded(tandem, tmp_path, *words)
    assert ended.code == 0, ended.out
    assert {"to-nomis.log", "to-nomis-old.log"} <= _logs(tmp_path)


@pytest.mark.sockets
def test_an_old_build_that_does_not_start_leaves_the_new_one_at_work(
    tandem: Callable[..., Ended], tmp_path: Path
) -> None:
    """Nothing is proven of an upgrade that could not begin; the rest is played."""
    words = ("--old-to-nomis", f"command:{sys.executable} -c exit(7)")
    ended, (burst, after) = _upgraded(tandem, tmp_path, *words)
    assert ended.code == 3, ended.out
    assert burst["verdict"] == "unknown"
    assert "to-nomis-old ended with status 7" in burst["message"]
    assert after["verdict"] == "pass"
