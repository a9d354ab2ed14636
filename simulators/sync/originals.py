"""Copies that outlive the row they were copied from: their note was deleted.

NOMIS copies rows when it merges two prisoners. Where the original was deleted
meanwhile, nothing in NOMIS or DPS says any more what the copy is one of, so this half
remembers what the rows it met look like. After a restart it does not know them, and
the copy stays until somebody looks at the reconciliation: to delete a row that is not
understood would be worse.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.sync import copies
from simulators.sync.memory import Memory
from simulators.sync.notes import MERGE
from simulators.sync.telemetry import alarm

if TYPE_CHECKING:
    from simulators.sync.clients import Services
    from simulators.sync.notes import NomisNote


class Originals:
    """Tells whether a copy's original was deleted, and deletes the copy with it."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._prints: Memory[copies.Print, int] = Memory()

    def know(self, stored: NomisNote) -> None:
        """Remember what a row looks like."""
        if stored.module != MERGE:
            self._prints.keep(copies.short_print(stored), stored.id)

    async def deleted_with(self, copy: NomisNote) -> bool:
        """Delete a copy whose original we knew, and that is gone."""
        original = self._prints.get(copies.short_print(copy))
        if original is None or await self._services.nomis.note(original) is not None:
            return False
        await self.delete(copy)
        return True

    async def delete(self, copy: NomisNote) -> None:
        """Delete the copy of a note that was deleted: deleted it stays."""
        await self._services.nomis.delete(copy.id)
        alarm("casenotes-merge-copy-deleted", nomisCaseNoteId=copy.id)
