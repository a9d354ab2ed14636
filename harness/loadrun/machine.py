"""How much of the processors each part of a run uses, and the whole machine."""

from __future__ import annotations

import time
from statistics import median
from typing import Any

import psutil  # type: ignore[import-untyped] # no stubs locked

WORLD, GENERATOR, OTHER = "fakes and bus", "generator", "sync"
_PARTS = (
    ("harness.worldprocess", WORLD),
    ("locust", GENERATOR),
)


class Machine:
    """Samples our child processes and the whole machine; all figures in cores."""

    def __init__(self) -> None:
        """Start counting now."""
        self._seen: dict[int, tuple[str, float]] = {}
        self._used: dict[str, float] = {}
        self._seconds = 0.0
        self._before = time.monotonic()
        self._busiest: dict[str, list[float]] = {}
        self.cores = psutil.cpu_count() or 1
        self._whole: list[float] = []
        self._memory: dict[str, int] = {}
        psutil.cpu_percent()

    def look(self) -> None:
        """Take a sample; best once a second."""
        now = time.monotonic()
        passed = max(now - self._before, 1e-9)
        self._before = now
        self._seconds += passed
        spent: dict[str, float] = {}
        most: dict[str, float] = {}
        for process in psutil.Process().children(recursive=True):
            try:
                with process.oneshot():
                    part = self._part(process)
                    times = process.cpu_times()
                    memory = process.memory_info().rss
            except psutil.Error:
                continue
            used = times.user + times.system
            _, before = self._seen.get(process.pid, (part, used))
            self._seen[process.pid] = (part, used)
            spent[part] = spent.get(part, 0.0) + used - before
            most[part] = max(most.get(part, 0.0), (used - before) / passed)
            self._memory[part] = max(self._memory.get(part, 0), memory)
        for part, used in spent.items():
            self._used[part] = self._used.get(part, 0.0) + used
            self._busiest.setdefault(part, []).append(most[part])
        self._whole.append(psutil.cpu_percent() / 100)

    def _part(self, process: psutil.Process) -> str:
        known = self._seen.get(process.pid)
        if known is not None:
            return known[0]
        line = " ".join(process.cmdline())
        return next((part for mark, part in _PARTS if mark in line), OTHER)

    def told(self) -> dict[str, Any]:
        """Return shares: `machine` and `ours` of all cores, `cores_used` by part.

        `busiest` is, by part, the share of one core that its busiest process used in
        half of the samples: it cannot exceed 1, however many cores are idle.
        """
        seconds = max(self._seconds, 1e-9)
        used = {part: spent / seconds for part, spent in sorted(self._used.items())}
        whole = sum(self._whole) / len(self._whole) if self._whole else 0.0
        return {
            "machine": round(whole, 3),
            "ours": round(sum(used.values()) / self.cores, 3),
            "cores": self.cores,
            "seconds_used": {p: round(n, 3) for p, n in sorted(self._used.items())},
            "cores_used": {part: round(share, 3) for part, share in used.items()},
            "busiest": {
                part: round(median(shares), 3)
                for part, shares in sorted(self._busiest.items())
            },
            "memory_mb": {p: n // 2**20 for p, n in sorted(self._memory.items())},
        }
