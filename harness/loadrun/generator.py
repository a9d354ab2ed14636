"""Locust as a process of its own: what it is told, and what it counted."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.processes import Child
from harness.rolling import free_port

if TYPE_CHECKING:
    from harness.loadrun.plan import Plan

_USERS = 100
_STOP = 10
"""Seconds Locust gives to those already being served."""
_GATHER = 60
"""Seconds until all workers must be there."""
_LOCUSTFILE = "locustfile.py"


class GeneratorError(RuntimeError):
    """Locust did not start, or left no counts; quotes its log."""


class Generator:
    """Sends one run's arrivals to the world at `url`, from one process or several."""

    def __init__(
        self, plan: Plan, url: str, folder: Path, people: Path | None = None
    ) -> None:
        """Start Locust at once; it makes people unless given some, then sends."""
        self._tally = folder / "tally.json"
        self._tally.unlink(missing_ok=True)
        command = [sys.executable, "-m", "locust", "-f", str(locustfile())]
        command += ["--headless", "--only-summary", "--host", url]
        command += ["-u", str(_USERS), "-r", str(_USERS), "-s", str(_STOP)]
        command += ["-t", f"{int(plan.seconds) + 2}s", "--until", f"{plan.seconds:g}"]
        command += ["--seed", str(plan.seed), "--prisoners", str(plan.prisoners)]
        command += ["--lengths", "350,2000", "--tally", str(self._tally)]
        if plan.bursts:
            command += ["--bursts", plan.bursts]
        if people is not None:
            command += ["--people", str(people)]
        shape = plan.shape or _weekday(plan)
        command += ["--shape", shape]
        if plan.workers > 1:
            port = str(free_port())
            command += ["--processes", str(plan.workers), "--expect-workers-max-wait"]
            command += [str(_GATHER), "--master-bind-host", "127.0.0.1"]
            command += ["--master-bind-port", port, "--master-port", port]
        self._child = Child("generator", command, folder / "generator.log")

    def running(self) -> bool:
        """Say whether arrivals still come."""
        return self._child.running()

    def stop(self) -> None:
        """Let nobody come any more; those being served are served."""
        self._child.stop(patience=_STOP + 5)

    def counts(self) -> dict[str, Any]:
        """Return what it counted: came, sent, late, overtaken, prisoners."""
        if not self._tally.exists():
            raise GeneratorError(
                f"the generator left no counts; its log ends:\n{self._child.tail()}"
            )
        found: dict[str, Any] = json.loads(self._tally.read_text(encoding="utf-8"))
        return found


def locustfile() -> Path:
    """Return where the locustfile lies; `load` is never imported by us."""
    from importlib.util import find_spec

    spec = find_spec("load")
    if spec is None or spec.origin is None:
        raise GeneratorError("the package `load` is not installed beside `harness`")
    return Path(spec.origin).with_name(_LOCUSTFILE)


def _weekday(plan: Plan) -> str:
    """Name the weekday's shape; the generator knows it."""
    return f"weekday:{plan.arrivals:g}:{plan.seconds:g}"
