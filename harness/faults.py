"""Faults of calls and of deliveries under one kind of id, with clear mistakes.

Ids are strings: `call:<id of the Wire>` or `delivery:<id of the Bus>`.
"""

from __future__ import annotations

from dataclasses import fields as dataclass_fields
from typing import TYPE_CHECKING, Any

from harness.control import WorldError
from simulators.bus import Match
from simulators.wire.faults import KINDS, Fault

if TYPE_CHECKING:
    from simulators.bus import Bus
    from simulators.wire.wire import Wire

_MATCH = ("queue", "type", "subject", "subjects", "skip", "times")
# What each kind of delivery fault takes beside the match.
_DELIVERY = {
    "hold": (),
    "drop": (),
    "lose_ack": (),
    "duplicate": ("copies",),
    "delay": ("seconds",),
    "reorder": ("order",),
    "poison": ("body", "attributes"),
}
_CALL_FIELDS = tuple(
    field.name
    for field in dataclass_fields(Fault)
    if field.name not in ("service", "kind")
)


class FaultBoard:
    """Plans and removes faults on one world's Wire and Bus."""

    def __init__(self, wire: Wire, bus: Bus) -> None:
        """Plan nothing yet."""
        self._wire = wire
        self._bus = bus
        self._calls: list[str] = []
        self._deliveries: list[int] = []

    def check_service(self, service: str) -> None:
        """Raise WorldError, listing the services, when there is none of that name."""
        if service not in self._wire.services:
            known = sorted(self._wire.services)
            raise WorldError(f"unknown service {service!r}; services: {known}")

    def plan_call_fault(self, service: str, kind: str, fields: dict[str, Any]) -> str:
        """Plan a fault of calls to `service`; fields as `simulators.wire` Fault."""
        self.check_service(service)
        if kind not in KINDS:
            raise WorldError(f"unknown fault kind {kind!r}; kinds: {list(KINDS)}")
        _check_names(fields, _CALL_FIELDS, f"fault {kind}")
        operation = fields.get("operation")
        known = self._wire.services[service].contract.by_id
        if operation is not None and operation not in known:
            raise WorldError(
                f"{service} has no operation {operation!r}; it has: {sorted(known)}"
            )
        given = dict(fields)
        if given.get("methods") is not None:
            given["methods"] = frozenset(given["methods"])
        try:
            identifier = self._wire.faults.add(Fault(service, kind, **given))
        except ValueError as error:
            raise WorldError(str(error)) from None
        self._calls.append(identifier)
        return f"call:{identifier}"

    def plan_delivery_fault(self, kind: str, fields: dict[str, Any]) -> str:
        """Plan a fault of deliveries; `poison` puts a message into `queue` at once."""
        if kind not in _DELIVERY:
            raise WorldError(
                f"unknown delivery fault {kind!r}; kinds: {sorted(_DELIVERY)}"
            )
        if (queue := fields.get("queue")) is not None:
            self._check_queue(queue)
        _check_names(fields, (*_MATCH, *_DELIVERY[kind]), f"delivery fault {kind}")
        if kind == "poison":
            return self._poison(fields)
        match = _match(fields)
        faults = self._bus.faults
        try:
            match kind:
                case "duplicate":
                    number = faults.duplicate(match, fields.get("copies", 1))
                case "delay":
                    number = faults.delay(match, fields["seconds"])
                case "reorder":
                    number = faults.reorder(match, fields.get("order", "reversed"))
                case _:
                    number = getattr(faults, kind)(match)
        except KeyError as error:
            raise WorldError(f"delivery fault {kind} needs {error}") from None
        except ValueError as error:
            raise WorldError(str(error)) from None
        self._deliveries.append(number)
        return f"delivery:{number}"

    def hold(
        self,
        subjects: frozenset[str] | None,
        queue: str | None,
        type: str | None,  # noqa: A002 - the domain's word
    ) -> str:
        """Hold deliveries of any of the subjects until `release`."""
        if queue is not None:
            self._check_queue(queue)
        match = Match(queue=queue, type=type, subjects=subjects or frozenset())
        number = self._bus.faults.hold(match)
        self._deliveries.append(number)
        return f"delivery:{number}"

    def release(self, identifier: str) -> None:
        """End a hold; WorldError when it is none of ours or already ended."""
        number = _number(identifier, "delivery")
        if number not in self._deliveries:
            raise WorldError(f"nothing is held under {identifier!r}")
        self._deliveries.remove(number)
        self._bus.faults.release(number)

    def applied(self, identifier: str) -> int:
        """Return how many calls a call fault was applied to."""
        kind, _, name = identifier.partition(":")
        try:
            if kind == "call":
                return self._wire.faults.matched(name)
        except KeyError:
            pass
        raise WorldError(f"{identifier!r} is not the id of a call fault")

    def clear(self, identifiers: list[str] | None) -> None:
        """Remove the given faults, all without; those already gone are no mistake."""
        if identifiers is None:
            identifiers = [f"call:{name}" for name in self._calls]
            identifiers += [f"delivery:{number}" for number in self._deliveries]
        for identifier in identifiers:
            kind, _, rest = identifier.partition(":")
            if kind == "call" and rest in self._calls:
                self._calls.remove(rest)
                self._wire.faults.remove(rest)
            elif kind == "delivery" and _number(identifier, kind) in self._deliveries:
                self._deliveries.remove(int(rest))
                self._bus.faults.remove(int(rest))

    def _poison(self, fields: dict[str, Any]) -> str:
        missing = [name for name in ("queue", "body") if name not in fields]
        if missing:
            raise WorldError(f"delivery fault poison needs {missing}")
        message = self._bus.faults.poison(
            fields["queue"], fields["body"], fields.get("attributes")
        )
        return f"message:{message}"

    def _check_queue(self, queue: str) -> None:
        if queue not in self._bus.queues:
            raise WorldError(
                f"unknown queue {queue!r}; queues: {sorted(self._bus.queues)}"
            )


def _match(fields: dict[str, Any]) -> Match:
    given = {name: fields[name] for name in _MATCH if fields.get(name) is not None}
    given["subjects"] = frozenset(given.get("subjects", ()))
    return Match(**given)


def _number(identifier: str, kind: str) -> int:
    found, _, rest = identifier.partition(":")
    if found != kind or not rest.isdecimal():
        raise WorldError(f"{identifier!r} is not the id of a {kind} fault")
    return int(rest)


def _check_names(fields: dict[str, Any], known: tuple[str, ...], what: str) -> None:
    if unknown := sorted(set(fields) - set(known)):
        raise WorldError(f"{what} does not take {unknown}; it takes: {list(known)}")
