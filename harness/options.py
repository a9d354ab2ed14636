"""What one run was asked to do: one record from the command line to every worker."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import msgspec

from harness.environment import FIXED_PORT
from harness.targets import HALVES

TIERS = ("simulated", "wire", "containers")


@dataclass(frozen=True)
class RunOptions:
    """Options of one verification run.

    `targets` gives each half's target: reference, command:CMD, external, none.
    `grace` is the quiet time in seconds asked of targets that do not report idle.
    `report` is the directory for reports and logs, `keep_journal` keeps there what the
    journal says of scenarios that passed, too; `settle_timeout` in seconds of
    the tier's stopwatch. `port` is the first of the three fixed ports of a world that
    external targets use. `taps` gives the upstream of each service before which a
    WireMock stands. `world_image` puts the world into a container, `half_env` adds to
    the environment of halves that we start. `shard` (i, n) plays each nth scenario,
    beginning with the ith. `names` gives, for a feature file of which only some
    scenarios are wanted, their names. `fake_options` are options of the fakes by name
    (`harness.fakeoptions`), set anew before each scenario. `old` gives, by half, the
    build that scenarios of upgrades begin with; `when_off` what it does with events of
    a type that is off (`harness.targets.POLICIES`). `left_out` gives, by feature file,
    the rows that a pairwise subset leaves out.
    """

    tier: str = "wire"
    targets: dict[str, str] = field(
        default_factory=lambda: dict.fromkeys(HALVES, "reference")
    )
    stack: str | None = None
    instances: int = 1
    tags: str | None = None
    seed: int = 1
    report: str = "test-results"
    defects: tuple[str, ...] = ()
    mode: str = "as-deployed"
    sync_wait: float = 60.0
    settle_timeout: float | None = None
    grace: float = 1.5
    port: int = FIXED_PORT
    skipped_ok: bool = False
    keep_journal: bool = False
    taps: dict[str, str] = field(default_factory=dict)
    world_image: str | None = None
    half_env: dict[str, str] = field(default_factory=dict)
    shard: tuple[int, int] = (1, 1)
    names: dict[str, list[str]] = field(default_factory=dict)
    fake_options: dict[str, Any] = field(default_factory=dict)
    old: dict[str, str] = field(default_factory=dict)
    when_off: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, list[str]] = field(default_factory=dict)

    def dump(self) -> str:
        """Return the options as one line of JSON, for the workers' command line."""
        return msgspec.json.encode(asdict(self)).decode()

    @classmethod
    def load(cls, text: str) -> RunOptions:
        """Read what `dump` wrote."""
        data: dict[str, Any] = msgspec.json.decode(text)
        data["defects"] = tuple(data.get("defects", ()))
        data["shard"] = tuple(data.get("shard", (1, 1)))
        return cls(**data)

    @property
    def reference(self) -> bool:
        """Tell whether every half that runs is our reference sync."""
        return all(t in ("reference", "none") for t in self.targets.values())
