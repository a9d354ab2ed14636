"""What can go wrong between NOMIS and the topics, planted by match.

Delays, holds, drops, duplicates and a wrong order are faults of the relay itself; a
missing prisoner number and swapped merge numbers are faults history knows (fault corpus
DEL-01, MRG-09). The bus has delivery faults of its own, for one queue at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulators.subjects import subjects

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulators.wire.message import OutboxEvent

KINDS = ("delay", "hold", "drop", "duplicate", "refuse", "anonymous", "swap-merge")


@dataclass(frozen=True, slots=True)
class Tamper:
    """One fault: what it does, and to which events.

    kind     delay: publish `seconds` later; hold: keep until released; drop: never
             publish, as a payload that SNS calls invalid; duplicate: publish twice;
             refuse: SNS takes it at no attempt; anonymous: leave the prisoner number
             out; swap-merge: name survivor and removed the wrong way round
    type     only events of this type; None: any
    subject  only events that name it, or whose prisoner it is; None: any
    times    how many events, None: until removed
    """

    kind: str
    type: str | None = None
    subject: str | None = None
    seconds: float = 0.0
    times: int | None = 1

    def __post_init__(self) -> None:
        """Refuse a fault that does not exist."""
        if self.kind not in KINDS:
            raise ValueError(f"tamper kind {self.kind!r}: use one of {list(KINDS)}")


class Tampering:
    """The faults in force; each `times` runs down as it is used."""

    def __init__(self) -> None:
        """Start without faults."""
        self._faults: dict[int, Tamper] = {}
        self._left: dict[int, int | None] = {}
        self._next = 1

    def add(self, tamper: Tamper) -> int:
        """Put a fault in force; returns its id."""
        number = self._next
        self._next += 1
        self._faults[number] = tamper
        self._left[number] = tamper.times
        return number

    def remove(self, number: int) -> None:
        """Take a fault away; one used up is already gone."""
        self._faults.pop(number, None)
        self._left.pop(number, None)

    def on(
        self, event: OutboxEvent, owner: str | None
    ) -> dict[str, tuple[int, Tamper]]:
        """Return the faults for this event by kind, using each up by one."""
        found: dict[str, tuple[int, Tamper]] = {}
        for number, tamper in self._matching(event, owner):
            if tamper.kind in found:
                continue
            found[tamper.kind] = number, tamper
            left = self._left[number]
            if left is not None:
                self._left[number] = left - 1
                if left <= 1:
                    self.remove(number)
        return found

    def _matching(
        self, event: OutboxEvent, owner: str | None
    ) -> Iterator[tuple[int, Tamper]]:
        for number, tamper in list(self._faults.items()):
            if tamper.type not in (None, event.type):
                continue
            if tamper.subject is None or tamper.subject in named(event, owner):
                yield number, tamper


def named(event: OutboxEvent, owner: str | None) -> frozenset[str]:
    """Return the subjects of an event, the booking's present owner among them."""
    texts = [str(value) for value in event.body.values()]
    return subjects(*texts, owner or "")
