"""Faults on API calls, addressed by service, operation, phase and content.

Terms. A fault *matches* a request by all the fields it names. Of the matching
requests it lets the first `skip` pass, then applies to the next `times`. Phase
`before`: the operation never runs. Phase `after`: the state is written and events
are published, and only then the answer is delayed, replaced or lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulators.journal import Journal
    from simulators.wire.service import Call

KINDS = ("status", "delay", "reset", "hang", "refuse")
PHASES = ("before", "after")


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. `delay` is in seconds and may go with any kind.

    kind     status: answer `status`; delay: wait, then go on; reset: the connection
             is reset; hang: no answer, ever; refuse: the connection is refused (on
             a real socket, where it is already open, closed at once)
    subject  only requests that name it in path, query or body
    client   only requests of this token client id or subject
    """

    service: str
    kind: str
    operation: str | None = None
    methods: frozenset[str] | None = None
    phase: str = "before"
    status: int | None = None
    delay: float = 0.0
    skip: int = 0
    times: int | None = 1
    subject: str | None = None
    client: str | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"fault kind {self.kind!r} is none of {', '.join(KINDS)}")
        if self.phase not in PHASES:
            raise ValueError(f"fault phase {self.phase!r} is neither before nor after")
        if (self.kind == "status") != (self.status is not None):
            raise ValueError("a fault has a status exactly when its kind is status")
        if self.kind == "delay" and self.delay <= 0:
            raise ValueError("a delay fault needs a delay in seconds above 0")
        if self.kind == "refuse" and self.phase == "after":
            raise ValueError("a refused connection cannot come after the write")
        if min(self.skip, self.delay, (self.times or 1) - 1) < 0 or self.times == 0:
            raise ValueError("skip and delay are not negative, times is at least 1")
        if self.methods is not None:
            upper = frozenset(method.upper() for method in self.methods)
            object.__setattr__(self, "methods", upper)

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data, without the fields left at None."""
        names = self.__dataclass_fields__
        plain = {name: getattr(self, name) for name in names}
        if self.methods is not None:
            plain["methods"] = sorted(self.methods)
        return {name: value for name, value in plain.items() if value is not None}

    def told(self) -> str:
        """Return the fault in one line, for timelines."""
        parts = [self.service, self.operation or "any call", self.kind]
        parts += [str(self.status)] if self.status is not None else []
        parts += [f"{self.delay} s"] if self.delay else []
        parts += [f"for {self.subject}"] if self.subject is not None else []
        return " ".join([*parts, self.phase, "the write"])


@dataclass(slots=True)
class _Armed:
    fault: Fault
    seen: int = 0
    applied: int = 0

    def fits(self, phase: str, call: Call, subjects: frozenset[str]) -> bool:
        fault, caller = self.fault, call.caller
        return (
            fault.service == call.service
            and fault.phase == phase
            and fault.operation in {None, call.operation.id}
            and (fault.methods is None or call.request.method in fault.methods)
            and fault.client in {None, caller.client_id, caller.subject}
            and (fault.subject is None or fault.subject in subjects)
        )

    def turn(self) -> bool:
        """Count one matching request; tell whether it is this one's turn."""
        self.seen += 1
        if self.seen <= self.fault.skip:
            return False
        if self.fault.times is not None and self.applied >= self.fault.times:
            return False
        self.applied += 1
        return True


class Faults:
    """The faults armed on one Wire, in the order in which they were added."""

    def __init__(self, journal: Journal) -> None:
        """Arm nothing; every arming and removal is journalled."""
        self._journal = journal
        self._next = 1
        self._armed: dict[str, _Armed] = {}
        self._counts: dict[str, int] = {}
        self._places: frozenset[tuple[str, str]] = frozenset()

    def add(self, fault: Fault) -> str:
        """Arm a fault; returns its id."""
        name = f"fault-{self._next}"
        self._next += 1
        self._armed[name] = _Armed(fault)
        self._changed()
        told = f"{name}: {fault.told()}"
        self._journal.write("fault", fault=told, action="set", what=fault.as_dict())
        return name

    def remove(self, name: str) -> None:
        """Disarm a fault; one already gone is no error."""
        gone = self._armed.pop(name, None)
        if gone is None:
            return
        self._counts[name] = gone.applied
        self._changed()
        told = f"{name}: {gone.fault.told()}"
        self._journal.write("fault", fault=told, action="removed", count=gone.applied)

    def clear(self) -> None:
        """Disarm all."""
        for name in list(self._armed):
            self.remove(name)

    def matched(self, name: str) -> int:
        """Return how often the fault was applied, also after its removal."""
        if name in self._armed:
            return self._armed[name].applied
        return self._counts[name]

    def armed(self, service: str, phase: str) -> bool:
        """Tell cheaply whether any fault could apply: mostly none is armed."""
        return (service, phase) in self._places

    def take(
        self, phase: str, call: Call, subjects: frozenset[str]
    ) -> list[tuple[str, Fault]]:
        """Return the faults whose turn this call is: delays, then one end."""
        taken: list[tuple[str, Fault]] = []
        for name, armed in self._armed.items():
            if not armed.fits(phase, call, subjects) or not armed.turn():
                continue
            taken.append((name, armed.fault))
            if armed.fault.kind != "delay":
                break
        return taken

    def _changed(self) -> None:
        self._places = frozenset(
            (armed.fault.service, armed.fault.phase) for armed in self._armed.values()
        )
