"""Which copies a delivery fault is for, and how a rule counts them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulators.bus.copies import Copy

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

    def in_words(self) -> str:
        """Return one line for the journal: whose messages, where."""
        who = sorted({*self.subjects, *filter(None, (self.subject,))})
        return (
            f"{self.type or 'messages'} of {', '.join(who) or 'anyone'} "
            f"in {self.queue or 'any queue'}"
        )

    def as_dict(self) -> dict[str, Any]:
        """Return what was given, as plain data."""
        named = {"queue": self.queue, "type": self.type, "subject": self.subject}
        shown: dict[str, Any] = {k: v for k, v in named.items() if v is not None}
        if self.subjects:
            shown["subjects"] = sorted(self.subjects)
        return shown | {"skip": self.skip, "times": self.times}


@dataclass(slots=True)
class Rule:
    """A fault in force: what it is, what it has met, affected and holds."""

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

    def in_order(self) -> list[Copy]:
        """Return the held copies in the order in which they are to be released."""
        if self.order == REVERSED:
            return self.held[::-1]
        places = [i for i in self.order if isinstance(i, int) and i < len(self.held)]
        named = [self.held[place] for place in places]
        return named + [copy for copy in self.held if copy not in named]
