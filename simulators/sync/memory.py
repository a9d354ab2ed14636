"""What a half has seen of a note, to tell an edit from a difference.

Neither API says when or by whom a text was last changed, so "the two sides differ"
does not say which side is ahead. A half that remembers what it saw can tell. The
memory is a hint: without it (after a restart) the rules of `merging` still converge,
only later or with the stated winner.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from simulators.sync.notes import Key

K = TypeVar("K")
V = TypeVar("V")
NOTES = 20_000


@dataclass(slots=True)
class Seen:
    """The texts and amendments that a note was seen with, and its last state.

    `fields` are type, sub type and occurrence. `kept` are amendments of NOMIS users
    that a push to NOMIS preserved before DPS had them: under our marker, yet not from
    DPS (ORD-07). `told` are the events that were handled already.
    """

    last: str | None = None
    fields: tuple[object, ...] = ()
    texts: set[str] = field(default_factory=set)
    amendments: set[Key] = field(default_factory=set)
    kept: set[Key] = field(default_factory=set)
    told: set[str] = field(default_factory=set)

    def learn(self, text: str, amendments: set[Key]) -> None:
        """Remember one state of the note."""
        self.last = text
        self.texts.add(text)
        self.amendments |= amendments


class Memory(Generic[K, V]):
    """A mapping that forgets its oldest entries."""

    def __init__(self, size: int = NOTES) -> None:
        self._size = size
        self._held: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K) -> V | None:
        """Return what is remembered, if anything."""
        return self._held.get(key)

    def keep(self, key: K, value: V) -> V:
        """Remember a value as the newest; returns it."""
        self._held[key] = value
        self._held.move_to_end(key)
        if len(self._held) > self._size:
            self._held.popitem(last=False)
        return value

    def __contains__(self, key: K) -> bool:
        return key in self._held
