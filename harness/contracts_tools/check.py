"""`tandem contracts check`: schemathesis against every fake, from its contract."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import contracts
from harness.contracts_tools.fuzz_world import headers, pool
from harness.contracts_tools.generation import quick_to_draw
from harness.contracts_tools.links import names, with_links

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harness.conform.ours import OwnWorld

SERVICES = (
    "nomis", "dps", "mapping", "alerts", "auth", "prison-api", "prisoner-search",
    "manage-users",
)  # fmt: skip
CHECKS = (
    "explained_server_error,status_code_conformance,content_type_conformance,"
    "response_schema_conformance,use_after_free,created_can_be_found"
)
# Chains of our links alone: those that schemathesis infers lead nowhere, and chains of
# its own six steps rarely come to a second link. `scenarios` chains of this length.
_CONFIGURATION = """
[phases.stateful]
max-steps = 25
inference.algorithms = []
generation.max-examples = {scenarios}
"""
_SCENARIOS_EACH = 5
"""Examples an operation for one chain."""
# The package cannot be run by -m; its script may not be on the path.
_PROGRAM = "from schemathesis.cli import schemathesis; schemathesis()"

NIGHTLY_CASES = 10_000
"""Cases a fake, nightly."""
_MOST_ROUNDS = 12


@dataclass
class Fuzzed:
    """What fuzzing one fake gave: counts by kind of answer, and failures as text."""

    service: str
    operations: int
    counts: dict[str, int] = field(default_factory=dict)
    passed: bool = False
    output: str = ""
    links: dict[str, int] = field(default_factory=dict)
    """How often each link of ours was followed; empty where none was to be."""

    @property
    def cases(self) -> int:
        """How many calls were made."""
        return self.counts.get("cases", 0)

    def line(self) -> str:
        """Return the counts as one line, and the explained 500s below it."""
        word = "passed" if self.passed else "FAILED"
        kinds = ", ".join(
            f"{count} {kind}"
            for kind, count in sorted(self.counts.items())
            if kind.endswith("xx")
        )
        head = (
            f"{self.service}: {word}, {self.cases} cases, {self.operations} operations"
        )
        known = [
            f"    {count} times {kind}"
            for kind, count in sorted(self.counts.items())
            if kind.startswith("500: ")
        ]
        return "\n".join([f"{head} ({kinds})", *self._links(), *known])

    def _links(self) -> list[str]:
        if not self.links:
            return []
        followed = sum(1 for count in self.links.values() if count)
        calls = sum(self.links.values())
        lines = [f"    {followed} of {len(self.links)} links followed, {calls} calls"]
        lines += [
            f"    never followed: {name}"
            for name, count in self.links.items()
            if not count
        ]
        return lines


def check_all(
    services: Iterable[str],
    examples: int,
    *,
    nightly: bool = False,
    seed: int = 1,
    processes: int = 1,
) -> Iterator[Fuzzed]:
    """Fuzz fakes, each in a world of its own, `processes` of them at a time.

    Worlds share keys and caches of their process, so each has a process to itself.
    """
    with ProcessPoolExecutor(
        processes, get_context("spawn"), max_tasks_per_child=1
    ) as workers:
        least = NIGHTLY_CASES if nightly else 0
        asked = [(service, _wanted(service, examples, nightly)) for service in services]
        runs = [workers.submit(check_alone, *each, seed, least) for each in asked]
        for run in runs:
            yield run.result()


def _wanted(service: str, examples: int, nightly: bool) -> int:
    if not nightly:
        return examples
    return -(-NIGHTLY_CASES // len(contracts.load(service).operations))


def check_alone(service: str, examples: int, seed: int, least: int = 0) -> Fuzzed:
    """Fuzz one fake in a world of its own, again until there are so many cases.

    An operation that takes nothing has one case, however many examples are asked for.
    """
    from harness.conform.ours import OwnWorld

    own = OwnWorld()
    try:
        found = check(own, service, examples, seed)
        for more in range(1, _MOST_ROUNDS):
            if not found.passed or found.cases >= least:
                break
            found = _both(found, check(own, service, examples, seed + more))
        return found
    finally:
        own.stop()


def _both(one: Fuzzed, other: Fuzzed) -> Fuzzed:
    return Fuzzed(
        one.service,
        one.operations,
        dict(Counter(one.counts) + Counter(other.counts)),
        one.passed and other.passed,
        one.output + other.output,
        {name: count + other.links[name] for name, count in one.links.items()},
    )


def check(
    own: OwnWorld,
    service: str,
    examples: int,
    seed: int = 1,
    phases: str = "examples,coverage,fuzzing,stateful",
) -> Fuzzed:
    """Fuzz one fake of a running world; `examples` an operation.

    One worker: with two, schemathesis fails by itself now and then on this Python.
    Fails, too, when no call succeeded or a link was never followed: of what was not
    reached nothing was learnt.
    """
    contract = contracts.load(service)
    with tempfile.TemporaryDirectory(prefix="tandem-check-") as directory:
        document = Path(directory) / f"{service}.json"
        document.write_text(json.dumps(quick_to_draw(with_links(contract))), "utf-8")
        counts = Path(directory) / "counts.json"
        (Path(directory) / "schemathesis.toml").write_text(
            _CONFIGURATION.format(scenarios=max(1, examples // _SCENARIOS_EACH)),
            "utf-8",
        )
        command = [
            *(sys.executable, "-c", _PROGRAM, "run", str(document)),
            *("--url", own.urls[service]),
            *("--checks", CHECKS),
            *("--max-examples", str(examples)),
            *("--phases", phases),
            *("--workers", "1"),
            *("--seed", str(seed)),
            *("--request-timeout", "30"),
            *("--suppress-health-check", "all"),
            *("--generation-database", "none"),
            *("--warnings", "off"),
            "--no-color",
            *headers(own, service),
        ]
        done = subprocess.run(  # noqa: S603 - our own interpreter and arguments
            command,
            capture_output=True,
            text=True,
            check=False,
            cwd=directory,
            env={
                **os.environ,
                "SCHEMATHESIS_HOOKS": "harness.contracts_tools.fuzz_hooks",
                "PYTHONPATH": str(Path(__file__).parents[2]),
                "TANDEM_CHECK_SERVICE": service,
                "TANDEM_CHECK_POOL": json.dumps(pool(own, service)),
                "TANDEM_CHECK_COUNTS": str(counts),
            },
        )
        seen = json.loads(counts.read_text("utf-8")) if counts.exists() else {}
    links = {}
    if "stateful" in phases:
        links = {name: seen.get(f"link: {name}", 0) for name in names(service)}
    return Fuzzed(
        service,
        len(contract.operations),
        seen,
        done.returncode == 0 and seen.get("2xx", 0) > 0 and all(links.values()),
        done.stdout + done.stderr,
        links,
    )
