"""What a NOMIS row changes in its DPS note.

Merging, not overwriting: what only one side holds is kept unless that side took it
away. Which text wins when both differ: the NOMIS user's if NOMIS changed since it was
last seen, else that of DPS (ORD-06, ORD-14; the loser stays in DPS' audit).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulators.sync import merging
from simulators.sync import text as notation
from simulators.sync.notes import by_sync, by_user, second
from simulators.sync.ports import NotYet

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulators.sync.from_nomis import RowEvent
    from simulators.sync.memory import Seen
    from simulators.sync.merging import Difference
    from simulators.sync.notes import Amendment, DpsNote, NomisNote

    Part = Callable[[tuple[object, ...]], object]

PATIENCE = 3


@dataclass(frozen=True, slots=True)
class Plan:
    """What a row changes in its DPS note; falsy when nothing."""

    text: bool
    type: bool
    occurred: bool
    fresh: list[Amendment]
    gone: list[Amendment]

    def __bool__(self) -> bool:
        fields = self.text or self.type or self.occurred
        return fields or bool(self.fresh) or bool(self.gone)


def plan(stored: NomisNote, note: DpsNote, attempt: int, seen: Seen | None) -> Plan:
    """Decide what to write; raises NotYet while that is not clear."""
    differs = merging.difference(stored, note)
    if attempt < PATIENCE and text_is_unclear(stored, differs, seen):
        raise NotYet(f"text of row {stored.id}: whose edit is not clear yet")
    held = {a.key for a in note.amendments}
    fresh = [a for a in differs.only_nomis if a.key not in held and is_fresh(a, seen)]
    if fresh and by_sync(stored.module) and attempt < PATIENCE:
        raise NotYet(f"amendments of row {stored.id}: DPS may have dropped them")
    return Plan(
        text=differs.text and row_text_wins(stored, seen),
        type=not merging.same_type(stored, note)
        and row_field_wins(stored, differs, seen, type_of),
        occurred=not merging.same_time(stored, note)
        and row_field_wins(stored, differs, seen, time_of),
        fresh=fresh,
        gone=[a for a in differs.only_dps if is_removed(a, stored, seen)],
    )


def fields_of(stored: NomisNote) -> tuple[object, ...]:
    """Return the shared fields beside text and amendments."""
    return (stored.type, stored.sub_type, second(stored.occurred))


def type_of(fields: tuple[object, ...]) -> object:
    """Return what the type is, of these fields."""
    return fields[:2]


def time_of(fields: tuple[object, ...]) -> object:
    """Return when it happened, of these fields."""
    return fields[2:]


def may_be_stale(stored: NomisNote, seen: Seen | None, about: RowEvent) -> bool:
    """Whether NOMIS may have answered with the row as before the event (ORD-04).

    A new event of a row that looks as it did last time: either an older event told
    of this change already, or the read lags. Only time tells.
    """
    if seen is None or about.marked or about.attempt >= PATIENCE:
        return False
    if about.told in seen.told:
        return False
    same_amendments = {a.key for a in stored.amendments} <= seen.amendments
    same_text = notation.clean(stored.text) == seen.last
    return same_text and same_amendments and fields_of(stored) == seen.fields


def hides_change(stored: NomisNote, about: RowEvent) -> bool:
    """Whether a row that owes DPS nothing may be older than the user's event.

    The event is no echo, yet the row was last written by the sync: it wrote after the
    user, or the read lags by more than one change (ORD-04). Only time tells.
    """
    return about.theirs and by_sync(stored.module) and about.attempt < PATIENCE


def text_is_unclear(stored: NomisNote, differs: Difference, seen: Seen | None) -> bool:
    """Whether a differing text may be DPS' own edit, on its way to NOMIS.

    So it may, without memory, when a new NOMIS amendment explains the event.
    """
    if not by_user(stored.module) or seen is not None:
        return False
    return differs.text and bool(differs.only_nomis)


def row_text_wins(stored: NomisNote, seen: Seen | None) -> bool:
    """Whether a differing text is a NOMIS user's: changed since last seen.

    A row last written by the sync has its text from DPS, one that a merge copied has
    it from its original.
    """
    if not by_user(stored.module):
        return False
    return seen is None or notation.clean(stored.text) != seen.last


def row_field_wins(
    stored: NomisNote, differs: Difference, seen: Seen | None, part: Part
) -> bool:
    """Whether a differing type, or occurrence, is a NOMIS user's (ORD-10).

    What DPS changes there cannot be written to NOMIS (ORD-11) and must not be undone:
    not even by an officer who corrects the other of the two.
    """
    if not by_user(stored.module):
        return False
    if seen is not None:
        return part(fields_of(stored)) != part(seen.fields)
    return not differs


def is_fresh(amendment: Amendment, seen: Seen | None) -> bool:
    """Whether an amendment that DPS lacks is new; else DPS had it and dropped it."""
    return seen is None or amendment.key not in seen.amendments


def is_removed(amendment: Amendment, stored: NomisNote, seen: Seen | None) -> bool:
    """Whether a NOMIS user took away an amendment that DPS still has (TXT-11)."""
    if not by_user(stored.module) or seen is None:
        return False
    return amendment.key in seen.amendments
