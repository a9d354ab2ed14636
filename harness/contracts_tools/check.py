"""`tandem contracts check`: schemathesis against every fake, from its contract."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from base64 import b64encode
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import contracts
from harness import credentials
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

    def line(self) -> str:
        """Return the counts as one line, and the explained 500s below it."""
        word = "passed" if self.passed else "FAILED"
        kinds = ", ".join(
            f"{count} {kind}"
            for kind, count in sorted(self.counts.items())
            if kind.endswith("xx")
        )
        cases = self.counts.get("cases", 0)
        head = f"{self.service}: {word}, {cases} cases, {self.operations} operations"
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
    ) as pool:
        asked = [(service, _wanted(service, examples, nightly)) for service in services]
        runs = [pool.submit(check_alone, *each, seed) for each in asked]
        for run in runs:
            yield run.result()


def _wanted(service: str, examples: int, nightly: bool) -> int:
    if not nightly:
        return examples
    return -(-NIGHTLY_CASES // len(contracts.load(service).operations))


def check_alone(service: str, examples: int, seed: int) -> Fuzzed:
    """Fuzz one fake in a world of its own."""
    from harness.conform.ours import OwnWorld

    own = OwnWorld()
    try:
        return check(own, service, examples, seed)
    finally:
        own.stop()


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
            *_headers(own, service),
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
                "TANDEM_CHECK_POOL": json.dumps(_pool(own, service)),
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


def _headers(own: OwnWorld, service: str) -> list[str]:
    roles = {
        role
        for operation in contracts.load(service).operations
        for role in operation.roles or ()
    }
    user = own.api.add_staff()["usernames"][0]
    credential = f"Bearer {own.mint(roles, user)}"
    if service == "auth":
        client = credentials.TO_NOMIS["dps"]
        pair = f"{client.id}:{client.secret}".encode()
        credential = f"Basic {b64encode(pair).decode()}"
    return ["-H", f"Username: {user}", "-H", f"Authorization: {credential}"]


def _pool(own: OwnWorld, service: str) -> dict[str, list[Any]]:
    """Return ids, codes and users that exist in the world, by name of the member."""
    prison = own.api.add_prison(alert_writer="dps")["code"]
    staff = own.api.add_staff(accounts=2, prison=prison)["usernames"]
    made = [own.api.add_prisoner(prison) for _ in range(3)]
    numbers = [one["prisoner"] for one in made]
    bookings = [one["booking"] for one in made]
    notes = [
        own.api.act(
            "nomis-screens",
            "create_note",
            {"prisoner": number},
            body={"type": "KA", "subType": "KS", "text": "Seen."},
            user=staff[0],
        )["body"]["caseNoteId"]
        for number in numbers
    ]
    # Elsewhere an `id` is a UUID.
    people = {"id": numbers} if service == "prisoner-search" else {}
    return {
        **people,
        "offenderNo": numbers,
        "personIdentifier": numbers,
        "prisonNumber": numbers,
        "prisoner": numbers,
        "bookingId": bookings,
        "alertSequence": [1, 2],
        "caseNoteId": notes,
        "username": staff,
        "authorUsername": staff,
        "createUsername": staff,
        "caseNoteType": ["KA"],
        "caseNoteSubType": ["KS", "KE"],
        "type": ["KA"],
        "subType": ["KS", "KE"],
        "alertCode": ["XA", "HA"],
        "code": ["XA", "HA"],
        "agencyId": [prison],
        "prisonCode": [prison],
        "serviceCode": ["ALERTS_CASE_NOTES"],
        "dpsCaseNoteId": [str(UUID(int=number)) for number in range(1, 100)],
    }
