"""Planted defects: a broken sync (or world) that the oracle must find.

A defect is a patch of attributes, put in place before a half or a world starts and
taken back after it. Each names the fault-corpus entry it re-creates, the rule that must
fire and the owner that must be named. `python -m harness.defects.run ID -- to-nomis`
starts a half of the reference with it.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from harness.defects.registry import Defect, defects

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Defect", "defects", "find", "planted"]


def find(identifier: str) -> Defect:
    """Return a defect by id; KeyError lists them all."""
    known = defects()
    if identifier not in known:
        raise KeyError(
            f"unknown defect {identifier!r}; defects: {', '.join(sorted(known))}"
        )
    return known[identifier]


@contextmanager
def planted(identifiers: Iterable[str], where: str | None = None) -> Iterator[None]:
    """Plant the defects (of `where` only: half or world); undo them at the end."""
    with ExitStack() as undo:
        for defect in [find(identifier) for identifier in identifiers]:
            if where in (None, defect.where):
                undo.enter_context(defect.apply())
        yield
