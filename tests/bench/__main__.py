"""Compare speed with peers, in ratios measured in one run: `python -m tests.bench`.

    python -m tests.bench              every section
    python -m tests.bench fakes bus    some of them

Each section prints its figures beside the number to reach. A wrong answer or a journal
that does not hold every request ends the run with status 1: speed without them counts
for nothing. A slow figure does not: machines differ, and ratios are read by people.
"""

from __future__ import annotations

import importlib
import sys

from tests.bench.report import heading, say

SECTIONS = {
    "fakes": "a fake against WireMock, one core each for server and load",
    "bus": "the bus against ministack and moto",
    "ready": "from nothing to a ready world",
    "scenarios": "scenarios in both tiers",
    "oracle": "the oracle, notes judged a second",
    "explore": "histories of 10 changes a second, simulated, one core",
}


def main(wanted: list[str]) -> int:
    """Run the sections; returns the exit status."""
    if unknown := [name for name in wanted if name not in SECTIONS]:
        say(f"no section {', '.join(unknown)}; sections: {', '.join(SECTIONS)}")
        return 2
    failures: list[str] = []
    for name in wanted or SECTIONS:
        heading(f"{name}: {SECTIONS[name]}")
        section = importlib.import_module(f"tests.bench.{name}")
        failures += [f"{name}: {problem}" for problem in section.run()]
    for failure in failures:
        say(f"WRONG  {failure}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
