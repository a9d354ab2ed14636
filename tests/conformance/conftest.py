"""Every suite's fixtures: see `harness.conform`."""

from __future__ import annotations

from harness.conform.plugin import (
    aim,
    alerts,
    cast,
    dps,
    mapping,
    nomis,
    own,
    pytest_collection_modifyitems,
    pytest_configure,
    pytest_runtest_makereport,
    screens,
    service,
    world,
)

__all__ = [
    "aim",
    "alerts",
    "cast",
    "dps",
    "mapping",
    "nomis",
    "own",
    "pytest_collection_modifyitems",
    "pytest_configure",
    "pytest_runtest_makereport",
    "screens",
    "service",
    "world",
]
