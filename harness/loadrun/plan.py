"""What one load run was asked to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from harness.loadrun.profiles import PROFILES, Outage, Profile, corners
from harness.targets import HALVES

MOST_OF_ESTATE = 150
"""Prisoners of the estate that one run writes about: their histories stay in memory."""
WRITING = 0.9
"""The share of arrivals that change something (`load.arrivals.ACTIONS`)."""


@dataclass(frozen=True)
class Plan:
    """A run: course, rate, length, target.

    `peak` is the assumed national peak in changes a second, `scale` how many times it;
    `settle` how many seconds the backlog may take after the last arrival.
    """

    profile: Profile = PROFILES["peak"]
    peak: float = 5.0
    scale: float = 1.0
    minutes: float | None = None
    seed: int = 1
    targets: dict[str, str] = field(
        default_factory=lambda: dict.fromkeys(HALVES, "reference")
    )
    stack: str | None = None
    instances: int = 1
    workers: int = 1
    outages: tuple[Outage, ...] = ()
    settle: float = 120.0
    report: str = "test-results/load"
    defects: tuple[str, ...] = ()
    mode: str = "as-deployed"
    estate: bool = False
    latency: dict[str, dict[str, Any]] | None = None
    bursts: str = ""

    @property
    def seconds(self) -> float:
        """The run's length in seconds, without settling."""
        return 60 * (self.profile.minutes if self.minutes is None else self.minutes)

    @property
    def rate(self) -> float:
        """Changes a second at the peak."""
        return self.peak * self.scale

    @property
    def arrivals(self) -> float:
        """Users a second at the peak: some of them only read."""
        return self.rate / WRITING

    @property
    def shape(self) -> str:
        """The rate over time as the generator reads it."""
        return corners(self.profile, self.arrivals, self.seconds)

    @property
    def outage(self) -> tuple[float, float] | None:
        """When something is off, in seconds after the first arrival."""
        if self.profile.outage is None:
            return None
        begins, ends = self.profile.outage
        return begins * self.seconds, ends * self.seconds

    @property
    def prisoners(self) -> int:
        """How many prisoners are written about: some ten notes each, 20 at least."""
        most = MOST_OF_ESTATE if self.estate else 5_000
        return int(min(max(self.rate * self.seconds / 10, 20), most))

    @property
    def share(self) -> int:
        """How many prisoners of the estate a migration or reconciliation takes on."""
        return int(min(max(self.profile.share * self.seconds, 20), self.profile.most))

    def told(self) -> dict[str, Any]:
        """Return the plan as plain data."""
        outage = self.outage
        return {
            "profile": self.profile.name,
            "national_peak": self.peak,
            "scale": self.scale,
            "rate": self.rate,
            "minutes": round(self.seconds / 60, 3),
            "seed": self.seed,
            "targets": self.targets,
            "instances": self.instances,
            "workers": self.workers,
            "prisoners": self.prisoners,
            "estate": self.estate,
            "outages": [str(one) for one in self.outages] if outage else [],
            "outage_seconds": outage[1] - outage[0] if outage else None,
            "defects": list(self.defects),
            "latency": self.latency,
            "bursts": self.bursts,
        }
