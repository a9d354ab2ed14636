"""Our contract beside a published document, operation by operation.

A difference is graded: *breaks* when it touches an operation or member that a sync
uses (`used.toml`), *harmless* when it cannot matter to a sync, *unknown* otherwise.
What is known and explained (`allowed.toml`) is a difference still, with its reason.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from harness.contracts_tools.shapes import Member, members, resolved

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts import Contract, Operation

BREAKS, HARMLESS, UNKNOWN = "breaks the sync", "harmless", "unknown"
_METHODS = ("get", "put", "post", "delete", "patch")
_FIRST_ERROR = 400
_STATUS = re.compile(r"[1-5][0-9][0-9]")
_EMPTY: frozenset[str] = frozenset()
_ENDLESS = 1 << 62


@dataclass(frozen=True)
class Difference:
    """One disagreement between our contract and a published document."""

    grade: str
    operation: str
    what: str
    where: str
    ours: str
    theirs: str
    reason: str | None = None

    def __str__(self) -> str:
        place = f" {self.where}" if self.where else ""
        text = f"{self.operation}{place}: {self.what}: ours {self.ours}, published "
        return f"{text}{self.theirs}" + (f" ({self.reason})" if self.reason else "")


@cache
def _data(name: str) -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath(name).read_text("utf-8"))


def used(service: str) -> dict[str, dict[str, Any]]:
    """Return what a sync uses of a service, by operation."""
    found: dict[str, dict[str, Any]] = _data("used.toml").get(service, {})
    return found


def compare(contract: Contract, document: dict[str, Any]) -> list[Difference]:
    """Return every difference, those that break a sync first."""
    theirs = {
        (method.upper(), _shape(path)): (path, item, item[method])
        for path, item in document["paths"].items()
        if path.startswith("/")
        for method in _METHODS
        if method in item
    }
    found: list[Difference] = []
    for operation in contract.operations:
        key = operation.method, _shape(operation.path)
        if key not in theirs:
            found.append(_absent(contract.name, operation))
            continue
        found += _Pair(contract, operation, document, theirs[key]).differences()
    ours = {(one.method, _shape(one.path)) for one in contract.operations}
    found += [
        Difference(HARMLESS, f"{key[0]} {path}", "not simulated", "", "absent", "there")
        for key, (path, _, _) in theirs.items()
        if key not in ours
    ]
    order = (BREAKS, UNKNOWN, HARMLESS)
    explained = [_explained(contract.name, one) for one in found]
    return sorted(explained, key=lambda one: (order.index(one.grade), str(one)))


def best_match(names: list[Contract], document: dict[str, Any]) -> Contract:
    """Return the contract that shares most paths with a document."""
    shapes = {_shape(path) for path in document["paths"]}

    def shared(contract: Contract) -> int:
        return len({_shape(one.path) for one in contract.operations} & shapes)

    best = max(names, key=shared)
    if not shared(best):
        raise LookupError("no contract of ours shares a path with this document")
    return best


class _Pair:
    """One operation in both documents."""

    def __init__(
        self,
        contract: Contract,
        operation: Operation,
        document: dict[str, Any],
        theirs: tuple[str, dict[str, Any], dict[str, Any]],
    ) -> None:
        self.contract = contract
        self.operation = operation
        self.document = document
        self.item, self.theirs = theirs[1], theirs[2]
        self.needs = used(contract.name).get(operation.id)

    def differences(self) -> Iterator[Difference]:
        """Yield what differs: statuses, parameters, bodies."""
        yield from self._statuses()
        yield from self._parameters()
        yield from self._bodies("request", "", self._request())
        for status in self._common():
            pair = self._response(status)
            yield from self._bodies("response", status, pair)

    def _grade(self, *, matters: bool, otherwise: str = UNKNOWN) -> str:
        if self.needs is None:
            return HARMLESS if otherwise == HARMLESS else UNKNOWN
        return BREAKS if matters else otherwise

    def _tell(
        self, grade: str, what: str, where: str, ours: Any, theirs: Any
    ) -> Difference:
        return Difference(grade, self.operation.id, what, where, str(ours), str(theirs))

    def _statuses(self) -> Iterator[Difference]:
        ours = {one for one in self.operation.document["responses"] if one.isdigit()}
        theirs = {one for one in self._answers() if _STATUS.fullmatch(one)}
        for status in sorted(ours ^ theirs):
            success = int(status) < _FIRST_ERROR
            # A status that only we document is one that the code gives (section 12).
            grade = self._grade(matters=success, otherwise=HARMLESS)
            if status in theirs and not success:
                grade = HARMLESS if self.needs is None else UNKNOWN
            there, absent = "documented", "absent"
            own = there if status in ours else absent
            other = there if status in theirs else absent
            yield self._tell(grade, "status", status, own, other)

    def _parameters(self) -> Iterator[Difference]:
        listed = [
            resolved(self.document, one)
            for one in (*self.item.get("parameters", []), *self._listed())
        ]
        theirs = {(one["name"], one["in"]): one for one in listed}
        ours = {(one.name, one.place): one for one in self.operation.parameters}
        for key, parameter in theirs.items():
            # A path is matched by its shape: parameters may have any name there.
            if key[1] == "path" or key in ours:
                continue
            grade = self._grade(
                matters=bool(parameter.get("required")), otherwise=HARMLESS
            )
            yield self._tell(grade, "parameter", key[0], "absent", f"in {key[1]}")
        for name, place in ours.keys() - theirs.keys():
            if place != "path":
                grade = HARMLESS
                yield self._tell(grade, "parameter", name, f"in {place}", "absent")

    def _listed(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.theirs.get("parameters", [])
        return found

    def _answers(self) -> dict[str, Any]:
        found: dict[str, Any] = self.theirs.get("responses", {})
        return found

    def _common(self) -> list[str]:
        ours = {one for one in self.operation.document["responses"] if one.isdigit()}
        return sorted(ours & set(self._answers()))

    def _request(self) -> tuple[Any, Any]:
        ours = self.operation.document.get("requestBody")
        theirs = self.theirs.get("requestBody")
        return self._schema(self.contract.document, ours), self._schema(
            self.document, theirs
        )

    def _response(self, status: str) -> tuple[Any, Any]:
        ours = self.operation.document["responses"][status]
        theirs = self._answers()[status]
        return self._schema(self.contract.document, ours), self._schema(
            self.document, theirs
        )

    @staticmethod
    def _schema(document: dict[str, Any], holder: Any) -> Any:
        if holder is None:
            return None
        content = resolved(document, holder).get("content") or {}
        for media in content.values():
            if "schema" in media:
                return media["schema"]
        return None

    def _bodies(
        self, side: str, status: str, pair: tuple[Any, Any]
    ) -> Iterator[Difference]:
        ours, theirs = pair
        place = f"{side} {status}".strip()
        success = side == "request" or int(status) < _FIRST_ERROR
        if ours is None or theirs is None:
            if ours is not None or theirs is not None:
                grade = self._grade(matters=False, otherwise=HARMLESS)
                if success and self._wanted(side):
                    grade = BREAKS
                there = ("a body", "no body")
                own, other = there if theirs is None else there[::-1]
                yield self._tell(grade, "body", place, own, other)
            return
        left = members(self.contract.document, ours)
        right = members(self.document, theirs)
        for path in sorted(left.keys() | right.keys()):
            yield from self._member(
                side, place, path, left.get(path), right.get(path), success
            )

    def _wanted(self, side: str) -> list[str]:
        return list((self.needs or {}).get(side, []))

    def _uses(self, side: str, path: str) -> bool:
        return any(
            one == path or one.startswith((f"{path}.", f"{path}["))
            for one in self._wanted(side)
        ) or (path == "" and bool(self._wanted(side)))

    def _member(
        self,
        side: str,
        place: str,
        path: str,
        ours: Member | None,
        theirs: Member | None,
        success: bool,
    ) -> Iterator[Difference]:
        where = f"{place} {path}".strip()
        matters = success and self._uses(side, path)
        if ours is None or theirs is None:
            # A member that a sync does not use is ignored by all sides (0.2).
            must = theirs is not None and theirs.required and side == "request"
            parent = path.rpartition(".")[0]
            if must and success and self._uses(side, parent):
                matters = True
            grade = self._grade(matters=matters, otherwise=HARMLESS)
            own = "absent" if ours is None else "there"
            other = "absent" if theirs is None else "there"
            yield self._tell(grade, "member", where, own, other)
            return
        yield from self._declared(side, where, ours, theirs, matters)

    def _declared(
        self, side: str, where: str, ours: Member, theirs: Member, matters: bool
    ) -> Iterator[Difference]:
        grade = self._grade(matters=matters, otherwise=UNKNOWN)
        if ours.types and theirs.types and not ours.types & theirs.types:
            left, right = _names(ours.types), _names(theirs.types)
            yield self._tell(grade, "type", where, left, right)
        if ours.moment != theirs.moment:
            left, right = _moment(ours), _moment(theirs)
            yield self._tell(grade, "format", where, left, right)
        if ours.required != theirs.required:
            # Sent always, so asking for it breaks nothing; an answer may leave it out.
            breaks = matters and side == "response" and not theirs.required
            own = self._grade(matters=breaks, otherwise=HARMLESS)
            yield self._tell(own, "required", where, ours.required, theirs.required)
        if None not in (ours.values, theirs.values) and ours.values != theirs.values:
            left, right = _names(ours.values or _EMPTY), _names(theirs.values or _EMPTY)
            yield self._tell(grade, "values", where, left, right)
        if ours.most != theirs.most:
            narrower = theirs.most is not None and theirs.most < (ours.most or _ENDLESS)
            own = self._grade(
                matters=matters and narrower and side == "request", otherwise=HARMLESS
            )
            yield self._tell(own, "longest", where, ours.most, theirs.most)


def _absent(service: str, operation: Operation) -> Difference:
    grade = BREAKS if operation.id in used(service) else HARMLESS
    return Difference(
        grade, operation.id, "operation", operation.path, "there", "absent"
    )


def _explained(service: str, difference: Difference) -> Difference:
    for entry in _data("allowed.toml")["allowed"]:
        if (
            service in entry.get("services", [service])
            and fnmatchcase(difference.operation, entry.get("operation", "*"))
            and difference.what in entry["what"]
            and any(fnmatchcase(difference.where, one) for one in _places(entry))
        ):
            return replace(difference, reason=entry["reason"])
    return difference


def _places(entry: dict[str, Any]) -> list[str]:
    found: list[str] = entry.get("where", ["*"])
    return found


def _shape(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path.rstrip("/"))


def _moment(member: Member) -> str:
    return "date-time with offset" if member.moment else "local date-time or text"


def _names(values: frozenset[str]) -> str:
    return ", ".join(sorted(values)) or "nothing"
