"""NOMIS to DPS: rows inserted, updated and deleted in NOMIS.

Inserted and updated are handled alike, from what both sides hold now: whichever event
comes first makes the note, and none makes it twice (ORD-02). Sources: http-contracts
7.4, 7.5; events-and-config 1.5, 9.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulators.sync import finding, merging, notes
from simulators.sync.memory import Memory
from simulators.sync.notes import by_sync
from simulators.sync.ports import NotYet
from simulators.sync.telemetry import track
from simulators.sync.updating import Updater
from simulators.sync.welcoming import Welcomer

if TYPE_CHECKING:
    from simulators.sync.clients import Services
    from simulators.sync.envelope import Event
    from simulators.sync.locks import Locks
    from simulators.sync.notes import Mapping
    from simulators.sync.originals import Originals
    from simulators.sync.ports import Queues
    from simulators.sync.whereabouts import Whereabouts

PATIENCE = 4
"""At this receive, 71 seconds on, a row that is not there never will be."""


@dataclass(frozen=True, slots=True)
class RowEvent:
    """What an `OFFENDER_CASE_NOTES-*` event tells; a delete may lack the number.

    `told` tells one event from another of the same row. `marked`: the event says that
    the sync wrote the row; `theirs`: that another module updated it. Hints only, never
    the ground of a decision (LOOP-06).
    """

    nomis_id: int
    prisoner: str | None = None
    attempt: int = 1
    told: str = ""
    marked: bool = False
    theirs: bool = False


def row_event(event: Event) -> RowEvent:
    """Read the event; numbers may be quoted, all but the row's id may be absent."""
    content = event.content
    module = content.get("auditModuleName")
    return RowEvent(
        nomis_id=int(content["caseNoteId"]),
        prisoner=content.get("offenderIdDisplay") or None,
        attempt=event.message.attempt,
        told=f"{event.type} {content.get('eventDatetime')}",
        marked=by_sync(module),
        theirs=event.type.endswith("UPDATED") and bool(module) and not by_sync(module),
    )


class FromNomis:
    """The case-note flows of the half that writes DPS."""

    def __init__(
        self,
        services: Services,
        whereabouts: Whereabouts,
        originals: Originals,
        locks: Locks,
        queues: Queues,
        queue: str,
    ) -> None:
        self._services = services
        self._locks = locks
        self._known: Memory[int, None] = Memory()
        self._deleted: Memory[int, None] = Memory()
        self._originals = originals
        self._updater = Updater(services, whereabouts, originals)
        self._welcomer = Welcomer(services, whereabouts, originals, queues, queue)

    async def changed(self, event: Event) -> None:
        """Handle inserted and updated: DPS gets the row as it is now."""
        about = row_event(event)
        async with self._locks.hold(str(about.nomis_id)):
            stored = await self._services.nomis.note(about.nomis_id)
            row = await self._services.mappings.by_nomis(about.nomis_id)
            if stored is None:
                if may_still_appear(about, about.nomis_id in self._known):
                    raise NotYet(f"NOMIS has no row {about.nomis_id} yet")
                track("casenotes-synchronisation-gone", nomisCaseNoteId=about.nomis_id)
                if row is not None:
                    await self._remove_locked(row, about)
                elif about.attempt > 1:
                    await self._welcomer.take_back(about)
                return
            if row is None and may_be_ghost(about, about.nomis_id in self._deleted):
                raise NotYet(f"row {stored.id} was deleted, the read lags")
            self._known.keep(stored.id, None)
            self._originals.know(stored)
            if row is None:
                row = await self._welcomer.welcome(stored, about)
            if row is None:
                return
            async with self._locks.hold(row.dps_id):
                alive = await self._updater.update(stored, row, about)
            if not alive:
                await self._remove_locked(row, about)

    async def deleted(self, event: Event) -> None:
        """Handle deleted: the DPS note and its other NOMIS copies go too."""
        await self.remove(row_event(event))

    async def remove(self, about: RowEvent, force: bool = False) -> None:
        """Delete what a NOMIS row was mapped to; `force` believes it is gone."""
        async with self._locks.hold(str(about.nomis_id)):
            self._known.keep(about.nomis_id, None)
            self._deleted.keep(about.nomis_id, None)
            row = await self._services.mappings.by_nomis(about.nomis_id)
            if row is None:
                track(
                    "casenotes-deleted-synchronisation-skipped",
                    nomisCaseNoteId=about.nomis_id,
                )
                return
            await self._remove_locked(row, about, force=force)

    async def _remove_locked(
        self, row: Mapping, about: RowEvent, *, force: bool = False
    ) -> None:
        async with self._locks.hold(row.dps_id):
            await self._remove(row, about, force)

    async def _remove(self, row: Mapping, about: RowEvent, force: bool) -> None:
        stored = await self._services.nomis.note(about.nomis_id)
        numbers = [n for n in (about.prisoner, row.prisoner) if n]
        note = await finding.note_anywhere(self._services, numbers, row.dps_id)
        if stored is not None and not force and not merging.is_reused(stored, note):
            if about.attempt < PATIENCE:
                raise NotYet(f"NOMIS still shows row {about.nomis_id}")
            track("casenotes-deleted-not-gone", nomisCaseNoteId=about.nomis_id)
            return
        if note is None:
            # Deleted in DPS, whose own event removes the other copies; only the
            # mapping of the row that is gone is ours to remove (DEL-05).
            await self._services.mappings.remove(about.nomis_id)
            return
        for sibling in await self._services.mappings.by_dps(row.dps_id):
            if sibling.nomis_id != about.nomis_id:
                await self._services.nomis.delete(sibling.nomis_id)
        await self._services.dps.delete(row.dps_id)
        await self._services.mappings.remove_all(row.dps_id)
        track(
            "casenotes-synchronisation-deleted-success",
            nomisCaseNoteId=about.nomis_id,
            dpsCaseNoteId=row.dps_id,
        )

    async def retry_mapping(self, event: Event) -> None:
        """Handle RETRY_SYNCHRONISATION_MAPPING."""
        row = notes.mapping(event.content["body"])
        async with self._locks.hold(str(row.nomis_id)):
            await self._welcomer.retry_mapping(row)


def may_still_appear(about: RowEvent, known: bool) -> bool:
    """Whether a missing row may only be late: events overtake reads (ORD-04).

    A row seen before, or whose deletion was told, is gone for good (ORD-01).
    """
    return not known and about.attempt < PATIENCE


def may_be_ghost(about: RowEvent, deleted: bool) -> bool:
    """Whether a row read without mapping was deleted, and the read lags (ORD-04)."""
    return deleted and about.attempt < PATIENCE
