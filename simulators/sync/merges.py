"""A prisoner merge, as far as case notes go: only the mappings are ours to repair.

DPS moves its notes itself (http-contracts 7.6, events-and-config 11.1). The mappings
get the surviving number, and rows that NOMIS copied are mapped to the DPS note of
their original. Copies are told by their audit module and by having no mapping, not by
a window of time: that works in summer, in winter and days later (MRG-05, DAT-09).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.sync import copies, finding, merging
from simulators.sync.notes import MERGE, Mapping
from simulators.sync.ports import CallRefused, NotYet
from simulators.sync.telemetry import alarm, track
from simulators.sync.welcoming import NOMIS_CREATED

if TYPE_CHECKING:
    from simulators.sync.clients import Services
    from simulators.sync.envelope import Event
    from simulators.sync.notes import NomisNote

PATIENCE = 4
BAD_REQUEST = 400
CONFLICT = 409


class Merges:
    """Handles `prison-offender-events.prisoner.merged`."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def merged(self, event: Event) -> None:
        """Renumber the removed number's mappings and map fresh copies."""
        about = event.content["additionalInformation"]
        removed, named = about["removedNomsNumber"], about["nomsNumber"]
        attempt = event.message.receive_count
        survivor = await finding.surviving(self._services.nomis, named)
        rows = await self._services.nomis.notes(survivor)
        if rows is None or not await self._is_removed(removed):
            # Retained and removed swapped, or only a number changed (MRG-09): NOMIS
            # knows better, or does not know yet.
            if attempt < PATIENCE:
                raise NotYet(f"NOMIS has not merged {removed} into {survivor}")
            alarm("casenotes-prisoner-merge-false", offenderNo=named, removed=removed)
            return
        await self._services.mappings.merged(removed, survivor)
        left = await self._map_copies(survivor, rows)
        track(
            "casenotes-prisoner-merge",
            offenderNo=survivor,
            removedOffenderNo=removed,
            unmapped=len(left),
        )
        if left and attempt < PATIENCE:
            raise NotYet(f"merge copies without a mapped original: {left}")
        if left:
            alarm("casenotes-prisoner-merge-unmapped", copies=left)

    async def _is_removed(self, number: str) -> bool:
        return await self._services.nomis.notes(number) is None

    async def _map_copies(self, survivor: str, rows: list[NomisNote]) -> list[int]:
        """Map the fresh copies; returns those whose original has no mapping yet."""
        if not any(row.module == MERGE for row in rows):
            return []  # NOMIS no longer copies (MRG-06)
        mapped = await self._services.mappings.by_nomis_ids([r.id for r in rows])
        fresh = [row for row in rows if is_fresh_copy(row, mapped)]
        pairs = copies.pair(rows, mapped)
        made = [
            Mapping(
                mapped[pairs[row.id]].dps_id,
                row.id,
                survivor,
                row.booking,
                NOMIS_CREATED,
            )
            for row in fresh
            if pairs.get(row.id) in mapped
        ]
        await self._add(made)
        by_id = {row.id: row for row in rows}
        for row in made:
            await self._freshen(by_id[row.nomis_id], row)
        done = {row.nomis_id for row in made}
        return [row.id for row in fresh if row.id not in done]

    async def _add(self, rows: list[Mapping]) -> None:
        """Write the mappings together, or one by one where some exist (IDM-05)."""
        if not rows:
            return
        answer = await self._services.mappings.add_all(rows)
        if answer.status != CONFLICT:
            _demand(answer.status)
            return
        for row in rows:
            answer = await self._services.mappings.add(row)
            if answer.status == CONFLICT:
                alarm("nomis-migration-casenotes-duplicate", nomis=row.nomis_id)
            else:
                _demand(answer.status)

    async def _freshen(self, copy: NomisNote, row: Mapping) -> None:
        """Write a copy whose DPS note changed after NOMIS copied its original."""
        numbers = [row.prisoner]
        note = await finding.note_under(self._services.dps, numbers, row.dps_id)
        if note is None or merging.same_text(copy, note):
            return
        differs = merging.difference(copy, note)
        if not differs.text and not differs.only_nomis:
            await self._services.nomis.replace(copy, note.text, note.amendments)


def is_fresh_copy(row: NomisNote, mapped: dict[int, Mapping]) -> bool:
    """Whether a merge copied the row and nobody mapped it yet."""
    return row.module == MERGE and row.id not in mapped


def _demand(status: int) -> None:
    if status >= BAD_REQUEST:
        raise CallRefused(status, "mapping of merge copies")
