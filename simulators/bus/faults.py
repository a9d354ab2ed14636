"""Delivery faults: what can go wrong between a topic and a consumer.

A rule has a `Match`; each copy is judged by a rule once, so `skip` and `times` count
copies. The exception is `lose_ack`, which counts acknowledgements. Held copies stay
in their queue, invisible, and are open in the ledger in the state `held`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from simulators.bus.rules import REVERSED, Match, Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from simulators.bus.copies import Copy
    from simulators.bus.message import Attribute
    from simulators.journal import Journal


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
        ended: Callable[[], None],
    ) -> None:
        """`queues` gives the bus's queues by name, `inject` puts a message in one.

        `ended` hears that a rule has ended.
        """
        self._journal = journal
        self._queues = queues
        self._inject = inject
        self._ended = ended
        self._rules: dict[int, Rule] = {}
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
        count = self._let_go(rule, rule.in_order())
        self._ended()
        return count

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

    @property
    def all_held(self) -> bool:
        """Whether every delivery is held back, whosesoever in whatever queue."""
        return any(rule.match == Match() for rule in self._of("hold"))

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
    ) -> Rule:
        self._made += 1
        rule = Rule(self._made, kind, match, amount, order)
        self._rules[rule.number] = rule
        self._note(rule, "set")
        return rule

    def _of(self, kind: str) -> list[Rule]:
        if not self._rules:
            return []
        return [rule for rule in self._rules.values() if rule.kind == kind]

    def _hitting(self, kind: str, copy: Copy) -> Iterable[Rule]:
        return (rule for rule in self._of(kind) if rule.hits(copy))

    def _keep(self, rule: Rule, copy: Copy) -> None:
        self._queues()[copy.queue].hold(copy)
        rule.held.append(copy)

    def _let_go(self, rule: Rule, copies: list[Copy]) -> int:
        waiting = [copy for copy in copies if copy.fate is None]
        for copy in waiting:
            self._queues()[copy.queue].let_go(copy)
        return len(waiting)

    def _note(self, rule: Rule, action: str, copy: Copy | None = None) -> None:
        told = f"bus fault {rule.number}: {rule.kind} {rule.match.in_words()}"
        what: dict[str, Any] = {"id": rule.number, "kind": rule.kind}
        what |= rule.match.as_dict()
        if copy is not None:
            what |= {"copy": copy.number, "message": copy.message}
        self._journal.write(
            "fault", fault=told, action=action, what=what, count=rule.affected
        )
