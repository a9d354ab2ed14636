"""`tandem contracts stubs`: hand-written WireMock stubs beside the real contracts."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import contracts
from contracts import NoRoute
from harness.contracts_tools.mappings import Stub, read
from harness.contracts_tools.never import impossible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from contracts import Contract, Operation

OK, STATUS, SHAPE, MISSING, NEVER = "ok", "status", "shape", "missing field", "never"
UNKNOWN, UNJUDGED = "unknown operation", "not judged"
BAD = (NEVER, STATUS, MISSING, SHAPE)
SERVICES = (
    "nomis", "dps", "mapping", "alerts", "auth", "prison-api", "prisoner-search",
    "manage-users",
)  # fmt: skip
_SAMPLES = {
    "uuid": "019567d2-8d1c-7b4e-9a52-6a0a6f2f1c11",
    "number": "A1234BC",
    "integer": "12345",
    "word": "ABC",
}
_INTEGERS = re.compile(r"(case|booking|sequence|nomis)", re.IGNORECASE)
_HEALTH = re.compile(r".*/(health|info)(/.*)?$")


@dataclass(frozen=True)
class Grade:
    """What one stub is worth: grade, the operation it stands for, and why."""

    stub: Stub
    grade: str
    service: str = ""
    operation: str = ""
    why: tuple[str, ...] = ()

    def __str__(self) -> str:
        where = f"{self.service} {self.operation}".strip() or (
            f"{self.stub.method} {self.stub.path}"
        )
        reasons = "".join(f"\n      {one}" for one in self.why)
        return f"{self.grade}: {self.stub.name}: {where} {self.stub.status}{reasons}"


@dataclass
class Graded:
    """All stubs of one source."""

    source: str
    grades: list[Grade] = field(default_factory=list)

    @property
    def counts(self) -> Counter[str]:
        """Stubs by grade."""
        return Counter(one.grade for one in self.grades)

    @property
    def bad(self) -> list[Grade]:
        """Stubs that a real service contradicts."""
        return [one for one in self.grades if one.grade in BAD]

    @property
    def judged(self) -> int:
        """How many stubs stand for an operation that we know, with an answer."""
        return sum(one.grade not in (UNKNOWN, UNJUDGED) for one in self.grades)

    def report(self) -> str:
        """Return counts and every stub that is not right, as text."""
        kinds = (OK, *BAD, UNKNOWN, UNJUDGED)
        counts = ", ".join(f"{self.counts[kind]} {kind}" for kind in kinds)
        lines = [f"{self.source}: {len(self.grades)} stubs: {counts}"]
        ordered = sorted(
            (one for one in self.grades if one.grade != OK),
            key=lambda one: (kinds.index(one.grade), one.stub.name),
        )
        return "\n".join([*lines, *(f"  {one}" for one in ordered)])


def stubs(source: str, services: Iterable[str] = SERVICES) -> Graded:
    """Grade all stubs of a WireMock URL, a directory or a file.

    Raises `mappings.NoMappings` when there is nothing to read.
    """
    loaded = [contracts.load(name) for name in services]
    return Graded(source, [grade(stub, loaded) for stub in read(source)])


def grade(stub: Stub, loaded: Iterable[Contract]) -> Grade:
    """Grade one stub against the contracts it could belong to; the best fit counts."""
    candidates = [
        (contract, operation)
        for contract in loaded
        for operation in _operations(stub, contract)
    ]
    if stub.unread is not None:
        name = candidates[0] if len(candidates) == 1 else None
        service, operation = (name[0].name, name[1].id) if name else ("", "")
        return Grade(stub, UNJUDGED, service, operation, (stub.unread,))
    if not candidates:
        if _HEALTH.match(stub.path):
            return Grade(stub, OK, "", "health")
        return Grade(stub, UNKNOWN)
    judged = [_judge(stub, *one) for one in candidates]
    # One path may belong to two services (/prisoners/{no}/alerts): benefit of doubt.
    order = (OK, MISSING, SHAPE, STATUS, NEVER)
    return min(judged, key=lambda one: (order.index(one.grade), len(one.why)))


def _judge(stub: Stub, contract: Contract, operation: Operation) -> Grade:
    body = None if stub.empty else stub.body
    why = impossible(contract.name, operation.id, stub.status, body)
    if why is not None:
        return Grade(stub, NEVER, contract.name, operation.id, (why,))
    problems = operation.check_response(stub.status, body)
    if not problems:
        return Grade(stub, OK, contract.name, operation.id)
    kinds = {problem.kind for problem in problems}
    found = SHAPE
    if "status" in kinds:
        found = STATUS
    elif kinds & {"missing", "null"}:
        found = MISSING
    reasons = tuple(str(problem) for problem in problems)
    return Grade(stub, found, contract.name, operation.id, reasons)


def _operations(stub: Stub, contract: Contract) -> list[Operation]:
    """Return the operations that a stub could stand for."""
    if stub.match == "exact":
        methods = _methods(stub, contract)
        matches = [contract.match(method, stub.path) for method in methods]
        return [one[0] for one in matches if not isinstance(one, NoRoute)]
    return [
        operation
        for operation in contract.operations
        if stub.method in (operation.method, "ANY")
        and stub.match != "any"
        and any(stub.fits(path) for path in _paths(operation, stub))
    ]


def _methods(stub: Stub, contract: Contract) -> list[str]:
    if stub.method != "ANY":
        return [stub.method]
    return sorted({operation.method for operation in contract.operations})


def _paths(operation: Operation, stub: Stub) -> list[str]:
    """Return paths that the operation's template allows, to try a pattern on."""
    if stub.match == "template":
        return [operation.path]
    tried = []
    for kind, value in _SAMPLES.items():
        path = operation.path
        for parameter in operation.parameters:
            if parameter.place != "path":
                continue
            own = value
            if _INTEGERS.search(parameter.name) and kind != "uuid":
                own = _SAMPLES["integer"]
            path = path.replace(f"{{{parameter.name}}}", own)
        tried.append(path)
    return tried
