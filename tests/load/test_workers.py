"""Several processes that share the arrivals are one load, and one verdict."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from harness.loadrun import objectives
from harness.loadrun.plan import Plan
from harness.loadrun.running import play_on
from harness.options import RunOptions
from harness.rolling import free_port
from harness.starting import start_wire
from load import session
from tests.load.test_run import LIMIT, LOCUSTFILE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from harness.stack import Stack

_SEED = re.compile(r"of the load with seed (\d+)")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Provide a world and both reference halves as processes."""
    stack = start_wire(RunOptions(report=str(tmp_path_factory.mktemp("load"))))
    yield stack
    stack.close()


@pytest.mark.sockets
@pytest.mark.long
def test_two_workers_share_the_arrivals(stack: Stack, tmp_path: Path) -> None:
    """Both send, each its half, with texts of its own; all are in one verdict."""
    since = stack.world.mark("before", "workers")
    plan = Plan(scale=4.0, minutes=0.1, workers=2, report=str(tmp_path))
    verdict, _ = play_on(stack, plan, objectives.read(), lambda _: None)
    assert verdict["verdict"] == "pass", verdict["reasons"]
    arrivals = verdict["arrivals"]
    assert (arrivals["workers"], arrivals["silent"]) == (2, 0)
    # 22 users a second for 6 seconds, however many processes they come from.
    assert 80 < arrivals["came"] < 190
    sent = [
        str(entry["body"])
        for entry in stack.world.journal(since, kinds=["request"])
        if entry["client"] == "load-users" and entry["method"] != "GET"
    ]
    seeds = [found[1] for text in sent if (found := _SEED.search(text))]
    assert {seeds.count(seed) > 20 for seed in seeds} == {True}
    assert set(seeds) == {"1", str(1 + session.APART)}


@pytest.mark.sockets
@pytest.mark.long
def test_master_and_workers_of_ones_own_are_judged_once(stack: Stack) -> None:
    """Started by hand, maybe on several machines, the master gives the verdict."""
    url = stack.world.about()["addresses"]["control"]
    port = str(free_port())
    common = [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--host", url]
    joins = ["--worker", "--master-host", "127.0.0.1", "--master-port", port]
    workers = [
        subprocess.Popen([*common, *joins], stderr=subprocess.DEVNULL) for _ in range(2)
    ]
    options = ["--master", "--headless", "--only-summary", "--expect-workers", "2"]
    options += ["--master-bind-host", "127.0.0.1", "--master-bind-port", port]
    options += ["-t", "4s", "--rate", "12", "--prisoners", "4", "--share", "2"]
    try:
        done = subprocess.run(
            [*common, *options],
            capture_output=True,
            text=True,
            timeout=LIMIT,
            check=False,
        )
        ended = [worker.wait(timeout=15) for worker in workers]
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "verdict: pass" in done.stdout
    assert re.search(r"arrivals: [1-9]\d+ came", done.stdout), done.stdout
    assert ended == [0, 0]


def _tally(prisoner: str, since: int) -> dict[str, object]:
    counts = {"came": 10, "sent": 9, "late": 1, "overtaken": 2, "turned": 3}
    return {**counts, "prisoners": [prisoner], "since": since}


def test_what_workers_counted_is_added_up() -> None:
    """Sums, all prisoners, and the first beginning; who left nothing is named."""
    tallies = [_tally("A1234BC", 70), _tally("A1234BD", 50)]
    whole = session.of_workers("http://127.0.0.1:9", tallies, 3)
    assert (whole.came, whole.sent, whole.late, whole.overtaken) == (20, 18, 2, 4)
    assert whole.turned == 6
    assert whole.prisoners == ["A1234BC", "A1234BD"]
    assert whole.since == 50
    told = whole.tally()
    assert (told["workers"], told["silent"]) == (2, 1)
