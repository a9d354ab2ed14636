"""Delivery faults: what can go wrong between a topic and a consumer.

A rule has a `Match`; each copy is judged by a rule once, so `skip` and `times` count
copies. The exception is `lose_ack`, which counts acknowledgements. Held copies stay
in their queue, invisible, and are open in the ledger in the state `held`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from simulators.bus.copies import Copy
    from simulators.bus.message import Attribute
    from simulators.journal import Journal

REVERSED = "reversed"


@dataclass(frozen=True, slots=True)
class Match:
    """Which copies a rule is for; what is not given matches everything.

    `subject` or any of `subjects`: a prisoner number, DPS id or NOMIS id named in
    the message. The first `skip` matching copies pass; `times` limits how many are
    affected after that (None: until the rule is removed).
    """

    queue: str | None = None
    type: str | None = None
    subject: str | None = None
    skip: int = 0
    times: int | None = None
    subjects: frozenset[str] = frozenset()

    def fits(self, copy: Copy) -> bool:
        """Tell whether the copy is one of those meant, skip and times aside."""
        if self.queue is not None and copy.queue != self.queue:
            return False
        if self.type is not None and copy.type != self.type:
            return False
        if self.subject is not None and self.subject not in copy.subjects:
            return False
        return not self.subjects or not copy.subjects.isdisjoint(self.subjects)

    def as_dict(self) -> dict[str, Any]:
        """Return what was given, as plain data."""
        named = {"queue": self.queue, "type": self.type, "subject": self.subject}
        shown: dict[str, Any] = {k: v for k, v in named.items() if v is not None}
        if self.subjects:
            shown["subjects"] = sorted(self.subjects)
        return shown | {"skip": self.skip, "times": self.times}


@dataclass(slots=True)
class _Rule:
    number: int
    kind: str
    match: Match
    amount: float = 0.0
    order: Sequence[int] | str = ()
    met: int = 0
    affected: int = 0
    judged: set[int] = field(default_factory=set)
    held: list[Copy] = field(default_factory=list)

    def hits(self, copy: Copy) -> bool:
        """Judge a copy that this rule may have judged before: only once counts."""
        if copy.number in self.judged or not self.match.fits(copy):
            return False
        self.judged.add(copy.number)
        return self.counts()

    def counts(self) -> bool:
        """Count one more match against skip and times."""
        self.met += 1
        after = self.met - self.match.skip
        hit = after > 0 and (self.match.times is None or after <= self.match.times)
        self.affected += hit
        return hit


class HeldQueue(Protocol):
    """What the faults need of a queue."""

    def visible_copies(self) -> list[Copy]:
        """Return the copies a consumer could take now."""
        ...

    def hold(self, copy: Copy) -> None:
        """Make a copy invisible."""
        ...

    def let_go(self, copy: Copy) -> None:
        """Make a held copy visible."""
        ...


class DeliveryFaults:
    """The rules in force; each `hold`, `drop`, ... returns the rule's id."""

    def __init__(
        self,
        journal: Journal,
        queues: Callable[[], Mapping[str, HeldQueue]],
        inject: Callable[[str, str, Mapping[str, Attribute | str] | None], str],
    ) -> None:
        """`queues` gives the bus's queues by name, `inject` puts a message in one."""
        self._journal = journal
        self._queues = queues
        self._inject = inject
        self._rules: dict[int, _Rule] = {}
        self._made = 0

    def hold(self, match: Match) -> int:
        """Keep matching deliveries back until `release`; in flight ones go on."""
        rule = self._add("hold", match)
        for name, queue in sorted(self._queues().items()):
            if match.queue in {None, name}:
                for copy in queue.visible_copies():
                    if rule.hits(copy):
                        self._keep(rule, copy)
        return rule.number

    def reorder(self, match: Match, order: Sequence[int] | str = REVERSED) -> int:
        """Gather matching copies and release them in another order.

        `order` lists the arrivals (0 is the first) as they are to be released; as
        many copies are awaited as it has entries. "reversed" awaits `match.times`.
        """
        if order == REVERSED and match.times is None:
            raise ValueError("reorder 'reversed' needs match.times: how many to await")
        if order != REVERSED and sorted(order) != list(range(len(order))):
            raise ValueError(f"reorder wants each arrival once, from 0: got {order!r}")
        return self._add("reorder", match, order=order).number

    def duplicate(self, match: Match, times: int = 1) -> int:
        """Deliver `times` extra copies, same MessageId, of each matching copy."""
        return self._add("duplicate", match, amount=times).number

    def delay(self, match: Match, seconds: float) -> int:
        """Keep matching copies invisible for `seconds` more."""
        return self._add("delay", match, amount=seconds).number

    def drop(self, match: Match) -> int:
        """Lose matching copies between the topic (or sender) and the queue."""
        return self._add("drop", match).number

    def lose_ack(self, match: Match) -> int:
        """Lose acknowledgements: the caller sees success, the message comes back."""
        return self._add("lose_ack", match).number

    def poison(
        self,
        queue: str,
        body: str,
        attributes: Mapping[str, Attribute | str] | None = None,
    ) -> str:
        """Put a (malformed) message into a queue; returns its MessageId."""
        return self._inject(queue, body, attributes)

    def release(self, number: int) -> int:
        """End a hold or reorder: what it holds is visible now. Returns how many."""
        return self.remove(number, action="released")

    def remove(self, number: int, action: str = "removed") -> int:
        """Take a rule out of force, releasing what it holds; unknown is a KeyError."""
        rule = self._rules.pop(number)
        self._note(rule, action)
        return self._let_go(rule, _in_order(rule.held, rule.order))

    def clear(self) -> None:
        """Take every rule out of force, oldest first."""
        for number in list(self._rules):
            self.remove(number)

    def matched(self, number: int) -> int:
        """How many copies (acknowledgements, for lose_ack) the rule affected."""
        return self._rules[number].affected

    # What the queues ask; nothing costs anything while no rule is in force.

    @property
    def any(self) -> bool:
        """Whether any rule is in force."""
        return bool(self._rules)

    def drops(self, copy: Copy) -> bool:
        """Tell whether the copy is lost before it reaches its queue."""
        return any(self._hitting("drop", copy))

    def extra_delay(self, copy: Copy) -> float:
        """Return the seconds by which a new copy is delayed."""
        return sum(rule.amount for rule in self._hitting("delay", copy))

    def duplicates(self, copy: Copy) -> int:
        """Return how many extra copies a new copy gets."""
        return int(sum(rule.amount for rule in self._hitting("duplicate", copy)))

    def keeps(self, copy: Copy) -> bool:
        """Hold a copy that is about to become visible, if a rule says so."""
        if not self._rules:
            return False
        for kind in ("hold", "reorder"):
            for rule in self._hitting(kind, copy):
                self._keep(rule, copy)
                return True
        return False

    def after_hold(self) -> None:
        """Release what a reorder has gathered in full."""
        for rule in [r for r in self._rules.values() if r.kind == "reorder"]:
            wanted = rule.match.times if rule.order == REVERSED else len(rule.order)
            if wanted is not None and len(rule.held) >= wanted:
                self.release(rule.number)

    def loses_ack(self, copy: Copy) -> bool:
        """Tell whether this acknowledgement is lost."""
        for rule in self._of("lose_ack"):
            if rule.match.fits(copy) and rule.counts():
                self._note(rule, "acknowledgement lost", copy)
                return True
        return False

    def _add(
        self,
        kind: str,
        match: Match,
        amount: float = 0.0,
        order: Sequence[int] | str = (),
    ) -> _Rule:
        self._made += 1
        rule = _Rule(self._made, kind, match, amount, order)
        self._rules[rule.number] = rule
        self._note(rule, "added")
        return rule

    def _of(self, kind: str) -> list[_Rule]:
        if not self._rules:
            return []
        return [rule for rule in self._rules.values() if rule.kind == kind]

    def _hitting(self, kind: str, copy: Copy) -> Iterable[_Rule]:
        return (rule for rule in self._of(kind) if rule.hits(copy))

    def _keep(self, rule: _Rule, copy: Copy) -> None:
        self._queues()[copy.queue].hold(copy)
        rule.held.append(copy)

    def _let_go(self, rule: _Rule, copies: list[Copy]) -> int:
        waiting = [copy for copy in copies if copy.fate is None]
        for copy in waiting:
            self._queues()[copy.queue].let_go(copy)
        return len(waiting)

    def _note(self, rule: _Rule, action: str, copy: Copy | None = None) -> None:
        told: dict[str, Any] = {"id": rule.number, "kind": rule.kind}
        told |= rule.match.as_dict()
        if copy is not None:
            told |= {"copy": copy.number, "message": copy.message}
        self._journal.write("fault", fault=told, action=action)


def _in_order(held: list[Copy], order: Sequence[int] | str) -> list[Copy]:
    if order == REVERSED:
        return held[::-1]
    named = [held[i] for i in order if isinstance(i, int) and i < len(held)]
    return named + [copy for copy in held if copy not in named]
