"""Booking moves (C5) and merges (events-and-config 11.1): notes change their person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from simulators.dps.store import check_columns

if TYPE_CHECKING:
    from simulators.dps.model import DpsModel
    from simulators.dps.records import Note

MOVE = "MOVE"
MERGE = "MERGE"


def move_listed(model: DpsModel, source: str, target: str, ids: set[str]) -> None:
    """Move the listed notes that belong to `source`; others are silently left."""
    _move(
        model, [n for n in model.store.of_person(source) if n.id in ids], target, MOVE
    )


def merge_person(model: DpsModel, removed: str, survivor: str) -> None:
    """Move every note of `removed`, also sensitive ones and those not synced."""
    _move(model, model.store.of_person(removed), survivor, MERGE)


def _move(model: DpsModel, notes: list[Note], target: str, cause: str) -> None:
    """Give each note the new person; ids, authors, times and amendments stay.

    ConstraintViolated (a person identifier too long) changes nothing.
    """
    context = model.system_context()
    moved = [msgspec.structs.replace(note, person=target) for note in notes]
    for note in moved:
        check_columns(note)
    for before, after in zip(notes, moved, strict=True):
        model.rewrite(before, after, cause, context)
    for before, after in zip(notes, moved, strict=True):
        model.tell("moved", after, context, previous=before.person)
